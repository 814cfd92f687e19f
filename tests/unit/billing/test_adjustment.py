"""Corrections of posted invoices: what is proposed, and that it is right."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_billing_rules.core.adjustment import (
    CREDIT,
    DEBIT,
    Worth,
    propose,
)
from odoo.addons.logistics_billing_rules.core.case import (
    AWAITING_APPROVAL,
    BLOCKED,
    CANCELLED,
    READY,
    WAITING,
)
from odoo.addons.logistics_billing_rules.core.money import Money

ONE = Decimal(1)


def eur(amount):
    return Money(Decimal(amount), "EUR")


WORTH = {
    "goods/1": Worth("Pump", Decimal(4), eur("756")),
    "charge/7": Worth("Freight", ONE, eur("28.90")),
    "price/rate/1": Worth("Freight: 40 kg × 0.85", ONE, eur("34.00")),
    "service/3": Worth("Set-up", ONE, eur("90")),
}
BOOKED = {"goods/1": Decimal(4), "charge/7": ONE, "service/3": ONE}


def proposed(decision=READY, justified=BOOKED, invoiced=BOOKED):
    return propose(decision, justified, invoiced, WORTH, 2, "EUR")


def amounts(proposal):
    return {part.key: str(part.amount.amount) for part in proposal.parts}


def test_nothing_is_proposed_while_books_and_facts_agree():
    assert proposed() is None


def test_a_revised_charge_credits_the_old_and_invoices_the_new():
    found = proposed(justified={**BOOKED, "charge/7": Decimal(0), "price/rate/1": ONE})
    assert amounts(found) == {"charge/7": "-28.90", "price/rate/1": "34.00"}
    assert (found.kind, str(found.amount)) == (DEBIT, "5.10 EUR")
    assert found.credits == {"charge/7": ONE}


def test_only_the_quantity_that_is_too_much_is_credited():
    found = proposed(justified={**BOOKED, "goods/1": Decimal(3)})
    assert amounts(found) == {"goods/1": "-189.00"}
    assert (found.kind, found.parts[0].quantity) == (CREDIT, -ONE)


@pytest.mark.parametrize("decision", [WAITING, CANCELLED])
def test_what_is_no_longer_justified_is_credited_whole_but_not_the_services(decision):
    found = proposed(decision)
    assert amounts(found) == {"charge/7": "-28.90", "goods/1": "-756.00"}
    assert "no longer justify" in found.why


@pytest.mark.parametrize("decision", [BLOCKED, AWAITING_APPROVAL])
def test_what_a_person_has_to_solve_first_is_not_corrected(decision):
    assert proposed(decision, {}, BOOKED) is None


def test_everything_credited_already_is_not_credited_again():
    assert proposed(WAITING, {}, {"goods/1": Decimal(0), "charge/7": Decimal(0)}) is None


def test_the_same_difference_has_one_key_until_something_is_in_the_books():
    one, other = (proposed(justified={**BOOKED, "goods/1": Decimal(q)}) for q in ("3", "3.000"))
    assert one.difference_key(0) == other.difference_key(0)
    assert one.difference_key(0) != one.difference_key(1)
    assert one.difference_key(0) != proposed(
        justified={**BOOKED, "goods/1": Decimal(2)}
    ).difference_key(0)


books = st.dictionaries(st.sampled_from(list(WORTH)), st.decimals("0", "9", places=2))


@given(books, books, st.sampled_from([READY, WAITING, CANCELLED]))
def test_carried_out_a_proposal_leaves_nothing_to_propose(justified, invoiced, decision):
    found = proposed(decision, justified, invoiced)
    after = dict(invoiced)
    for part in found.parts if found else ():
        after[part.key] = after.get(part.key, Decimal(0)) + part.quantity
    assert proposed(decision, justified, after) is None
    assert all(quantity >= 0 for quantity in after.values())


@given(books, books)
def test_the_amount_is_the_sum_of_the_parts_and_each_has_the_sign_of_its_quantity(a, b):
    found = proposed(READY, a, b)
    if found:
        assert found.amount.amount == sum(part.amount.amount for part in found.parts)
        assert all((p.quantity < 0) == (p.amount.amount < 0) or not p.amount for p in found.parts)
