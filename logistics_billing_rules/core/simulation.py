"""What other terms would have invoiced, against what was invoiced: one row for each price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from .case import READY, Decision
from .money import Money

GOODS: Final = "goods"
OTHERS: Final = "others"  # what others stated, and services of the order


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of thing of one shipment, under both terms.

    :param key: of a price line (all versions of an agreement share it), ``GOODS`` or ``OTHERS``
    :param before: untaxed, on invoices by now
    :param after: untaxed, what would be on invoices by now under the other terms
    :param explanation: how ``after`` came about, in words
    """

    key: str
    before: Decimal
    after: Decimal
    explanation: str = ""

    @property
    def difference(self) -> Decimal:
        """What the other terms would bring in addition; negative for less."""
        return self.after - self.before


def would_invoice(
    decision: Decision, goods: Money, others: Money | None
) -> dict[str, tuple[Money, str]]:
    """``{key: (amount, explanation)}`` that a decision puts on invoices; nothing while it waits."""
    if decision.state != READY:
        return {}
    found = {charge.key: (charge.amount, charge.explanation) for charge in decision.charges}
    for key, amount in ((GOODS, goods), (OTHERS, others)):
        if amount:
            found[key] = (amount, "")
    return found


def compare(
    invoiced: Mapping[str, Decimal], simulated: Mapping[str, tuple[Decimal, str]]
) -> tuple[Row, ...]:
    """Rows of everything that is on one side at least, those of the other terms first.

    :param invoiced: ``{key: amount}``, and ``simulated`` with explanations, in one currency

    >>> [row.difference for row in compare({"rate/1": Decimal(10)}, {"rate/2": (Decimal(7), "")})]
    [Decimal('7'), Decimal('-10')]
    """
    rows = []
    for key in dict.fromkeys([*simulated, *invoiced]):
        after, explanation = simulated.get(key, (Decimal(0), ""))
        before = invoiced.get(key, Decimal(0))
        if before or after:
            rows.append(Row(key, before, after, explanation))
    return tuple(rows)
