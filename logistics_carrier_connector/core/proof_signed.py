"""Signatures in a header: where they stand, how they are written, and what they cover.

Senders differ in all of it. All of it is settings, so that another carrier's scheme needs no code.
"""

from __future__ import annotations

import base64
import binascii
import re
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
    require_tolerance,
)

ENCODINGS: Final = ("hex", "base64", "base64url")
MOST_SIGNATURES: Final = 10
_PART: Final = re.compile(r"\{(body|timestamp|url|path|method)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedHeader:
    """What the verifiers of signatures in a header have in common.

    :param header: carries the signature
    :param encoding: how it is written, one of ``ENCODINGS``
    :param prefix: what precedes it, e.g. ``sha256=``
    :param signature_field: the header is a list such as ``t=…,v1=…`` and the signature has this
        name in it; several with that name are alternatives, as a sender gives while it changes its
        key
    :param timestamp_field: the name of the timestamp in that list
    :param timestamp_header: else the header that carries the timestamp; empty if none is signed
    :param timestamp_format: one of ``TIMESTAMP_FORMATS``
    :param tolerance: how far the timestamp may be from now, either way
    :param signed: what is signed, with ``{body}``, ``{timestamp}``, ``{url}``, ``{path}`` and
        ``{method}`` replaced. A time that is not signed would not stop a replay, so it has to be in
        there; by default it is ``{timestamp}.{body}``, or ``{body}`` without one
    """

    header: str
    encoding: str = "hex"
    prefix: str = ""
    signature_field: str = ""
    timestamp_field: str = ""
    timestamp_header: str = ""
    timestamp_format: str = "seconds"
    tolerance: timedelta = timedelta(minutes=5)
    signed: str = ""
    _parts: tuple[str, ...] = field(init=False, repr=False, compare=False, default=())

    def __post_init__(self) -> None:
        require_name(self.header, "header")
        require_tolerance(self.tolerance)
        require_choice(self.encoding, ENCODINGS, "the encoding of a digest")
        require_choice(self.timestamp_format, TIMESTAMP_FORMATS, "a timestamp")
        if self.timestamp_field and not self.signature_field:
            raise ConfigurationInvalid("a timestamp in the list needs the signature's name there")
        object.__setattr__(self, "_parts", template_parts(self.template, self.stamped))

    @property
    def stamped(self) -> bool:
        """Whether the sender states when it signed."""
        return bool(self.timestamp_field or self.timestamp_header)

    @property
    def template(self) -> str:
        """What is signed."""
        return self.signed or default_template(self.stamped)

    def claimed(self, request: Presented, now: datetime) -> tuple[list[bytes], bytes]:
        """The signatures that a request claims, and the bytes that they have to cover.

        :raises NotVerified: if one is missing, not in the agreed form, or too old
        """
        value = request.header(self.header)
        fields = _fields(value) if self.signature_field else {}
        texts = fields.get(self.signature_field, []) if self.signature_field else [value]
        if not texts:
            raise NotVerified(
                f"the header {self.header} has no {self.signature_field}", cause=MISSING
            )
        claimed = [self._signature(text) for text in texts[:MOST_SIGNATURES]]
        stamp = self._stamp(request, fields)
        if self.stamped:
            require_fresh(stamp, self.timestamp_format, now, self.tolerance)
        return claimed, self._signed_bytes(request, stamp)

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

    def _signature(self, value: str) -> bytes:
        if not value.startswith(self.prefix):
            raise NotVerified("the signature is not in the agreed form", cause=MALFORMED)
        return decoded(value[len(self.prefix) :].strip(), self.encoding)


def require_choice(value: str, choices: Sequence[str], what: str) -> None:
    """:raises ConfigurationInvalid: if the value is none of the choices"""
    if value not in choices:
        raise ConfigurationInvalid(f"{what} is one of {', '.join(choices)}")


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


def _alternating(parts: Sequence[str]) -> Iterable[tuple[str, bool]]:
    return ((part, bool(index % 2)) for index, part in enumerate(parts))
