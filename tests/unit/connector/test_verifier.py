import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core.errors import (
    MALFORMED,
    MISSING,
    WRONG,
    ConfigurationInvalid,
    NotVerified,
)
from odoo.addons.logistics_carrier_connector.core.presented import Presented
from odoo.addons.logistics_carrier_connector.core.verifier import (
    SECRET_KINDS,
    HmacVerifier,
    build,
)

NOW = datetime(2025, 6, 3, 12, 0, tzinfo=UTC)
BODY = b'{"trackingNumber": "1Z"}'


def _signed(secret: str, body: bytes = BODY, algorithm: str = "sha256") -> str:
    return hmac.new(secret.encode(), body, algorithm).hexdigest()


def _stamped(secret: str, at: datetime, body: bytes = BODY) -> dict:
    stamp = str(int(at.timestamp()))
    return {"X-Time": stamp, "X-Sign": _signed(secret, stamp.encode() + b"." + body)}


@pytest.mark.parametrize("kind", SECRET_KINDS)
@pytest.mark.parametrize("secrets", [[], [""], ["  "], ["good", ""], "a string", [None]])
def test_no_verifier_exists_without_a_secret(kind, secrets):
    with pytest.raises(ConfigurationInvalid, match="secret"):
        build(kind, {"header": "X-Sign"} if kind in ("hmac", "api_key") else {}, secrets)


@pytest.mark.parametrize(
    ("kind", "config", "reason"),
    [
        ("none", {}, "one of hmac, public_key, standard"),
        ("hmac", {}, "name of its header"),
        ("hmac", {"header": " "}, "name of a header"),
        ("hmac", {"header": "X", "algorithm": "md5"}, "one of sha256"),
        ("hmac", {"header": "X", "encoding": "rot13"}, "one of hex, base64"),
        ("hmac", {"header": "X", "tolerance_seconds": "soon"}, "number of seconds"),
        ("hmac", {"header": "X", "tolerance_seconds": -5}, "must be positive"),
        ("bearer", {"header": "X"}, "unknown verifier setting: header"),
        ("api_key", {"heder": "X"}, "unknown verifier setting: heder"),
    ],
)
def test_a_configuration_that_cannot_verify_is_refused(kind, config, reason):
    with pytest.raises(ConfigurationInvalid, match=reason):
        build(kind, config, ["secret"])


@pytest.mark.parametrize("kind", SECRET_KINDS)
def test_a_verifier_never_shows_its_secrets(kind):
    config = {"header": "X-Sign"} if kind in ("hmac", "api_key") else {}
    assert "opensesame12" not in repr(build(kind, config, ["opensesame12"]))


def test_a_right_signature_is_accepted_whatever_the_case_of_the_header():
    verifier = build("hmac", {"header": "X-Sign"}, ["s3cret"])
    verifier.verify(Presented({"x-sign": _signed("s3cret")}, BODY), NOW)
    verifier.verify(Presented({"X-SIGN": _signed("s3cret").upper()}, BODY), NOW)


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha384", "sha512"])
def test_signatures_in_base64_with_a_prefix(algorithm):
    config = {"header": "X-Sign", "algorithm": algorithm, "encoding": "base64", "prefix": "v1="}
    digest = hmac.new(b"s3cret", BODY, algorithm).digest()
    headers = {"X-Sign": "v1=" + base64.b64encode(digest).decode()}
    build("hmac", config, ["s3cret"]).verify(Presented(headers, BODY), NOW)


@pytest.mark.parametrize(
    "value",
    [
        _signed("other"),
        _signed("s3cret", BODY + b" "),
        _signed("s3cret")[:-2],
        _signed("s3cret") + "00",
        "zz" * 32,
        "é",
        "sha256=" + _signed("s3cret"),
        base64.b64encode(b"x").decode(),
    ],
)
def test_a_wrong_signature_is_refused_and_not_called_missing(value):
    with pytest.raises(NotVerified) as caught:
        build("hmac", {"header": "X-Sign"}, ["s3cret"]).verify(
            Presented({"X-Sign": value}, BODY), NOW
        )
    assert caught.value.cause in (WRONG, MALFORMED)


@pytest.mark.parametrize("headers", [{}, {"X-Sign": ""}, {"X-Sign": "  "}, {"X-Other": "1"}])
def test_a_missing_signature_is_called_missing(headers):
    with pytest.raises(NotVerified, match="X-Sign is missing") as caught:
        build("hmac", {"header": "X-Sign"}, ["s3cret"]).verify(Presented(headers, BODY), NOW)
    assert caught.value.cause == MISSING


def test_while_a_secret_is_replaced_both_are_valid():
    verifier = build("hmac", {"header": "X-Sign"}, ["new", "old"])
    verifier.verify(Presented({"X-Sign": _signed("new")}, BODY), NOW)
    verifier.verify(Presented({"X-Sign": _signed("old")}, BODY), NOW)
    with pytest.raises(NotVerified):
        verifier.verify(Presented({"X-Sign": _signed("older")}, BODY), NOW)


