from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core.clock import (
    is_format,
    read_date,
    read_moment,
    read_time,
)

DAY = date(2025, 6, 3)


@pytest.mark.parametrize(
    "text",
    [
        "2025/6/3",
        "2025.06.03",
        "3.6.2025",
        "June 3, 2025",
        "Jun 3 2025",
        "3 June 2025",
        "03-Jun-2025",
    ]
    + ["Tue, 3 Jun 2025", "3rd June 2025"],
)
def test_a_day_that_can_be_read_in_one_way_is_read(text):
    assert read_date(text) == DAY


@pytest.mark.parametrize("text", ["03/06/2025", "6/3/25", "3 Foo 2025", "2025-06/03", "2025 06 03"])
def test_a_day_that_can_be_read_in_two_ways_is_refused(text):
    with pytest.raises(ValueError, match="not in the form"):
        read_date(text)


@pytest.mark.parametrize(
    ("text", "hours", "minutes"),
    [
        ("4:05 PM", 16, 5),
        ("4:05pm", 16, 5),
        ("12:00 AM", 0, 0),
        ("12:30 PM", 12, 30),
        ("14:30 PM", 14, 30),
        ("9:30", 9, 30),
        ("16.05", 16, 5),
        ("4 PM", 16, 0),
    ],
)
def test_clocks_of_twelve_and_of_twenty_four_hours(text, hours, minutes):
    assert read_time(text) == timedelta(hours=hours, minutes=minutes)


@pytest.mark.parametrize("text", ["13:00 AM", "24:30", "9", "4:75 PM", "25:00 PM"])
def test_there_is_no_such_time_of_day(text):
    with pytest.raises(ValueError, match="time"):
        read_time(text)


@pytest.mark.parametrize(
    ("text", "formats", "expected"),
    [
        ("03/06/2025 14:30", ("%d/%m/%Y %H:%M",), datetime(2025, 6, 3, 14, 30)),
        ("6/3/2025 2:30:00 PM", ("%m/%d/%Y %I:%M:%S %p",), datetime(2025, 6, 3, 14, 30)),
        ("1748953800", ("epoch",), datetime(2025, 6, 3, 12, 30, tzinfo=UTC)),
        ("1748953800123", ("epoch",), datetime(2025, 6, 3, 12, 30, tzinfo=UTC)),
        ("/Date(1748953800000+0200)/", ("epoch",), datetime(2025, 6, 3, 12, 30, tzinfo=UTC)),
        ("638845506000000000", ("ticks",), datetime(2025, 6, 3, 12, 30, tzinfo=UTC)),
        ("202506031430", (), datetime(2025, 6, 3, 14, 30)),
        ("20250603143000", (), datetime(2025, 6, 3, 14, 30)),
        ("June 3, 2025, 2:30 pm", (), datetime(2025, 6, 3, 14, 30)),
        ("03.06.2025 14:30", (), datetime(2025, 6, 3, 14, 30)),
        ("Tue, 3 Jun 2025 14:30:00 GMT", (), datetime(2025, 6, 3, 14, 30, tzinfo=UTC)),
        ("2025-06-03 14:30:00 UTC", (), datetime(2025, 6, 3, 14, 30, tzinfo=UTC)),
        ("2025-06-03 14:30", ("%d/%m/%Y",), datetime(2025, 6, 3, 14, 30)),
    ],
)
def test_a_moment_in_one_text(text, formats, expected):
    assert read_moment(text, formats) == (expected, False)


@pytest.mark.parametrize(
    ("text", "formats"), [("2025-06-03", ()), ("June 3, 2025", ()), ("03/06/2025", ("%d/%m/%Y",))]
)
def test_a_date_alone_is_known_as_one(text, formats):
    assert read_moment(text, formats) == (datetime(2025, 6, 3), True)


@given(st.text(max_size=30))
def test_any_text_is_a_moment_or_a_value_error(text):
    try:
        value, _only_date = read_moment(text, ("epoch", "ticks", "%d/%m/%Y"))
    except ValueError:
        return
    assert 1990 <= value.year <= 2100


@given(st.datetimes(datetime(1990, 1, 2), datetime(2099, 12, 30)))
def test_every_form_of_a_moment_means_the_same(moment):
    moment = moment.replace(microsecond=0)
    for pattern in (
        "%Y-%m-%dT%H:%M:%S",
        "%d.%m.%Y %H:%M:%S",
        "%B %d, %Y %I:%M:%S %p",
        "%Y%m%d%H%M%S",
    ):
        assert read_moment(moment.strftime(pattern)) == (moment, False)


@pytest.mark.parametrize(
    ("text", "known"),
    [("%d/%m/%Y", True), ("epoch", True), ("ticks", True), ("%Q", False), ("dd/mm", False)],
)
def test_a_profile_may_name_formats_that_exist(text, known):
    assert is_format(text) is known
