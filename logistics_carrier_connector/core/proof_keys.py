"""Signatures with a private key (RSA, ECDSA, Ed25519), checked with public keys that were pinned.

The keys are pasted once, as PEM or as a JSON Web Key Set (RFC 7517); nothing is fetched while a
sender waits, so whoever could answer for the address of a key set cannot speak as the sender.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate

from .errors import ConfigurationInvalid, NotVerified
from .presented import Presented
from .proof_signed import SignedHeader, require_choice

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey

# SHA-1 is left out: signatures with it can be forged (RFC 9155).
_HASHES: Final[Mapping[str, hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
PADDINGS: Final = ("pkcs1", "pss")
_CURVES: Final[Mapping[str, ec.EllipticCurve]] = {
    "P-256": ec.SECP256R1(),
    "P-384": ec.SECP384R1(),
    "P-521": ec.SECP521R1(),
}
_LEAST_BITS: Final = 2048
_MOST_KEYS: Final = 20
_PEM: Final = re.compile(r"-----BEGIN ([A-Z ]+)-----.*?-----END \1-----", re.DOTALL)
# The public key of RFC 8037, A.2: stands for a sender's key where only the settings are checked.
EXAMPLE: Final = (
    '{"kid": "a", "kty": "OKP", "crv": "Ed25519",'
    ' "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}'
)


@dataclass(frozen=True, slots=True)
class PublicKeyVerifier(SignedHeader):
    """A signature in a header that only the holder of a private key can make.

    An ECDSA signature may be DER (RFC 3279) or the two numbers side by side (RFC 7518, 3.4); the
    length tells which. Ed25519 has its own digest and pays no heed to ``algorithm``.

    :param keys: public keys or certificates as PEM, or a key or a key set as JSON
    :param algorithm: the digest: ``sha256``, ``sha384`` or ``sha512``
    :param padding: of RSA: ``pkcs1`` (RSASSA-PKCS1-v1_5) or ``pss``
    :param key_header: the header that says which key of the set signed; empty: any of them
    """

    keys: str
    algorithm: str = "sha256"
    padding: str = "pkcs1"
    key_header: str = ""
    _keys: tuple[tuple[str, PublicKey], ...] = field(
        init=False, repr=False, compare=False, default=()
    )

    def __post_init__(self) -> None:
        SignedHeader.__post_init__(self)
        require_choice(self.algorithm, tuple(_HASHES), "the digest of a public-key signature")
        require_choice(self.padding, PADDINGS, "the padding of RSA")
        keys = parse_keys(self.keys)
        if self.key_header and not all(name for name, _key in keys):
            raise ConfigurationInvalid(
                "a header can only choose among keys that have an id: paste the sender's key set"
            )
        object.__setattr__(self, "_keys", keys)

    def verify(self, request: Presented, now: datetime) -> None:
        """See :meth:`verifier.Verifier.verify`."""
        claimed, signed = self.claimed(request, now)
        keys = self._chosen(request)
        if not any(self._fits(key, each, signed) for key in keys for each in claimed):
            raise NotVerified("the signature is wrong")

    def _chosen(self, request: Presented) -> list[PublicKey]:
        if not self.key_header:
            return [key for _name, key in self._keys]
        wanted = request.header(self.key_header)
        keys = [key for name, key in self._keys if name == wanted]
        if not keys:
            raise NotVerified("it is signed with a key that is not pinned here")
        return keys

    def _fits(self, key: PublicKey, signature: bytes, signed: bytes) -> bool:
        digest = _HASHES[self.algorithm]
        try:
            if isinstance(key, rsa.RSAPublicKey):
                key.verify(signature, signed, _padding(self.padding, digest), digest)
            elif isinstance(key, ec.EllipticCurvePublicKey):
                key.verify(_der(signature, key), signed, ec.ECDSA(digest))
            else:
                key.verify(signature, signed)
        except InvalidSignature:
            return False
        return True


def parse_keys(text: str) -> tuple[tuple[str, PublicKey], ...]:
    """``((id or empty, key), …)`` of what somebody pasted.

    :raises ConfigurationInvalid: if there is none, one cannot be read, or one is too weak
    """
    text = text.strip()
    try:
        found = _from_json(text) if text.startswith(("{", "[")) else _from_pem(text)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ConfigurationInvalid(
            "the public keys are neither PEM nor a JSON Web Key Set that can be read"
        ) from error
    if not 0 < len(found) <= _MOST_KEYS:
        raise ConfigurationInvalid(f"paste one to {_MOST_KEYS} public keys of the sender")
    for _name, key in found:
        if isinstance(key, rsa.RSAPublicKey) and key.key_size < _LEAST_BITS:
            raise ConfigurationInvalid(f"a key of RSA needs at least {_LEAST_BITS} bits")
    return tuple(found)


def _from_pem(text: str) -> list[tuple[str, PublicKey]]:
    found = []
    for block in _PEM.finditer(text):
        if "PRIVATE" in block[1]:
            raise ConfigurationInvalid("this is a private key: nobody but the sender may have it")
        raw = block[0].encode()
        is_certificate = block[1] == "CERTIFICATE"
        key = load_pem_x509_certificate(raw).public_key() if is_certificate else None
        found.append(("", _usable(key or load_pem_public_key(raw))))
    return found


def _from_json(text: str) -> list[tuple[str, PublicKey]]:
    tree = json.loads(text)
    listed = tree.get("keys", [tree]) if isinstance(tree, dict) else tree
    keys = [each for each in listed if each.get("use", "sig") == "sig"]
    if any("d" in each for each in keys):
        raise ConfigurationInvalid("this is a private key: nobody but the sender may have it")
    return [(str(each.get("kid", "")), _from_jwk(each)) for each in keys]


def _from_jwk(key: Mapping[str, Any]) -> PublicKey:
    """A key in the form of RFC 7518, 6 (RSA, EC) or RFC 8037 (Ed25519)."""
    if key["kty"] == "RSA":
        return rsa.RSAPublicNumbers(_number(key["e"]), _number(key["n"])).public_key()
    if key["kty"] == "EC":
        x, y = _number(key["x"]), _number(key["y"])
        return ec.EllipticCurvePublicNumbers(x, y, _CURVES[key["crv"]]).public_key()
    if key["kty"] == "OKP" and key["crv"] == "Ed25519":
        return ed25519.Ed25519PublicKey.from_public_bytes(_bytes(key["x"]))
    raise _unknown()


def _usable(key: object) -> PublicKey:
    if isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey):
        return key
    raise _unknown()


def _unknown() -> ConfigurationInvalid:
    return ConfigurationInvalid("a public key is one of RSA, ECDSA (P-256, P-384, P-521), Ed25519")


def _padding(name: str, digest: hashes.HashAlgorithm) -> padding.AsymmetricPadding:
    if name == "pkcs1":
        return padding.PKCS1v15()
    return padding.PSS(mgf=padding.MGF1(digest), salt_length=padding.PSS.AUTO)


def _der(signature: bytes, key: ec.EllipticCurvePublicKey) -> bytes:
    """A signature as DER, whichever of its two forms it has."""
    size = (key.curve.key_size + 7) // 8
    if len(signature) != 2 * size:
        return signature
    r, s = signature[:size], signature[size:]
    return utils.encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))


def _number(text: str) -> int:
    return int.from_bytes(_bytes(text), "big")


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
