from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core.code_table import CodeRow
from odoo.addons.logistics_carrier_connector.core.comparison import (
    code_changes,
    fact_changes,
    text_diff,
)

FACTS = st.lists(
    st.tuples(st.integers(0, 3), st.fixed_dictionaries({"milestone": st.sampled_from("abc")})),
    max_size=6,
)


def test_a_diff_shows_both_versions_by_name():
    diff = text_diff("a\nb\n", "a\nc\n", ("v1", "v2"))
    assert diff.splitlines()[:2] == ["--- v1", "+++ v2"]
    assert {"-b", "+c"} <= set(diff.splitlines())
    assert text_diff("a\n", "a\n", ("v1", "v2")) == ""


def test_codes_that_mean_something_else_are_told_with_both_meanings():
    here, there = CodeRow("delivered"), CodeRow("returned")
    changes = code_changes({"A": here, "B": here, "C": here}, {"A": here, "B": there, "D": there})
    assert [(c.code, c.kind) for c in changes] == [
        ("B", "changed"),
        ("C", "removed"),
        ("D", "added"),
    ]
    assert (changes[0].before, changes[0].after) == (here, there)


@given(FACTS)
def test_equal_readings_have_no_differences_in_any_order(facts):
    assert fact_changes(facts, sorted(facts, key=repr)) == []


@given(FACTS, FACTS)
def test_the_differences_turn_one_reading_into_the_other(before, after):
    changes = fact_changes(before, after)
    left = list(before)
    for change in changes:
        if change.before is not None:
            left.remove((change.index, change.before))
        if change.after is not None:
            left.append((change.index, change.after))
    assert sorted(left, key=repr) == sorted(after, key=repr)


@given(FACTS, FACTS)
def test_what_is_new_one_way_is_gone_the_other_way(before, after):
    opposite = {"added": "removed", "removed": "added", "changed": "changed"}
    there, back = fact_changes(before, after), fact_changes(after, before)
    assert sorted(opposite[c.kind] for c in there) == sorted(c.kind for c in back)


def test_another_meaning_of_an_item_is_a_change_and_not_two():
    [change] = fact_changes([(4, {"milestone": "a"})], [(4, {"milestone": "b"})])
    assert (change.index, change.kind) == (4, "changed")
