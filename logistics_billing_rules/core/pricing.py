"""What freight costs the customer, and how that came about in words.

A *tariff* is how an agreement prices freight; a *basis* is what there is to price. Pricing gives a
``Price`` that shows every step, or ``Unpriced`` that says what is missing. Nothing is guessed: no
weight means no price per kilogram, not the minimum.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from .money import Money


@dataclass(frozen=True, slots=True)
class Basis:
    """What a tariff may look at.

    :param goods: untaxed value of the goods, in the currency of the agreement
    :param weight_kg: kilograms; ``None`` if nobody stated a weight
    """

    goods: Money
    weight_kg: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """An amount and how it came about.

    :param amount: rounded to the currency
    :param quantity: how much of ``unit`` was priced
    :param unit: ``shipment``, ``kg`` or ``%``
    :param rate: money per unit
    :param steps: English sentences that lead from the basis to the amount
    """

    amount: Money
    quantity: Decimal
    unit: str
    rate: Money
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unpriced:
    """No price yet.

    :param missing: what is missing, as an English noun phrase
    """

    missing: str


@dataclass(frozen=True, slots=True)
class NoFreight:
    """Freight is in the price of the goods, or the order has a line of its own for it."""

    def price(self, basis: Basis, digits: int) -> Price | Unpriced | None:
        """Nothing to invoice."""
        return None


@dataclass(frozen=True, slots=True)
class Flat:
    """The same amount for every shipment."""

    amount: Money

    def price(self, basis: Basis, digits: int) -> Price | Unpriced | None:
        """The flat amount."""
        amount = self.amount.rounded(digits)
        return Price(amount, Decimal(1), "shipment", amount, (f"Flat rate per shipment: {amount}",))


@dataclass(frozen=True, slots=True)
class PerKilogram:
    """A rate per kilogram, with a minimum per shipment.

    :param minimum: zero for none
    """

    rate: Money
    minimum: Money

    def price(self, basis: Basis, digits: int) -> Price | Unpriced | None:
        """Weight times rate, at least the minimum; a weight of zero is no weight.

        >>> tariff = PerKilogram(Money(Decimal("0.4"), "EUR"), Money(Decimal(25), "EUR"))
        >>> tariff.price(Basis(Money(Decimal(900), "EUR"), Decimal("30.5")), 2).steps
        ('30.5 kg × 0.4 EUR per kg = 12.20 EUR', 'Below the minimum, so 25.00 EUR')
        """
        if not basis.weight_kg or basis.weight_kg < 0:
            return Unpriced("the weight of the shipment")
        computed = self.rate.times(basis.weight_kg).rounded(digits)
        steps = [f"{plain(basis.weight_kg)} kg × {self.rate} per kg = {computed}"]
        amount = computed
        if computed < self.minimum:
            amount = self.minimum.rounded(digits)
            steps.append(f"Below the minimum, so {amount}")
        return Price(amount, basis.weight_kg, "kg", self.rate, tuple(steps))


@dataclass(frozen=True, slots=True)
class PercentageOfGoods:
    """A share of the value of the goods, with a minimum per shipment.

    :param percent: 5 means five per cent
    :param minimum: zero for none
    """

    percent: Decimal
    minimum: Money

    def price(self, basis: Basis, digits: int) -> Price | Unpriced | None:
        """The share, at least the minimum."""
        goods = basis.goods.rounded(digits)
        computed = goods.times(self.percent / 100).rounded(digits)
        steps = [f"{plain(self.percent)} % of goods worth {goods} = {computed}"]
        amount = computed
        if computed < self.minimum:
            amount = self.minimum.rounded(digits)
            steps.append(f"Below the minimum, so {amount}")
        return Price(amount, self.percent, "%", goods.times(Decimal("0.01")), tuple(steps))


Tariff = NoFreight | Flat | PerKilogram | PercentageOfGoods


def plain(value: Decimal) -> str:
    """A number for people: no exponent, no trailing zeros.

    >>> plain(Decimal("412.500")), plain(Decimal("1E+2"))
    ('412.5', '100')
    """
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
