from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_milestone_sync.core.fact import MilestoneFact
from odoo.addons.logistics_milestone_sync.core.fact_key import fact_key, place_key
from odoo.addons.logistics_milestone_sync.core.fold import fold
from odoo.addons.logistics_milestone_sync.core.ownership import ACCEPT, ADVISORY, Judgement
from odoo.addons.logistics_milestone_sync.core.reference import Reference, Target
from odoo.addons.logistics_milestone_sync.core.supposition import (
    Supposed,
    supposed_event,
    with_other_facts,
)

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
TARGET = Target(7, 3, None, None)
MILESTONES = ("dispatched", "out_for_delivery", "delivered", "returned")


def _event(milestone, verdict=ACCEPT, hour=0, target=TARGET):
    fact = MilestoneFact((Reference("tracking", "1Z"),), milestone, NOW.replace(hour=8 + hour))
    return supposed_event(fact, target, 5, Judgement(verdict, None, 10))


EVENTS = st.lists(
    st.builds(_event, st.sampled_from(MILESTONES), hour=st.integers(0, 9)),
    max_size=6,
)


@pytest.mark.parametrize("target", [TARGET, Target(7), Target(7, 3, None, 9)])
def test_a_supposed_fact_has_the_key_that_it_would_have_in_the_ledger(target):
    fact = MilestoneFact((Reference("tracking", "1Z"),), "delivered", NOW)
    event = supposed_event(fact, target, 5, Judgement(ACCEPT, None, 10))
    place = place_key(target.shipment_id, target.consignment_id, target.package_id)
    assert event.key == fact_key(fact, 5, place)
    assert (event.consignment_id, event.package_id) == (target.consignment_id, target.package_id)


def test_what_the_rules_do_not_let_the_source_say_moves_nothing():
    assert fold([_event("delivered", ADVISORY)]).shipment.milestone == ""
    assert fold([_event("delivered")]).shipment.milestone == "delivered"


@given(EVENTS, EVENTS)
def test_taking_facts_out_and_putting_them_back_changes_nothing(ledger, others):
    keys = {event.key for event in others}
    inside = [event for event in ledger if event.key in keys]
    out = with_other_facts(ledger, keys, [])
    assert fold(with_other_facts(out, [], inside)) == fold(ledger)


@given(EVENTS, EVENTS)
def test_what_stands_already_is_not_replaced(ledger, others):
    first = {event.key: event for event in reversed(ledger)}
    result = {event.key: event for event in with_other_facts(first.values(), [], others)}
    assert all(result[key] is event for key, event in first.items())


def test_another_meaning_takes_the_place_of_the_first():
    was, would_be = _event("delivered"), _event("returned")
    assert fold(with_other_facts([was], {was.key}, [would_be])).shipment.milestone == "returned"


def test_nothing_is_invoiced_where_nobody_bills():
    assert Supposed("delivered").amount == Decimal(0)
