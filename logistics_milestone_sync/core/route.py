"""Where a shipment is on its planned way, as a pure function of the *set* of its ledger events.

How it works
    1. Only events that stand count (as in ``core/fold.py``); they are put in the fold's order, so
       neither arrival order nor repetitions can matter.
    2. A dispatch is the departure from the first stop, a delivery the arrival at the last one.
    3. Arrivals and departures at hubs are given to the stop whose place they name. A place that the
       plan visits twice is arrived at again only after it was left. A place that is not in the plan
       is not forced into it.
    4. Without a place, an arrival is the next stop on the way and a departure leaves the stop that
       was arrived at last.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from .vocabulary import ACTUAL, CATALOGUE, ESTIMATED

_LONG_AGO: Final = datetime(1, 1, 1, tzinfo=UTC)
_FOLLOWED: Final = ("dispatched", "arrived_at_hub", "departed_hub", "delivered", "eta_changed")


@dataclass(frozen=True, slots=True)
class Stop:
    """One planned place, in the order of the way.

    :param names: what the place is called: name, code, UN/LOCODE; compared without case
    :param city: decides only where nothing more precise is known on both sides
    """

    id: int
    names: tuple[str, ...] = ()
    city: str = ""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One ledger event, as far as the way is concerned.

    :param key: the fact key; equal keys are the same statement
    :param place: as the source wrote it, most precise part first: ``Hub 4, Louisville, KY, US``
    """

    key: str
    milestone: str
    occurred_at: datetime
    place: str = ""
    classifier: str = ACTUAL
    priority: int = 0
    stated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Times:
    """What is known about one stop; aware UTC."""

    arrival: datetime | None = None
    departure: datetime | None = None
    estimated_arrival: datetime | None = None
    estimated_departure: datetime | None = None


def follow(stops: Sequence[Stop], events: Iterable[Sighting]) -> dict[int, Times]:
    """The actual and estimated times of every stop.

    :param stops: in the order of the way
    :param events: those that stand, in any order, duplicates allowed
    """
    times = [Times() for _stop in stops]
    if not stops:
        return {}
    for event in _in_order(events):
        if event.classifier == ACTUAL:
            _happened(times, stops, event)
    _estimate(times, stops, events)
    return {stop.id: found for stop, found in zip(stops, times, strict=True)}


def _in_order(events: Iterable[Sighting]) -> list[Sighting]:
    known = {event.key: event for event in events if event.milestone in _FOLLOWED}.values()
    return sorted(
        known, key=lambda e: (e.occurred_at, CATALOGUE[e.milestone].rank, e.priority, e.key)
    )


def _happened(times: list[Times], stops: Sequence[Stop], event: Sighting) -> None:
    last = len(stops) - 1
    if event.milestone == "dispatched" and not times[0].departure:
        times[0] = replace(times[0], departure=event.occurred_at)
    elif event.milestone == "delivered" and not times[last].arrival:
        times[last] = replace(times[last], arrival=event.occurred_at)
    elif event.milestone == "arrived_at_hub":
        at = _arrived_at(times, stops, event.place)
        if at is not None:
            times[at] = replace(times[at], arrival=event.occurred_at)
    elif event.milestone == "departed_hub":
        at = _departed_from(times, stops, event.place)
        if at is not None:
            times[at] = replace(times[at], departure=event.occurred_at)


def _arrived_at(times: Sequence[Times], stops: Sequence[Stop], place: str) -> int | None:
    """Index of the stop that the goods reached, ``None`` if they are there already."""
    reached = max((i for i, t in enumerate(times) if t.arrival or t.departure), default=0)
    if not place:
        waiting = times[reached].arrival and not times[reached].departure
        at = reached + 1
        return at if not waiting and at < len(stops) - 1 else None
    for at, stop in enumerate(stops[:-1]):
        if at and is_at(stop, place):
            if not times[at].arrival:
                return at if not times[at].departure else None
            if not times[at].departure:
                return None  # it is there: somebody else saw it too
    return None


def _departed_from(times: Sequence[Times], stops: Sequence[Stop], place: str) -> int | None:
    candidates = [
        at
        for at, stop in enumerate(stops[:-1])
        if not times[at].departure and (is_at(stop, place) if place else times[at].arrival)
    ]
    arrived = [at for at in candidates if times[at].arrival]
    if place:
        return next(iter(arrived or candidates), None)
    return arrived[-1] if arrived else None


def _estimate(times: list[Times], stops: Sequence[Stop], events: Iterable[Sighting]) -> None:
    """The newest estimate of each stop by the source's own clock, whatever came last."""
    estimates = sorted(
        (e for e in events if e.classifier == ESTIMATED),
        key=lambda e: (e.stated_at or _LONG_AGO, e.occurred_at, e.key),
    )
    for event in estimates:
        at = _estimated_at(stops, event)
        if at is None:
            continue
        if event.milestone in ("dispatched", "departed_hub"):
            times[at] = replace(times[at], estimated_departure=event.occurred_at)
        else:
            times[at] = replace(times[at], estimated_arrival=event.occurred_at)


def _estimated_at(stops: Sequence[Stop], event: Sighting) -> int | None:
    if event.milestone in ("eta_changed", "delivered"):
        return len(stops) - 1
    if event.milestone == "dispatched":
        return 0
    if event.milestone in ("arrived_at_hub", "departed_hub") and event.place:
        return next((i for i, stop in enumerate(stops) if is_at(stop, event.place)), None)
    return None


def is_at(stop: Stop, place: str) -> bool:
    """Whether a place, as a source wrote it, is this stop.

    >>> is_at(Stop(1, ("Hub 4",), "Louisville"), "HUB 4, Louisville, KY, US")
    True
    >>> is_at(Stop(1, ("Hub 4",), "Louisville"), "Hub 7, Louisville, KY, US")
    False
    >>> is_at(Stop(1, (), "Louisville"), "Hub 7, Louisville, KY, US")
    True
    """
    parts = [part.strip().casefold() for part in place.split(",")]
    names = {name.strip().casefold() for name in stop.names if name.strip()}
    if names & set(parts):
        return True
    city = stop.city.strip().casefold()
    return bool(city) and (parts[0] == city or (not names and city in parts))


# --- The picture ------------------------------------------------------------------------------

DONE: Final = "done"
CURRENT: Final = "current"
LATE: Final = "late"  # it should have been there by now, or came too late
AHEAD: Final = "ahead"


@dataclass(frozen=True, slots=True)
class Planned:
    """Plan and knowledge of one stop, or of one phase, for the picture."""

    due: datetime | None = None
    expected: datetime | None = None
    arrived: datetime | None = None
    left: datetime | None = None


def furthest(stops: Sequence[Planned]) -> int:
    """Index of the last stop with a sign of life; ``-1`` before there was any."""
    return max((i for i, stop in enumerate(stops) if stop.arrived or stop.left), default=-1)


def dots(stops: Sequence[Planned], now: datetime) -> list[str]:
    """The state of every stop in order: one of the constants above.

    The goods stand at the last stop with a sign of life. What lies behind it is done even if
    nobody reported it; what lies ahead is late when its time has passed or is not expected to
    hold.

    :param now: aware UTC
    """
    here = furthest(stops)
    states = []
    for at, stop in enumerate(stops):
        if at <= here:
            missed = stop.due and stop.arrived and stop.arrived > stop.due
            is_current = at == here and not stop.left and at < len(stops) - 1
            states.append(LATE if missed else CURRENT if is_current else DONE)
        else:
            reckoned = max(now, stop.expected) if stop.expected else now
            states.append(LATE if stop.due and reckoned > stop.due else AHEAD)
    return states
