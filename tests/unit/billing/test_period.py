"""Which invoice a delivery goes on: by when it was rendered, never by when it was heard."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_billing_rules.core.period import (
    DAY,
    MONTH,
    WEEK,
    Rhythm,
    collects,
    following,
    period_of,
)

BERLIN = ZoneInfo("Europe/Berlin")
CHICAGO = ZoneInfo("America/Chicago")

moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))
rhythms = st.builds(
    Rhythm,
    st.sampled_from([DAY, WEEK, MONTH]),
    st.sampled_from([UTC, BERLIN, CHICAGO, ZoneInfo("Asia/Kathmandu")]),
    st.integers(0, 6),
    st.integers(1, 31),
    st.integers(1, 1440),
    st.timedeltas(timedelta(0), timedelta(days=10)),
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("rhythm", "moment", "first", "last", "closes"),
    [
        # A day of Berlin ends at 22:00 UTC in summer and at 23:00 in winter.
        (Rhythm(DAY, BERLIN), "2026-07-01 21:59", "2026-07-01", "2026-07-01", "2026-07-01 22:00"),
        (Rhythm(DAY, BERLIN), "2026-07-01 22:00", "2026-07-02", "2026-07-02", "2026-07-02 22:00"),
        (Rhythm(DAY, BERLIN), "2026-01-01 22:30", "2026-01-01", "2026-01-01", "2026-01-01 23:00"),
        # March 16 to 22 of 2026 is a calendar week.
        (Rhythm(WEEK, UTC), "2026-03-18 12:00", "2026-03-16", "2026-03-22", "2026-03-23 00:00"),
        (Rhythm(WEEK, UTC), "2026-03-22 23:59", "2026-03-16", "2026-03-22", "2026-03-23 00:00"),
        (Rhythm(WEEK, UTC), "2026-03-23 00:00", "2026-03-23", "2026-03-29", "2026-03-30 00:00"),
        # Friday, 17:00 Chicago: what comes later is of the next week.
        (
            Rhythm(WEEK, CHICAGO, last_weekday=4, cutoff=17 * 60),
            "2026-06-05 21:59",
            "2026-05-30",
            "2026-06-05",
            "2026-06-05 22:00",
        ),
        (
            Rhythm(WEEK, CHICAGO, last_weekday=4, cutoff=17 * 60),
            "2026-06-05 22:00",
            "2026-06-06",
            "2026-06-12",
            "2026-06-12 22:00",
        ),
        (Rhythm(MONTH, UTC), "2028-02-29 10:00", "2028-02-01", "2028-02-29", "2028-03-01 00:00"),
        # A month from the 26th to the 25th.
        (
            Rhythm(MONTH, UTC, last_day=25),
            "2026-12-26 00:00",
            "2026-12-26",
            "2027-01-25",
            "2027-01-26 00:00",
        ),
        # The 30th, which February does not have.
        (
            Rhythm(MONTH, UTC, last_day=30),
            "2026-02-10 00:00",
            "2026-01-31",
            "2026-02-28",
            "2026-03-01 00:00",
        ),
        (
            Rhythm(MONTH, UTC, last_day=30),
            "2026-03-31 00:00",
            "2026-03-31",
            "2026-04-30",
            "2026-05-01 00:00",
        ),
        (
            Rhythm(DAY, UTC, grace=timedelta(hours=36)),
            "2026-03-01 08:00",
            "2026-03-01",
            "2026-03-01",
            "2026-03-03 12:00",
        ),
    ],
)
def test_periods_as_a_calendar_on_the_wall_shows_them(rhythm, moment, first, last, closes):
    period = period_of(at(moment), rhythm)
    assert (period.first, period.last) == (date.fromisoformat(first), date.fromisoformat(last))
    assert period.closes_at == at(closes)


@given(moments, rhythms)
def test_periods_follow_each_other_without_gap_or_overlap(moment, rhythm):
    period = period_of(moment, rhythm)
    after = following(period, rhythm)
    assert period.first <= period.last
    assert after.first == period.last + timedelta(days=1)
    assert after.closes_at > period.closes_at


@given(moments, st.timedeltas(timedelta(0), timedelta(days=60)), rhythms)
def test_what_is_rendered_later_is_never_invoiced_earlier(moment, later, rhythm):
    assert period_of(moment, rhythm).last <= period_of(moment + later, rhythm).last


@given(moments, rhythms)
def test_what_is_rendered_is_over_when_its_invoice_is_made(moment, rhythm):
    moment = moment.replace(minute=moment.minute // 15 * 15)
    if moment.astimezone(rhythm.zone).fold:
        return  # the hour that the clock shows twice is counted with its first time
    assert moment < period_of(moment, rhythm).closes_at - rhythm.grace + timedelta(hours=1)


@given(moments, st.lists(st.timedeltas(timedelta(0), timedelta(days=90)), min_size=1), rhythms)
def test_as_long_as_its_period_is_open_it_does_not_matter_when_it_was_heard(moment, delays, rhythm):
    own = period_of(moment, rhythm)
    heard = [moment + delay for delay in delays if moment + delay < own.closes_at]
    assert {collects(moment, now, rhythm) for now in heard} <= {own}


@given(moments, st.timedeltas(timedelta(0), timedelta(days=400)), rhythms)
def test_what_is_heard_too_late_goes_with_the_oldest_open_period(moment, delay, rhythm):
    now = moment + delay
    taken = collects(moment, now, rhythm)
    own = period_of(moment, rhythm)
    assert taken.closes_at > now
    if own.closes_at <= now:
        assert taken.first > own.last
        # The one before it is closed; an hour for the days on which clocks change.
        before = period_of(now - rhythm.grace, rhythm)
        assert taken == before or taken == following(before, rhythm)
