"""Stored state against the ledger: every difference is found, and only differences are."""

from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_milestone_sync.core.verification import Difference, as_text, compare

COLUMNS = ("phase", "attempts", "weight", "since")
values = st.tuples(
    st.sampled_from(["planning", "transit"]),
    st.integers(0, 3),
    st.none() | st.decimals(1, 9, places=3),
    st.none() | st.datetimes(),
)
tables = st.dictionaries(st.integers(1, 50), values)


def found(stored, folded):
    rows = {record_id: (900 + record_id, row) for record_id, row in stored.items()}
    return list(compare("a.model", COLUMNS, rows, folded))


@given(tables)
def test_what_is_equal_has_no_difference(rows):
    assert found(rows, rows) == []


@given(tables, st.data())
def test_one_changed_value_is_one_difference(rows, data):
    if not rows:
        return
    changed = data.draw(st.sampled_from(sorted(rows)))
    stored = rows | {changed: ("failed", *rows[changed][1:])}
    assert found(stored, rows) == [
        Difference("a.model", changed, 900 + changed, "phase", "failed", rows[changed][0])
    ]


@pytest.mark.parametrize(
    ("stored", "folded"),
    [
        (None, False),
        (None, 0),
        ("", None),
        (4.5, Decimal("4.500")),
        (Decimal("4.5"), Decimal("4.50")),
    ],
)
def test_what_means_the_same_is_no_difference(stored, folded):
    assert list(compare("a.model", ["x"], {1: (9, [stored])}, {1: [folded]})) == []


@pytest.mark.parametrize(
    ("stored", "folded"), [(True, False), (0, 1), (None, "a"), (4.5, Decimal("4.501"))]
)
def test_what_means_something_else_is_a_difference(stored, folded):
    assert len(list(compare("a.model", ["x"], {1: (9, [stored])}, {1: [folded]}))) == 1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (False, ""),
        (True, "True"),
        (0, "0"),
        (Decimal("100"), "100"),
        (Decimal("4.50"), "4.5"),
        (datetime(2026, 3, 2, 8, 30), "2026-03-02 08:30:00"),
    ],
)
def test_values_are_shown_as_people_read_them(value, text):
    assert as_text(value) == text
