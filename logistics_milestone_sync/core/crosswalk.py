"""Crosswalks: what public standards call our milestones, as values and as CSV.

The CSV (RFC 4180, UTF-8) has a heading with the names of ``COLUMNS``. A cell that a spreadsheet
would take for a formula begins with an apostrophe; reading takes it off again.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields
from typing import Final

DCSA: Final = "dcsa"
EPCIS: Final = "epcis"
X12: Final = "x12"
EDIFACT: Final = "edifact"
STANDARDS: Final = {
    DCSA: "DCSA Track & Trace",
    EPCIS: "GS1 EPCIS 2.0 (CBV)",
    X12: "ANSI X12 214 (AT7)",
    EDIFACT: "UN/EDIFACT IFTSTA (STS)",
}

BOTH: Final = "both"
IN: Final = "in"
OUT: Final = "out"
DIRECTIONS: Final = (BOTH, IN, OUT)

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "'")


@dataclass(frozen=True, slots=True, order=True)
class Row:
    """One code of a standard and the milestone that it means.

    :param milestone: code of the catalogue
    :param qualifier: what else must be said for the code to mean it: the kind of event (DCSA), the
        disposition (EPCIS), the element (X12), the status category (EDIFACT)
    :param direction: ``in``: understood when it comes; ``out``: sent; ``both``
    :param primary: of the codes that may be sent for the milestone, the one that is sent
    :param source: address of the standard or of a published list of its codes
    :raises ValueError: on words outside of this module, and on what contradicts itself
    """

    milestone: str
    standard: str
    code: str
    qualifier: str = ""
    direction: str = BOTH
    primary: bool = False
    note: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        if not self.milestone or not self.code:
            raise ValueError("a row needs a milestone and a code")
        if self.standard not in STANDARDS:
            raise ValueError(f"unknown standard: {self.standard!r}")
        if self.direction not in DIRECTIONS:
            raise ValueError(f"unknown direction: {self.direction!r}")
        if self.primary and self.direction == IN:
            raise ValueError(f"{self.code} is never sent and cannot be the one that is sent")


COLUMNS: Final = tuple(field.name for field in fields(Row))


def render(rows: Iterable[Row]) -> str:
    """The rows as CSV, in the order given."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_MINIMAL)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_cell(value) for value in astuple(row)])
    return text.getvalue()


def read(text: str) -> list[Row]:
    """The rows that ``render`` wrote, or that a person wrote in the same columns, in any order.

    :raises ValueError: naming the line that cannot be understood
    """
    lines = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        heading = next(lines, [])
        missing = {"milestone", "standard", "code"} - set(heading)
        if missing or not set(heading) <= set(COLUMNS) or len(set(heading)) < len(heading):
            raise ValueError(f"line 1: the columns must be among {', '.join(COLUMNS)}")
        return [_row(heading, cells, lines.line_num) for cells in lines if cells]
    except csv.Error as error:
        raise ValueError(f"line {lines.line_num}: {error}") from None


def contradictions(rows: Iterable[Row]) -> Iterator[str]:
    """Why a set of rows cannot be used: a code with two meanings, two codes that are sent."""
    known = list(rows)
    meanings = Counter((r.standard, r.code, r.qualifier) for r in known if r.direction != OUT)
    for (standard, code, qualifier), times in meanings.items():
        if times > 1:
            yield f"{standard} {code} {qualifier} is understood as {times} milestones"
    sent = Counter((r.milestone, r.standard) for r in known if r.primary)
    for (milestone, standard), times in sent.items():
        if times > 1:
            yield f"{milestone} is sent as {times} codes of {standard}"


def _cell(value: str | bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    return f"'{value}" if value.startswith(_FORMULA) else value


def _row(heading: list[str], cells: list[str], line: int) -> Row:
    try:
        values = {name: cell.removeprefix("'") for name, cell in zip(heading, cells, strict=True)}
        primary = values.pop("primary", "")
        if primary not in ("", "yes"):
            raise ValueError("primary is yes or empty")
        values["direction"] = values.get("direction") or BOTH
        return Row(primary=primary == "yes", **values)
    except ValueError as error:
        raise ValueError(f"line {line}: {error}") from None
