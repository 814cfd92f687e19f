"""Signatures with private keys, made by openssl and checked by us."""

import base64
import json
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from odoo.addons.logistics_carrier_connector.core.errors import (
    MALFORMED,
    MISSING,
    STALE,
    WRONG,
    ConfigurationInvalid,
    NotVerified,
)
from odoo.addons.logistics_carrier_connector.core.presented import Presented
from odoo.addons.logistics_carrier_connector.core.proof_keys import EXAMPLE, parse_keys
from odoo.addons.logistics_carrier_connector.core.verifier import SECRET_KINDS, build

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
BODY = b'{"tracking": "1Z", "town": "K\xc3\xb6ln"}'
KINDS = {
    "rsa": ("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"),
    "ec": ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"),
    "ec384": ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"),
    "ed25519": ("-algorithm", "ed25519"),
    "weak": ("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"),
    "curve448": ("-algorithm", "ed448"),
}


def _openssl(*words, data=b""):
    return subprocess.run(["openssl", *words], input=data, capture_output=True, check=True).stdout


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """``{kind: file of a private key}``."""
    folder = tmp_path_factory.mktemp("keys")
    for kind, words in KINDS.items():
        (folder / kind).write_bytes(_openssl("genpkey", *words))
    return {kind: folder / kind for kind in KINDS}


def _public(file):
    return _openssl("pkey", "-in", str(file), "-pubout").decode()


def _sign(file, data, digest="sha256", pss=False):
    if file.name == "ed25519":
        source = file.parent / "data"
        source.write_bytes(data)
        return _openssl("pkeyutl", "-sign", "-inkey", str(file), "-rawin", "-in", str(source))
    more = ("-sigopt", "rsa_padding_mode:pss") if pss else ()
    return _openssl("dgst", f"-{digest}", "-sign", str(file), *more, data=data)


def _request(signature, stamp="", body=BODY, **headers):
    sent = {"X-Sig": base64.b64encode(signature).decode(), **headers}
    return Presented(headers=sent | ({"X-Time": stamp} if stamp else {}), body=body)


def _verifier(pem, **config):
    return build("public_key", {"header": "X-Sig", "encoding": "base64", "keys": pem, **config}, ())


def _cause(verifier, request, now=NOW):
    with pytest.raises(NotVerified) as caught:
        verifier.verify(request, now)
    return caught.value.cause


def _jwk(file, kid):
    """The public key of a file as a JSON Web Key."""
    key = load_pem_public_key(_public(file).encode())
    if file.name == "ed25519":
        return {"kid": kid, "kty": "OKP", "crv": "Ed25519", "x": _url(key.public_bytes_raw())}
    numbers = key.public_numbers()
    if file.name == "rsa":
        e, n = (value.to_bytes(256, "big").lstrip(b"\0") for value in (numbers.e, numbers.n))
        return {"kid": kid, "kty": "RSA", "use": "sig", "e": _url(e), "n": _url(n)}
    x, y = (_url(value.to_bytes(32, "big")) for value in (numbers.x, numbers.y))
    return {"kid": kid, "kty": "EC", "crv": "P-256", "x": x, "y": y}


def _url(raw):
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@pytest.mark.parametrize("kind", ["rsa", "ec", "ec384", "ed25519"])
def test_a_signature_of_the_pinned_key_is_right_and_nothing_else_is(keys, kind):
    signature = _sign(keys[kind], BODY)
    verifier = _verifier(_public(keys[kind]))
    verifier.verify(_request(signature), NOW)
    assert _cause(verifier, _request(signature, body=BODY + b" ")) == WRONG
    assert _cause(verifier, _request(signature[:-1] + bytes([signature[-1] ^ 1]))) == WRONG
    assert _cause(verifier, _request(b"")) == MISSING
    assert _cause(verifier, Presented(headers={"X-Sig": "?"}, body=BODY)) == MALFORMED


def test_another_key_of_the_same_kind_does_not_do(keys, tmp_path):
    other = tmp_path / "rsa"
    other.write_bytes(_openssl("genpkey", *KINDS["rsa"]))
    verifier = _verifier(_public(keys["rsa"]))
    assert _cause(verifier, _request(_sign(other, BODY))) == WRONG


@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
@pytest.mark.parametrize("pss", [False, True])
def test_digest_and_padding_are_the_agreed_ones(keys, digest, pss):
    signature = _sign(keys["rsa"], BODY, digest, pss)
    pem, padding = _public(keys["rsa"]), "pss" if pss else "pkcs1"
    _verifier(pem, algorithm=digest, padding=padding).verify(_request(signature), NOW)
    other = "pkcs1" if pss else "pss"
    assert _cause(_verifier(pem, algorithm=digest, padding=other), _request(signature)) == WRONG


