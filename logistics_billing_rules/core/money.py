"""Money: an exact amount in one currency, never a float."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency.

    :param amount: exact; round it with :meth:`rounded` before it meets an invoice
    :param currency: ISO 4217 code
    :raises TypeError: if the amount is not a ``Decimal``

    >>> str(Money(Decimal("0.32"), "EUR").times(Decimal("412.5")).rounded(2))
    '132.00 EUR'
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise TypeError(f"an amount of money is a Decimal, not {type(self.amount).__name__}")

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other).amount, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other).amount

    def times(self, factor: Decimal) -> Money:
        """The unrounded product."""
        return Money(self.amount * factor, self.currency)

    def rounded(self, digits: int) -> Money:
        """Rounded half away from zero, as Odoo rounds invoices.

        :param digits: decimal places of the currency
        """
        return Money(
            self.amount.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP), self.currency
        )

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")
        return other


def zero(currency: str) -> Money:
    """Nothing, in the given currency."""
    return Money(Decimal(0), currency)


def spoken(money: Money) -> str:
    """An exact amount for people: all its decimals, and not one alone.

    >>> [spoken(Money(Decimal(text), "EUR")) for text in ("42.1", "0.325", "25.00")]
    ['42.10 EUR', '0.325 EUR', '25 EUR']
    """
    whole, point, decimals = plain(money.amount).partition(".")
    return (
        f"{whole}{point}{decimals:0<2} {money.currency}" if point else f"{whole} {money.currency}"
    )


def plain(value: Decimal) -> str:
    """A number for people: no exponent, no trailing zeros.

    >>> plain(Decimal("412.500")), plain(Decimal("1E+2"))
    ('412.5', '100')
    """
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
