from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core.errors import ConfigurationInvalid
from odoo.addons.logistics_carrier_connector.core.expression import Expression
from odoo.addons.logistics_carrier_connector.core.times import (
    Surroundings,
    TimeRule,
    moment,
    read_date,
    read_time,
)
from odoo.addons.logistics_carrier_connector.core.zones import (
    offset_zone,
    zone,
    zone_of,
    zone_of_code,
)
from odoo.addons.logistics_milestone_sync.core.fact import Location

NOWHERE = Surroundings()
DENVER = Surroundings(Location(city="Denver", state="CO", country="US"))
SUMMER, WINTER = "20250603", "20250103"


def _rule(**sources) -> TimeRule:
    plain = {name: sources.pop(name) for name in ("zone", "end_of_day") if name in sources}
    return TimeRule(**plain, **{name: Expression(text) for name, text in sources.items()})


PARTS = _rule(date="d", time="t", code="c", offset="o")


def _utc(found) -> str:
    return found.at.strftime("%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize(
    ("code", "day", "utc", "offset"),
    [
        ("UT", SUMMER, "2025-06-03 09:30:00", 0),
        ("GM", SUMMER, "2025-06-03 09:30:00", 0),
        ("ET", SUMMER, "2025-06-03 13:30:00", -240),
        ("ET", WINTER, "2025-01-03 14:30:00", -300),
        ("ED", WINTER, "2025-01-03 13:30:00", -240),
        ("ES", SUMMER, "2025-06-03 14:30:00", -300),
        ("CT", SUMMER, "2025-06-03 14:30:00", -300),
        ("CS", SUMMER, "2025-06-03 15:30:00", -360),
        ("MT", WINTER, "2025-01-03 16:30:00", -420),
        ("PT", SUMMER, "2025-06-03 16:30:00", -420),
        ("AT", SUMMER, "2025-06-03 17:30:00", -480),
        ("HT", SUMMER, "2025-06-03 19:30:00", -600),
        ("TT", SUMMER, "2025-06-03 12:30:00", -180),
        ("NT", WINTER, "2025-01-03 13:00:00", -210),
        ("ND", SUMMER, "2025-06-03 12:00:00", -150),
        ("01", SUMMER, "2025-06-03 08:30:00", 60),
        ("12", SUMMER, "2025-06-02 21:30:00", 720),
        ("13", SUMMER, "2025-06-03 21:30:00", -720),
        ("24", SUMMER, "2025-06-03 10:30:00", -60),
        ("et", SUMMER, "2025-06-03 13:30:00", -240),
    ],
)
def test_a_time_code_names_its_zone_and_nothing_is_assumed(code, day, utc, offset):
    found = moment([PARTS], {"d": day, "t": "0930", "c": code}, DENVER)
    assert (_utc(found), found.utc_offset, found.assumed) == (utc, offset, False)


@pytest.mark.parametrize("code", ["XX", "00", "25", "E", "EX", "TTT", "٠١"])
def test_an_unknown_time_code_is_not_guessed(code):
    with pytest.raises(ValueError, match="unknown time code"):
        moment([PARTS], {"d": SUMMER, "t": "0930", "c": code}, DENVER)


@pytest.mark.parametrize("code", ["LT", None, ""])
def test_local_time_is_that_of_the_place_and_flagged(code):
    found = moment([PARTS], {"d": SUMMER, "t": "0930", "c": code}, DENVER)
    assert (_utc(found), found.utc_offset, found.assumed) == ("2025-06-03 15:30:00", None, True)


@pytest.mark.parametrize(
    ("place", "name"),
    [
        (Location(state="CO", country="US"), "America/Denver"),
        (Location(state="co"), "America/Denver"),
        (Location(state="SK", country="CA"), "America/Regina"),
        (Location(country="DE", state="BY"), "Europe/Berlin"),
        (Location(country="US"), None),
        (Location(country="AU", state="WA"), "Australia/Perth"),
        (Location(country="XK"), None),
        (Location(city="Denver"), None),
        (None, None),
    ],
)
def test_a_place_tells_its_zone_or_does_not(place, name):
    assert zone_of(place) == (zone(name) if name else None)


