"""How many messages a replay may read again right now: so many per minute, and no more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Pace:
    """The minute that is being counted.

    :param began: when it began, aware or naive as all times given; ``None`` before the first
    :param count: messages since then
    """

    began: datetime | None = None
    count: int = 0

    def at(self, now: datetime) -> Pace:
        """The minute that is counted at this moment: this one, or a new one.

        A clock that was set back does not stop a replay.
        """
        if self.began is None or not timedelta() <= now - self.began < _MINUTE:
            return Pace(now)
        return self

    def allowed(self, per_minute: int) -> int:
        """How many more messages fit into the minute.

        >>> Pace(count=8).allowed(10)
        2
        """
        return max(0, per_minute - self.count)

    def after(self, messages: int) -> Pace:
        """The minute with these messages counted."""
        return Pace(self.began, self.count + messages)

    def next_at(self, per_minute: int) -> datetime | None:
        """When more are allowed; ``None``: now."""
        if self.began is None or self.allowed(per_minute):
            return None
        return self.began + _MINUTE
