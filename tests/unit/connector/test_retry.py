from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core.errors import ConfigurationInvalid
from odoo.addons.logistics_carrier_connector.core.retry import RetryPolicy

NOW = datetime(2025, 6, 3, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_every_wait_is_longer_than_the_one_before_up_to_the_longest():
    policy = RetryPolicy(initial=MINUTE, factor=2, longest=5 * MINUTE)
    assert [policy.delay(n) / MINUTE for n in (1, 2, 3, 4, 5)] == [1, 2, 4, 5, 5]


def test_after_the_last_attempt_there_is_none():
    policy = RetryPolicy(attempts=3)
    assert policy.next_attempt(2, NOW, 0.5) is not None
    assert policy.next_attempt(3, NOW, 0.5) is None
    assert policy.next_attempt(99, NOW, 0.5) is None


def test_jitter_takes_off_at_most_its_share():
    policy = RetryPolicy(initial=MINUTE, spread=0.25)
    assert policy.next_attempt(1, NOW, 0.0) == NOW + MINUTE
    assert policy.next_attempt(1, NOW, 1.0) == NOW + 0.75 * MINUTE
    assert policy.next_attempt(1, NOW, 7.0) == NOW + 0.75 * MINUTE


def test_what_the_other_side_asks_for_is_never_undercut():
    policy = RetryPolicy(initial=MINUTE, longest=60 * MINUTE)
    assert policy.next_attempt(1, NOW, 0, retry_after=10 * MINUTE) == NOW + 10 * MINUTE
    assert policy.next_attempt(1, NOW, 0, retry_after=timedelta(0)) == NOW + MINUTE
    assert policy.next_attempt(1, NOW, 0, retry_after=timedelta(days=9)) == NOW + 60 * MINUTE


@pytest.mark.parametrize(
    "values",
    [
        {"initial": timedelta(0)},
        {"initial": timedelta(days=2)},
        {"factor": 0.5},
        {"factor": float("inf")},
        {"factor": float("nan")},
        {"attempts": 0},
        {"spread": 1.5},
        {"spread": -0.1},
    ],
)
def test_values_that_make_no_schedule_are_refused(values):
    with pytest.raises(ConfigurationInvalid):
        RetryPolicy(**values)


@given(
    attempt=st.integers(1, 10**6),
    factor=st.floats(1, 100),
    jitter=st.floats(0, 1),
    attempts=st.integers(1, 10**7),
)
def test_the_next_attempt_lies_ahead_and_never_beyond_the_longest_wait(
    attempt, factor, jitter, attempts
):
    policy = RetryPolicy(factor=factor, attempts=attempts)
    at = policy.next_attempt(attempt, NOW, jitter)
    if attempt >= attempts:
        assert at is None
    else:
        assert NOW < at <= NOW + policy.longest


def test_a_schedule_of_waits_is_kept_to_and_then_given_up():
    policy = RetryPolicy.of_waits([5 * MINUTE, MINUTE])
    assert [policy.next_attempt(n, NOW, 0) for n in (1, 2, 3)] == [
        NOW + MINUTE,
        NOW + 5 * MINUTE,
        None,
    ]


@pytest.mark.parametrize("waits", [[], [timedelta(0)], [-MINUTE, MINUTE]])
def test_a_schedule_without_a_real_wait_is_refused(waits):
    with pytest.raises(ConfigurationInvalid):
        RetryPolicy.of_waits(waits)
