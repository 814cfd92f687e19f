"""The certified weight of a shipment from what was weighed: all of it, or its parts."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from .state import Folded, LedgerEvent, State
from .vocabulary import CANCELLED

WEIGHED: Final = "weight_validated"


def certified_weight(folded: Folded) -> Decimal | None:
    """Kilograms, ``None`` until every part was weighed.

    One weighing of the whole decides. Without one, the weights of the consignments are added up,
    and those of the packages where a consignment was not weighed as one. A weight is never counted
    twice, and a cancelled package weighs nothing.
    """
    if WEIGHED not in folded.shipment.reached:
        return None
    weighings = _weighings(
        [
            folded.shipment,
            *folded.consignments.values(),
            *(state for state in folded.packages.values() if state.milestone != CANCELLED),
        ]
    )
    of_all = [event for event in weighings if event.consignment_id is None]
    if of_all:
        return _kilograms(min(of_all, key=_order))
    total = Decimal(0)
    for consignment_id in {event.consignment_id for event in weighings}:
        own = [event for event in weighings if event.consignment_id == consignment_id]
        as_one = [event for event in own if event.package_id is None]
        total += sum(map(_kilograms, [min(as_one, key=_order)] if as_one else own), Decimal(0))
    return total


def _weighings(states: Iterable[State]) -> list[LedgerEvent]:
    """The distinct weighings that the parts stand on."""
    found = {
        event.key: event
        for state in states
        if (event := state.reached.get(WEIGHED)) and event.weight
    }
    return list(found.values())


def _kilograms(event: LedgerEvent) -> Decimal:
    return event.weight.kilograms if event.weight else Decimal(0)


def _order(event: LedgerEvent) -> tuple[object, ...]:
    return (event.occurred_at, event.priority, event.key)


def difference(declared: Decimal, certified: Decimal) -> tuple[Decimal, Decimal | None]:
    """How much more was weighed than declared: kilograms, and a fraction of the declared weight.

    >>> difference(Decimal(10), Decimal(12))
    (Decimal('2'), Decimal('0.2'))
    >>> difference(Decimal(0), Decimal(12))
    (Decimal('12'), None)
    """
    more = certified - declared
    return more, more / declared if declared else None
