"""One estimate per message.

A carrier that answers with the whole history of a parcel tells its present estimate once, and rules
attach it to every event. It was only stated with the newest of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from odoo.addons.logistics_milestone_sync.core.fact import Fact, MilestoneFact
from odoo.addons.logistics_milestone_sync.core.vocabulary import ESTIMATED

from .item_result import ItemResult


def once_estimated(items: Iterable[ItemResult]) -> tuple[ItemResult, ...]:
    """The items, each estimate of an arrival only where it was stated last.

    Estimates are the same if they name the same shipment and the same moment.
    """
    items = tuple(items)
    newest: dict[object, tuple[datetime, int]] = {}
    for index, item in enumerate(items):
        for fact in item.facts:
            if _is_eta(fact) and isinstance(fact, MilestoneFact) and fact.stated_at:
                stated = (fact.stated_at, index)
                newest[_name(fact)] = max(stated, newest.get(_name(fact), stated))
    return tuple(
        replace(item, facts=tuple(each for each in item.facts if _stays(each, index, newest)))
        for index, item in enumerate(items)
    )


def _is_eta(fact: Fact) -> bool:
    return (
        isinstance(fact, MilestoneFact)
        and fact.milestone == "eta_changed"
        and fact.classifier == ESTIMATED
    )


def _name(fact: MilestoneFact) -> object:
    return fact.references, fact.occurred_at


def _stays(fact: Fact, index: int, newest: dict[object, tuple[datetime, int]]) -> bool:
    if not _is_eta(fact) or not isinstance(fact, MilestoneFact) or _name(fact) not in newest:
        return True
    return newest[_name(fact)][1] == index
