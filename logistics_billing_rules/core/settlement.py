"""The difference between what the facts justify and what is on invoices already.

Posted invoices are never edited: the difference is invoiced, proposed as a credit, or shown to
finance. Keys say what a quantity belongs to (``goods/<sale line>``, ``charge/<charge>``), so a
revised charge is the credit of one key and the invoice of another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from .case import READY


@dataclass(frozen=True, slots=True)
class Settlement:
    """Quantities per key, all positive; both empty when everything is settled."""

    to_invoice: Mapping[str, Decimal] = field(default_factory=dict)
    to_credit: Mapping[str, Decimal] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.to_invoice or self.to_credit)


def settle(justified: Mapping[str, Decimal], invoiced: Mapping[str, Decimal]) -> Settlement:
    """What is missing on invoices, and what is too much.

    >>> settle({"goods/1": Decimal(5)}, {"goods/1": Decimal(3), "charge/9": Decimal(1)})
    Settlement(to_invoice={'goods/1': Decimal('2')}, to_credit={'charge/9': Decimal('1')})
    """
    nothing = Decimal(0)
    difference = {
        key: justified.get(key, nothing) - invoiced.get(key, nothing)
        for key in sorted({*justified, *invoiced})
    }
    return Settlement(
        {key: quantity for key, quantity in difference.items() if quantity > 0},
        {key: -quantity for key, quantity in difference.items() if quantity < 0},
    )


def may_stand(
    carried: Decimal, invoiced: Decimal, invoiceable: Decimal, conceded: Decimal
) -> Decimal:
    """How much of some goods may be on invoices.

    What an accountant credited is a favor, and stays credited, unless the goods came back: then
    the facts ask for that credit, and it must not count twice.

    :param carried: by the shipment, without what came back
    :param invoiced: of it, on living invoices; credit notes count off
    :param invoiceable: what Odoo would still invoice of the order line
    :param conceded: what an accountant credited, and that stays so

    >>> one, three, four = Decimal(1), Decimal(3), Decimal(4)
    >>> may_stand(four, three, one, one)  # a favor: Odoo would invoice it again
    Decimal('3')
    >>> may_stand(three, three, Decimal(0), one)  # it came back
    Decimal('3')
    """
    came_back = max(invoiced + conceded - carried, Decimal(0))
    favor = max(conceded - came_back, Decimal(0))
    return min(carried - favor, invoiced + invoiceable)


# How far the invoices of a release are.
NOTHING: Final = "nothing"  # none that is alive
DRAFTED: Final = "drafted"  # drafts only
POSTED: Final = "posted"  # at least one is in the books

# What to do with a release now.
HOLD: Final = "hold"  # stand where the decision says
RELEASE: Final = "release"  # make the invoices
STAND: Final = "stand"  # it is released and nothing changed
WITHDRAW: Final = "withdraw"  # cancel the drafts, then hold
REVIEW: Final = "review"  # the books and the facts differ: a person decides


@dataclass(frozen=True, slots=True)
class Step:
    """What to do, and for a review why, as an English sentence."""

    action: str
    why: str = ""


def next_step(decision: str, invoices: str, settlement: Settlement, was_released: bool) -> Step:
    """What to do with a release.

    :param decision: state that the facts ask for (``core/decision.py``)
    :param invoices: ``NOTHING``, ``DRAFTED`` or ``POSTED``
    :param was_released: it made invoices before, whatever became of them
    """
    ready = decision == READY
    if invoices == POSTED:
        if not ready:
            return Step(REVIEW, "The invoice is posted, but the facts no longer justify it.")
        if settlement:
            return Step(REVIEW, "The invoice is posted, and the facts now justify something else.")
        return Step(STAND)
    if invoices == DRAFTED:
        if not ready:
            return Step(WITHDRAW)
        if settlement:
            return Step(REVIEW, "The draft invoice does not say what the facts justify.")
        return Step(STAND)
    if ready and was_released and settlement:
        return Step(REVIEW, "The invoice was cancelled or deleted after the release.")
    if ready:
        return Step(STAND) if was_released else Step(RELEASE)
    return Step(HOLD)
