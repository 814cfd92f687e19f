"""Two versions of a profile, side by side: of their texts, their tables, and what they read."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .code_table import CodeRow

ADDED, REMOVED, CHANGED = "added", "removed", "changed"


@dataclass(frozen=True, slots=True)
class CodeChange:
    """One code that means something else: ``None`` where it has no meaning."""

    code: str
    before: CodeRow | None
    after: CodeRow | None

    @property
    def kind(self) -> str:
        """``added``, ``removed`` or ``changed``."""
        return ADDED if self.before is None else REMOVED if self.after is None else CHANGED


@dataclass(frozen=True, slots=True)
class FactChange:
    """One statement that two readings of the same message do not share.

    :param index: the item of the message
    :param before: the fact as JSON, ``None`` where it is not stated
    """

    index: int
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None

    @property
    def kind(self) -> str:
        """``added``, ``removed`` or ``changed``."""
        return ADDED if self.before is None else REMOVED if self.after is None else CHANGED


def text_diff(before: str, after: str, names: tuple[str, str]) -> str:
    """A unified diff; empty if the texts are equal."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), *names, lineterm="", n=3)
    return "\n".join(lines)


def code_changes(before: Mapping[str, CodeRow], after: Mapping[str, CodeRow]) -> list[CodeChange]:
    """Codes whose meaning differs, by code.

    >>> code_changes({}, {"D": CodeRow("delivered")})[0].kind
    'added'
    """
    return [
        CodeChange(code, before.get(code), after.get(code))
        for code in sorted({*before, *after})
        if before.get(code) != after.get(code)
    ]


def fact_changes(
    before: Sequence[tuple[int, Mapping[str, Any]]], after: Sequence[tuple[int, Mapping[str, Any]]]
) -> list[FactChange]:
    """What two readings of one message do not share, by item.

    Equal facts of an item cancel each other out, each once. Of what is left, the first of one
    reading becomes the first of the other.

    :param before: pairs of the item's index and a fact as JSON
    """
    left: dict[int, tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]] = {}
    for index, stated in before:
        left.setdefault(index, ([], []))[0].append(stated)
    for index, stated in after:
        gone, come = left.setdefault(index, ([], []))
        if stated in gone:
            gone.remove(stated)
        else:
            come.append(stated)
    changes = []
    for index, (gone, come) in sorted(left.items()):
        for place in range(max(len(gone), len(come))):
            changes.append(
                FactChange(
                    index,
                    gone[place] if place < len(gone) else None,
                    come[place] if place < len(come) else None,
                )
            )
    return changes
