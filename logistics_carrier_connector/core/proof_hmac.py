"""Signatures: a keyed digest (HMAC, RFC 2104) of what was sent, in a header.

Senders differ in where the digest stands, how it is written and what it covers. All of it is
settings, so that another carrier's scheme needs no code.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from .errors import MALFORMED, MISSING, ConfigurationInvalid, NotVerified
from .presented import Presented
from .proof_checks import (
    TIMESTAMP_FORMATS,
    as_bytes,
    require_fresh,
    require_name,
    require_secrets,
    require_tolerance,
)

# SHA-1 is weak; as an HMAC it is not broken (RFC 6194, 3.3), and some senders offer nothing else.
ALGORITHMS: Final = ("sha256", "sha384", "sha512", "sha1")
ENCODINGS: Final = ("hex", "base64", "base64url")
SECRET_FORMS: Final = ("text", "nfkd", "base64", "hex")
_PART: Final = re.compile(r"\{(body|timestamp|url|path|method)\}")
_MOST_SIGNATURES: Final = 10


@dataclass(frozen=True, slots=True)
class HmacVerifier:
    """A keyed digest in a header.

    :param header: carries the digest
    :param algorithm: one of ``ALGORITHMS``
    :param encoding: how the digest is written, one of ``ENCODINGS``
    :param prefix: what precedes the digest, e.g. ``sha256=``
    :param signature_field: the header is a list such as ``t=…,v1=…`` and the digest has this name
        in it; several with that name are alternatives, as a sender gives while it changes its key
    :param timestamp_field: the name of the timestamp in that list
    :param timestamp_header: else the header that carries the timestamp; empty if none is signed
    :param timestamp_format: one of ``TIMESTAMP_FORMATS``
    :param tolerance: how far the timestamp may be from now, either way
    :param signed: what the digest covers, with ``{body}``, ``{timestamp}``, ``{url}``, ``{path}``
        and ``{method}`` replaced. A time that is not signed would not stop a replay, so it has to
        be in there; by default it is ``{timestamp}.{body}``, or ``{body}`` without one
    :param secret_form: how a secret becomes the key, one of ``SECRET_FORMS``
    """

    secrets: Sequence[str] = field(repr=False)
    header: str
    algorithm: str = "sha256"
    encoding: str = "hex"
    prefix: str = ""
    signature_field: str = ""
    timestamp_field: str = ""
    timestamp_header: str = ""
    timestamp_format: str = "seconds"
    tolerance: timedelta = timedelta(minutes=5)
    signed: str = ""
    secret_form: str = "text"
    _keys: tuple[bytes, ...] = field(init=False, repr=False, compare=False, default=())
    _parts: tuple[str, ...] = field(init=False, repr=False, compare=False, default=())

    def __post_init__(self) -> None:
        require_secrets(self.secrets)
        require_name(self.header, "header")
        require_tolerance(self.tolerance)
        for value, choices, what in (
            (self.algorithm, ALGORITHMS, "a digest"),
            (self.encoding, ENCODINGS, "the encoding of a digest"),
            (self.timestamp_format, TIMESTAMP_FORMATS, "a timestamp"),
            (self.secret_form, SECRET_FORMS, "the form of a secret"),
        ):
            if value not in choices:
                raise ConfigurationInvalid(f"{what} is one of {', '.join(choices)}")
        if self.timestamp_field and not self.signature_field:
            raise ConfigurationInvalid("a timestamp in the list needs the signature's name there")
        object.__setattr__(self, "_keys", tuple(key_of(s, self.secret_form) for s in self.secrets))
        object.__setattr__(self, "_parts", template_parts(self.template, self.stamped))

    @property
    def stamped(self) -> bool:
        """Whether the sender states when it signed."""
        return bool(self.timestamp_field or self.timestamp_header)

    @property
    def template(self) -> str:
        """What the digest covers."""
        return self.signed or default_template(self.stamped)

    def verify(self, request: Presented, now: datetime) -> None:
        """See :meth:`verifier.Verifier.verify`."""
        value = request.header(self.header)
        fields = _fields(value) if self.signature_field else {}
        texts = fields.get(self.signature_field, []) if self.signature_field else [value]
        if not texts:
            raise NotVerified(
                f"the header {self.header} has no {self.signature_field}", cause=MISSING
            )
        claimed = [self._digest(text) for text in texts[:_MOST_SIGNATURES]]
        stamp = self._stamp(request, fields)
        if self.stamped:
            require_fresh(stamp, self.timestamp_format, now, self.tolerance)
        signed = self._signed_bytes(request, stamp)
        digests = [hmac.digest(key, signed, self.algorithm) for key in self._keys]
        _require_one(claimed, digests)

    def _stamp(self, request: Presented, fields: dict[str, list[str]]) -> str:
        if self.timestamp_field:
            values = fields.get(self.timestamp_field, [])
            if not values:
                raise NotVerified("the signature has no timestamp", cause=MISSING)
            return values[0]
        return request.header(self.timestamp_header) if self.timestamp_header else ""

    def _signed_bytes(self, request: Presented, stamp: str) -> bytes:
        values = {
            "body": request.body,
            "timestamp": as_bytes(stamp),
            "url": as_bytes(request.url),
            "path": as_bytes(request.path),
            "method": as_bytes(request.method),
        }
        return b"".join(
            values[part] if odd else as_bytes(part) for part, odd in _alternating(self._parts)
        )

    def _digest(self, value: str) -> bytes:
        if not value.startswith(self.prefix):
            raise NotVerified("the signature is not in the agreed form", cause=MALFORMED)
        return decoded(value[len(self.prefix) :].strip(), self.encoding)


@dataclass(frozen=True, slots=True)
class StandardVerifier:
    """Standard Webhooks (standardwebhooks.com, 1.0.0), symmetric: HMAC-SHA256 of id, time and body.

    :param secrets: ``whsec_`` and base64, or the base64 alone
    :param header_prefix: ``webhook``, or what an older sender calls its headers, e.g. ``svix``
    """

    secrets: Sequence[str] = field(repr=False)
    header_prefix: str = "webhook"
    tolerance: timedelta = timedelta(minutes=5)
    _keys: tuple[bytes, ...] = field(init=False, repr=False, compare=False, default=())

    def __post_init__(self) -> None:
        require_secrets(self.secrets)
        require_name(self.header_prefix, "header")
        require_tolerance(self.tolerance)
        keys = tuple(key_of(s.strip().removeprefix("whsec_"), "base64") for s in self.secrets)
        object.__setattr__(self, "_keys", keys)

    def verify(self, request: Presented, now: datetime) -> None:
        """See :meth:`verifier.Verifier.verify`."""
        said = {
            name: request.header(f"{self.header_prefix}-{name}")
            for name in ("id", "timestamp", "signature")
        }
        require_fresh(said["timestamp"], "seconds", now, self.tolerance)
        texts = [word[3:] for word in said["signature"].split() if word.startswith("v1,")]
        if not texts:
            raise NotVerified("there is no signature of version v1", cause=MISSING)
        claimed = [decoded(text, "base64") for text in texts[:_MOST_SIGNATURES]]
        head = as_bytes(f"{said['id']}.{said['timestamp']}.")
        digests = [hmac.digest(key, head + request.body, "sha256") for key in self._keys]
        _require_one(claimed, digests)


def default_template(stamped: bool) -> str:
    """What a signature covers where nothing else is agreed."""
    return "{timestamp}.{body}" if stamped else "{body}"


def template_parts(template: str, stamped: bool) -> tuple[str, ...]:
    """Texts and names in turns, beginning and ending with a text.

    :raises ConfigurationInvalid: if the signature would not cover what it has to
    """
    parts = tuple(_PART.split(template))
    names = parts[1::2]
    if "body" not in names:
        raise ConfigurationInvalid("a signature has to cover the {body}")
    if ("timestamp" in names) != stamped:
        raise ConfigurationInvalid(
            "a signature covers the {timestamp} exactly where the sender states one"
        )
    if any("{" in text or "}" in text for text in parts[::2]):
        raise ConfigurationInvalid(
            "a signature covers {body}, {timestamp}, {url}, {path}, {method}"
        )
    return parts


def key_of(secret: str, form: str) -> bytes:
    """The bytes with which a secret signs.

    :param form: ``nfkd`` is the text in Unicode's form NFKD (UAX 15)
    :raises ConfigurationInvalid: if the secret is not in this form
    """
    if form == "nfkd":
        return as_bytes(unicodedata.normalize("NFKD", secret))
    if form == "text":
        return as_bytes(secret)
    try:
        text = secret.strip()
        key = binascii.unhexlify(text) if form == "hex" else base64.b64decode(text, validate=True)
    except ValueError:
        raise ConfigurationInvalid(f"the secret is not {form}") from None
    if not key:
        raise ConfigurationInvalid("a verifier needs at least one secret, and none may be blank")
    return key


def decoded(text: str, encoding: str) -> bytes:
    """A digest as bytes.

    :raises NotVerified: if it is not written as agreed
    """
    try:
        if encoding == "hex":
            return binascii.unhexlify(text)
        if encoding == "base64":
            return base64.b64decode(text, validate=True)
        # base64url (RFC 4648, 5) is mostly sent without its padding.
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise NotVerified("the signature is not in the agreed form", cause=MALFORMED) from None


def _fields(value: str) -> dict[str, list[str]]:
    """``{name: values}`` of a list such as ``t=1,v1=a,v1=b``."""
    found: dict[str, list[str]] = {}
    for word in re.split(r"[,;]", value):
        name, equals, text = word.strip().partition("=")
        if equals:
            found.setdefault(name.strip(), []).append(text.strip())
    return found


def _require_one(claimed: Iterable[bytes], digests: Sequence[bytes]) -> None:
    fits = [hmac.compare_digest(each, digest) for each in claimed for digest in digests]
    if True not in fits:
        raise NotVerified("the signature is wrong")


def _alternating(parts: Sequence[str]) -> Iterable[tuple[str, bool]]:
    return ((part, bool(index % 2)) for index, part in enumerate(parts))
