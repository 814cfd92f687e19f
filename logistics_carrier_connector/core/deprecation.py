"""What answers say of an agreement that is on its way out.

``Deprecation`` is RFC 9745 (a date of RFC 9651, section 3.3.7), ``Sunset`` RFC 8594 (a date of RFC
9110), ``Link`` RFC 8288.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from email.utils import format_datetime


@dataclass(frozen=True, slots=True)
class Farewell:
    """An agreement that somebody decided to end.

    :param since: first day on which it is deprecated
    :param ends: the day on which it stops, if that was decided
    :param url: address that tells what to do
    """

    since: date
    ends: date | None
    url: str

    def headers(self, today: date) -> list[tuple[str, str]]:
        """What every answer says on a day; nothing before the first one. Days begin at 0:00 UTC.

        >>> Farewell(date(2026, 1, 1), None, "/docs").headers(date(2026, 1, 1))[0]
        ('Deprecation', '@1767225600')
        >>> Farewell(date(2026, 1, 1), None, "/docs").headers(date(2025, 12, 31))
        []
        """
        if today < self.since:
            return []
        told = [
            ("Deprecation", f"@{round(_midnight(self.since).timestamp())}"),
            ("Link", f'<{self.url}>; rel="deprecation"; type="text/html"'),
        ]
        if self.ends:
            told += [
                ("Sunset", format_datetime(_midnight(self.ends), usegmt=True)),
                ("Link", f'<{self.url}>; rel="sunset"; type="text/html"'),
            ]
        return told


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