def test_without_a_place_the_offset_of_the_event_helps_then_the_default():
    scope = {"d": SUMMER, "t": "0930"}
    found = moment([PARTS], scope, Surroundings(event_offset=-330, default="Europe/Rome"))
    assert (_utc(found), found.assumed) == ("2025-06-03 15:00:00", True)
    found = moment([PARTS], scope, Surroundings(default="Europe/Rome"))
    assert (_utc(found), found.assumed) == ("2025-06-03 07:30:00", True)


def test_without_anything_a_local_time_is_a_problem_and_no_guess():
    with pytest.raises(ValueError, match="neither the message nor the profile"):
        moment([PARTS], {"d": SUMMER, "t": "0930"}, NOWHERE)


@pytest.mark.parametrize("offset", ["-06:00", "-0600", "-06.00"])
def test_a_stated_offset_wins_over_the_place(offset):
    found = moment([PARTS], {"d": SUMMER, "t": "0930", "o": offset}, DENVER)
    assert (_utc(found), found.utc_offset, found.assumed) == ("2025-06-03 15:30:00", -360, False)


@pytest.mark.parametrize("text", ["6", "+25:00", "+05:99", "05:00", "+٠5:00"])
def test_what_is_no_offset_is_refused(text):
    with pytest.raises(ValueError, match="not an offset"):
        offset_zone(text)


def test_a_utc_time_is_preferred_and_the_local_one_tells_the_offset():
    rules = [
        _rule(date="gd", time="gt", zone="UTC", local_date="ld", local_time="lt"),
        _rule(date="ld", time="lt"),
    ]
    scope = {"gd": "20250603", "gt": "033000", "ld": "20250602", "lt": "213000"}
    found = moment(rules, scope, NOWHERE)
    assert (_utc(found), found.utc_offset, found.assumed) == ("2025-06-03 03:30:00", -360, False)
    found = moment(rules, {"ld": "20250602", "lt": "213000"}, DENVER)
    assert (_utc(found), found.assumed) == ("2025-06-03 03:30:00", True)


@pytest.mark.parametrize(("day", "clock"), [("20250702", "2130"), ("x", "2130"), ("20250602", "")])
def test_a_local_time_that_cannot_be_is_no_offset(day, clock):
    rule = _rule(date="gd", time="gt", zone="UTC", local_date="ld", local_time="lt")
    found = moment([rule], {"gd": SUMMER, "gt": "033000", "ld": day, "lt": clock}, NOWHERE)
    assert (_utc(found), found.utc_offset) == ("2025-06-03 03:30:00", None)


def test_a_day_without_a_time_is_its_noon_or_for_an_estimate_its_end():
    found = moment([PARTS], {"d": SUMMER, "c": "UT"}, NOWHERE)
    assert (_utc(found), found.assumed) == ("2025-06-03 12:00:00", True)
    found = moment([_rule(date="d", time="t", end_of_day=True)], {"d": SUMMER}, DENVER)
    assert _utc(found) == "2025-06-04 05:59:59"


@pytest.mark.parametrize(
    ("text", "utc", "offset", "assumed"),
    [
        ("2025-06-03T09:30:00Z", "2025-06-03 09:30:00", 0, False),
        ("2025-06-03T09:30:00.123+05:30", "2025-06-03 04:00:00", 330, False),
        ("20250603T093000-0600", "2025-06-03 15:30:00", -360, False),
        ("2025-06-03 09:30:00", "2025-06-03 15:30:00", None, True),
        ("2025-06-03", "2025-06-03 18:00:00", None, True),
    ],
)
def test_a_moment_in_one_text(text, utc, offset, assumed):
    found = moment([_rule(at="at")], {"at": text}, DENVER)
    assert (_utc(found), found.utc_offset, found.assumed) == (utc, offset, assumed)


