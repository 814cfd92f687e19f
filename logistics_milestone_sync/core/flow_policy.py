"""How soon a fact has to be known, how it is worked, and how patiently: flow policies as values.

Which policy holds for a milestone
    1. The policies that name it, the company's own before the shared ones.
    2. Else, for each category of the milestone, the policies of that category, again the company's
       own before the shared ones.
    3. Of several that are left, the strictest: a milestone that is operational and financial has to
       be known as soon as the more impatient of the two wants it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final

from .vocabulary import ACTUAL, ANALYTICAL

_UNITS: Final = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}
_DELAY: Final = re.compile(r"(\d{1,6})\s*([smhd])")
_MOST_DELAYS: Final = 20
_LONGEST_DELAY: Final = timedelta(days=7)
_DAY: Final = timedelta(days=1)
# The database keeps seconds in four bytes; that is 68 years.
_MOST_SECONDS: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Batch:
    """When a batch is recorded: every so often, or once a day.

    :param every: counted from midnight; ``None`` for once a day
    :param at: time of day of the daily batch, as time since midnight
    :raises ValueError: if it is neither, both, or more than a day
    """

    every: timedelta | None = None
    at: timedelta | None = None

    def __post_init__(self) -> None:
        if (self.every is None) == (self.at is None):
            raise ValueError("a batch is recorded either every so often or at a time of day")
        if self.every is not None and not timedelta(0) < self.every <= _DAY:
            raise ValueError("the time between two batches must be between a minute and a day")
        if self.at is not None and not timedelta(0) <= self.at < _DAY:
            raise ValueError("the time of day must be between 00:00 and 23:59")

    @property
    def longest_wait(self) -> timedelta:
        """The most that a statement waits for its batch."""
        return _DAY if self.every is None else self.every

    def next_after(self, now: datetime, zone: tzinfo) -> datetime:
        """When the next batch is due, always later than ``now``.

        :param now: aware
        :param zone: whose midnight and whose time of day are meant
        :return: aware, in the zone of ``now``
        """
        local = now.astimezone(zone)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        passed = local.replace(tzinfo=None) - midnight
        if self.every is not None:
            due = midnight + min(self.every * (passed // self.every + 1), _DAY)
        else:
            due = midnight + (self.at or timedelta(0))
            due += _DAY if due <= midnight + passed else timedelta(0)
        # Where clocks are put back, an hour of the wall clock comes twice: never stay in the past.
        instant = due.replace(tzinfo=zone).astimezone(now.tzinfo)
        return instant if instant > now else now + self.longest_wait


@dataclass(frozen=True, slots=True)
class FlowPolicy:
    """One policy.

    :param own: of the company itself, not shared by all
    :param milestones: codes that it names; the others follow their category
    :param latency: how old a fact may be when it is recorded
    :param batch: ``None`` for real time
    :param retry: waits between the attempts on a message that fails for a passing reason
    """

    id: int
    category: str
    latency: timedelta
    own: bool = False
    milestones: frozenset[str] = frozenset()
    batch: Batch | None = None
    retry: tuple[timedelta, ...] = ()
    lane: str = ""

    def __post_init__(self) -> None:
        if self.latency <= timedelta(0):
            raise ValueError("the acceptable latency must be more than nothing")
        if self.batch and self.batch.longest_wait > self.latency:
            raise ValueError("a batch that waits longer than the acceptable latency is always late")


@dataclass(frozen=True, slots=True)
class Latency:
    """How long a statement took, and whether that was too long by the policy of its day.

    :param seconds: whole seconds, never negative
    :param limit: what the policy allowed, in seconds; ``None`` without a policy
    """

    seconds: int
    limit: int | None

    @property
    def breached(self) -> bool:
        """Whether it took longer than the policy allowed."""
        return self.limit is not None and self.seconds > self.limit


def resolve(
    policies: Iterable[FlowPolicy], milestone: str, categories: Sequence[str]
) -> FlowPolicy | None:
    """The policy that holds for a milestone, or ``None``.

    >>> shared = FlowPolicy(1, "operational", timedelta(minutes=15))
    >>> named = FlowPolicy(2, "financial", timedelta(hours=1), milestones=frozenset({"delivered"}))
    >>> resolve([shared, named], "delivered", ["operational"]).id
    2
    >>> resolve([shared, named], "packed", ["operational"]).id
    1
    """
    everything = list(policies)
    naming = [policy for policy in everything if milestone in policy.milestones]
    if naming:
        return _strictest(_own_first(naming))
    candidates: list[FlowPolicy] = []
    for category in categories or (ANALYTICAL,):
        candidates += _own_first(
            [p for p in everything if p.category == category and not p.milestones]
        )
    return _strictest(candidates)


def latency_of(
    classifier: str,
    occurred_at: datetime,
    stated_at: datetime | None,
    received_at: datetime,
    recorded_at: datetime,
    policy: FlowPolicy | None,
) -> Latency:
    """How long a fact took from its source to the ledger.

    The clock starts when the source says that it recorded the fact; if it does not say, when the
    fact happened; for a plan or an estimate, which lies ahead, when we heard it. It stops when the
    fact is in the ledger, so waiting for a shipment or a batch counts. A source whose clock runs
    ahead of ours has a latency of zero.

    All times are aware.
    """
    start = stated_at or (occurred_at if classifier == ACTUAL else received_at)
    seconds = int((recorded_at - start).total_seconds())
    limit = int(policy.latency.total_seconds()) if policy else None
    return Latency(min(max(seconds, 0), _MOST_SECONDS), limit)


def parse_retry(text: str) -> tuple[timedelta, ...]:
    """The waits that a retry schedule names.

    >>> [int(delay.total_seconds()) for delay in parse_retry("30s, 5m, 2h")]
    [30, 300, 7200]

    :raises ValueError: with a sentence for people
    """
    words = [word.strip().lower() for word in text.split(",")]
    delays = tuple(_parse_delay(word) for word in words if word)
    if not delays:
        raise ValueError("a retry schedule needs at least one wait, like “1m, 5m, 30m”")
    if len(delays) > _MOST_DELAYS:
        raise ValueError(f"a retry schedule has at most {_MOST_DELAYS} waits")
    for before, after in zip(delays, delays[1:], strict=False):
        if after < before:
            raise ValueError("the waits of a retry schedule never become shorter")
    return delays


def format_retry(delays: Sequence[timedelta]) -> str:
    """The schedule as people write it; ``parse_retry`` reads it back."""
    return ", ".join(map(_format_delay, delays))


def _parse_delay(word: str) -> timedelta:
    match = _DELAY.fullmatch(word)
    if not match:
        raise ValueError(f"“{word}” is no wait: write a number and s, m, h or d, like “30m”")
    delay = int(match[1]) * _UNITS[match[2]]
    if not timedelta(0) < delay <= _LONGEST_DELAY:
        raise ValueError(f"“{word}” must be more than nothing and at most 7 days")
    return delay


def _format_delay(delay: timedelta) -> str:
    for letter in "dhm":
        count, rest = divmod(delay, _UNITS[letter])
        if count and not rest:
            return f"{count}{letter}"
    return f"{delay // _UNITS['s']}s"


def _own_first(policies: list[FlowPolicy]) -> list[FlowPolicy]:
    own = [policy for policy in policies if policy.own]
    return own or policies


def _strictest(policies: Iterable[FlowPolicy]) -> FlowPolicy | None:
    return min(policies, key=lambda p: (p.latency, p.batch is not None, p.id), default=None)
