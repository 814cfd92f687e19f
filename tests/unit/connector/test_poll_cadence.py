from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core.errors import ConfigurationInvalid
from odoo.addons.logistics_carrier_connector.core.poll_cadence import (
    Cadence,
    Quota,
    Standing,
    is_silent,
    missed_by_push,
    usual_gap,
)

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
CADENCE = Cadence(
    every=2 * HOUR, before=12 * HOUR, after_end=2 * DAY, age_out=60 * DAY, quiet_factor=2
)


def wait(phase="transit", quiet=0, jitter=0.0, heard=HOUR, ended=None, cadence=CADENCE):
    standing = Standing(phase, NOW - heard, None if ended is None else NOW - ended, quiet)
    following = cadence.next_ask(standing, NOW, jitter)
    return following and following - NOW


def test_what_is_on_its_way_is_asked_for_more_often_than_what_has_not_left():
    assert wait("transit") == 2 * HOUR
    assert wait("planning") == wait("fulfilment") == 12 * HOUR


def test_each_answer_without_news_makes_the_wait_longer_up_to_the_longest():
    assert [wait(quiet=n) / HOUR for n in (0, 1, 2, 3, 4, 10**9)] == [2, 4, 8, 16, 24, 24]


def test_the_longest_wait_never_makes_a_wait_shorter():
    slow = Cadence(2 * DAY, 2 * DAY, DAY, 60 * DAY, 2.0, longest=HOUR)
    assert wait(cadence=slow, quiet=3) == 2 * DAY


def test_a_delivered_shipment_is_asked_for_some_time_more():
    assert wait("delivered", ended=DAY) == 2 * HOUR
    assert wait("delivered", ended=2 * DAY) is None
    assert wait("failed", ended=3 * DAY) is None


def test_a_number_of_which_nothing_is_heard_is_given_up():
    assert wait(heard=59 * DAY) == 2 * HOUR
    assert wait(heard=60 * DAY) is None


def test_jitter_spreads_and_never_shortens():
    assert wait(jitter=1.0) == wait() * 1.1
    assert wait(jitter=-3.0) == wait()
    assert wait(jitter=9.0) == wait() * 1.1


@pytest.mark.parametrize(
    "values",
    [
        {"every": timedelta(0)},
        {"before": -HOUR},
        {"age_out": timedelta(0)},
        {"after_end": -HOUR},
        {"quiet_factor": 0.9},
        {"quiet_factor": float("nan")},
    ],
)
def test_a_rhythm_that_is_none_is_refused(values):
    with pytest.raises(ConfigurationInvalid):
        Cadence(**{"every": HOUR, "before": HOUR, "after_end": HOUR, "age_out": DAY} | values)


@given(
    phase=st.sampled_from(["planning", "fulfilment", "transit", "delivered", "failed"]),
    quiet=st.integers(0, 10**6),
    factor=st.floats(1, 10),
    jitter=st.floats(0, 1),
    heard=st.timedeltas(timedelta(0), 90 * DAY),
)
def test_the_next_question_comes_after_its_wait_and_not_much_later(
    phase, quiet, factor, jitter, heard
):
    cadence = Cadence(2 * HOUR, 12 * HOUR, 2 * DAY, 60 * DAY, factor)
    found = wait(phase, quiet, jitter, heard, heard, cadence)
    if found is None:
        assert heard >= 2 * DAY
    else:
        shortest = 12 * HOUR if phase in ("planning", "fulfilment") else 2 * HOUR
        assert shortest <= found <= 1.1 * DAY + timedelta(seconds=1)


def test_a_quota_gives_what_is_left_and_says_when_there_is_more():
    quota = Quota(3, HOUR)
    made = [NOW - timedelta(minutes=m) for m in (90, 50, 10)]
    assert quota.room(made, NOW) == (1, NOW)
    assert quota.room([*made, NOW], NOW) == (0, NOW + timedelta(minutes=10))
    assert Quota().room([NOW] * 99, NOW) == (None, NOW)


@given(
    calls=st.integers(1, 10),
    asked=st.lists(st.integers(0, 500), max_size=200),
)
def test_no_window_ever_holds_more_calls_than_the_quota(calls, asked):
    quota, made, clock = Quota(calls, timedelta(minutes=60)), [], NOW
    for pause in asked:
        clock += timedelta(minutes=pause)
        room, later = quota.room(made, clock)
        if room:
            made.append(clock)
        else:
            assert later > clock and quota.room(made, later)[0]
    for time in made:
        assert sum(time <= other < time + timedelta(minutes=60) for other in made) <= calls


def test_the_usual_gap_needs_a_few_messages_and_forgets_the_odd_night():
    assert usual_gap([NOW + n * HOUR for n in range(10)]) is None
    times = [NOW + n * HOUR for n in range(30)]
    assert usual_gap(times) == HOUR
    assert usual_gap([*times, NOW + 29 * HOUR + 3 * DAY]) == HOUR


def test_silence_is_many_times_the_usual_gap_and_never_a_short_while():
    times = [NOW - n * timedelta(minutes=6) - 3 * HOUR for n in range(30)]
    assert is_silent(times, NOW, 5, HOUR)
    assert not is_silent(times, NOW, 5, 4 * HOUR)
    assert not is_silent(times, NOW, 50, HOUR)
    assert not is_silent(times[:5], NOW, 5, HOUR)
    assert not is_silent([], NOW, 5, HOUR)


@given(st.lists(st.datetimes(), max_size=40), st.randoms())
def test_the_usual_gap_does_not_depend_on_the_order(times, random):
    shuffled = list(times)
    random.shuffle(shuffled)
    assert usual_gap(shuffled) == usual_gap(times)


def item(status="recorded", hours=5, classifier="actual"):
    return {
        "status": status,
        "classifier": classifier,
        "occurred_at": (NOW - hours * HOUR).isoformat(),
    }


@pytest.mark.parametrize(
    ("one", "missed"),
    [
        (item(), 1),
        (item("advisory"), 1),
        (item("duplicate"), 0),
        (item("parked"), 0),
        (item(hours=0.5), 0),
        (item(hours=49), 0),
        (item(classifier="estimated"), 0),
        ({"status": "recorded", "what": "charge"}, 0),
    ],
)
def test_missed_is_what_was_news_happened_before_the_grace_and_after_pushes_began(one, missed):
    assert missed_by_push([one], NOW, HOUR, NOW - 2 * DAY) == missed
