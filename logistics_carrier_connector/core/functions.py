"""Functions for the expressions of profiles, beside those that JMESPath has.

None of them raises on what a message contains: what does not fit is null.

* ``after(text, label)``: what follows the label, without case and without ``:``, ``-`` or blanks in
  between; null if the label is not at the beginning. ``after('Signed by: J SMITH', 'signed by')``
* ``between(text, label, end)``: what stands between the label, anywhere, and the end
* ``upper(text)``: in capitals
* ``slug(text)``: the words in small letters, joined with ``_``: ``Out for Delivery`` and
  ``OUT_FOR_DELIVERY`` are both ``out_for_delivery``
* ``deep(value, name)``: every value called ``name`` below ``value``, wherever it stands, as a list;
  lists are flattened, and what was found is not searched again
* ``has(value, name)``: whether anything below ``value`` is called ``name``, empty or not; what a
  message is about is told by names that are there before anything has happened
* ``items(object)``: ``[{name, value}, ...]`` of an object whose names are data
* ``split(text, mark)``, ``part(text, mark, number)``: pieces of a text, the first is 0
* ``text(value)``: as text; of an XML element with attributes its text
* ``decimal(text, mark)``: a number whose decimal mark is ``mark``: ``decimal('1.234,5', ',')``;
  null where the other mark does not separate thousands, so that ``2,5`` never becomes 25
* ``scaled(text, digits)``: a number with so many decimals implied: ``scaled('1700', 2)``
* ``sha256_of_base64(text)``: hex digest of the bytes that the text stands for; null if it is no
  base64. Keeps the proof of an embedded document without the document.
"""

from __future__ import annotations

import re
from base64 import b64decode
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any, Final

from jmespath import functions

from .words import slug

_NULLABLE: Final[Any] = {"types": ["string", "null"]}
_TEXT: Final[Any] = {"types": ["string"]}
_ANY: Final[Any] = {"types": []}
_NUMBER: Final[Any] = {"types": ["number"]}
# Whole part, alone or in groups of three, then the decimals: what breaks the grouping is no number.
_GROUPED: Final = {
    ".": re.compile(r"([+-]?(?:\d{1,30}|\d{1,3}(?:[,' ]\d{3}){1,9}))(?:\.(\d{1,30}))?", re.ASCII),
    ",": re.compile(r"([+-]?(?:\d{1,30}|\d{1,3}(?:[.' ]\d{3}){1,9}))(?:,(\d{1,30}))?", re.ASCII),
}
_MAX_FOUND: Final = 50_000


class Functions(functions.Functions):
    """What ``jmespath.Options`` takes."""

    @functions.signature(_NULLABLE, _TEXT)
    def _func_after(self, text: str | None, label: str) -> str | None:
        words = (text or "").strip()
        rest = words[len(label) :]
        if words[: len(label)].casefold() != label.casefold() or rest[:1].isalnum():
            return None
        return rest.lstrip(" :-\t").rstrip() or None

    @functions.signature(_NULLABLE)
    def _func_upper(self, text: str | None) -> str | None:
        return None if text is None else text.upper()

    @functions.signature(_NULLABLE)
    def _func_sha256_of_base64(self, text: str | None) -> str | None:
        try:
            document = b64decode(text or "", validate=True)
        except ValueError:
            return None
        return sha256(document).hexdigest() if document else None

    @functions.signature(_NULLABLE, _TEXT, _TEXT)
    def _func_between(self, text: str | None, label: str, end: str) -> str | None:
        words = text or ""
        begin = words.casefold().find(label.casefold())
        if begin < 0:
            return None
        return words[begin + len(label) :].partition(end)[0].strip(" :-\t") or None

    @functions.signature(_ANY)
    def _func_slug(self, value: Any) -> str | None:
        found = _text(value)
        return slug(found) or None if found else None

    @functions.signature(_ANY, _TEXT)
    def _func_deep(self, value: Any, name: str) -> list[Any]:
        return _deep(value, name)

    @functions.signature(_ANY, _TEXT)
    def _func_has(self, value: Any, name: str) -> bool:
        return _has(value, name)

    @functions.signature(_ANY)
    def _func_items(self, value: Any) -> list[dict[str, Any]]:
        pairs = value.items() if isinstance(value, dict) else ()
        return [{"name": name, "value": each} for name, each in pairs]

    @functions.signature(_NULLABLE, _TEXT)
    def _func_split(self, text: str | None, mark: str) -> list[str]:
        return (text or "").split(mark) if mark else [text or ""]

    @functions.signature(_NULLABLE, _TEXT, _NUMBER)
    def _func_part(self, text: str | None, mark: str, number: int) -> str | None:
        parts = (text or "").split(mark or None)
        return parts[int(number)].strip() or None if int(number) < len(parts) else None

    @functions.signature(_ANY)
    def _func_text(self, value: Any) -> str | None:
        return _text(value)

    @functions.signature(_ANY, _TEXT)
    def _func_decimal(self, value: Any, mark: str) -> str | None:
        found = (_text(value) or "").replace("\u00a0", " ")
        match = _GROUPED[mark].fullmatch(found) if mark in _GROUPED else None
        if match is None:
            return None
        whole = "".join(char for char in match[1] if char.isdigit() or char == "-")
        return f"{whole}.{match[2]}" if match[2] else whole

    @functions.signature(_ANY, _NUMBER)
    def _func_scaled(self, value: Any, digits: int) -> str | None:
        try:
            number = Decimal(_text(value) or "")
        except InvalidOperation:
            return None
        return format(number.scaleb(-int(digits)), "f") if number.is_finite() else None


def _text(value: Any) -> str | None:
    if isinstance(value, dict):
        value = value.get("_text")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value.strip() or None
    return str(value) if isinstance(value, int | float | Decimal) else None


def _deep(value: Any, name: str) -> list[Any]:
    """Without recursion, because a message decides how deep it is."""
    found: list[Any] = []
    stack = [value]
    while stack and len(found) < _MAX_FOUND:
        node = stack.pop()
        if isinstance(node, list):
            stack.extend(reversed(node))
        elif isinstance(node, dict):
            below: list[Any] = []
            for key, each in node.items():
                if key != name:
                    below.append(each)
                elif isinstance(each, list):
                    found.extend(item for item in each if item is not None)
                elif each is not None:
                    found.append(each)
            stack.extend(reversed(below))
    return found


def _has(value: Any, name: str) -> bool:
    """Without recursion, like ``_deep``."""
    stack = [value]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            if name in node:
                return True
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)
    return False
