"""The most specific rule decides who counts; without a rule a statement is advisory."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_milestone_sync.core.ownership import (
    ACCEPT,
    ADVISORY,
    REJECT,
    VERDICTS,
    Rule,
    in_force,
    judge,
)

RULES = [
    Rule(1, ACCEPT, "delivered", "carrier"),
    Rule(2, REJECT, "delivered", "crm"),
    Rule(3, ADVISORY, "delivered", "carrier", system_id=7),
    Rule(4, ACCEPT, "", "wms"),
    Rule(5, REJECT, "delivered"),
]


@pytest.mark.parametrize(
    ("milestone", "system_id", "kind", "verdict", "rule_id"),
    [
        ("delivered", 1, "carrier", ACCEPT, 1),
        ("delivered", 7, "carrier", ADVISORY, 3),  # this very system is distrusted
        ("delivered", 1, "crm", REJECT, 2),
        ("delivered", 1, "wms", REJECT, 5),  # the milestone is more specific than the kind
        ("packed", 1, "wms", ACCEPT, 4),
        ("packed", 1, "carrier", ADVISORY, None),  # no rule at all
    ],
)
def test_the_most_specific_rule_decides(milestone, system_id, kind, verdict, rule_id):
    judgement = judge(RULES, milestone, system_id, kind)
    assert (judgement.verdict, judgement.rule_id) == (verdict, rule_id)


rules = st.lists(
    st.builds(
        Rule,
        st.integers(1, 99),
        st.sampled_from(VERDICTS),
        st.sampled_from(["", "delivered", "packed"]),
        st.sampled_from(["", "carrier", "wms"]),
        st.none() | st.integers(1, 3),
        st.integers(1, 3),
    ),
    unique_by=lambda rule: rule.id,
)


@given(rules, st.randoms(use_true_random=False))
def test_the_order_of_the_rules_does_not_matter(many, random):
    shuffled = random.sample(many, len(many))
    assert judge(shuffled, "delivered", 1, "carrier") == judge(many, "delivered", 1, "carrier")


STAND_IN = Rule(6, ACCEPT, "picked", "odoo", stand_in=True)
ODOO, WMS, OTHER = (1, "odoo"), (2, "wms"), (3, "wms")


@pytest.mark.parametrize(
    ("owner", "present", "stands"),
    [
        (Rule(7, ACCEPT, "picked", "wms"), {ODOO}, True),
        (Rule(7, ACCEPT, "picked", "wms"), {ODOO, WMS}, False),
        (Rule(7, ACCEPT, "", "wms"), {ODOO, WMS}, False),  # it owns whatever there is
        (Rule(7, ACCEPT, "packed", "wms"), {ODOO, WMS}, True),
        (Rule(7, ACCEPT, "picked", "", 3), {ODOO, WMS}, True),  # that very system is not there
        (Rule(7, ACCEPT, "picked", "", 3), {ODOO, WMS, OTHER}, False),
        (Rule(7, ADVISORY, "picked", "wms"), {ODOO, WMS}, True),  # not an owner
    ],
)
def test_a_stand_in_holds_until_an_owner_is_there(owner, present, stands):
    assert (STAND_IN in in_force([owner, STAND_IN], present)) == stands


@given(rules, st.sets(st.tuples(st.integers(1, 3), st.sampled_from(["carrier", "wms"]))))
def test_rules_that_stand_in_for_nobody_are_always_in_force(many, present):
    assert in_force(many, present) == many
