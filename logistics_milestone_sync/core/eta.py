"""How good estimates of arrival were: their history, their errors, and whether promises held."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from .fold import standing_events
from .state import Folded, LedgerEvent
from .vocabulary import ESTIMATED

#: Milestones whose estimates speak of the arrival at the consignee.
ARRIVALS: Final = ("eta_changed", "delivered")
_LONG_AGO: Final = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Estimate:
    """One estimate of arrival.

    :param at: aware UTC; the estimated arrival
    :param stated_at: when the source stated it, if it says
    :param moved: how much later than the estimate before; ``None`` for the first
    """

    key: str
    at: datetime
    stated_at: datetime | None
    system_id: int
    moved: timedelta | None = None

    def error(self, arrived_at: datetime) -> timedelta:
        """Arrival minus estimate: positive when the goods came later than estimated."""
        return arrived_at - self.at


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How the estimates of one shipment compare with what happened.

    :param first: the first estimate of arrival
    :param last: the last one that was stated before the arrival; before it, the newest
    :param error: arrival minus ``last``: positive is later than estimated; ``None`` before it
    """

    first: datetime | None = None
    last: datetime | None = None
    error: timedelta | None = None


def history(events: Iterable[LedgerEvent]) -> list[Estimate]:
    """The estimates that count, in the order in which their sources stated them.

    An estimate without that time comes first, as in the fold: the order in which we heard them
    must not matter.
    """
    return _in_order(standing_events(events))


def _in_order(standing: Iterable[LedgerEvent]) -> list[Estimate]:
    ordered = sorted(
        (e for e in standing if e.classifier == ESTIMATED and e.milestone in ARRIVALS),
        key=lambda e: (e.stated_at or _LONG_AGO, e.occurred_at, e.key),
    )
    befores: list[datetime | None] = [None, *(event.occurred_at for event in ordered)]
    return [
        Estimate(
            event.key,
            event.occurred_at,
            event.stated_at,
            event.system_id,
            None if before is None else event.occurred_at - before,
        )
        for event, before in zip(ordered, befores, strict=False)
    ]


def accuracy(estimates: Sequence[Estimate], arrived_at: datetime | None) -> Accuracy:
    """Compare estimates, in the order of ``history``, with the arrival.

    What is stated at or after the arrival is no estimate any more.
    """
    before = [
        estimate
        for estimate in estimates
        if not arrived_at or not estimate.stated_at or estimate.stated_at < arrived_at
    ]
    if not before:
        return Accuracy()
    last = before[-1].at
    return Accuracy(before[0].at, last, arrived_at - last if arrived_at else None)


def accuracy_of(folded: Folded, events: Iterable[LedgerEvent]) -> Accuracy:
    """The accuracy of a whole shipment: it arrives when its last consignment does."""
    standing = standing_events(events)
    arrived = folded.shipment.reached.get("delivered")
    arrived_at = arrived.occurred_at if arrived else None
    parts = [
        accuracy(
            _in_order(e for e in standing if e.consignment_id in (None, consignment_id)),
            arrived_at,
        )
        for consignment_id in folded.consignments
    ] or [accuracy(_in_order(standing), arrived_at)]
    first = max((part.first for part in parts if part.first), default=None)
    last = max((part.last for part in parts if part.last), default=None)
    return Accuracy(first, last, arrived_at - last if arrived_at and last else None)


def promise_kept(promised_at: datetime | None, arrived_at: datetime | None) -> bool | None:
    """Whether the goods arrived by when it was promised; ``None`` while nobody can say."""
    if promised_at is None or arrived_at is None:
        return None
    return arrived_at <= promised_at


def hours(duration: timedelta) -> float:
    """A duration in hours, to two decimals.

    >>> hours(timedelta(minutes=-90))
    -1.5
    """
    return round(duration.total_seconds() / 3600, 2)
