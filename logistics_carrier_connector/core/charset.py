"""Text in an encoding that its sender named apart from it, as UTF-8 for the codecs."""

from __future__ import annotations

import codecs
from email.message import Message
from typing import Final

# EDIFACT and XML say it themselves, in their first bytes; a workbook is no text.
_FORMATS: Final = ("csv", "json", "canonical", "x12")
_JSON: Final = ("json", "canonical")
_MARKS: Final = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def as_utf8(raw: bytes, format_name: str, content_type: str) -> bytes:
    """The same text as UTF-8; ``raw`` as it is where nothing is said, or it cannot be true.

    A byte order mark is believed before the content type, and so is JSON that is UTF-8: between
    systems it has to be, whatever a header says (RFC 8259, section 8.1).

    >>> as_utf8("Łódź".encode("cp1250"), "csv", "text/csv; charset=cp1250").decode()
    'Łódź'
    """
    header = Message()
    header["Content-Type"] = content_type
    charset = header.get_content_charset()
    if not charset or format_name not in _FORMATS or raw.startswith(_MARKS):
        return raw
    if format_name in _JSON and _is_utf8(raw):
        return raw
    try:
        return raw.decode(charset).encode()
    except (LookupError, ValueError):  # unknown, no text encoding, or not this one
        return raw


def _is_utf8(raw: bytes) -> bool:
    # Encodings of two bytes each would be valid by accident.
    if b"\0" in raw:
        return False
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True
