"""Which invoice period a delivery belongs to, and when the period's invoice is due.

A period ends on its last day at the cut-off, in the time zone of the company. What was rendered
before that belongs to it, whenever it is heard; the grace says how long it is waited for. Only the
time when the service was rendered decides, never the order in which facts arrive; what is heard
after the grace goes with the period that is still open then.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

DAY: Final = "day"
WEEK: Final = "week"
MONTH: Final = "month"

_ONE: Final = timedelta(days=1)
_MIDNIGHT: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often an agreement invoices.

    :param unit: ``DAY``, ``WEEK`` or ``MONTH``
    :param zone: time zone of days and of the cut-off
    :param last_weekday: on which a week ends; Monday is 0
    :param last_day: of the month on which a month ends; a shorter month ends with its last day
    :param cutoff: minutes of the last day that still belong to the period, 1 to 1440
    :param grace: how long after the cut-off facts are waited for
    """

    unit: str
    zone: tzinfo
    last_weekday: int = 6
    last_day: int = 31
    cutoff: int = _MIDNIGHT
    grace: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Period:
    """Days from ``first`` to ``last``, both included, and when its invoice is made (UTC)."""

    first: date
    last: date
    closes_at: datetime


def period_of(moment: datetime, rhythm: Rhythm) -> Period:
    """The period in which a service was rendered.

    :param moment: aware
    """
    local = moment.astimezone(rhythm.zone)
    late = local.hour * 60 + local.minute >= rhythm.cutoff
    return _around(local.date() + (_ONE if late else timedelta(0)), rhythm)


def following(period: Period, rhythm: Rhythm) -> Period:
    """The period after this one."""
    return _around(period.last + _ONE, rhythm)


def collects(rendered: datetime, now: datetime, rhythm: Rhythm) -> Period:
    """The period whose invoice takes a service that is ready to be invoiced ``now``.

    Its own, or the oldest one that is still open if its own is not.
    """
    own = period_of(rendered, rhythm)
    return own if own.closes_at > now else _oldest_open(now, rhythm)


def _oldest_open(now: datetime, rhythm: Rhythm) -> Period:
    period = period_of(now - rhythm.grace, rhythm)
    # A day on which clocks change is longer or shorter than the grace was counted.
    while period.closes_at <= now:
        period = following(period, rhythm)
    return period


def _around(day: date, rhythm: Rhythm) -> Period:
    if rhythm.unit == DAY:
        first = last = day
    elif rhythm.unit == WEEK:
        last = day + timedelta(days=(rhythm.last_weekday - day.weekday()) % 7)
        first = last - timedelta(days=6)
    else:
        last = _end_of_month(day, rhythm.last_day)
        if last < day:
            last = _end_of_month(_next_month(day), rhythm.last_day)
        first = _end_of_month(last.replace(day=1) - _ONE, rhythm.last_day) + _ONE
    return Period(first, last, _end(last, rhythm) + rhythm.grace)


def _end(last: date, rhythm: Rhythm) -> datetime:
    """The cut-off of a last day, as the clock on the wall shows it (UTC)."""
    day = last + _ONE if rhythm.cutoff >= _MIDNIGHT else last
    hour, minute = divmod(rhythm.cutoff % _MIDNIGHT, 60)
    return datetime.combine(day, time(hour, minute), rhythm.zone).astimezone(UTC)


def _end_of_month(day: date, last_day: int) -> date:
    length = calendar.monthrange(day.year, day.month)[1]
    return day.replace(day=min(last_day, length))


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
