from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core.contract import check, check_schema
from odoo.addons.logistics_carrier_connector.core.drift import (
    MISSING,
    RETYPED,
    UNKNOWN,
    Finding,
    Limits,
    Seen,
    alarming,
    declared,
    findings,
    tally,
)
from odoo.addons.logistics_carrier_connector.core.tree_shape import MAX_PATHS, schema_of, shape

NAMES = st.text("ab1", min_size=1, max_size=2)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.decimals(-9, 9, places=1)
    | st.text(max_size=3)
)
TREES = st.recursive(
    st.dictionaries(NAMES, LEAVES, max_size=3),
    lambda inside: st.dictionaries(NAMES, inside | st.lists(inside, max_size=3), max_size=3),
    max_leaves=8,
)
SCHEMA = {
    "type": "object",
    "properties": {
        "number": {"type": "string"},
        "events": {"type": "array", "items": {"$ref": "#/$defs/event"}},
        "extra": {"type": "object"},
    },
    "$defs": {
        "event": {
            "allOf": [{"properties": {"code": {"type": "string"}}}],
            "properties": {"weight": {"type": ["number", "null"]}},
        }
    },
}
FIELDS = declared(SCHEMA)
GOOD = {
    "number": "1",
    "extra": {"anything": 1},
    "events": [{"code": "D", "weight": Decimal("1.5")}, {"code": "E", "weight": 2}],
}


def _with(**changes):
    return GOOD | changes


def test_a_schema_declares_its_fields_through_references_and_combinations():
    assert FIELDS["events[].code"] == {"string"}
    assert FIELDS["events[].weight"] == {"number", "integer", "null"}
    assert "extra.anything" not in FIELDS


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (GOOD, []),
        (_with(colour="red"), [Finding(UNKNOWN, "colour")]),
        (_with(colour={"deep": {"er": 1}}), [Finding(UNKNOWN, "colour")]),
        (_with(number=7), [Finding(RETYPED, "number")]),
        (_with(events=[{"code": "D", "weight": "2"}]), [Finding(RETYPED, "events[].weight")]),
        (_with(events=[{"code": "D"}]), [Finding(MISSING, "events[].weight")]),
        (_with(events=[]), []),
        (_with(extra={"other": [1]}), []),
        ({"number": "1", "extra": {}}, [Finding(MISSING, "events")]),
    ],
)
def test_a_message_is_set_against_what_was_declared(tree, expected):
    assert findings(FIELDS, tree) == expected


def test_a_finding_counts_once_per_message():
    trees = [_with(events=[{"code": 1, "weight": 1}, {"code": 2, "weight": 1}]), GOOD]
    assert tally(FIELDS, trees) == {Finding(RETYPED, "events[].code"): 1}


@given(st.lists(TREES, min_size=1, max_size=4))
@settings(max_examples=60)
def test_a_schema_that_is_made_from_samples_fits_them_and_sees_no_drift(trees):
    schema = schema_of(trees)
    check_schema(schema)
    fields = declared(schema)
    for tree in trees:
        assert check(schema, tree) == []
        found = findings(fields, tree)
        assert [each for each in found if each.kind != MISSING] == []


@given(TREES)
def test_shapes_are_bounded_and_never_fail(tree):
    assert len(shape(tree)) <= MAX_PATHS


def test_a_message_with_ten_thousand_names_is_cut_off():
    assert len(shape({str(number): number for number in range(10_000)})) == MAX_PATHS


def test_a_schema_that_refers_to_itself_ends():
    schema = {"properties": {"child": {"$ref": "#"}}}
    assert "child.child" in declared(schema)


@pytest.mark.parametrize(
    ("kind", "today", "before", "told"),
    [
        (UNKNOWN, Seen(6, 100), Seen(0, 500), True),
        (UNKNOWN, Seen(6, 100), Seen(0, 0), True),
        (UNKNOWN, Seen(4, 10), Seen(0, 500), False),  # too few to mean something
        (UNKNOWN, Seen(6, 1000), Seen(0, 500), False),  # too small a share
        (RETYPED, Seen(50, 100), Seen(240, 500), False),  # as it has been for days
        (RETYPED, Seen(50, 100), Seen(50, 500), True),
        (MISSING, Seen(90, 100), Seen(0, 0), False),  # nobody knows whether it ever was there
        (MISSING, Seen(90, 100), Seen(10, 500), True),
        (MISSING, Seen(100, 100), Seen(400, 500), False),  # an optional field
    ],
)
def test_drift_is_told_when_it_grows(kind, today, before, told):
    assert alarming(kind, today, before) is told


def test_the_limits_can_be_others():
    assert alarming(UNKNOWN, Seen(1, 100), Seen(0, 100), Limits(share=0.0, messages=1))
