"""One estimate per shipment and message.

A carrier that answers with the whole history of a parcel tells its present estimate once, and rules
attach it to every event. It was only stated with the newest of them. Events that are estimates
themselves are not touched.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from odoo.addons.logistics_milestone_sync.core.fact import Fact, MilestoneFact
from odoo.addons.logistics_milestone_sync.core.reference import Reference
from odoo.addons.logistics_milestone_sync.core.vocabulary import ESTIMATED

from .item_result import ItemResult

_Names = tuple[Reference, ...]
_Stated = tuple[datetime, str, int]


def once_estimated(items: Iterable[ItemResult]) -> tuple[ItemResult, ...]:
    """The items; of the estimated arrivals that follow from events, the one stated last stays.

    The first fact of an item is the event itself. Of estimates that were stated at the same time
    the words decide, so that the order of the message does not.
    """
    items = tuple(items)
    newest: dict[_Names, _Stated] = {}
    for index, item in enumerate(items):
        for fact in item.facts[1:]:
            if estimate := _estimate(fact):
                names, stated_at, occasion = estimate
                stated = (stated_at, occasion, index)
                newest[names] = max(stated, newest.get(names, stated))
    return tuple(
        replace(
            item,
            facts=(
                *item.facts[:1],
                *(each for each in item.facts[1:] if _stays(each, index, newest)),
            ),
        )
        for index, item in enumerate(items)
    )


def _estimate(fact: Fact) -> tuple[_Names, datetime, str] | None:
    """Whose arrival a fact estimates, when that was stated, and on which occasion; ``None`` if it
    is no estimate."""
    if (
        isinstance(fact, MilestoneFact)
        and fact.milestone == "eta_changed"
        and fact.classifier == ESTIMATED
        and fact.stated_at is not None
    ):
        return fact.references, fact.stated_at, f"{fact.raw_code} {fact.raw_text} {fact.location}"
    return None


def _stays(fact: Fact, index: int, newest: dict[_Names, _Stated]) -> bool:
    estimate = _estimate(fact)
    return estimate is None or newest[estimate[0]][2] == index
