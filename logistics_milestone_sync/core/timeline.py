"""What each statement changed, in the order in which we heard them: the story for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .fold import fold, without_retracted
from .state import Folded, LedgerEvent
from .vocabulary import ACTUAL, CATALOGUE, Milestone

MOVED = "moved"  # the shipment, or a part of it, stands elsewhere because of it
ESTIMATE = "estimate"  # it changed when we expect the shipment
EXCEPTION = "exception"  # it opened or closed exceptions
EVIDENCE = "evidence"  # it was the first of its kind: a fact that billing may build on
HISTORY = "history"  # it entered the history and changed nothing
NOT_COUNTED = "not_counted"  # its speaker does not own the fact
WITHDRAWN = "withdrawn"  # its speaker took it back
OVERRIDDEN = "overridden"  # people put the shipment there, in spite of the facts


@dataclass(frozen=True, slots=True)
class Step:
    """One statement and its effect.

    :param effect: one of the constants above
    :param before: milestone the shipment stood at, ``""`` if none
    :param after: milestone it stands at since
    """

    event: LedgerEvent
    effect: str
    before: str
    after: str


def timeline(
    events: Sequence[LedgerEvent],
    consignment_ids: Sequence[int] = (),
    catalogue: Mapping[str, Milestone] = CATALOGUE,
    packages: Mapping[int, Sequence[int]] | None = None,
) -> list[Step]:
    """The effect of every statement, oldest heard first.

    A shipment has tens of events, so folding each prefix anew costs nothing and cannot disagree
    with the state that is stored.

    :param events: the ledger of one shipment; ids tell the order in which we heard them
    """
    heard = sorted(events, key=lambda event: event.id)
    standing = {event.id for event in without_retracted(heard)}
    steps = []
    before = fold((), consignment_ids, catalogue, packages)
    for count, event in enumerate(heard, start=1):
        after = fold(heard[:count], consignment_ids, catalogue, packages)
        steps.append(
            Step(
                event,
                _effect(event, before, after) if event.id in standing else WITHDRAWN,
                before.shipment.milestone,
                after.shipment.milestone,
            )
        )
        before = after
    return steps


def _effect(event: LedgerEvent, before: Folded, after: Folded) -> str:
    if not event.counts:
        return NOT_COUNTED
    if event.override:
        return OVERRIDDEN
    if _standing(before) != _standing(after):
        return MOVED
    if before.shipment.exceptions != after.shipment.exceptions:
        return EXCEPTION
    if before.shipment.eta != after.shipment.eta:
        return ESTIMATE
    first = before.shipment.reached.keys() != after.shipment.reached.keys()
    return EVIDENCE if first and event.classifier == ACTUAL else HISTORY


def _standing(folded: Folded) -> tuple[object, ...]:
    parts = [
        (id_, state.milestone)
        for part in (folded.consignments, folded.packages)
        for id_, state in part.items()
    ]
    return (folded.shipment.milestone, folded.shipment.phase, *parts)
