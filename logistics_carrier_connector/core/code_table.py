"""What a carrier's codes mean, as a table: code → milestone, reason, responsible party.

A table answers or it does not: there is no default row and nothing is guessed. A row that says
``ignore`` is an answer too (the code is known and states no milestone).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from odoo.addons.logistics_milestone_sync.core.vocabulary import ACTUAL

_LONGEST: Final = 80
# Words before a phrase that take it back: "to be re-delivered", "could not be delivered".
_DOUBTS: Final = frozenset(
    "not no never cannot unable fail failed failure attempt attempted attempting be being re if"
    " when until before pending awaiting scheduled rescheduled expected estimated planned".split()
)
_ENDS: Final = ("delivered", "returned", "lost", "cancelled")


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
    :param override: whose exception from the table it is, in words; empty for the table's own
    """

    milestone: str = ""
    classifier: str = ACTUAL
    reason: str = ""
    party: str = ""
    inferred: bool = False
    ignore: bool = False
    note: str = ""
    override: str = ""


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


def find(
    table: Mapping[str, CodeRow],
    keys: Iterable[Key],
    phrases: Mapping[str, CodeRow] | None = None,
    text: str = "",
) -> tuple[str, CodeRow]:
    """The code as it is reported, and the row of the first key that has one.

    :param keys: most precise first; incomplete ones are passed over
    :param phrases: words → row; the first that stand in ``text`` answer where no code does, unless
        words before them take back what they say
    :param text: the words of the status, joined with ``_`` as ``words.slug`` does it
    :return: the most precise complete key, and the row
    :raises ValueError: if no key is complete and there are no words: there is no code at all
    :raises Unmapped: if no complete key has a row

    >>> table = {"D": CodeRow("delivered")}
    >>> find(table, [Key(("D", "FS")), Key(("D",))])[0]
    'D/FS'
    """
    codes = [key.text for key in keys if key.text]
    row = next((table[code] for code in codes if code in table), None)
    if row is None and phrases:
        row = next((row for words, row in phrases.items() if _says(text, words, row)), None)
    if not codes and not (phrases and text):
        raise ValueError("no status code")
    code = codes[0] if codes else text[:_LONGEST]
    if row is None:
        raise Unmapped(code)
    return code, row


def _says(text: str, words: str, row: CodeRow) -> bool:
    """Whether a phrase answers for a text. What would end a shipment is not read out of words that
    say it has not happened."""
    before, found, _after = f"_{text}_".partition(f"_{words}_")
    return bool(found) and not (row.milestone in _ENDS and _DOUBTS & set(before.split("_")))
