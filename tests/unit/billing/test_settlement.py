"""The difference between what is justified and what is invoiced."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_billing_rules.core.case import (
    AWAITING_APPROVAL,
    BLOCKED,
    CANCELLED,
    READY,
    WAITING,
)
from odoo.addons.logistics_billing_rules.core.settlement import (
    DRAFTED,
    HOLD,
    NOTHING,
    POSTED,
    RELEASE,
    REVIEW,
    STAND,
    WITHDRAW,
    Settlement,
    may_stand,
    next_step,
    settle,
)

books = st.dictionaries(
    st.sampled_from(["goods/1", "goods/2", "charge/7"]), st.decimals("0", "999", places=3)
)
SETTLED = Settlement()
OWED = Settlement({"goods/1": Decimal(1)})


@given(books, books)
def test_carrying_out_a_settlement_makes_the_books_equal_to_the_facts(justified, invoiced):
    settlement = settle(justified, invoiced)
    after = {
        key: invoiced.get(key, Decimal(0))
        + settlement.to_invoice.get(key, Decimal(0))
        - settlement.to_credit.get(key, Decimal(0))
        for key in {*justified, *invoiced}
    }
    assert {k: v for k, v in after.items() if v} == {k: v for k, v in justified.items() if v}
    assert not settle(justified, after)


@given(books)
def test_what_is_invoiced_once_is_never_invoiced_again(justified):
    assert not settle(justified, justified)


@given(books, books)
def test_nothing_is_both_invoiced_and_credited_and_quantities_are_positive(justified, invoiced):
    settlement = settle(justified, invoiced)
    assert not set(settlement.to_invoice) & set(settlement.to_credit)
    quantities = [*settlement.to_invoice.values(), *settlement.to_credit.values()]
    assert all(quantity > 0 for quantity in quantities)


@pytest.mark.parametrize(
    ("decision", "invoices", "settlement", "was_released", "action"),
    [
        # nothing on invoices
        (WAITING, NOTHING, OWED, False, HOLD),
        (BLOCKED, NOTHING, OWED, False, HOLD),
        (AWAITING_APPROVAL, NOTHING, OWED, False, HOLD),
        (CANCELLED, NOTHING, SETTLED, False, HOLD),
        (READY, NOTHING, OWED, False, RELEASE),
        (READY, NOTHING, SETTLED, False, RELEASE),  # there was nothing to invoice: released at once
        (READY, NOTHING, SETTLED, True, STAND),
        (READY, NOTHING, OWED, True, REVIEW),  # somebody cancelled the invoice
        (WAITING, NOTHING, OWED, True, HOLD),
        # drafts: they can go away without a trace in the books
        (READY, DRAFTED, SETTLED, True, STAND),
        (READY, DRAFTED, OWED, True, REVIEW),
        (WAITING, DRAFTED, SETTLED, True, WITHDRAW),
        (CANCELLED, DRAFTED, SETTLED, True, WITHDRAW),
        # posted: never edited
        (READY, POSTED, SETTLED, True, STAND),
        (READY, POSTED, OWED, True, REVIEW),
        (WAITING, POSTED, SETTLED, True, REVIEW),
        (BLOCKED, POSTED, SETTLED, True, REVIEW),
    ],
)
def test_every_situation_has_one_next_step(decision, invoices, settlement, was_released, action):
    assert next_step(decision, invoices, settlement, was_released).action == action


def test_a_review_says_why():
    assert "no longer" in next_step(WAITING, POSTED, SETTLED, True).why
    assert "cancelled" in next_step(READY, NOTHING, OWED, True).why


amounts = st.decimals(min_value=0, max_value=1000, places=2, allow_nan=False)


@given(amounts, st.data())
def test_what_an_accountant_credited_is_neither_owed_nor_credited_once_more(shipped, data):
    """A favor, which Odoo would invoice again, or goods that came back, which it would not."""
    conceded = data.draw(st.decimals(min_value=0, max_value=shipped, places=2))
    came_back = data.draw(st.decimals(min_value=0, max_value=conceded, places=2))
    invoiced, favor = shipped - conceded, conceded - came_back
    stands = may_stand(shipped - came_back, invoiced, favor, conceded)
    assert not settle({"goods/1": stands}, {"goods/1": invoiced})


@given(amounts, st.data())
def test_goods_that_come_back_after_a_favor_are_credited_as_far_as_they_were_not(shipped, data):
    conceded = data.draw(st.decimals(min_value=0, max_value=shipped, places=2))
    came_back = data.draw(st.decimals(min_value=conceded, max_value=shipped, places=2))
    invoiced = shipped - conceded
    stands = may_stand(shipped - came_back, invoiced, Decimal(0), conceded)
    owed = settle({"goods/1": stands}, {"goods/1": invoiced})
    assert owed.to_credit.get("goods/1", 0) == came_back - conceded


@given(amounts, amounts, amounts)
def test_without_a_credit_by_hand_nothing_is_different(carried, invoiced, invoiceable):
    assert may_stand(carried, invoiced, invoiceable, Decimal(0)) == min(
        carried, invoiced + invoiceable
    )
