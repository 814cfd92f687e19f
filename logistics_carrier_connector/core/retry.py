"""When a failed message is tried again: growing waits with jitter, as a value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from .errors import ConfigurationInvalid


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how patiently.

    :param initial: wait after the first failure
    :param factor: each wait is this many times the one before
    :param longest: no wait is longer, whatever the factor makes of it
    :param attempts: failures after which there is no next attempt
    :param spread: share of a wait that jitter may take off, 0 to 1, so that messages which failed
        together do not come back together
    :param waits: the waits themselves, shortest first; they replace the exponential ones
    :raises ConfigurationInvalid: if the values make no schedule
    """

    initial: timedelta = timedelta(seconds=30)
    factor: float = 3.0
    longest: timedelta = timedelta(hours=12)
    attempts: int = 10
    spread: float = 0.25
    waits: tuple[timedelta, ...] = ()

    @classmethod
    def of_waits(cls, waits: Sequence[timedelta]) -> RetryPolicy:
        """One more attempt after each of the waits.

        :raises ConfigurationInvalid: if there are none, or one is not positive
        """
        if not waits:
            raise ConfigurationInvalid("a retry schedule needs at least one wait")
        ordered = tuple(sorted(waits))
        return cls(ordered[0], longest=ordered[-1], attempts=len(ordered) + 1, waits=ordered)

    def __post_init__(self) -> None:
        if self.initial <= timedelta(0) or self.longest < self.initial:
            raise ConfigurationInvalid("a retry needs 0 < initial wait <= longest wait")
        if not 1.0 <= self.factor <= 100.0:
            raise ConfigurationInvalid("the retry factor must be between 1 and 100")
        if self.attempts < 1:
            raise ConfigurationInvalid("a retry policy needs at least one attempt")
        if not 0.0 <= self.spread <= 1.0:
            raise ConfigurationInvalid("the jitter's share must be between 0 and 1")

    def delay(self, attempt: int) -> timedelta:
        """The wait after failure number ``attempt`` (1 is the first), without jitter.

        >>> policy = RetryPolicy()
        >>> [policy.delay(n).total_seconds() for n in (1, 2, 3, 99)]
        [30.0, 90.0, 270.0, 43200.0]
        """
        if self.waits:
            return self.waits[min(max(attempt, 1), len(self.waits)) - 1]
        # Compared as exponents, because factor ** 10000 does not fit a float.
        delay = self.initial.total_seconds()
        longest = self.longest.total_seconds()
        for _ in range(attempt - 1):
            delay *= self.factor
            if delay >= longest or self.factor == 1.0:
                break
        return timedelta(seconds=min(delay, longest))

    def next_attempt(
        self, attempt: int, now: datetime, jitter: float, retry_after: timedelta | None = None
    ) -> datetime | None:
        """When to try again after failure number ``attempt``, or ``None`` to give up.

        :param now: aware; the answer is in the same zone
        :param jitter: a random number from 0 (keep the whole wait) to 1
        :param retry_after: what the other side asked for; never undercut, capped at ``longest``
        """
        if attempt >= self.attempts:
            return None
        delay = self.delay(max(attempt, 1)) * (1 - self.spread * min(max(jitter, 0.0), 1.0))
        if retry_after is not None:
            delay = max(delay, min(retry_after, self.longest))
        return now + delay
