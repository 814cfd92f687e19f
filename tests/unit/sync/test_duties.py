"""Whoever did one duty does not do the other about the same thing, in whichever order."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.logistics_milestone_sync.core.duties import (
    RECORD,
    SCOPES,
    SHIPMENT,
    Act,
    Conflict,
    refusal,
)

OVERRIDE, BILLING = "status_override.request", "exception_billing.approve"
SHIPMENT_WIDE = Conflict(1, OVERRIDE, BILLING, SHIPMENT)

duties = st.sampled_from(["a.request", "a.approve", "b.request", "b.approve"])
abouts = st.dictionaries(st.sampled_from(SCOPES), st.sampled_from(["1", "2"]))
acts = st.builds(Act, user_id=st.integers(1, 3), duty=duties, about=abouts)
conflicts = st.builds(
    Conflict,
    id=st.integers(1, 5),
    duty=duties,
    other=duties,
    scope=st.sampled_from(SCOPES),
)


def act(duty, user=7, **about):
    return Act(user, duty, about or {SHIPMENT: "1", RECORD: "x,1"})


@pytest.mark.parametrize("first, second", [(OVERRIDE, BILLING), (BILLING, OVERRIDE)])
def test_the_second_of_two_is_refused_whichever_it_is(first, second):
    refused = refusal(act(second), [act(first)], [SHIPMENT_WIDE])
    assert refused.earlier.duty == first
    assert refused.conflict is SHIPMENT_WIDE


def test_another_shipment_is_another_matter():
    assert refusal(act(BILLING, shipment="2"), [act(OVERRIDE)], [SHIPMENT_WIDE]) is None


def test_what_has_no_shipment_shares_none():
    nowhere = act(OVERRIDE, record="x,1")
    assert refusal(act(BILLING, record="x,1"), [nowhere], [SHIPMENT_WIDE]) is None


def test_the_scope_of_the_conflict_decides():
    same_record = Conflict(1, OVERRIDE, BILLING, RECORD)
    assert refusal(act(BILLING, record="x,2", shipment="1"), [act(OVERRIDE)], [same_record]) is None


def test_the_same_duty_again_is_no_conflict():
    assert refusal(act(BILLING), [act(BILLING)], [SHIPMENT_WIDE]) is None


@settings(max_examples=300, deadline=None)
@given(acts, st.lists(acts, max_size=6), st.lists(conflicts, max_size=4))
def test_nobody_is_refused_for_what_others_did(wanted, earlier, rules):
    others = [done for done in earlier if done.user_id != wanted.user_id]
    assert refusal(wanted, others, rules) is None


@settings(max_examples=300, deadline=None)
@given(acts, acts, conflicts)
def test_a_conflict_is_symmetric(one, other, rule):
    forth = refusal(one, [other], [rule])
    back = refusal(other, [one], [rule])
    assert (forth is None) == (back is None)


@settings(max_examples=300, deadline=None)
@given(acts, st.lists(acts, max_size=6), st.lists(conflicts, max_size=4), st.data())
def test_further_acts_and_conflicts_never_allow_more(wanted, earlier, rules, data):
    some = data.draw(st.lists(st.sampled_from(earlier)) if earlier else st.just([]))
    if refusal(wanted, some, rules):
        assert refusal(wanted, earlier, rules)
