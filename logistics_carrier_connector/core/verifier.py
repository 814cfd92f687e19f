"""Does the sender know the secret? Values in, nothing or ``NotVerified`` out.

A verifier cannot exist without a secret, so a connection that lost its secrets refuses everybody
instead of trusting everybody. Several secrets may be valid at once while one replaces another.
All comparisons take the same time whichever secret fits, or none.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from .errors import ConfigurationInvalid, NotVerified

ALGORITHMS: Final = ("sha256", "sha384", "sha512", "sha1")
ENCODINGS: Final = ("hex", "base64")


class Verifier(Protocol):
    """Anything that can tell whether a request is the sender's own."""

    def verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
        """Return if the proof is right.

        :param headers: names in any case
        :param body: the bytes as received, before any decoding
        :param now: aware, for the age of a timestamp
        :raises NotVerified: ``missing`` tells an absent proof from a wrong one
        """


@dataclass(frozen=True, slots=True)
class HmacVerifier:
    """A keyed digest of the body in a header.

    With ``timestamp_header`` the digest is of ``<timestamp>.<body>``: a time that is not signed
    would not stop a replay.

    :param header: carries the digest
    :param algorithm: one of ``ALGORITHMS``; ``sha1`` only because some senders offer nothing else
    :param encoding: one of ``ENCODINGS``
    :param prefix: what precedes the digest in the header, e.g. ``sha256=``
    :param timestamp_header: carries Unix seconds; empty if the sender signs no time
    :param tolerance: how far the timestamp may be from now, either way
    """

    secrets: Sequence[str] = field(repr=False)
    header: str
    algorithm: str = "sha256"
    encoding: str = "hex"
    prefix: str = ""
    timestamp_header: str = ""
    tolerance: timedelta = timedelta(minutes=5)

    def __post_init__(self) -> None:
        _require_secrets(self.secrets)
        _require_header(self.header)
        if self.algorithm not in ALGORITHMS or self.encoding not in ENCODINGS:
            raise ConfigurationInvalid(
                f"a digest is one of {', '.join(ALGORITHMS)} in {' or '.join(ENCODINGS)}"
            )
        if self.tolerance <= timedelta(0):
            raise ConfigurationInvalid("the timestamp tolerance must be positive")

    def verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
        """See :meth:`Verifier.verify`."""
        claimed = self._digest(_header(headers, self.header))
        signed = body
        if self.timestamp_header:
            stamp = _header(headers, self.timestamp_header)
            _require_fresh(stamp, now, self.tolerance)
            signed = stamp.encode() + b"." + body
        digests = [hmac.digest(_bytes(secret), signed, self.algorithm) for secret in self.secrets]
        _require_any(claimed, digests, "the signature is wrong")

    def _digest(self, value: str) -> bytes:
        if not value.startswith(self.prefix):
            raise NotVerified("the signature is not in the agreed form")
        text = value[len(self.prefix) :].strip()
        try:
            if self.encoding == "hex":
                return binascii.unhexlify(text)
            return base64.b64decode(text, validate=True)
        except (ValueError, binascii.Error):
            raise NotVerified("the signature is not in the agreed form") from None


@dataclass(frozen=True, slots=True)
class ApiKeyVerifier:
    """The secret itself in a header of its own."""

    secrets: Sequence[str] = field(repr=False)
    header: str = "X-Api-Key"

    def __post_init__(self) -> None:
        _require_secrets(self.secrets)
        _require_header(self.header)

    def verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
        """See :meth:`Verifier.verify`."""
        _require_secret(_header(headers, self.header), self.secrets, "the key is wrong")


@dataclass(frozen=True, slots=True)
class BearerVerifier:
    """``Authorization: Bearer <secret>`` (RFC 6750)."""

    secrets: Sequence[str] = field(repr=False)

    def __post_init__(self) -> None:
        _require_secrets(self.secrets)

    def verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
        """See :meth:`Verifier.verify`."""
        token = _credentials(headers, "bearer")
        _require_secret(token, self.secrets, "the bearer token is wrong")


@dataclass(frozen=True, slots=True)
class BasicVerifier:
    """``Authorization: Basic …`` (RFC 7617); the secrets are the valid passwords of one user."""

    secrets: Sequence[str] = field(repr=False)
    username: str = ""

    def __post_init__(self) -> None:
        _require_secrets(self.secrets)

    def verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
        """See :meth:`Verifier.verify`."""
        try:
            claimed = base64.b64decode(_credentials(headers, "basic"), validate=True)
        except (ValueError, binascii.Error):
            raise NotVerified("the credentials are not in the agreed form") from None
        user = _bytes(self.username)
        pairs = [user + b":" + _bytes(secret) for secret in self.secrets]
        _require_any(claimed, pairs, "the user name or the password is wrong")


