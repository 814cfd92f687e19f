"""A circuit breaker as a value: when to stop trying, and when to try again with a single probe.

Closed: everything goes through. Open: nothing does until ``probe_at``. Half-open: one attempt is
under way that decides. The waits between probes double while they fail.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from .errors import ConfigurationInvalid

CLOSED: Final = "closed"
OPEN: Final = "open"
HALF_OPEN: Final = "half_open"


@dataclass(frozen=True, slots=True)
class BreakerPolicy:
    """When a breaker opens and how patient it is then.

    :param threshold: consecutive failures that open it
    :param first_wait: until the first probe
    :param longest_wait: between later ones
    """

    threshold: int = 5
    first_wait: timedelta = timedelta(minutes=1)
    longest_wait: timedelta = timedelta(hours=1)

    def __post_init__(self) -> None:
        if self.threshold < 1 or not timedelta(0) < self.first_wait <= self.longest_wait:
            raise ConfigurationInvalid("a breaker needs a threshold, and 0 < first <= longest wait")


@dataclass(frozen=True, slots=True)
class Breaker:
    """The state of one breaker.

    :param failures: consecutive ones
    :param probe_at: aware; when the next attempt is let through, ``None`` while closed
    """

    state: str = CLOSED
    failures: int = 0
    probe_at: datetime | None = None

    def lets_through(self, now: datetime) -> bool:
        """Whether an attempt may be made now."""
        return self.state == CLOSED or (self.probe_at is not None and self.probe_at <= now)

    def trying(self, now: datetime, policy: BreakerPolicy) -> Breaker:
        """After an attempt was let through: an open breaker lets no second one follow at once.

        A probe whose end nobody hears of, because its worker died, is repeated after the
        first wait.
        """
        if self.state == CLOSED:
            return self
        return replace(self, state=HALF_OPEN, probe_at=now + policy.first_wait)

    def failed(
        self, now: datetime, policy: BreakerPolicy, retry_after: timedelta | None = None
    ) -> Breaker:
        """After a failure that may pass by itself.

        :param retry_after: what the other side asked for; never undercut, at most a day
        """
        failures = self.failures + 1
        if failures < policy.threshold and self.state == CLOSED:
            return replace(self, failures=failures)
        doublings = min(max(failures - policy.threshold, 0), 20)
        wait = min(policy.first_wait * 2**doublings, policy.longest_wait)
        if retry_after is not None:
            wait = max(wait, min(retry_after, timedelta(days=1)))
        return Breaker(OPEN, failures, now + wait)

    def succeeded(self) -> Breaker:
        """After an attempt that worked."""
        return Breaker()
