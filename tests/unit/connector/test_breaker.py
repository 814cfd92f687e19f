from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core.breaker import (
    CLOSED,
    HALF_OPEN,
    OPEN,
    Breaker,
    BreakerPolicy,
)
from odoo.addons.logistics_carrier_connector.core.errors import ConfigurationInvalid

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
POLICY = BreakerPolicy(threshold=3)


def after(failures: int) -> Breaker:
    breaker = Breaker()
    for _ in range(failures):
        breaker = breaker.failed(NOW, POLICY)
    return breaker


def test_it_opens_with_the_failure_that_reaches_the_threshold_and_not_before():
    assert [after(n).state for n in range(5)] == [CLOSED, CLOSED, CLOSED, OPEN, OPEN]


def test_one_success_begins_the_count_anew():
    assert after(2).succeeded() == Breaker()
    assert after(2).succeeded().failed(NOW, POLICY).state == CLOSED


def test_open_it_lets_nothing_through_until_its_probe_is_due():
    breaker = after(3)
    assert not breaker.lets_through(NOW + timedelta(seconds=59))
    assert breaker.lets_through(NOW + timedelta(seconds=60))


def test_one_probe_at_a_time_and_another_when_nobody_hears_of_its_end():
    due = NOW + timedelta(minutes=1)
    probing = after(3).trying(due, POLICY)
    assert probing.state == HALF_OPEN
    assert not probing.lets_through(due)
    assert probing.lets_through(due + timedelta(minutes=1))


def test_a_probe_that_works_closes_it_and_one_that_fails_waits_longer():
    probing = after(3).trying(NOW, POLICY)
    assert probing.succeeded() == Breaker()
    failed = probing.failed(NOW, POLICY)
    assert (failed.state, failed.probe_at) == (OPEN, NOW + timedelta(minutes=2))


def test_the_waits_double_up_to_the_longest():
    waits = [(after(n).probe_at - NOW).total_seconds() / 60 for n in range(3, 11)]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


def test_what_the_other_side_asked_for_is_never_undercut_and_ends_after_a_day():
    asked = after(2).failed(NOW, POLICY, retry_after=timedelta(hours=3))
    assert asked.probe_at == NOW + timedelta(hours=3)
    endless = after(2).failed(NOW, POLICY, retry_after=timedelta(days=400))
    assert endless.probe_at == NOW + timedelta(days=1)


@pytest.mark.parametrize(
    "values",
    [
        {"threshold": 0},
        {"first_wait": timedelta(0)},
        {"first_wait": timedelta(hours=2), "longest_wait": timedelta(hours=1)},
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(values):
    with pytest.raises(ConfigurationInvalid):
        BreakerPolicy(**values)


@given(st.lists(st.sampled_from(["fail", "work", "try"]), max_size=60))
def test_it_is_open_exactly_when_the_last_failures_in_a_row_are_enough(steps):
    breaker, row = Breaker(), 0
    for step in steps:
        if step == "try":
            breaker = breaker.trying(NOW, POLICY)
            continue
        row = row + 1 if step == "fail" else 0
        breaker = breaker.failed(NOW, POLICY) if step == "fail" else breaker.succeeded()
        assert (breaker.state == OPEN) == (row >= POLICY.threshold)
        assert (breaker.probe_at is None) == (breaker.state == CLOSED)
