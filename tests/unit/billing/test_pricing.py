"""What freight costs, with the words that explain it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_billing_rules.core.money import Money, zero
from odoo.addons.logistics_billing_rules.core.pricing import (
    Basis,
    Flat,
    NoFreight,
    PercentageOfGoods,
    PerKilogram,
    Price,
    Unpriced,
    plain,
)

weights = st.decimals("0.001", "99999", places=3)
amounts = st.decimals("0", "9999999", places=2)


def eur(amount):
    return Money(Decimal(amount), "EUR")


def basis(goods="1000", weight=None):
    return Basis(eur(goods), Decimal(weight) if weight is not None else None)


PER_KG = PerKilogram(eur("0.32"), eur("25"))


@pytest.mark.parametrize(
    ("tariff", "what", "expected"),
    [
        (Flat(eur("18.5")), basis(), "18.50"),
        (PER_KG, basis(weight="412.5"), "132.00"),
        (PER_KG, basis(weight="10"), "25.00"),  # below the minimum
        (PER_KG, basis(weight="78.125"), "25.00"),  # exactly the minimum
        (PerKilogram(eur("0.333"), zero("EUR")), basis(weight="1.5"), "0.50"),  # 0.4995
        (PercentageOfGoods(Decimal("2.5"), zero("EUR")), basis("199.99"), "5.00"),  # 4.99975
        (PercentageOfGoods(Decimal("5"), eur("10")), basis("100"), "10.00"),
        (PercentageOfGoods(Decimal("5"), zero("EUR")), basis("0"), "0.00"),
    ],
)
def test_a_tariff_gives_the_amount_of_the_worked_example(tariff, what, expected):
    assert str(tariff.price(what, 2).amount) == f"{expected} EUR"


def test_no_freight_means_nothing_to_price():
    assert NoFreight().price(basis(), 2) is None


@pytest.mark.parametrize("weight", [None, "0", "-3"])
def test_without_a_weight_nothing_is_priced_by_weight_not_even_the_minimum(weight):
    assert PER_KG.price(basis(weight=weight), 2) == Unpriced("the weight of the shipment")


def test_a_price_says_how_it_came_about():
    assert PER_KG.price(basis(weight="412.5"), 2).steps == (
        "412.5 kg × 0.32 EUR per kg = 132.00 EUR",
    )
    assert PercentageOfGoods(Decimal("5.0"), eur("80")).price(basis(), 2).steps == (
        "5 % of goods worth 1000.00 EUR = 50.00 EUR",
        "Below the minimum, so 80.00 EUR",
    )


def test_a_currency_without_decimals_is_rounded_to_whole_units():
    yen = PerKilogram(Money(Decimal("55.5"), "JPY"), zero("JPY"))
    price = yen.price(Basis(zero("JPY"), Decimal(3)), 0)
    assert str(price.amount) == "167 JPY"


@given(weights, amounts)
def test_a_price_per_kilogram_never_undercuts_the_minimum(weight, minimum):
    price = PerKilogram(eur("0.32"), eur(minimum)).price(Basis(eur("1"), weight), 2)
    assert isinstance(price, Price)
    assert price.amount.amount >= minimum
    assert price.amount.amount == round(price.amount.amount, 2)


@given(st.lists(weights, min_size=2, max_size=2))
def test_more_weight_never_costs_less(pair):
    lighter, heavier = sorted(pair)
    assert not (
        PER_KG.price(Basis(eur("1"), heavier), 2).amount
        < PER_KG.price(Basis(eur("1"), lighter), 2).amount
    )


def test_money_of_two_currencies_does_not_add_up():
    with pytest.raises(ValueError, match="EUR and USD"):
        eur("1") + Money(Decimal(1), "USD")


def test_money_is_never_a_float():
    with pytest.raises(TypeError, match="float"):
        Money(1.5, "EUR")


def test_half_a_cent_is_rounded_away_from_zero():
    assert str(eur("0.125").rounded(2)) == "0.13 EUR"
    assert str(eur("-0.125").rounded(2)) == "-0.13 EUR"


@pytest.mark.parametrize(
    ("value", "text"), [("1E+3", "1000"), ("0.50", "0.5"), ("7", "7"), ("10", "10"), ("0.00", "0")]
)
def test_numbers_for_people_have_no_exponent_and_no_trailing_zeros(value, text):
    assert plain(Decimal(value)) == text
