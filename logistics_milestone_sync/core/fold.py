"""The state of a shipment as a pure function of the *set* of its ledger events.

How it works
    1. Events that do not count are dropped: refused or advisory ones, and those that their own
       speaker retracted.
    2. Plans and estimates move nothing; the newest estimate of arrival is the ETA.
    3. Actual events are put in one total order: time, rank of the milestone, priority of the
       speaker, key. Arrival order and duplicates therefore cannot matter.
    4. Each consignment stands in the furthest phase that it reached; within a phase, at the latest
       event. The first terminal event stays, whatever is said later.
    5. While an approved override stands, it decides instead, out of a final state too: of several
       the one that was stated last. The facts go on underneath, and decide again once it is over.
    6. The shipment stands where its least advanced consignment stands: half a delivery is none.
    7. A consignment with packages is folded package by package. An event that names a package
       speaks of that one, an event that names none speaks of all. What some packages failed to do
       the consignment did not do: it is delivered when all of them are, cancelled ones left out.

The property tests shuffle, double and retract thousands of histories (tests/unit/sync).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from .override import deciding_override, overridden
from .state import Folded, LedgerEvent, State
from .vocabulary import (
    ACTUAL,
    CANCELLED,
    CATALOGUE,
    DELIVERED_PHASE,
    ESTIMATED,
    FAILED,
    NO_PHASE,
    PHASES,
    PLANNING,
    SETTLED_BY_DELIVERY,
    Milestone,
)

_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


def standing_events(events: Iterable[LedgerEvent]) -> list[LedgerEvent]:
    """The facts that count: each once, neither refused nor advisory nor withdrawn. Unordered.

    Overrides are no facts.
    """
    standing = _standing({event.key: event for event in events}.values())
    return [event for event in standing if not event.override]


def fold(
    events: Iterable[LedgerEvent],
    consignment_ids: Sequence[int] = (),
    catalogue: Mapping[str, Milestone] = CATALOGUE,
    packages: Mapping[int, Sequence[int]] | None = None,
) -> Folded:
    """Fold the ledger of one shipment.

    :param events: any order, duplicates allowed
    :param consignment_ids: the consignments that must all arrive; without any, the shipment is
        folded as one. Events without a consignment speak of all of them.
    :param packages: ``{consignment id: ids of its packages}``; a consignment may have none
    """
    standing = _in_order(_standing({event.key: event for event in events}.values()), catalogue)
    states: dict[int, State] = {}
    parts: dict[int, State] = {}
    for cid in sorted(consignment_ids):
        of_it = [e for e in standing if e.consignment_id in (None, cid)]
        inside = {
            pid: _fold_one([e for e in of_it if e.package_id in (None, pid)], catalogue)
            for pid in sorted((packages or {}).get(cid, ()))
        }
        states[cid] = _all_of(inside) if inside else _fold_one(of_it, catalogue)
        parts |= inside
    if not states:
        return Folded(_fold_one(standing, catalogue), {})
    return Folded(_combine(states), states, parts)


def without_retracted(events: Iterable[LedgerEvent]) -> list[LedgerEvent]:
    """The events that their own speaker did not withdraw.

    Nobody withdraws another's words, and a withdrawal cannot itself be withdrawn: the source
    states the event anew instead. An override is only ended by an end of it, never by a message
    that speaks with the voice of this database.
    """
    everything = list(events)
    gone = {(e.system_id, e.override, e.retracts) for e in everything if e.retracts}
    return [e for e in everything if (e.system_id, e.override, e.source_event_id) not in gone]


def _standing(events: Iterable[LedgerEvent]) -> list[LedgerEvent]:
    return _most_precise([event for event in without_retracted(events) if event.counts])


def _most_precise(events: list[LedgerEvent]) -> list[LedgerEvent]:
    """Without what its own source told again of a part of it, under the same event id.

    A source that sends an event again after its number became known speaks of one consignment or
    package; before, the same event could only be about the whole shipment. It happened once.
    """
    named = [e for e in events if e.source_event_id and not e.override and e.consignment_id]
    if not named:
        return events
    whole = {_about(e, None) for e in named}
    whole |= {_about(e, e.consignment_id) for e in named if e.package_id}
    return [
        e for e in events if e.override or e.package_id or _about(e, e.consignment_id) not in whole
    ]


def _about(event: LedgerEvent, consignment_id: int | None) -> tuple[object, ...]:
    """What makes it the same event of the same source, and the whole that it is about."""
    said = (event.system_id, event.milestone, event.classifier)
    return (*said, event.source_event_id, event.retracts, consignment_id)


def _in_order(
    events: Iterable[LedgerEvent], catalogue: Mapping[str, Milestone]
) -> list[LedgerEvent]:
    known = (event for event in events if event.milestone in catalogue)
    return sorted(
        known,
        key=lambda e: (e.occurred_at, catalogue[e.milestone].rank, e.priority, e.key),
    )


def _fold_one(events: Sequence[LedgerEvent], catalogue: Mapping[str, Milestone]) -> State:
    state = _fold_facts([e for e in events if not e.override], catalogue)
    override = deciding_override(events, catalogue)
    return overridden(state, override, catalogue) if override else state


def _fold_facts(events: Sequence[LedgerEvent], catalogue: Mapping[str, Milestone]) -> State:
    actual = [e for e in events if e.classifier == ACTUAL]
    standing_at = _standing_at(actual, catalogue)
    terminal = {e.milestone for e in actual if catalogue[e.milestone].terminal}
    reached: dict[str, LedgerEvent] = {}
    for event in actual:
        held = reached.get(event.milestone)
        if held is None or (held.inferred and not event.inferred):
            reached[event.milestone] = event
    return State(
        milestone=standing_at.milestone if standing_at else "",
        phase=catalogue[standing_at.milestone].phase if standing_at else PLANNING,
        since=standing_at.occurred_at if standing_at else None,
        eta=_newest_estimate(events),
        last_event_at=actual[-1].occurred_at if actual else None,
        attempts=sum(e.milestone == "delivery_attempted" for e in actual),
        conflicting=len(terminal) > 1,
        exceptions=_open_exceptions(actual),
        reached=reached,
    )


def _standing_at(
    actual: Sequence[LedgerEvent], catalogue: Mapping[str, Milestone]
) -> LedgerEvent | None:
    moving = [e for e in actual if catalogue[e.milestone].phase != NO_PHASE]
    for event in moving:
        if catalogue[event.milestone].terminal:
            return event
    best: LedgerEvent | None = None
    for event in moving:
        if best is None or _rank_of(event, catalogue) >= _rank_of(best, catalogue):
            best = event
    return best


def _rank_of(event: LedgerEvent, catalogue: Mapping[str, Milestone]) -> int:
    return PHASES.index(catalogue[event.milestone].phase)


def _newest_estimate(events: Sequence[LedgerEvent]) -> datetime | None:
    """The estimate of arrival that was stated last, by the source's own clock.

    Our time of receipt cannot decide: the same messages in another order must give the same ETA.
    """
    estimates = [
        e
        for e in events
        if e.classifier == ESTIMATED and e.milestone in ("eta_changed", "delivered")
    ]
    newest = max(
        estimates, key=lambda e: (e.stated_at or _LONG_AGO, e.occurred_at, e.key), default=None
    )
    return newest.occurred_at if newest else None


def _open_exceptions(actual: Sequence[LedgerEvent]) -> tuple[str, ...]:
    """Keys of what was raised and is not closed, sorted: for packages and consignments alike.

    Who names the exception that he closes is right whatever the clocks say; who names none closes
    what was raised before.
    """
    still_open: list[LedgerEvent] = []
    named = {e.closes for e in actual if e.closes and e.milestone == "exception_closed"}
    for event in actual:
        if event.milestone == "exception_raised" and event.key not in named:
            still_open.append(event)
        elif event.milestone == "exception_closed" and not event.closes:
            still_open.clear()
        elif event.milestone == "delivered":
            still_open = [e for e in still_open if e.reason not in SETTLED_BY_DELIVERY]
    return tuple(sorted(event.key for event in still_open))


def _all_of(packages: Mapping[int, State]) -> State:
    """The state of a consignment from its packages.

    A cancelled package is no longer a part of it. One that is lost or returned is: it does not hold
    back what is still on its way, but without it the consignment is never delivered.
    """
    left = {pid: state for pid, state in packages.items() if state.milestone != CANCELLED}
    parts = left or packages
    whole = _combine(parts)
    ended = [state for state in parts.values() if state.phase == FAILED]
    if whole.phase == DELIVERED_PHASE and ended:
        first = min(ended, key=_advancement)
        whole = replace(whole, milestone=first.milestone, phase=first.phase, since=first.since)
    if parts is packages:
        return whole
    rest = _combine(packages)
    return replace(whole, exceptions=rest.exceptions, conflicting=rest.conflicting)


def _combine(states: Mapping[int, State]) -> State:
    parts = list(states.values())
    if len(parts) == 1:
        return parts[0]  # most shipments travel as one
    least = min(parts, key=_advancement)
    etas = [state.eta for state in parts if state.eta]
    events = [state.last_event_at for state in parts if state.last_event_at]
    everywhere = set.intersection(*(set(state.reached) for state in parts))
    return State(
        milestone=least.milestone,
        phase=least.phase,
        since=least.since,
        eta=max(etas, default=None),
        last_event_at=max(events, default=None),
        attempts=max(state.attempts for state in parts),
        conflicting=any(state.conflicting for state in parts),
        overridden=any(state.overridden for state in parts),
        exceptions=tuple(sorted({key for state in parts for key in state.exceptions})),
        reached={code: _completing(parts, code) for code in sorted(everywhere)},
    )


def _completing(parts: Iterable[State], code: str) -> LedgerEvent:
    """The event with which the last consignment reached the milestone.

    The weakest one stands for all of them: an override, then what was only inferred.
    """
    return max(
        (state.reached[code] for state in parts),
        key=lambda e: (e.override, e.inferred, e.occurred_at, e.key),
    )


def _advancement(state: State) -> tuple[int, float, str]:
    """A consignment that failed does not hold back those that arrived."""
    since = state.since.timestamp() if state.since else 0.0
    return (PHASES.index(state.phase), since, state.milestone)
