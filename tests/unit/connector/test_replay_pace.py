"""So many messages per minute, and no more, however the clock goes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core.replay_pace import Pace

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_the_first_minute_allows_all_of_it() -> None:
    pace = Pace().at(NOW)
    assert pace.allowed(10) == 10
    assert pace.next_at(10) is None


def test_what_was_done_is_taken_off_until_the_minute_is_over() -> None:
    pace = Pace().at(NOW).after(7).at(NOW + 59 * SECOND)
    assert pace.allowed(10) == 3
    assert pace.at(NOW + 60 * SECOND).allowed(10) == 10


def test_a_used_up_minute_goes_on_with_the_next_one() -> None:
    pace = Pace().at(NOW).after(10)
    assert pace.allowed(10) == 0
    assert pace.next_at(10) == NOW + 60 * SECOND


def test_a_clock_that_was_set_back_begins_a_minute() -> None:
    pace = Pace().at(NOW).after(10)
    assert pace.at(NOW - timedelta(hours=1)).allowed(10) == 10


def test_a_pace_that_was_never_begun_never_waits() -> None:
    assert Pace(count=99).next_at(10) is None


@given(
    st.integers(1, 50),
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 30)), max_size=60),
)
def test_no_minute_that_is_counted_has_more_than_its_share(
    per_minute: int, looks: list[tuple[int, int]]
) -> None:
    pace, now = Pace(), NOW
    done: dict[datetime | None, int] = {}
    for seconds, wanted in looks:
        now += seconds * SECOND
        pace = pace.at(now)
        batch = min(wanted, pace.allowed(per_minute))
        pace = pace.after(batch)
        done[pace.began] = done.get(pace.began, 0) + batch
        next_at = pace.next_at(per_minute)
        assert next_at is None or now < next_at <= now + 60 * SECOND
    assert all(count <= per_minute for count in done.values())
