"""When a carrier is asked about which number again, and when it is asked no more.

Everything here is a function of values; time and chance are given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from .errors import ConfigurationInvalid

# Where a shipment stands: not with the carrier yet, on the way, at its end.
BEFORE: Final = ("planning", "fulfilment")
ENDED: Final = ("delivered", "failed")
_SPREAD: Final = 0.1


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often.

    :param every: wait between two questions about a number on its way
    :param before: the same, before the carrier has the goods
    :param after_end: how long it is still asked after a shipment ended, for late proofs
    :param age_out: a number of which nothing was heard for so long is asked for no more
    :param quiet_factor: each answer without news makes the next wait so many times longer
    :param longest: but never longer than this
    :raises ConfigurationInvalid: if that makes no schedule
    """

    every: timedelta
    before: timedelta
    after_end: timedelta
    age_out: timedelta
    quiet_factor: float = 1.5
    longest: timedelta = timedelta(hours=24)

    def __post_init__(self) -> None:
        if self.every <= timedelta(0) or self.before <= timedelta(0):
            raise ConfigurationInvalid("the wait between two questions has to be positive")
        if self.age_out <= timedelta(0) or self.after_end < timedelta(0):
            raise ConfigurationInvalid("a number has to be asked for during some time")
        if not 1.0 <= self.quiet_factor <= 10.0:
            raise ConfigurationInvalid("the factor for quiet numbers must be between 1 and 10")

    def next_ask(self, number: Standing, now: datetime, jitter: float) -> datetime | None:
        """When to ask next about a number that was asked for now; ``None`` for never again.

        :param now: aware
        :param jitter: 0 to 1; spreads numbers that were asked for together
        """
        if self.is_over(number, now):
            return None
        base = self.before if number.phase in BEFORE else self.every
        # Compared in seconds and step by step: 10.0 ** 10000 does not fit a float.
        seconds = base.total_seconds()
        longest = max(self.longest.total_seconds(), seconds)
        for _ in range(min(number.quiet, 1000)):
            if seconds >= longest or self.quiet_factor == 1.0:
                break
            seconds *= self.quiet_factor
        share = 1 + _SPREAD * min(max(jitter, 0.0), 1.0)
        return now + timedelta(seconds=min(seconds, longest) * share)

    def is_over(self, number: Standing, now: datetime) -> bool:
        """Whether there is nothing more to learn about a number."""
        if number.phase in ENDED:
            return now - (number.ended_at or number.heard_at) >= self.after_end
        return now - number.heard_at >= self.age_out


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known about a number that is asked for.

    :param phase: of its shipment
    :param heard_at: aware; the last news, or since when it is asked for
    :param ended_at: aware; when the shipment ended
    :param quiet: answers without news, one after the other
    """

    phase: str
    heard_at: datetime
    ended_at: datetime | None = None
    quiet: int = 0


@dataclass(frozen=True, slots=True)
class Quota:
    """At most ``calls`` in any ``window``; no calls for no limit."""

    calls: int = 0
    window: timedelta = timedelta(hours=1)

    def room(self, times: Sequence[datetime], now: datetime) -> tuple[int | None, datetime]:
        """How many calls may be made now, and from when on there is room again.

        :param times: of the calls made, any order; older ones than the window do not count
        :return: ``(calls, now)``; ``(0, later)`` without room; ``None`` calls for no limit
        """
        if self.calls <= 0:
            return None, now
        counting = sorted(time for time in times if time > now - self.window)
        left = self.calls - len(counting)
        if left > 0:
            return left, now
        return 0, counting[-self.calls] + self.window


def usual_gap(times: Iterable[datetime]) -> timedelta | None:
    """How long it usually takes between two messages: all but one of twenty come sooner.

    :return: ``None`` with too few messages to say
    """
    ordered = sorted(times)
    gaps = sorted(later - earlier for earlier, later in zip(ordered, ordered[1:], strict=False))
    if len(gaps) < 10:
        return None
    return gaps[min(len(gaps) * 95 // 100, len(gaps) - 1)]


def is_silent(times: Sequence[datetime], now: datetime, factor: float, floor: timedelta) -> bool:
    """Whether a sender says nothing for suspiciously long.

    :param times: when it said something lately
    :param factor: so many times its usual gap is suspicious
    :param floor: less than this never is
    """
    gap = usual_gap(times)
    if gap is None:
        return False
    return now - max(times) > max(gap * factor, floor)


def missed_by_push(
    items: Iterable[Mapping[str, Any]], asked_at: datetime, grace: timedelta, since: datetime
) -> int:
    """How many facts of an answer should have been pushed to us before, and were not.

    :param items: what became of each fact (``message_fate``)
    :param asked_at: aware
    :param grace: a fact younger than this may still be on its way to us
    :param since: from when on facts are pushed at all
    """
    return sum(
        item.get("status") in ("recorded", "advisory")
        and since <= datetime.fromisoformat(item["occurred_at"]) <= asked_at - grace
        for item in items
        if item.get("occurred_at") and item.get("classifier") == "actual"
    )
