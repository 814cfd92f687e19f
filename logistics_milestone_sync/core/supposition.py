"""A ledger that might have been: the same shipment, with other facts of one source.

Used to say what a change of rules would do before it does it. Nothing here is stored.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from .fact import MilestoneFact
from .fact_key import fact_key, place_key
from .ownership import ACCEPT, Judgement
from .reference import Target
from .state import LedgerEvent


@dataclass(frozen=True, slots=True)
class Supposed:
    """Where a shipment would stand, and what would follow.

    :param milestone: code of the milestone
    :param release: in words, what would become of its invoice; empty where nobody bills
    :param amount: untaxed, in the currency of its company, that would be invoiced
    """

    milestone: str = ""
    release: str = ""
    amount: Decimal = Decimal(0)


def supposed_event(
    fact: MilestoneFact, target: Target, system_id: int, judgement: Judgement
) -> LedgerEvent:
    """The ledger's row of a fact that is not in the ledger."""
    place = place_key(target.shipment_id, target.consignment_id, target.package_id)
    return LedgerEvent(
        key=fact_key(fact, system_id, place),
        milestone=fact.milestone,
        occurred_at=fact.occurred_at,
        system_id=system_id,
        priority=judgement.priority,
        classifier=fact.classifier,
        counts=judgement.verdict == ACCEPT,
        inferred=fact.inferred,
        consignment_id=target.consignment_id,
        package_id=target.package_id,
        stated_at=fact.stated_at,
        source_event_id=fact.source_event_id,
        retracts=fact.retracts,
        reason=fact.reason,
        responsible_party=fact.responsible_party,
        evidence=fact.evidence,
        weight=fact.weight,
        closes=fact.closes,
    )


def with_other_facts(
    ledger: Iterable[LedgerEvent], gone: Collection[str], come: Iterable[LedgerEvent]
) -> list[LedgerEvent]:
    """The ledger without the statements of some keys, and with others.

    A statement that stands already stays as it is: the first one counts in the ledger, too.
    """
    kept = {event.key: event for event in ledger if event.key not in gone}
    for event in come:
        kept.setdefault(event.key, event)
    return list(kept.values())
