"""What a transfer of Odoo means for shipments."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_milestone_sync.core.transfers import (
    CANCEL,
    CASE,
    CONFIRMATION,
    DIRECTIONS,
    MANUAL,
    NOTHING,
    RESERVATION,
    VALIDATION,
    direction_of,
    is_due,
    on_cancellation,
)

STATES = ("draft", "waiting", "confirmed", "assigned", "done", "cancel")
STEPS = ("confirmed", "assigned", "done")  # the life of a transfer, in order
USAGES = ("supplier", "customer", "internal", "transit", "view", "inventory", "production")


@pytest.mark.parametrize(
    ("source", "destination", "code", "direction"),
    [
        ("internal", "customer", "outgoing", "outbound"),
        ("transit", "customer", "outgoing", "outbound"),
        ("internal", "transit", "outgoing", "outbound"),  # to another site of ours
        ("supplier", "customer", "dropship", "dropship"),
        ("supplier", "customer", "incoming", "dropship"),  # the locations tell, not the name
        ("customer", "internal", "incoming", "return"),
        ("customer", "supplier", "dropship", "return"),  # a drop-shipped one goes straight back
        ("internal", "supplier", "outgoing", "return"),
        ("supplier", "internal", "incoming", "inbound"),
        ("internal", "internal", "internal", ""),
        ("internal", "production", "mrp_operation", ""),
        ("transit", "internal", "incoming", ""),
    ],
)
def test_the_locations_tell_the_direction(source, destination, code, direction):
    assert direction_of(source, destination, code) == direction


@given(
    st.sampled_from(USAGES),
    st.sampled_from(USAGES),
    st.sampled_from(["outgoing", "incoming", "internal"]),
)
def test_a_direction_is_one_that_a_shipment_can_have(source, destination, code):
    assert direction_of(source, destination, code) in ("", *DIRECTIONS)


@pytest.mark.parametrize(
    ("policy", "due"),
    [
        (CONFIRMATION, {"waiting", "confirmed", "assigned", "done"}),
        (RESERVATION, {"assigned", "done"}),
        (VALIDATION, {"done"}),
        (MANUAL, set()),
    ],
)
def test_a_policy_says_how_far_a_transfer_has_to_be(policy, due):
    assert {state for state in STATES if is_due(policy, state)} == due


@given(st.lists(st.sampled_from([CONFIRMATION, RESERVATION, VALIDATION]), min_size=3, max_size=3))
def test_however_the_policy_changes_each_validated_transfer_was_due_at_some_step(policies):
    assert any(is_due(policy, state) for policy, state in zip(policies, STEPS, strict=True))


@pytest.mark.parametrize(
    ("transfers", "orders", "left", "verdict"),
    [
        (["cancel"], ["sale"], False, CANCEL),
        (["cancel"], ["cancel"], False, CANCEL),
        (["cancel", "cancel"], [], False, CANCEL),
        (["cancel", "assigned"], ["cancel"], False, NOTHING),  # the rest is still on
        (["cancel", "assigned"], ["sale"], False, NOTHING),
        (["cancel", "done"], ["sale"], False, NOTHING),  # what is done travels
        (["cancel", "done"], ["cancel"], False, CASE),  # …also if nobody wants it any more
        (["done"], ["cancel"], False, CASE),
        (["done"], ["cancel", "sale"], False, NOTHING),  # another order wants it
        (["cancel"], ["sale"], True, CASE),
        ([], ["cancel"], False, CANCEL),
        ([], ["cancel"], True, CASE),
        ([], ["cancel", "sale"], False, NOTHING),
        ([], [], False, NOTHING),
    ],
)
def test_a_shipment_ends_when_nothing_it_carries_is_wanted(transfers, orders, left, verdict):
    assert on_cancellation(transfers, orders, left) == verdict


states = st.lists(st.sampled_from(STATES), max_size=4)
orders = st.lists(st.sampled_from(["sale", "cancel", "draft"]), max_size=3)


@given(states, orders)
def test_what_left_is_never_cancelled(transfers, of_orders):
    assert on_cancellation(transfers, of_orders, left=True) != CANCEL


@given(states, orders, st.booleans())
def test_what_is_still_to_be_moved_is_never_ended(transfers, of_orders, left):
    if {"draft", "waiting", "confirmed", "assigned"} & set(transfers):
        assert on_cancellation(transfers, of_orders, left) == NOTHING


@given(states, orders, st.booleans(), st.randoms(use_true_random=False))
def test_the_order_of_the_documents_does_not_matter(transfers, of_orders, left, random):
    shuffled = random.sample(transfers, len(transfers))
    assert on_cancellation(shuffled, of_orders, left) == on_cancellation(transfers, of_orders, left)