def _build_hmac(config: Mapping[str, Any], secrets: Sequence[str]) -> Verifier:
    known = {"header", "algorithm", "encoding", "prefix", "timestamp_header"}
    values = _known(config, known | {"tolerance_seconds"})
    tolerance = values.pop("tolerance_seconds", None)
    if tolerance is not None:
        values["tolerance"] = _seconds(tolerance)
    if "header" not in values:
        raise ConfigurationInvalid("a signature needs the name of its header")
    return HmacVerifier(secrets, **values)


def _build_api_key(config: Mapping[str, Any], secrets: Sequence[str]) -> Verifier:
    return ApiKeyVerifier(secrets, **_known(config, {"header"}))


def _build_bearer(config: Mapping[str, Any], secrets: Sequence[str]) -> Verifier:
    _known(config, set())
    return BearerVerifier(secrets)


def _build_basic(config: Mapping[str, Any], secrets: Sequence[str]) -> Verifier:
    return BasicVerifier(secrets, **_known(config, {"username"}))


_BUILDERS: Final[dict[str, Callable[[Mapping[str, Any], Sequence[str]], Verifier]]] = {
    "hmac": _build_hmac,
    "api_key": _build_api_key,
    "bearer": _build_bearer,
    "basic": _build_basic,
}
KINDS: Final = tuple(_BUILDERS)


def build(kind: str, config: Mapping[str, Any], secrets: Sequence[str]) -> Verifier:
    """The verifier that a connection's data describes.

    :param kind: one of ``KINDS``
    :param config: the fields of the verifier's class except its secrets; empty values count as not
        given. ``tolerance_seconds`` stands for ``tolerance``
    :param secrets: all that are valid now, newest first
    :raises ConfigurationInvalid: on an unknown kind or field, a bad value, or without a secret
    """
    if kind not in _BUILDERS:
        raise ConfigurationInvalid(f"a verifier is one of {', '.join(KINDS)}")
    return _BUILDERS[kind](config, tuple(secrets))


def _known(config: Mapping[str, Any], allowed: set[str]) -> dict[str, Any]:
    values = {name: value for name, value in config.items() if value not in (None, "", False)}
    unknown = sorted(set(values) - allowed)
    if unknown:
        raise ConfigurationInvalid(f"unknown verifier setting: {', '.join(unknown)}")
    return values


def _seconds(value: Any) -> timedelta:
    try:
        return timedelta(seconds=int(value))
    except (TypeError, ValueError, OverflowError):
        raise ConfigurationInvalid("the timestamp tolerance is a number of seconds") from None


def _require_secrets(secrets: Sequence[str]) -> None:
    if isinstance(secrets, str) or not secrets or not all(_is_secret(s) for s in secrets):
        raise ConfigurationInvalid("a verifier needs at least one secret, and none may be blank")


def _is_secret(secret: object) -> bool:
    return isinstance(secret, str) and bool(secret.strip())


def _require_header(name: str) -> None:
    if not name.strip():
        raise ConfigurationInvalid("a verifier needs the name of a header")


def _header(headers: Mapping[str, str], name: str) -> str:
    wanted = name.lower()
    for key, value in headers.items():
        if key.lower() == wanted and value.strip():
            return value.strip()
    raise NotVerified(f"the header {name} is missing", missing=True)


def _credentials(headers: Mapping[str, str], scheme: str) -> str:
    found, _, value = _header(headers, "Authorization").partition(" ")
    if found.lower() != scheme or not value.strip():
        raise NotVerified(f"the Authorization header is not of the {scheme} scheme")
    return value.strip()


def _require_fresh(stamp: str, now: datetime, tolerance: timedelta) -> None:
    # isascii, because int() also reads other scripts' digits; 12 digits end in the year 33658.
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise NotVerified("the timestamp is not in Unix seconds")
    if abs(now.timestamp() - int(stamp)) > tolerance.total_seconds():
        raise NotVerified("the timestamp is too far from the present")


def _require_secret(claimed: str, secrets: Sequence[str], message: str) -> None:
    # Digests are compared instead of the words, so that not even a length can be measured.
    digests = [hashlib.sha256(_bytes(secret)).digest() for secret in secrets]
    _require_any(hashlib.sha256(_bytes(claimed)).digest(), digests, message)


def _require_any(claimed: bytes, expected: Sequence[bytes], message: str) -> None:
    # All are compared before any decides, so that the time does not tell which one fitted.
    fits = [hmac.compare_digest(claimed, each) for each in expected]
    if True not in fits:
        raise NotVerified(message)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
