"""Which words of a message might be names of shipments: for messages that nobody could read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from odoo.addons.logistics_milestone_sync.core.reference import Reference
from odoo.addons.logistics_milestone_sync.core.vocabulary import SCHEMES

_WORD: Final = re.compile(rb"[A-Za-z0-9][A-Za-z0-9/_-]{4,39}")
_FAR_ENOUGH: Final = 256 * 1024
_MOST_WORDS: Final = 500


def words(raw: bytes) -> list[str]:
    """Words with a digit in them, each once, in the order of the message.

    >>> words(b'{"tracking": "1Z999AA10123456784", "town": "Springfield"}')
    ['1Z999AA10123456784']
    """
    found: dict[str, None] = {}
    for match in _WORD.finditer(raw[:_FAR_ENOUGH]):
        word = match.group().decode()
        if any(character.isdigit() for character in word):
            found.setdefault(word)
            if len(found) == _MOST_WORDS:
                break
    return list(found)


def spellings(found: Iterable[str]) -> set[str]:
    """The words as references are compared, whichever scheme they might belong to."""
    return {Reference(scheme, word).normalised for word in found for scheme in SCHEMES}
