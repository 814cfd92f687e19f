"""Published examples and rate cards, priced line by line.

Sources (the figures are facts of the publishers; pounds are converted exactly):
    https://help.insiteship.com/330/procedure/calculate_rated_ltl_shipment.htm
    https://creativelogistics.com/cls-knowledge-center/glossary/deficit-rating/
    https://www.minimaxexpress.com/ltl-freight-rates/
    https://margindock.com/tools/3pl-rate-card-builder (lines of a 3PL rate card; amounts are ours)
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from odoo.addons.logistics_billing_rules.core.breaks import BRACKET, Break, Table, single
from odoo.addons.logistics_billing_rules.core.condition import ALWAYS, read
from odoo.addons.logistics_billing_rules.core.measure import Basis, Cost, Quantity
from odoo.addons.logistics_billing_rules.core.money import Money
from odoo.addons.logistics_billing_rules.core.quote import quote
from odoo.addons.logistics_billing_rules.core.rate import Line, OnCost, Percentages, PerUnit, Share
from odoo.addons.logistics_billing_rules.core.vocabulary import VOCABULARY

D = Decimal
POUND = D("0.45359237")  # kilograms, exact by definition
TAIL_LIFT, RESIDENTIAL = 7, 8  # tags of customers


def usd(text: str) -> Money:
    return Money(D(text), "USD")


def cwt(*rows: tuple[int, str], deficit: bool) -> PerUnit:
    """Rates per hundred pounds, by the pounds from which they hold."""
    breaks = tuple(Break(pounds * POUND, usd(rate)) for pounds, rate in rows)
    return PerUnit(Quantity("weight"), Table(BRACKET, breaks, per=100 * POUND, deficit=deficit))


def weighing(pounds: str) -> Basis:
    return Basis(usd("0"), date(2026, 3, 2), {"weight": D(pounds) * POUND})


INSITE = cwt((0, "14.38"), (500, "10.29"), deficit=True)
CREATIVE = (
    (0, "100"),
    (500, "90"),
    (1000, "80"),
    (2000, "75"),
    (5000, "70"),
    (10000, "65"),
)
MINIMAX = (
    (0, "23.46"),
    (500, "20.39"),
    (1000, "14.36"),
    (2000, "10.38"),
    (5000, "6.80"),
    (10000, "4.59"),
    (20000, "3.44"),
)


@pytest.mark.parametrize(
    ("method", "pounds", "minimum", "amount"),
    [
        # The published example: 64.71 at its own rate, 51.45 as 500 pounds
        (INSITE, "450", None, "51.45"),
        (cwt((0, "14.38"), (500, "10.29"), deficit=False), "450", None, "64.71"),
        # Its break-even of 357.78 pounds: below it the own rate is cheaper
        (INSITE, "357", None, "51.34"),
        (INSITE, "358", None, "51.45"),
        # The published tiers, each at its own rate
        (cwt(*CREATIVE, deficit=False), "250", None, "250.00"),
        (cwt(*CREATIVE, deficit=False), "650", None, "585.00"),
        (cwt(*CREATIVE, deficit=False), "1500", None, "1200.00"),
        (cwt(*CREATIVE, deficit=False), "2500", None, "1875.00"),
        (cwt(*CREATIVE, deficit=False), "7500", None, "5250.00"),
        (cwt(*CREATIVE, deficit=False), "15000", None, "9750.00"),
        # A scale with a minimum: 100 pounds at 23.46 are below 57.00
        (cwt(*MINIMAX, deficit=True), "100", "57.00", "57.00"),
        (cwt(*MINIMAX, deficit=True), "300", "57.00", "70.38"),
        # 600 × 20.39 / 100 = 122.34, and 1,000 pounds would be 143.60
        (cwt(*MINIMAX, deficit=True), "600", "57.00", "122.34"),
        # 800 × 20.39 / 100 = 163.12, so 1,000 pounds are charged
        (cwt(*MINIMAX, deficit=True), "800", "57.00", "143.60"),
    ],
)
def test_hundredweights_are_charged_as_published(method, pounds, minimum, amount) -> None:
    line = Line("ltl", "freight", "Freight", method, minimum=usd(minimum) if minimum else None)
    (charge,) = quote([line], weighing(pounds), 2).charges
    assert charge.amount == usd(amount)


def per(name: str, measure: str, rate: str, condition: str = "", **options: Any) -> Line:
    when = read(condition, VOCABULARY) if condition else ALWAYS
    method = PerUnit(Quantity(measure, **options), single(usd(rate)))
    return Line(name.lower(), "handling", name, method, condition=when)


FUEL = Percentages("Fuel", ((date(2026, 1, 1), D("18")), (date(2026, 3, 1), D("19.5"))))
CARD = (
    per("Pallet received", "pallet_in", "8.50"),
    per("Pallet storage", "storage_pallet_day", "0.45", free=D(5)),
    per("Order", "order", "2.75"),
    per("Pick", "pick", "0.35"),
    per("Packing", "pack", "1.20"),
    per("Pallet shipped", "pallet", "7.25"),
    per("Transport per km", "distance", "1.10"),
    per("Residential delivery", "shipment", "12.50", f"[('category_ids', 'in', [{RESIDENTIAL}])]"),
    per("Tail-lift", "shipment", "35.00", f"[('category_ids', 'in', [{TAIL_LIFT}])]"),
    per("Second attempt", "attempt", "15.00", free=D(1)),
    per("Waiting", "waiting_minute", "0.80", free=D(30), step=D(15)),
    per("Saturday", "shipment", "20.00", "[('weekday', '=', '5')]"),
    per("Peak season", "shipment", "4.00", "[('day', '>=', '2026-11-01')]"),
    per("Return", "return", "9.90"),
    Line("fuel", "fuel", "Fuel", Share(FUEL, ("handling",))),
    Line("duty", "duty", "Duty", OnCost(("duty",), awaited=False)),
    Line("insurance", "other", "Insurance", Share(D("0.3"), "goods"), minimum=usd("3.00")),
    Line("discount", "other", "Discount", Share(D("-2"))),
)
WORKED = {
    "Pallet received": "34.00",  # 4 × 8.50
    "Pallet storage": "9.45",  # 12 days less 5, 3 pallets: 21 × 0.45
    "Order": "2.75",
    "Pick": "14.70",  # 42 × 0.35
    "Packing": "8.40",  # 7 × 1.20
    "Pallet shipped": "21.75",  # 3 × 7.25
    "Transport per km": "177.10",  # 161 × 1.10
    "Residential delivery": "12.50",
    "Second attempt": "15.00",  # 2 attempts, the first is free
    "Waiting": "24.00",  # 47 minutes less 30, two begun quarters of an hour: 30 × 0.80
    "Saturday": "20.00",
    "Fuel": "66.23",  # 19.5 % of 339.65
    "Duty": "31.07",  # passed on
    "Insurance": "3.60",  # 0.3 % of 1,200
    "Discount": "-8.81",  # 2 % of everything above, 440.55
}


def test_a_rate_card_of_a_warehouse_is_charged_line_by_line() -> None:
    about = Basis(
        usd("1200"),
        date(2026, 3, 7),  # a Saturday
        {
            "pallet_in": D(4),
            "storage_day": D(12),
            "pallet": D(3),
            "order": D(1),
            "pick": D(42),
            "pack": D(7),
            "distance": D(161),
            "attempt": D(2),
            "waiting_minute": D(47),
        },
        (Cost("duty", usd("31.07")), Cost("freight", usd("80"))),
        {"category_ids": frozenset({RESIDENTIAL})},
    )
    found = quote(CARD, about, 2)
    assert not found.missing
    assert {charge.name: str(charge.amount.amount) for charge in found.charges} == WORKED


def test_what_the_warehouse_did_not_count_has_no_price_and_is_named() -> None:
    about = Basis(usd("1200"), date(2026, 3, 2), {"order": D(1), "pallet": D(3), "distance": D(1)})
    missing = {name: why.missing for name, why in quote(CARD, about, 2).missing}
    assert missing["Pallet received"] == "the number of pallets received"
    assert missing["Packing"] == "the number of parcels packed"
    assert missing["Pick"] == "the number of picks"
    assert "Second attempt" not in missing
