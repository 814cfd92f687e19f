from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core.deprecation import Farewell

_days = st.dates(date(1990, 1, 1), date(2100, 1, 1))


@given(_days, _days)
def test_nothing_is_said_before_the_first_day_and_always_from_it_on(since, today):
    told = Farewell(since, None, "/docs").headers(today)
    assert bool(told) == (today >= since)


@given(_days, st.integers(0, 5000))
def test_the_dates_are_what_the_standards_read(since, days):
    ends = since + timedelta(days=days)
    told = dict(Farewell(since, ends, "/docs").headers(ends))
    deprecated = datetime.fromtimestamp(int(told["Deprecation"].removeprefix("@")), UTC)
    assert (deprecated.date(), deprecated.hour) == (since, 0)
    assert parsedate_to_datetime(told["Sunset"]).date() == ends


def test_what_has_no_end_yet_promises_none():
    told = Farewell(date(2026, 1, 1), None, "https://example.com/v2").headers(date(2026, 1, 1))
    assert told == [
        ("Deprecation", "@1767225600"),
        ("Link", '<https://example.com/v2>; rel="deprecation"; type="text/html"'),
    ]
