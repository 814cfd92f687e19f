"""Web pages where a message was expected: what proxies and login servers answer, often with 200."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

_BEGINS: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--.{0,2000}?-->\s*)?"
    rb"<(?:!doctype\s+html\b|html\b|h[1-3]>)",
    re.IGNORECASE | re.DOTALL,
)
_READ: Final = 20_000
_LONGEST: Final = 200
_SILENT: Final = frozenset({"script", "style", "svg"})
_TOLD: Final = ("title", "h1", "h2", "p")


def words_of_page(raw: bytes) -> str | None:
    """What a web page says, its title and first lines, for people; ``None`` if it is no web page.

    >>> words_of_page(b"<html><title>502 Bad Gateway</title></html>")
    '502 Bad Gateway'
    >>> words_of_page(b"<parcels/>") is None
    True
    """
    if not _BEGINS.match(raw[: 2 * _READ]):
        return None
    page = _Page()
    page.feed(raw[:_READ].decode("utf-8", "replace"))
    told = dict.fromkeys(words for tag in _TOLD for words in page.told.get(tag, ()))
    return " – ".join(told)[:_LONGEST] or "without words"


class _Page(HTMLParser):
    """Collects the texts of a page by the element that they stand in."""

    def __init__(self) -> None:
        super().__init__()
        self.told: dict[str, list[str]] = {}
        self._within: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._within.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._within:
            while self._within.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        words = " ".join(data.replace("\x00", " ").split())
        tag = next((each for each in reversed(self._within) if each in _TOLD), "")
        if words and tag and not _SILENT & set(self._within):
            self.told.setdefault(tag, []).append(words)
