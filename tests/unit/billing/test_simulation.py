"""What other terms would have invoiced, against what was invoiced."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_billing_rules.core.case import BLOCKED, READY, WAITING, Decision
from odoo.addons.logistics_billing_rules.core.money import Money
from odoo.addons.logistics_billing_rules.core.rate import Charge
from odoo.addons.logistics_billing_rules.core.simulation import (
    GOODS,
    OTHERS,
    compare,
    would_invoice,
)

GOODS_VALUE = Money(Decimal("378.00"), "USD")
NOTHING = Money(Decimal(0), "USD")
amounts = st.decimals(min_value=-9999, max_value=9999, places=2)


def charge(key: str, amount: str) -> Charge:
    money = Money(Decimal(amount), "USD")
    return Charge(key, "freight", "Freight", money, Decimal(1), "shipment", money, ("flat",))


def decision(state: str, *charges: Charge) -> Decision:
    return Decision(state, (), GOODS_VALUE, charges)


def test_a_decision_that_is_ready_invoices_goods_charges_and_what_others_stated() -> None:
    other = Money(Decimal("12.00"), "USD")
    ready = decision(READY, charge("rate/1", "20.00"))

    assert would_invoice(ready, GOODS_VALUE, other) == {
        "rate/1": (Money(Decimal("20.00"), "USD"), "flat"),
        GOODS: (GOODS_VALUE, ""),
        OTHERS: (other, ""),
    }


@pytest.mark.parametrize("state", [WAITING, BLOCKED])
def test_a_decision_that_waits_invoices_nothing(state: str) -> None:
    assert would_invoice(decision(state, charge("rate/1", "20")), GOODS_VALUE, NOTHING) == {}


def test_what_is_worth_nothing_makes_no_row() -> None:
    assert compare({"rate/1": Decimal(0)}, {"rate/1": (Decimal(0), "free")}) == ()


@given(
    st.dictionaries(st.sampled_from(["rate/1", "rate/2", GOODS]), amounts),
    st.dictionaries(st.sampled_from(["rate/2", "rate/3", GOODS]), amounts),
)
def test_no_money_gets_lost_between_the_two_sides(
    invoiced: dict[str, Decimal], simulated: dict[str, Decimal]
) -> None:
    rows = compare(invoiced, {key: (amount, "") for key, amount in simulated.items()})

    assert sum(row.before for row in rows) == sum(invoiced.values())
    assert sum(row.after for row in rows) == sum(simulated.values())
    assert len({row.key for row in rows}) == len(rows)
    assert sum(row.difference for row in rows) == sum(simulated.values()) - sum(invoiced.values())