@pytest.mark.parametrize(
    "text", ["soon", "1717406400", "2025-06-03T25:00:00Z", "0001-01-01", "Z" * 99]
)
def test_a_text_that_is_no_moment_is_a_problem(text):
    with pytest.raises(ValueError, match="ISO 8601|out of range"):
        moment([_rule(at="at")], {"at": text}, DENVER)


def test_no_date_is_no_moment_but_a_bad_date_is_not_passed_over():
    rules = [_rule(date="first", zone="UTC"), _rule(date="second", zone="UTC")]
    assert moment(rules, {}, NOWHERE) is None
    assert moment(rules, {"second": SUMMER}, NOWHERE)
    with pytest.raises(ValueError, match="the date is not in the form"):
        moment(rules, {"first": "yesterday", "second": SUMMER}, NOWHERE)


@pytest.mark.parametrize(
    "text", ["20250230", "2025-13-01", "00010101", "29991231", "03/06/2025", ""]
)
def test_a_day_that_does_not_exist_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        read_date(text)


def test_six_digits_are_a_day_of_this_century():
    assert read_date("250603") == read_date("2025-06-03")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0000", 0),
        ("0930", 34200),
        ("093015", 34215),
        ("09:30:15.999", 34215),
        ("09301599", 34215),
        ("2400", 86400),
        ("09:30", 34200),
    ],
)
def test_times_of_day(text, seconds):
    assert read_time(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["2401", "2360", "9:61", "930", "25", "noon", "٠٩٣٠", "093061"])
def test_what_is_no_time_of_day_is_refused(text):
    with pytest.raises(ValueError, match="time"):
        read_time(text)


def test_a_zone_that_does_not_exist_is_a_configuration_error():
    deep = "/".join("a" * 999)
    for name in ("Mars/Olympus", "../etc/passwd", "/etc/passwd", "", "\x00", deep):
        with pytest.raises(ConfigurationInvalid, match="no time zone"):
            zone(name)


_MOMENTS = st.datetimes(datetime(1991, 1, 1), datetime(2099, 1, 1)).map(
    lambda value: value.replace(microsecond=0, tzinfo=UTC)
)


@given(_MOMENTS, st.integers(-14 * 60, 14 * 60))
def test_a_moment_is_the_same_however_the_carrier_writes_it(at, minutes):
    local = at + timedelta(minutes=minutes)
    sign = "-" if minutes < 0 else "+"
    offset = f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
    spelled = [
        ({"at": at.isoformat()}, _rule(at="at")),
        ({"at": local.strftime("%Y-%m-%dT%H:%M:%S") + offset}, _rule(at="at")),
        ({"d": local.strftime("%Y%m%d"), "t": local.strftime("%H%M%S"), "o": offset}, PARTS),
        ({"d": at.strftime("%Y-%m-%d"), "t": at.strftime("%H:%M:%S"), "c": "UT"}, PARTS),
    ]
    for scope, rule in spelled:
        found = moment([rule], scope, NOWHERE)
        assert found.at == at
        assert not found.assumed


@given(st.text(max_size=12), st.text(max_size=10), st.text(max_size=4), st.text(max_size=7))
def test_any_texts_make_a_moment_or_a_value_error(day, clock, code, offset):
    scope = {"d": day, "t": clock, "c": code, "o": offset, "at": day}
    for rule in (PARTS, _rule(at="at")):
        try:
            found = moment([rule], scope, DENVER)
        except ValueError:
            continue
        assert found is None or found.at.tzinfo is UTC


@given(_MOMENTS, st.sampled_from(["ET", "CT", "MT", "PT", "NT"]))
def test_local_times_of_a_zone_are_within_an_hour_of_its_standard_time(at, code):
    where = zone_of_code(code)
    local = at.astimezone(where)
    scope = {"d": local.strftime("%Y%m%d"), "t": local.strftime("%H%M%S"), "c": code}
    found = moment([PARTS], scope, NOWHERE)
    # In the hour that the clock repeats in autumn a text means two moments.
    assert abs(found.at - at) in (timedelta(0), timedelta(hours=1))
