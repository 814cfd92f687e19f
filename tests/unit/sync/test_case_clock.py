"""The clock of an exception: severities, deadlines, and levels that only rise."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_milestone_sync.core.case_clock import (
    ESCALATED,
    ON_TIME,
    OVERDUE,
    Deadline,
    ReasonTerm,
    deadline_of,
    level_at,
    next_look,
    severity_of,
)

HOUR = timedelta(hours=1)
DUE = datetime(2026, 3, 2, 12, tzinfo=UTC)
TERMS = [
    ReasonTerm("damaged", "2"),
    ReasonTerm("damaged", "1", own=True),
    ReasonTerm("missing", "3"),
]
DEADLINES = [
    Deadline("1", 48 * HOUR, 24 * HOUR),
    Deadline("1", 96 * HOUR, 24 * HOUR, own=True),
    Deadline("3", 4 * HOUR, 4 * HOUR),
]


@pytest.mark.parametrize(
    ("reason", "severity"), [("damaged", "1"), ("missing", "3"), ("weather", "1")]
)
def test_the_companys_own_severity_comes_first_and_normal_last(reason, severity):
    assert severity_of(TERMS, reason) == severity


@pytest.mark.parametrize(("severity", "hours"), [("1", 96), ("3", 4)])
def test_the_companys_own_deadline_comes_first(severity, hours):
    assert deadline_of(DEADLINES, severity).within == hours * HOUR


def test_a_severity_that_nobody_speaks_of_has_no_deadline():
    assert deadline_of(DEADLINES, "0") is None


@pytest.mark.parametrize(
    ("hours", "level"),
    [(-1, ON_TIME), (0, OVERDUE), (7.9, OVERDUE), (8, ESCALATED), (800, ESCALATED)],
)
def test_a_case_is_overdue_and_then_escalated(hours, level):
    assert level_at(DUE + hours * HOUR, DUE, 8 * HOUR) == level


def test_without_a_deadline_nothing_is_ever_overdue():
    assert level_at(DUE + 9999 * HOUR, None, HOUR) == ON_TIME
    assert next_look(None, HOUR, ON_TIME) is None


hours = st.integers(-100, 100).map(lambda count: count * HOUR)


@given(hours, hours, st.integers(0, 48).map(HOUR.__mul__), st.sampled_from([0, 1, 2]))
def test_a_level_never_falls(first, second, grace, level):
    earlier, later = sorted([DUE + first, DUE + second])
    reached = level_at(earlier, DUE, grace, level)
    assert level <= reached <= level_at(later, DUE, grace, reached)


@given(st.integers(0, 48).map(HOUR.__mul__), st.sampled_from([0, 1, 2]))
def test_at_the_next_look_the_level_has_risen_and_not_before(grace, level):
    look = next_look(DUE, grace, level)
    if look is None:
        assert level == ESCALATED
        return
    assert level_at(look, DUE, grace, level) > level
    assert level_at(look - timedelta(seconds=1), DUE, grace, level) == max(
        level, OVERDUE if look > DUE + timedelta(seconds=1) else ON_TIME
    )


@given(st.permutations(TERMS), st.permutations(DEADLINES))
def test_the_order_of_the_terms_does_not_matter(terms, deadlines):
    assert [severity_of(terms, t.reason) for t in TERMS] == [
        severity_of(TERMS, t.reason) for t in TERMS
    ]
    assert [deadline_of(deadlines, d.severity) for d in DEADLINES] == [
        deadline_of(DEADLINES, d.severity) for d in DEADLINES
    ]
