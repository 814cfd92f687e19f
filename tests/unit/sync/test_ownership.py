"""The most specific rule decides who counts; without a rule a statement is advisory."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_milestone_sync.core.ownership import (
    ACCEPT,
    ADVISORY,
    CHARGE,
    FIELD,
    MILESTONE,
    REJECT,
    TOPIC_KINDS,
    VERDICTS,
    Judge,
    Rule,
    Topic,
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


FREIGHT = Topic(CHARGE, "freight", "buy")
MANY = [
    Rule(1, ACCEPT, "", "carrier", kind=CHARGE, side="buy"),
    Rule(2, REJECT, "freight", "carrier", kind=CHARGE),
    Rule(3, ACCEPT, "freight", "carrier", kind=CHARGE, side="sell", shared=True),
    Rule(4, ADVISORY, "freight", "carrier", kind=CHARGE, side="sell"),
    Rule(5, ACCEPT, "declared_weight", "wms", kind=FIELD),
    Rule(6, REJECT, "", "crm", kind=FIELD, shared=True),
]


@pytest.mark.parametrize(
    ("topic", "kind", "verdict", "rule_id"),
    [
        (Topic(CHARGE, "fuel", "buy"), "carrier", ACCEPT, 1),  # every type of that side
        (Topic(CHARGE, "fuel", "sell"), "carrier", ADVISORY, None),
        (FREIGHT, "carrier", REJECT, 2),  # the type is more specific than the side
        (Topic(CHARGE, "freight", "sell"), "carrier", ADVISORY, 4),  # own before shared
        (Topic(FIELD, "declared_weight"), "wms", ACCEPT, 5),
        (Topic(FIELD, "declared_weight"), "crm", REJECT, 6),
        (Topic(MILESTONE, "declared_weight"), "wms", ADVISORY, None),  # another kind of topic
    ],
)
def test_charges_and_fields_are_judged_like_milestones(topic, kind, verdict, rule_id):
    judgement = judge(MANY, topic, 1, kind)
    assert (judgement.verdict, judgement.rule_id) == (verdict, rule_id)


def test_a_rule_for_one_system_says_nothing_about_its_kind():
    alone = [Rule(1, REJECT, "delivered", system_id=7)]
    assert judge(alone, "delivered", None, "carrier").rule_id is None
    assert judge(alone, "delivered", 7, "carrier").verdict == REJECT


NAMES = ["", "delivered", "freight", "declared_weight"]
topics = st.builds(
    Topic, st.sampled_from(TOPIC_KINDS), st.sampled_from(NAMES[1:]), st.sampled_from(["", "buy"])
)
one_rule = st.builds(
    Rule,
    st.integers(1, 99),
    st.sampled_from(VERDICTS),
    st.sampled_from(NAMES),
    st.sampled_from(["", "carrier", "wms"]),
    st.none() | st.integers(1, 3),
    st.integers(1, 3),
    st.sampled_from(TOPIC_KINDS),
    st.sampled_from(["", "buy", "sell"]),
    st.booleans(),
)
rules = st.lists(one_rule, unique_by=lambda rule: rule.id)


@given(rules, topics, st.randoms(use_true_random=False))
def test_the_order_of_the_rules_does_not_matter(many, topic, random):
    shuffled = random.sample(many, len(many))
    assert judge(shuffled, topic, 1, "carrier") == judge(many, topic, 1, "carrier")


@given(rules, one_rule, topics)
def test_a_rule_about_something_else_changes_no_judgement(many, other, topic):
    unrelated = not (other.speaks_of(topic) and other.speaks_to(1, "carrier"))
    many = [rule for rule in many if rule.id != other.id]
    if unrelated:
        assert judge([*many, other], topic, 1, "carrier") == judge(many, topic, 1, "carrier")


@given(rules, topics)
def test_what_decides_is_a_rule_that_matches(many, topic):
    judgement = judge(many, topic, 1, "carrier")
    matching = {r.id: r for r in many if r.speaks_of(topic) and r.speaks_to(1, "carrier")}
    if judgement.rule_id is None:
        assert not matching
    else:
        rule = matching[judgement.rule_id]
        assert (rule.verdict, rule.priority) == (judgement.verdict, judgement.priority)


@given(rules, st.lists(topics, max_size=6))
def test_a_judge_says_the_same_however_often_he_is_asked(many, asked):
    one = Judge(many, 1, "carrier")
    for topic in asked + asked:
        assert one(topic) == judge(many, topic, 1, "carrier")
    assert one("delivered") == judge(many, "delivered", 1, "carrier")


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
