"""Flow policies: the most specific holds, the strictest of equals; latency and batches by value."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_milestone_sync.core.flow_policy import (
    Batch,
    FlowPolicy,
    format_retry,
    latency_of,
    parse_retry,
    resolve,
)
from odoo.addons.logistics_milestone_sync.core.vocabulary import (
    ACTUAL,
    ANALYTICAL,
    ESTIMATED,
    FINANCIAL,
    OPERATIONAL,
)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BOTH = (OPERATIONAL, FINANCIAL)


def _policy(number, category, minutes, **values):
    values["milestones"] = frozenset(values.get("milestones", ()))
    return FlowPolicy(number, category, minutes * MINUTE, **values)


POLICIES = [
    _policy(1, OPERATIONAL, 15),
    _policy(2, FINANCIAL, 240),
    _policy(3, ANALYTICAL, 1440),
    _policy(4, FINANCIAL, 60, milestones=["pod_received"]),
    _policy(5, FINANCIAL, 90, milestones=["pod_received", "delivered"], own=True),
    _policy(6, FINANCIAL, 480, own=True),
]


@pytest.mark.parametrize(
    ("milestone", "categories", "wanted"),
    [
        ("pod_received", (FINANCIAL,), 5),  # the company names it
        ("packed", (OPERATIONAL,), 1),  # only the shared category speaks
        ("charge_finalized", (FINANCIAL,), 6),  # the company's category before the shared one
        ("exception_raised", BOTH, 1),  # the stricter of the two categories
        ("scanned", (), 3),  # neither operational nor financial
    ],
)
def test_the_most_specific_policy_holds(milestone, categories, wanted):
    assert resolve(POLICIES, milestone, categories).id == wanted


def test_without_a_policy_there_is_none():
    assert resolve([], "packed", (OPERATIONAL,)) is None


def test_a_policy_that_names_milestones_does_not_hold_for_the_rest_of_its_category():
    assert resolve([POLICIES[3]], "charge_finalized", (FINANCIAL,)) is None


policies = st.lists(
    st.builds(
        FlowPolicy,
        st.integers(1, 99),
        st.sampled_from([OPERATIONAL, FINANCIAL, ANALYTICAL]),
        st.sampled_from([5 * MINUTE, HOUR, 24 * HOUR]),
        st.booleans(),
        st.frozensets(st.sampled_from(["delivered", "packed"])),
        st.none() | st.just(Batch(every=5 * MINUTE)),
    ),
    unique_by=lambda policy: policy.id,
)
categories_of = st.sampled_from([(), (OPERATIONAL,), (FINANCIAL,), BOTH])


@given(policies, categories_of, st.randoms(use_true_random=False))
def test_the_order_of_the_policies_does_not_matter(many, categories, random):
    shuffled = random.sample(many, len(many))
    assert resolve(shuffled, "delivered", categories) == resolve(many, "delivered", categories)


@given(policies, categories_of)
def test_naming_the_milestone_beats_its_category_and_the_own_policy_the_shared_one(
    many, categories
):
    chosen = resolve(many, "delivered", categories)
    naming = [policy for policy in many if "delivered" in policy.milestones]
    if naming:
        assert chosen in naming
        assert chosen.own or not any(policy.own for policy in naming)
    elif chosen:
        assert not chosen.milestones
        same = [p for p in many if p.category == chosen.category and not p.milestones]
        assert chosen.own or not any(policy.own for policy in same)


@given(policies)
def test_two_categories_are_never_more_patient_than_one(many):
    both = resolve(many, "delivered", BOTH)
    for category in BOTH:
        alone = resolve(many, "delivered", (category,))
        assert alone is None or both.latency <= alone.latency


# --- Latency ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("classifier", "occurred", "stated", "received", "seconds"),
    [
        (ACTUAL, -60, None, -1, 3600),  # from when it happened
        (ACTUAL, -60, -10, -1, 600),  # from when the source recorded it
        (ESTIMATED, 600, None, -1, 60),  # lies ahead: from when we heard it
        (ESTIMATED, 600, -5, -1, 300),
        (ACTUAL, 30, None, 0, 0),  # a clock that runs ahead
    ],
)
def test_the_clock_starts_with_the_source(classifier, occurred, stated, received, seconds):
    moments = [
        NOON + occurred * MINUTE,
        stated and NOON + stated * MINUTE,
        NOON + received * MINUTE,
    ]
    assert latency_of(classifier, *moments, NOON, None).seconds == seconds


def test_a_latency_is_breached_only_beyond_what_the_policy_allows():
    policy = _policy(1, OPERATIONAL, 15)
    exact = latency_of(ACTUAL, NOON - 15 * MINUTE, None, NOON, NOON, policy)
    assert (exact.seconds, exact.limit, exact.breached) == (900, 900, False)
    over = latency_of(ACTUAL, NOON - 15 * MINUTE - timedelta(seconds=1), None, NOON, NOON, policy)
    assert over.breached


def test_without_a_policy_nothing_is_breached():
    assert not latency_of(ACTUAL, NOON - 9999 * HOUR, None, NOON, NOON, None).breached


def test_an_event_of_another_century_still_fits_the_database():
    long_ago = datetime(1900, 1, 1, tzinfo=UTC)
    assert latency_of(ACTUAL, long_ago, None, NOON, NOON, None).seconds == 2**31 - 1


# --- Batches ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("batch", "hour", "minute", "due"),
    [
        (Batch(every=15 * MINUTE), 12, 0, (12, 15)),
        (Batch(every=15 * MINUTE), 12, 14, (12, 15)),
        (Batch(every=7 * HOUR), 22, 0, (24, 0)),  # every day starts anew at midnight
        (Batch(at=18 * HOUR), 12, 0, (18, 0)),
        (Batch(at=18 * HOUR), 18, 0, (42, 0)),
        (Batch(at=timedelta(0)), 12, 0, (24, 0)),
    ],
)
def test_the_next_batch(batch, hour, minute, due):
    midnight = NOON.replace(hour=0)
    now = midnight + hour * HOUR + minute * MINUTE
    assert batch.next_after(now, UTC) == midnight + due[0] * HOUR + due[1] * MINUTE


def test_the_time_of_day_is_that_of_the_company():
    new_york = ZoneInfo("America/New_York")
    due = Batch(at=18 * HOUR).next_after(NOON, new_york)
    assert due == datetime(2026, 3, 2, 23, tzinfo=UTC)


moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(
    lambda moment: moment.replace(tzinfo=UTC)
)
batches = st.builds(Batch, st.integers(1, 1440).map(lambda minutes: minutes * MINUTE)) | st.builds(
    Batch, st.none(), st.integers(0, 1439).map(lambda minutes: minutes * MINUTE)
)


@given(batches, moments, st.sampled_from(["UTC", "America/New_York", "Asia/Kathmandu"]))
def test_a_batch_is_always_ahead_and_never_further_than_its_longest_wait(batch, now, zone):
    due = batch.next_after(now, ZoneInfo(zone))
    # On the days on which clocks change, an hour may come on top.
    assert now < due <= now + batch.longest_wait + HOUR


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"every": HOUR, "at": HOUR},
        {"every": timedelta(0)},
        {"every": 25 * HOUR},
        {"at": 24 * HOUR},
        {"at": -HOUR},
    ],
)
def test_a_batch_without_a_clear_time_is_refused(values):
    with pytest.raises(ValueError, match="batch|time"):
        Batch(**values)


def test_a_batch_that_is_always_late_is_refused():
    with pytest.raises(ValueError, match="always late"):
        FlowPolicy(1, FINANCIAL, HOUR, batch=Batch(every=2 * HOUR))


def test_a_policy_without_patience_is_refused():
    with pytest.raises(ValueError, match="more than nothing"):
        FlowPolicy(1, FINANCIAL, timedelta(0))


# --- Retry schedules -------------------------------------------------------------------------


def test_a_retry_schedule_is_read_as_people_write_it():
    assert parse_retry(" 30s, 1m,5 m, 2H ,1d") == (
        timedelta(seconds=30),
        MINUTE,
        5 * MINUTE,
        2 * HOUR,
        24 * HOUR,
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "at least one"),
        (" , ", "at least one"),
        ("soon", "“soon” is no wait"),
        ("5", "“5” is no wait"),
        ("1.5h", "is no wait"),
        ("-5m", "is no wait"),
        ("0m", "more than nothing"),
        ("8d", "at most 7 days"),
        ("5m, 1m", "never become shorter"),
        (", ".join(["1m"] * 21), "at most 20"),
    ],
)
def test_an_unusable_retry_schedule_says_why(text, why):
    with pytest.raises(ValueError, match=why):
        parse_retry(text)


@given(st.lists(st.integers(1, 7 * 24 * 3600), min_size=1, max_size=20).map(sorted))
def test_a_retry_schedule_survives_being_written_down(seconds):
    delays = tuple(timedelta(seconds=count) for count in seconds)
    assert parse_retry(format_retry(delays)) == delays
