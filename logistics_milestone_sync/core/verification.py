"""Whether stored state agrees with the ledger: the comparison, column by column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Difference:
    """One stored value that is not what the ledger says.

    :param model: name of the model, and ``record_id`` the id of the record that holds the value
    :param stored: the value in the database, as text for people
    :param folded: the value that follows from the ledger, as text for people
    """

    model: str
    record_id: int
    shipment_id: int
    column: str
    stored: str
    folded: str


def compare(
    model: str,
    columns: Sequence[str],
    stored: Mapping[int, tuple[int, Sequence[Any]]],
    folded: Mapping[int, Sequence[Any]],
) -> Iterator[Difference]:
    """Every difference between stored rows and what the ledger gives for them.

    A column that was never written (``NULL``) says the same as zero, false or an empty text.

    :param columns: names of the values, in their order
    :param stored: ``{record id: (shipment id, values)}``
    :param folded: ``{record id: values}``; what is on one side only is left out
    """
    for record_id, (shipment_id, row) in stored.items():
        if record_id not in folded:
            continue
        for column, here, there in zip(columns, row, folded[record_id], strict=True):
            if not _same(here, there):
                yield Difference(
                    model, record_id, shipment_id, column, as_text(here), as_text(there)
                )


def _same(stored: Any, folded: Any) -> bool:
    if isinstance(stored, float) or isinstance(folded, float):
        return Decimal(str(stored or 0)) == Decimal(str(folded or 0))
    return bool((stored or None) == (folded or None))


def as_text(value: Any) -> str:
    """A value as people read it; empty for nothing.

    >>> as_text(Decimal("4.50"))
    '4.5'
    """
    if value is None or value is False or value == "":
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value)