@pytest.mark.parametrize("seconds", [0, 299, -299, 300, -300])
def test_a_timestamp_within_tolerance_is_fresh(seconds):
    verifier = build("hmac", {"header": "X-Sign", "timestamp_header": "X-Time"}, ["s3cret"])
    verifier.verify(Presented(_stamped("s3cret", NOW + timedelta(seconds=seconds)), BODY), NOW)


@pytest.mark.parametrize("seconds", [301, -301, 86400, -(10**9)])
def test_a_stale_timestamp_is_refused_although_its_signature_is_right(seconds):
    verifier = build("hmac", {"header": "X-Sign", "timestamp_header": "X-Time"}, ["s3cret"])
    with pytest.raises(NotVerified, match="too far"):
        verifier.verify(Presented(_stamped("s3cret", NOW + timedelta(seconds=seconds)), BODY), NOW)


@pytest.mark.parametrize("stamp", ["soon", "1.5", "-1", "١٢٣", "9" * 13, "1748952000 "])
def test_a_timestamp_that_is_no_number_of_seconds_is_refused(stamp):
    config = {"header": "X-Sign", "timestamp_header": "X-Time", "tolerance_seconds": 60}
    headers = {"X-Time": stamp, "X-Sign": _signed("s3cret")}
    with pytest.raises(NotVerified):
        build("hmac", config, ["s3cret"]).verify(Presented(headers, BODY), NOW)


def test_the_timestamp_is_part_of_what_is_signed():
    verifier = build("hmac", {"header": "X-Sign", "timestamp_header": "X-Time"}, ["s3cret"])
    headers = _stamped("s3cret", NOW)
    headers["X-Time"] = str(int(headers["X-Time"]) + 1)
    with pytest.raises(NotVerified, match="wrong"):
        verifier.verify(Presented(headers, BODY), NOW)
    with pytest.raises(NotVerified, match="X-Time is missing"):
        verifier.verify(Presented({"X-Sign": headers["X-Sign"]}, BODY), NOW)


def test_a_key_in_a_header():
    verifier = build("api_key", {"header": "X-Key"}, ["one", "two"])
    verifier.verify(Presented({"x-key": "two"}, b""), NOW)
    for wrong in ("three", "tw", "twoo", "TWO"):
        with pytest.raises(NotVerified, match="key is wrong"):
            verifier.verify(Presented({"X-Key": wrong}, b""), NOW)


def test_a_bearer_token():
    verifier = build("bearer", {}, ["t0ken"])
    verifier.verify(Presented({"authorization": "bearer t0ken"}, b""), NOW)
    for wrong in ("Bearer other", "Basic t0ken", "Bearer", "t0ken", "Bearer  "):
        with pytest.raises(NotVerified) as caught:
            verifier.verify(Presented({"Authorization": wrong}, b""), NOW)
        assert caught.value.cause in (WRONG, MALFORMED)
    with pytest.raises(NotVerified) as caught:
        verifier.verify(Presented({}, b""), NOW)
    assert caught.value.cause == MISSING


def test_a_user_with_one_of_several_passwords():
    verifier = build("basic", {"username": "carrier"}, ["new", "old"])
    for pair, right in (
        ("carrier:new", True),
        ("carrier:old", True),
        ("carrier:", False),
        ("carrier", False),
        (":new", False),
        ("other:new", False),
        ("carrier:newer", False),
    ):
        headers = {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
        if right:
            verifier.verify(Presented(headers, b""), NOW)
        else:
            with pytest.raises(NotVerified):
                verifier.verify(Presented(headers, b""), NOW)
    with pytest.raises(NotVerified, match="agreed form"):
        verifier.verify(Presented({"Authorization": "Basic !!!"}, b""), NOW)


_SECRETS = st.text(min_size=1, max_size=20).filter(lambda text: text.strip() and text.isprintable())


@given(secret=_SECRETS, body=st.binary(max_size=200), other=st.binary(max_size=200))
def test_a_signature_fits_its_own_body_and_no_other(secret, body, other):
    verifier = HmacVerifier([secret], header="X-Sign")
    headers = {"X-Sign": _signed(secret, body)}
    verifier.verify(Presented(headers, body), NOW)
    if body != other:
        with pytest.raises(NotVerified):
            verifier.verify(Presented(headers, other), NOW)


@given(value=st.text(max_size=100), kind=st.sampled_from(SECRET_KINDS))
def test_no_header_makes_a_verifier_fail_otherwise(value, kind):
    config = {"header": "Authorization"} if kind in ("hmac", "api_key") else {}
    verifier = build(kind, config, [hashlib.sha256(b"unguessable").hexdigest()])
    with pytest.raises(NotVerified):
        verifier.verify(Presented({"Authorization": value}, BODY), NOW)