@pytest.mark.parametrize(("kind", "size"), [("ec", 32), ("ec384", 48)])
def test_two_numbers_side_by_side_are_a_signature_too(keys, kind, size):
    r, s = decode_dss_signature(_sign(keys[kind], BODY))
    raw = r.to_bytes(size, "big") + s.to_bytes(size, "big")
    _verifier(_public(keys[kind])).verify(_request(raw), NOW)
    assert _cause(_verifier(_public(keys[kind])), _request(bytes(2 * size))) == WRONG


def test_the_time_is_signed_and_fresh(keys):
    verifier = _verifier(
        _public(keys["rsa"]),
        timestamp_header="X-Time",
        timestamp_format="rfc3339",
        tolerance_seconds=300,
    )
    stamp = "2026-03-02T12:01:00.123Z"
    request = _request(_sign(keys["rsa"], stamp.encode() + b"." + BODY), stamp)
    verifier.verify(request, NOW)
    assert _cause(verifier, request, NOW + timedelta(minutes=10)) == STALE
    assert _cause(verifier, request, NOW - timedelta(minutes=10)) == STALE
    moved = _request(_sign(keys["rsa"], stamp.encode() + b"." + BODY), "2026-03-02T12:02:00Z")
    assert _cause(verifier, moved) == WRONG


def test_the_key_set_of_a_sender_is_chosen_from_by_its_id(keys):
    listed = [_jwk(keys[kind], kind) for kind in ("rsa", "ec", "ed25519")]
    verifier = _verifier(json.dumps({"keys": listed}), key_header="X-Key")
    for kind in ("rsa", "ec", "ed25519"):
        signature = _sign(keys[kind], BODY)
        verifier.verify(_request(signature, **{"X-Key": kind}), NOW)
        other = "ec" if kind != "ec" else "rsa"
        assert _cause(verifier, _request(signature, **{"X-Key": other})) == WRONG
    assert _cause(verifier, _request(b"x", **{"X-Key": "unheard"})) == WRONG
    assert _cause(verifier, _request(b"x")) == MISSING


def test_while_a_key_is_changed_both_are_right(keys):
    pinned = _public(keys["rsa"]) + "\n" + _public(keys["ec"])
    for kind in ("rsa", "ec"):
        _verifier(pinned).verify(_request(_sign(keys[kind], BODY)), NOW)


def test_a_certificate_brings_its_key(keys):
    words = ("req", "-x509", "-key", str(keys["rsa"]), "-subj", "/CN=carrier", "-days", "1")
    verifier = _verifier(_openssl(*words).decode())
    verifier.verify(_request(_sign(keys["rsa"], BODY)), NOW)


def test_what_is_no_usable_public_key_makes_no_verifier(keys):
    for text in (
        "",
        "hello",
        "{",
        "[]",
        "[1]",
        "{}",
        '{"kty": "oct", "k": "eA"}',
        '{"kty": "RSA"}',
    ):
        with pytest.raises(ConfigurationInvalid):
            parse_keys(text)
    for kind in ("weak", "curve448"):
        with pytest.raises(ConfigurationInvalid):
            parse_keys(_public(keys[kind]))
    with pytest.raises(ConfigurationInvalid, match="private key"):
        parse_keys(keys["rsa"].read_text())
    with pytest.raises(ConfigurationInvalid, match="private key"):
        parse_keys(json.dumps({**json.loads(EXAMPLE), "d": "eA"}))
    with pytest.raises(ConfigurationInvalid, match="one to"):
        parse_keys(json.dumps([json.loads(EXAMPLE)] * 21))


@pytest.mark.parametrize(
    "config",
    [
        {"header": ""},
        {"algorithm": "sha1"},
        {"padding": "none"},
        {"encoding": "octal"},
        {"signed": "{timestamp}.{body}"},
        {"secret_form": "hex"},
    ],
)
def test_a_setting_that_proves_nothing_is_refused(config):
    with pytest.raises(ConfigurationInvalid):
        _verifier(EXAMPLE, **config)


def test_a_header_cannot_choose_among_keys_without_an_id(keys):
    with pytest.raises(ConfigurationInvalid, match="have an id"):
        _verifier(_public(keys["rsa"]), key_header="X-Key")


def test_a_public_key_is_no_secret():
    assert "public_key" not in SECRET_KINDS
