"""What systems and people state as revenue, looked at before it is billed."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_billing_rules.core.breaks import single
from odoo.addons.logistics_billing_rules.core.case import (
    AWAITING_APPROVAL,
    BLOCKED,
    READY,
    Case,
    Terms,
)
from odoo.addons.logistics_billing_rules.core.decision import decide
from odoo.addons.logistics_billing_rules.core.measure import Basis, Quantity
from odoo.addons.logistics_billing_rules.core.money import Money
from odoo.addons.logistics_billing_rules.core.rate import Line, PerUnit
from odoo.addons.logistics_billing_rules.core.validation import (
    AMOUNT,
    CONTRACT,
    CURRENCY,
    DUPLICATE,
    TOLERANCE,
    TYPE,
    WEIGHT,
    ChargeTerm,
    StatedCharge,
    validate,
)
from odoo.addons.logistics_milestone_sync.core.fold import fold
from odoo.addons.logistics_milestone_sync.core.state import LedgerEvent

DAY = datetime(2025, 3, 3, 8, tzinfo=UTC)


def eur(amount):
    return Money(Decimal(amount), "EUR")


def stated(amount="25", charge_type="accessorial", number=1, **values):
    amount = eur(amount)
    defaults = {"converted": amount, "speaker": "Parcel"}
    return StatedCharge(number, f"Charge {number}", charge_type, amount, **(defaults | values))


TERM = ChargeTerm("accessorial", eur("25"), Decimal(10), eur("1"), eur("60"))
TERMS = {"accessorial": TERM}


def codes(*charges, terms=TERMS, priced=None, weight_known=True):
    return [hold.code for hold in validate(charges, terms, priced or {}, weight_known)]


@pytest.mark.parametrize(
    ("charge", "expected"),
    [
        (stated("25"), []),
        # tolerance: 10 % of 25 is 2.50 and allows more than the absolute amount
        (stated("27.50"), []),
        (stated("27.51"), [TOLERANCE]),
        (stated("22.50"), []),
        (stated("22.49"), [TOLERANCE]),
        # what was quoted comes before what is usual
        (stated("40", quoted=eur("40")), []),
        (stated("27.50", quoted=eur("20")), [TOLERANCE]),
        # the maximum holds whatever was quoted
        (stated("60.01", quoted=eur("60")), [TOLERANCE]),
        (stated("0"), [AMOUNT, TOLERANCE]),
        (stated("-25"), [AMOUNT, TOLERANCE]),
        (stated("25", charge_type="storage"), [CONTRACT]),
        (stated("25", charge_type="other"), [TYPE]),
        (stated("25", converted=None), [CURRENCY]),
        # what a person entered was approved by another one
        (stated("999", by_hand=True), []),
        (stated("-5", charge_type="other", by_hand=True), []),
        (stated("5", by_hand=True, converted=None), [CURRENCY]),
    ],
)
def test_each_doubt_has_its_reason(charge, expected):
    assert codes(charge) == expected


@pytest.mark.parametrize(
    ("percent", "absolute", "amount", "held"),
    [
        ("0", None, "25", False),
        ("0", None, "25.01", True),
        ("0", "5", "30", False),
        ("0", "5", "30.01", True),
        ("20", "1", "30", False),
        ("20", "8", "33", False),
    ],
)
def test_of_two_tolerances_the_one_that_allows_more_counts(percent, absolute, amount, held):
    term = replace(TERM, percent=Decimal(percent), absolute=absolute and eur(absolute))
    assert codes(stated(amount), terms={"accessorial": term}) == ([TOLERANCE] if held else [])


def test_without_a_usual_amount_and_a_quote_only_the_maximum_counts():
    terms = {"accessorial": ChargeTerm("accessorial", maximum=eur("60"))}
    assert codes(stated("59"), terms=terms) == []
    assert codes(stated("61"), terms=terms) == [TOLERANCE]


def test_the_same_amount_twice_is_a_duplicate_and_the_later_one_is_held():
    holds = validate([stated(number=1), stated(number=2)], TERMS, {}, True)
    assert [(hold.code, hold.charge_id) for hold in holds] == [(DUPLICATE, 2)]
    assert "Charge 1" in holds[0].why
    assert codes(stated("25", number=1), stated("26", number=2)) == []


def test_what_the_agreement_prices_is_not_stated_as_well():
    [hold] = validate([stated()], TERMS, {"accessorial": "Tail lift"}, True)
    assert hold.code == DUPLICATE
    assert "Tail lift" in hold.why


def test_freight_of_a_shipment_without_weight_is_owed_by_the_warehouse():
    terms = {"freight": ChargeTerm("freight")}
    [hold] = validate([stated(charge_type="freight")], terms, {}, False)
    assert (hold.code, hold.owes) == (WEIGHT, "warehouse")
    assert codes(stated(charge_type="freight"), terms=terms) == []
    assert codes(stated(), weight_known=False) == []


def test_a_tolerance_says_how_far_off_it_is_and_what_is_allowed():
    [hold] = validate([stated("30")], TERMS, {}, True)
    assert hold.why == "5 EUR more than the 25 EUR that is usual; 2.5 is tolerated."


amounts = st.decimals("-100", "100", places=2)
charges = st.lists(
    st.builds(
        lambda number, amount, kind, by_hand: stated(str(amount), kind, number, by_hand=by_hand),
        st.integers(1, 99),
        amounts,
        st.sampled_from(["accessorial", "freight", "other", "storage"]),
        st.booleans(),
    ),
    max_size=5,
    unique_by=lambda charge: charge.id,
)


@given(charges)
def test_what_is_not_held_is_positive_contracted_and_within_its_limits(found):
    held = {hold.charge_id for hold in validate(found, TERMS, {}, True)}
    for charge in found:
        if charge.id not in held and not charge.by_hand:
            assert charge.charge_type == "accessorial"
            assert Decimal("22.5") <= charge.amount.amount <= Decimal("27.5")


@given(charges)
def test_every_hold_has_a_mark_of_its_own_and_a_reason(found):
    holds = validate(found, TERMS, {}, False)
    assert len({hold.mark for hold in holds}) == len(holds)
    assert all(hold.why.endswith(".") for hold in holds)


# === In the decision === #


def case(*found, **values):
    event = LedgerEvent(key="delivered", milestone="delivered", occurred_at=DAY, system_id=7, id=12)
    basis = Basis(eur("1000"), DAY.date(), {"weight": Decimal(50)})
    return Case(fold([event]).shipment, DAY, basis, stated=tuple(found), **values)


AGREED = Terms(
    ("delivered",),
    (Line("rate/1", "freight", "Freight", PerUnit(Quantity("shipment"), single(eur("20")))),),
    stated=(TERM,),
)


def test_a_doubt_holds_the_invoice_with_its_reason_and_who_owes_it():
    decision = decide(case(stated("99")), AGREED)
    assert (decision.state, decision.missing[0].code) == (BLOCKED, "charge")
    assert decision.missing[0].owes == "finance"
    assert "60 EUR at most" in decision.reason


def test_charges_without_a_doubt_are_said_to_agree():
    decision = decide(case(stated("25")), AGREED)
    assert decision.state == READY
    assert "Stated charges agree with the agreement" in [r.label for r in decision.requirements]
    labels = [r.label for r in decide(case(), AGREED).requirements]
    assert "Stated charges agree with the agreement" not in labels


def test_what_finance_was_asked_waits_for_the_approver_and_accepted_it_is_billed():
    mark = "tolerance/1"
    asked = decide(case(stated("99"), asked=frozenset({mark})), AGREED)
    assert (asked.state, asked.missing[0].owes) == (AWAITING_APPROVAL, "approver")
    accepted = decide(case(stated("99"), accepted=frozenset({mark})), AGREED)
    assert accepted.state == READY
    assert "Accepted by finance" in [r.note for r in accepted.requirements]


def test_accepting_one_amount_does_not_accept_its_revision():
    decision = decide(case(stated("99", number=2), accepted=frozenset({"tolerance/1"})), AGREED)
    assert decision.state == BLOCKED


def test_a_stated_charge_of_a_type_that_is_priced_here_is_held():
    decision = decide(case(stated("20", charge_type="freight")), AGREED)
    assert decision.state == BLOCKED
    assert "charges for this already: Freight" in decision.reason
