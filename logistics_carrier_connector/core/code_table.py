"""What a carrier's codes mean, as a table: code → milestone, reason, responsible party.

A table answers or it does not: there is no default row and nothing is guessed. A row that says
``ignore`` is an answer too (the code is known and states no milestone).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from odoo.addons.logistics_milestone_sync.core.vocabulary import ACTUAL


class Unmapped(Exception):
    """A word of the carrier that no table explains.

    :ivar code: as it is reported and counted: ``X/9Q``, ``reason ZZ``, ``unit STN``
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class CodeRow:
    """One answer.

    :param milestone: of the catalogue; empty on an ignored code
    :param inferred: the code says less than the milestone; somebody's reading is in between
    :param note: what the code means, in our words
    """

    milestone: str = ""
    classifier: str = ACTUAL
    reason: str = ""
    party: str = ""
    inferred: bool = False
    ignore: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """What a separate reason code adds; an empty reason says that nothing is wrong."""

    reason: str = ""
    party: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """One way to write a status, e.g. ``("X", "48")``: joined with ``/`` it is looked up."""

    parts: tuple[str, ...]

    @property
    def text(self) -> str:
        """``X/48``; empty if a part is missing."""
        return "/".join(self.parts) if all(self.parts) else ""


def find(table: Mapping[str, CodeRow], keys: Iterable[Key]) -> tuple[str, CodeRow]:
    """The code as it is reported, and the row of the first key that has one.

    :param keys: most precise first; incomplete ones are passed over
    :return: the most precise complete key, and the row
    :raises ValueError: if no key is complete: there is no code at all
    :raises Unmapped: if no complete key has a row

    >>> table = {"D": CodeRow("delivered")}
    >>> find(table, [Key(("D", "FS")), Key(("D",))])[0]
    'D/FS'
    """
    texts = [key.text for key in keys if key.text]
    if not texts:
        raise ValueError("no status code")
    row = next((table[text] for text in texts if text in table), None)
    if row is None:
        raise Unmapped(texts[0])
    return texts[0], row
