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


def once_estimated(items: Iterable[ItemResult]) -> tuple[ItemResult, ...]:
    """The items; of the estimated arrivals that follow from events, the one stated last stays.

    The first fact of an item is the event itself.
    """
    items = tuple(items)
    newest: dict[_Names, tuple[datetime, int]] = {}
    for index, item in enumerate(items):
        for names, stated_at in map(_estimate, item.facts[1:]):
            if stated_at is not None:
                newest[names] = max((stated_at, index), newest.get(names, (stated_at, index)))
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


def _estimate(fact: Fact) -> tuple[_Names, datetime | None]:
    """Whose arrival a fact estimates, and when that was stated; ``None`` if it is no estimate."""
    if (
        isinstance(fact, MilestoneFact)
        and fact.milestone == "eta_changed"
        and fact.classifier == ESTIMATED
    ):
        return fact.references, fact.stated_at
    return (), None


def _stays(fact: Fact, index: int, newest: dict[_Names, tuple[datetime, int]]) -> bool:
    names, stated_at = _estimate(fact)
    return stated_at is None or newest[names][1] == index
