"""Which files are complete, new or known, from looks at a folder."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core import file_watch
from odoo.addons.logistics_carrier_connector.core.file_watch import FileLook, Known, Rules, judge

NOW = datetime(2026, 3, 2, 8)
SETTLE = timedelta(seconds=30)
RULES = Rules(settle=SETTLE, leave=False, max_bytes=1000)
LEAVE = Rules(settle=SETTLE, leave=True, max_bytes=1000)
_STATES = (
    *(file_watch.SEEN, file_watch.TAKING, file_watch.STORED),
    *(file_watch.FAILING, file_watch.DONE, file_watch.FAILED, file_watch.GONE),
)


def look(stamp="1", size=10):
    return FileLook("a.edi", size, stamp)


def known(state, stamp="1", age=60):
    return {"a.edi": Known(7, state, stamp, NOW - timedelta(seconds=age))}


def verdict(found):
    """What became of the one file, in a word."""
    for name in ("new", "changed", "complete", "too_big", "waiting"):
        if getattr(found, name):
            return name
    return "nothing"


@pytest.mark.parametrize(
    ("before", "now", "rules", "expected"),
    [
        ({}, look(), RULES, "new"),
        (known("seen"), look(), RULES, "complete"),
        (known("seen", age=30), look(), RULES, "complete"),
        (known("seen", age=29), look(), RULES, "waiting"),
        (known("seen"), look("2"), RULES, "changed"),
        (known("seen"), look(size=1001), RULES, "too_big"),
        (known("seen", age=29), look(size=1001), RULES, "waiting"),
        (known("seen"), look(size=1000), RULES, "complete"),
        (known("taking"), look("2"), RULES, "nothing"),
        (known("stored"), look("2"), RULES, "nothing"),
        (known("failing"), look("2"), RULES, "nothing"),
        (known("done"), look(), RULES, "new"),
        (known("failed"), look(), RULES, "new"),
        (known("gone"), look(), RULES, "new"),
        (known("done"), look(), LEAVE, "nothing"),
        (known("failed"), look(), LEAVE, "nothing"),
        (known("done"), look("2"), LEAVE, "new"),
        (known("failed"), look("2"), LEAVE, "new"),
        (known("gone"), look(), LEAVE, "new"),
    ],
)
def test_a_look_is_judged_by_what_was_known(before, now, rules, expected):
    assert verdict(judge([now], before, rules, NOW)) == expected


@pytest.mark.parametrize(("marked", "expected"), [({"a.edi"}, "complete"), (set(), "waiting")])
def test_where_there_are_markers_only_they_say_that_a_file_is_complete(marked, expected):
    rules = Rules(SETTLE, leave=False, max_bytes=1000, marked=frozenset(marked))
    assert verdict(judge([look()], known("seen", age=9999), rules, NOW)) == expected
    assert verdict(judge([look()], known("seen", age=0), rules, NOW)) == expected


@given(
    st.lists(st.tuples(st.booleans(), st.sampled_from("123"), st.integers(0, 2000)), max_size=12)
)
def test_a_file_is_taken_only_after_it_stayed_the_same(steps):
    """A file that is there or not, and changes, over looks that are ten seconds apart."""
    before, since, taken = {}, None, False
    for number, (there, stamp, size) in enumerate(steps):
        now = NOW + timedelta(seconds=10 * number)
        stamp = f"{stamp}/{size}"
        found = judge([FileLook("a.edi", size, stamp)] if there else [], before, RULES, now)
        if found.new or found.changed:
            before = {"a.edi": Known(1, file_watch.SEEN, stamp, now)}
            since = now
        if found.complete or found.too_big:
            assert now - since >= SETTLE
            assert bool(found.too_big) == (size > RULES.max_bytes)
            taken = True
            break
    quiet = [step for step in zip(steps, steps[1:], strict=False) if step[0] != step[1]]
    assert taken or quiet or len(steps) < 4 or not steps[0][0]


@given(
    st.dictionaries(
        st.text(min_size=1, max_size=3),
        st.tuples(st.sampled_from(_STATES), st.sampled_from("12"), st.sampled_from("12")),
        max_size=20,
    ),
    st.booleans(),
)
def test_every_file_of_a_page_gets_one_verdict_at_most_and_none_is_lost(files, leave):
    looks = [FileLook(name, 10, now) for name, (_state, _then, now) in files.items()]
    before = {
        name: Known(number, state, then, NOW - timedelta(hours=1))
        for number, (name, (state, then, _now)) in enumerate(files.items())
    }
    found = judge(looks, before, LEAVE if leave else RULES, NOW)
    ids = [*found.changed, *found.complete, *found.too_big, *found.waiting]
    assert len(ids) == len(set(ids))
    named = {look.name for look in found.new}
    for name, (state, then, now) in files.items():
        number = before[name].id
        assert (name in named) + (number in ids) <= 1
        if state == file_watch.SEEN:
            assert (number in found.changed) == (then != now)
            assert (number in found.complete) == (then == now)
        if state in (file_watch.DONE, file_watch.FAILED):
            assert (name in named) == (not leave or then != now)
