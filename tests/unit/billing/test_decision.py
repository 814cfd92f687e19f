"""When a shipment may be invoiced, and what the explanation says."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_billing_rules.core.breaks import single
from odoo.addons.logistics_billing_rules.core.case import (
    AWAITING_APPROVAL,
    BLOCKED,
    CANCELLED,
    READY,
    WAITING,
    Case,
    ExceptionCase,
    Terms,
    Transfer,
)
from odoo.addons.logistics_billing_rules.core.decision import decide
from odoo.addons.logistics_billing_rules.core.measure import Basis, Quantity
from odoo.addons.logistics_billing_rules.core.money import Money
from odoo.addons.logistics_billing_rules.core.rate import Line, OnCost, PerUnit
from odoo.addons.logistics_milestone_sync.core.fact import Evidence
from odoo.addons.logistics_milestone_sync.core.fold import fold
from odoo.addons.logistics_milestone_sync.core.state import LedgerEvent, State

DAY = timedelta(days=1)
START = datetime(2025, 3, 3, 8, tzinfo=UTC)
CARRIER = 7


def eur(amount):
    return Money(Decimal(amount), "EUR")


def event(milestone, days, **values):
    return LedgerEvent(
        key=f"{milestone}/{days}/{values.get('source_event_id', '')}/{values.get('retracts', '')}",
        milestone=milestone,
        occurred_at=START + days * DAY,
        system_id=CARRIER,
        **values,
    )


def freight(measure, rate):
    return Line("rate/1", "freight", "Freight", PerUnit(Quantity(measure), single(eur(rate))))


def basis(weight=None):
    measures = {"weight": Decimal(weight)} if weight else {}
    return Basis(eur("1000"), START.date(), measures)


DISPATCHED = event("dispatched", 1, id=11)
DELIVERED = event("delivered", 2, id=12)
PROOF = event("pod_received", 2, id=13, source_event_id="pod-1", evidence=Evidence(signer="Kim"))
TERMS = Terms(("delivered", "pod_received"), (freight("shipment", "20"),))
DONE = Transfer("WH/OUT/00042", START + DAY)
OPEN = ExceptionCase(5, "Damaged", START + 2 * DAY, event_id=14, party="carrier")


def case(*events, **values):
    state = fold(events).shipment if events else State()
    defaults = {"basis": basis(50), "transfers": (DONE,)}
    return Case(state=state, known_since=START, **(defaults | values))


def line(decision, code):
    return next(r for r in decision.requirements if r.code == code)


def test_delivery_and_proof_make_a_shipment_ready():
    decision = decide(case(DISPATCHED, DELIVERED, PROOF), TERMS)
    assert decision.state == READY
    assert not decision.missing
    assert decision.event_ids == (12, 13)
    assert str(decision.amount) == "1020.00 EUR"


def test_what_else_goes_on_the_invoice_counts_in_the_amount_but_not_in_the_price():
    others = case(DELIVERED, others=eur("30"))
    assert str(decide(others, TERMS).amount) == "1050.00 EUR"
    assert str(decide(others, None).amount) == "1030 EUR"


def test_the_reason_is_the_most_pressing_missing_thing():
    assert decide(case(DELIVERED, PROOF), TERMS).reason == ""
    assert decide(case(DELIVERED), TERMS).reason == "Proof of delivery received"
    held = decide(case(exceptions=(OPEN,)), TERMS)
    assert held.reason == "Exception “Damaged” closed, or approved for billing (and 2 more)"


def test_a_satisfied_line_names_the_event_and_its_time():
    proof = line(decide(case(DELIVERED, PROOF), TERMS), "pod_received")
    assert (proof.event_id, proof.at) == (13, PROOF.occurred_at)


def test_a_missing_proof_is_owed_by_the_carrier_since_the_delivery():
    decision = decide(case(DISPATCHED, DELIVERED), TERMS)
    assert decision.state == WAITING
    (missing,) = decision.missing
    assert (missing.code, missing.owes) == ("pod_received", "carrier")
    assert missing.missing_since == DELIVERED.occurred_at
    assert str(decision.amount) == "1020.00 EUR"  # at stake


def test_before_anything_happened_it_waits_since_we_know_of_it():
    decision = decide(case(), TERMS)
    assert decision.state == WAITING
    assert {r.missing_since for r in decision.missing} == {START}


def test_milestones_of_the_warehouse_are_owed_by_the_warehouse():
    decision = decide(case(), replace(TERMS, triggers=("picked",)))
    assert line(decision, "picked").owes == "warehouse"


def test_a_derived_milestone_does_not_bill_unless_the_rule_says_so():
    derived = case(replace(DELIVERED, inferred=True), PROOF)
    decision = decide(derived, TERMS)
    assert decision.state == WAITING
    assert "derived" in line(decision, "delivered").note
    assert decide(derived, replace(TERMS, inferred_counts=True)).state == READY


def override(milestone, days, id):
    return replace(
        event(milestone, days, id=id), source_event_id=f"override/{id}", override=True, system_id=1
    )


def test_an_overridden_delivery_bills_and_says_that_it_is_one():
    decision = decide(case(DISPATCHED, override("delivered", 2, 21), PROOF), TERMS)
    assert decision.state == READY
    assert line(decision, "delivered").note == "By an approved override of the status"
    assert line(decision, "delivered").event_id == 21


def test_a_delivery_that_was_observed_needs_no_override():
    decision = decide(case(DELIVERED, override("delivered", 1, 21), PROOF), TERMS)
    assert (line(decision, "delivered").note, line(decision, "delivered").event_id) == ("", 12)


def test_a_delivery_that_an_override_denies_does_not_bill():
    denied = decide(case(DELIVERED, PROOF, override("out_for_delivery", 3, 21)), TERMS)
    assert denied.state == WAITING
    assert not line(denied, "delivered").satisfied


def test_a_shipment_that_is_overridden_to_lost_is_for_a_person():
    assert decide(case(DELIVERED, PROOF, override("lost", 3, 21)), TERMS).state == BLOCKED


def test_an_unvalidated_transfer_is_owed_by_the_warehouse():
    waiting = case(DELIVERED, PROOF, transfers=(DONE, Transfer("WH/OUT/00043", None)))
    decision = decide(waiting, TERMS)
    assert decision.state == WAITING
    assert [r.label for r in decision.missing] == ["Transfer WH/OUT/00043 validated"]
    assert decision.missing[0].owes == "warehouse"


def test_goods_without_a_transfer_need_none():
    assert decide(case(DELIVERED, PROOF, transfers=()), TERMS).state == READY


def test_an_open_exception_blocks():
    decision = decide(case(DELIVERED, PROOF, exceptions=(OPEN,)), TERMS)
    assert decision.state == BLOCKED
    (missing,) = decision.missing
    assert (missing.owes, missing.missing_since, missing.event_id) == (
        "service",
        OPEN.opened_at,
        14,
    )


def test_an_exception_in_front_of_finance_awaits_approval():
    pending = replace(OPEN, pending=True)
    decision = decide(case(DELIVERED, PROOF, exceptions=(pending,)), TERMS)
    assert decision.state == AWAITING_APPROVAL
    assert decision.missing[0].owes == "approver"


def test_one_pending_and_one_untouched_exception_is_still_blocked():
    both = (replace(OPEN, pending=True), replace(OPEN, id=6, name="Address"))
    assert decide(case(DELIVERED, PROOF, exceptions=both), TERMS).state == BLOCKED


@pytest.mark.parametrize("change", [{"approved": True}, {"is_open": False}])
def test_an_approved_or_closed_exception_does_not_hold(change):
    decision = decide(case(DELIVERED, PROOF, exceptions=(replace(OPEN, **change),)), TERMS)
    assert decision.state == READY


def test_a_rule_may_ignore_exceptions():
    ignoring = replace(TERMS, exceptions_block=False)
    assert decide(case(DELIVERED, PROOF, exceptions=(OPEN,)), ignoring).state == READY


def test_an_approved_exception_stands_in_for_the_proof_but_not_for_the_delivery():
    approved = (replace(OPEN, approved=True),)
    decision = decide(case(DELIVERED, exceptions=approved), TERMS)
    assert decision.state == READY
    assert "“Damaged”" in line(decision, "pod_received").note
    assert decide(case(DISPATCHED, exceptions=approved), TERMS).state == WAITING


def test_closing_the_exception_later_does_not_undo_its_approval():
    closed = (replace(OPEN, approved=True, is_open=False),)
    assert decide(case(DELIVERED, exceptions=closed), TERMS).state == READY


def test_a_rule_may_insist_on_the_proof_in_spite_of_an_approval():
    strict = replace(TERMS, approval_replaces_proof=False)
    assert (
        decide(case(DELIVERED, exceptions=(replace(OPEN, approved=True),)), strict).state == WAITING
    )


def test_a_required_document_has_to_be_in_the_proof():
    terms = replace(TERMS, document_required=True)
    decision = decide(case(DELIVERED, PROOF), terms)
    assert decision.state == WAITING
    assert line(decision, "pod_document").missing_since == PROOF.occurred_at
    proof = replace(PROOF, evidence=Evidence(document_url="https://pod.example/1"))
    assert decide(case(DELIVERED, proof), terms).state == READY


def test_freight_that_cannot_be_priced_blocks_and_says_what_is_missing():
    terms = replace(TERMS, lines=(freight("weight", "0.3"),))
    decision = decide(case(DELIVERED, PROOF, basis=basis()), terms)
    assert decision.state == BLOCKED
    assert "weight" in decision.missing[0].note
    assert str(decision.amount) == "1000 EUR"


def test_the_price_explains_itself_in_its_line():
    terms = replace(TERMS, lines=(freight("weight", "0.3"),))
    decision = decide(case(DELIVERED, PROOF), terms)
    assert line(decision, "price").note == "50 kg × 0.30 EUR per kg = 15.00 EUR"


def test_certified_weight_is_waited_for_and_then_priced():
    terms = replace(TERMS, certified_weight=True, lines=(freight("weight", "1"),))
    decision = decide(case(DELIVERED, PROOF), terms)
    assert decision.state == WAITING
    assert line(decision, "weight_validated").owes == "carrier"
    weighed = case(DELIVERED, PROOF, certified=basis("61.2"))
    assert str(decide(weighed, terms).charges[0].amount) == "61.20 EUR"


def test_without_freight_there_is_no_line_about_a_price():
    decision = decide(case(DELIVERED, PROOF), replace(TERMS, lines=()))
    assert decision.charges == ()
    assert "price" not in {r.code for r in decision.requirements}


def test_weight_is_not_waited_for_where_nothing_is_priced_by_it():
    terms = replace(TERMS, certified_weight=True)
    assert decide(case(DELIVERED, PROOF), terms).state == READY


def test_every_line_of_the_agreement_is_a_charge_that_explains_itself():
    stop = Line("rate/2", "accessorial", "Fee", PerUnit(Quantity("shipment"), single(eur("4.5"))))
    decision = decide(case(DELIVERED, PROOF), replace(TERMS, lines=(*TERMS.lines, stop)))
    assert [(c.key, str(c.amount)) for c in decision.charges] == [
        ("rate/1", "20.00 EUR"),
        ("rate/2", "4.50 EUR"),
    ]
    assert [r.label for r in decision.requirements[-2:]] == ["Freight priced", "Fee priced"]
    assert str(decision.amount) == "1024.50 EUR"
    assert decision.to_json()["charges"][1] == {
        "key": "rate/2",
        "name": "Fee",
        "amount": "4.50 EUR",
        "steps": ["1 shipment × 4.50 EUR per shipment = 4.50 EUR"],
    }


def test_a_charge_of_the_carrier_is_waited_for_not_worked_on():
    terms = replace(TERMS, lines=(Line("rate/3", "freight", "Freight", OnCost()),))
    decision = decide(case(DELIVERED, PROOF), terms)
    assert decision.state == WAITING
    assert (decision.missing[0].code, decision.missing[0].owes) == ("price", "carrier")


def test_one_of_several_milestones_is_enough():
    terms = replace(TERMS, triggers=("pod_received",), any_of=("available_for_pickup", "delivered"))
    assert decide(case(DELIVERED, PROOF), terms).state == READY
    assert line(decide(case(DELIVERED, PROOF), terms), "delivered").event_id == 12
    waiting = decide(case(DISPATCHED, PROOF), terms)
    assert waiting.state == WAITING
    assert waiting.missing[0].label == "Available for pick-up or Delivered"


def test_a_derived_milestone_is_none_of_several_unless_the_rule_says_so():
    terms = replace(TERMS, triggers=(), any_of=("available_for_pickup", "delivered"))
    derived = case(replace(DELIVERED, inferred=True))
    assert "derived" in decide(derived, terms).missing[0].note
    assert decide(derived, replace(terms, inferred_counts=True)).state == READY


def test_without_an_agreement_finance_owes_one():
    decision = decide(case(DELIVERED, PROOF), None)
    assert (decision.state, decision.missing[0].owes) == (BLOCKED, "finance")


def test_a_lost_shipment_is_for_a_person():
    decision = decide(case(DISPATCHED, event("lost", 3)), TERMS)
    assert decision.state == BLOCKED
    assert decision.missing[0].note == "The shipment is lost"


def test_contradictory_outcomes_are_for_a_person():
    decision = decide(case(DELIVERED, PROOF, event("returned", 4)), TERMS)
    assert decision.state == BLOCKED
    assert "different outcomes" in decision.missing[0].note


def test_a_cancelled_shipment_will_never_be_invoiced():
    assert decide(case(event("cancelled", 1)), TERMS).state == CANCELLED


def test_a_retracted_proof_does_not_count():
    gone = event("retracted", 3, retracts="pod-1")
    assert decide(case(DELIVERED, PROOF, gone), TERMS).state == WAITING


STORY = (
    DISPATCHED,
    DELIVERED,
    PROOF,
    event("delivery_attempted", 1.5, id=15),
    event("pod_received", 3, id=16, source_event_id="pod-2"),
    event("retracted", 4, id=17, retracts="pod-1"),
    event("weight_validated", 2, id=18),
)


@given(st.randoms(use_true_random=False), st.integers(0, 7))
def test_neither_order_nor_duplicates_of_the_facts_change_the_decision(rng: random.Random, extra):
    told = [*STORY, *rng.choices(STORY, k=extra)]
    rng.shuffle(told)
    assert decide(case(*told), TERMS).to_json() == decide(case(*STORY), TERMS).to_json()


@given(st.sets(st.sampled_from(STORY)), st.booleans(), st.booleans())
def test_only_a_decision_without_missing_lines_is_ready(told, is_open, approved):
    exceptions = (replace(OPEN, is_open=is_open, approved=approved),)
    decision = decide(case(*told, exceptions=exceptions), TERMS)
    assert (decision.state == READY) == (not decision.missing)
    for missing in decision.missing:
        assert missing.owes
        assert missing.missing_since


def test_the_explanation_is_plain_json_with_times_as_text():
    told = decide(case(DELIVERED), TERMS).to_json()
    assert told["state"] == WAITING
    assert told["amount"] == "1020.00 EUR"
    assert told["requirements"][0] == {
        "code": "delivered",
        "label": "Delivered",
        "satisfied": True,
        "event_id": 12,
        "at": "2025-03-05T08:00:00+00:00",
        "blocks": False,
    }
