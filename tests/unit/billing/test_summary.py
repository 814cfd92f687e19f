"""A rate in a few words, as people read it in an agreement."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from odoo.addons.logistics_billing_rules.core.breaks import (
    BRACKET,
    FIXED,
    GRADUATED,
    Break,
    Table,
    single,
)
from odoo.addons.logistics_billing_rules.core.condition import read
from odoo.addons.logistics_billing_rules.core.measure import Quantity
from odoo.addons.logistics_billing_rules.core.money import Money
from odoo.addons.logistics_billing_rules.core.rate import (
    Line,
    OnCost,
    Percentages,
    PerUnit,
    Share,
)
from odoo.addons.logistics_billing_rules.core.summary import summary
from odoo.addons.logistics_billing_rules.core.vocabulary import VOCABULARY

D = Decimal


def eur(text: str) -> Money:
    return Money(D(text), "EUR")


def table(structure: str, **options) -> Table:
    rows = (Break(D(0), eur("42.1")), Break(D(500), eur("31.65")))
    return Table(structure, rows, **options)


@pytest.mark.parametrize(
    ("method", "bounds", "said"),
    [
        (
            PerUnit(Quantity("weight"), single(eur("0.32"))),
            {"minimum": eur("25")},
            "0.32 EUR per kg, at least 25 EUR",
        ),
        (PerUnit(Quantity(), single(eur("18.5"))), {}, "18.50 EUR per shipment"),
        (
            PerUnit(Quantity("weight"), single(eur("31"), D(100))),
            {"maximum": eur("900")},
            "31 EUR per 100 kg, at most 900 EUR",
        ),
        (
            PerUnit(Quantity("chargeable_weight", divisor=D(5000)), single(eur("1.1"))),
            {},
            "1.10 EUR per kg of chargeable weight (divisor 5000)",
        ),
        (
            PerUnit(Quantity("waiting_minute", free=D(30), step=D(15)), single(eur("0.75"))),
            {},
            "0.75 EUR per minute, 30 minutes free, in begun steps of 15 minutes",
        ),
        (
            PerUnit(Quantity("attempt", free=D(1)), single(eur("12"))),
            {},
            "12 EUR per failed attempt, 1 failed attempt free",
        ),
        (
            PerUnit(Quantity("storage_pallet_day", free=D(5)), single(eur("0.55"))),
            {},
            "0.55 EUR per pallet-day, 5 days free",
        ),
        (
            PerUnit(Quantity("weight"), table(BRACKET, per=D(100), deficit=True)),
            {},
            "from 0 kg 42.10 EUR per 100 kg; from 500 kg 31.65 EUR per 100 kg"
            " (or the next row, if that is cheaper)",
        ),
        (
            PerUnit(Quantity("weight"), table(FIXED, up_to=True)),
            {},
            "over 0 kg 42.10 EUR; over 500 kg 31.65 EUR",
        ),
        (
            PerUnit(Quantity("piece"), table(GRADUATED)),
            {},
            "from 0 pieces 42.10 EUR per piece; from 500 pieces 31.65 EUR per piece"
            " (each part at its own rate)",
        ),
        (Share(D("3.5"), "goods"), {}, "3.5 % of the goods"),
        (Share(D(-10)), {}, "-10 % of everything above"),
        (
            Share(Percentages("Diesel index", ((date(2026, 1, 1), D(9)),)), ("freight",)),
            {},
            "Diesel index of the day on freight above",
        ),
        (OnCost(), {}, "What the carrier charges us"),
        (
            OnCost(("freight", "fuel"), D(12), eur("3"), awaited=False),
            {},
            "What the carrier charges us for freight and fuel + 12 % + 3 EUR, if anything",
        ),
    ],
)
def test_a_rate_is_summed_up_in_a_few_words(method, bounds, said) -> None:
    assert summary(Line("k", "freight", "Freight", method, **bounds)) == said


def test_a_summary_says_that_there_is_a_condition() -> None:
    condition = read("[('weight', '>', 30)]", VOCABULARY)
    line = Line("k", "other", "Fee", PerUnit(Quantity(), single(eur("5"))), condition=condition)

    assert summary(line) == "5 EUR per shipment, on a condition"
