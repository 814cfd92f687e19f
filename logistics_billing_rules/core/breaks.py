"""Rates that change with the quantity: graduated and bracket tables.

*Bracket*: the rate of the bracket that is reached holds for the whole quantity. *Fixed*: its amount
is the price of any quantity in it, as in parcel tables. *Graduated*: each part of the quantity has
the rate of the bracket that it falls into, as in storage and volume discounts.

In less-than-truckload tariffs a shipment just below a break may be charged as if it reached it,
when that is cheaper ("deficit weight").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from .money import Money, plain, spoken

BRACKET: Final = "bracket"
GRADUATED: Final = "graduated"
FIXED: Final = "fixed"  # the bracket's amount is the price of any quantity in it
STRUCTURES: Final = (BRACKET, GRADUATED, FIXED)


@dataclass(frozen=True, slots=True)
class Break:
    """One line of a table.

    :param start: quantity from which it holds
    :param rate: money per unit; the price of all of it in a ``FIXED`` table
    """

    start: Decimal
    rate: Money


@dataclass(frozen=True, slots=True)
class Worked:
    """An amount that is not rounded yet, and how it came about.

    :param rate: money per unit that applied last
    """

    amount: Money
    rate: Money
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Breaks in ascending order, the first of them where the table begins.

    :param up_to: a quantity that equals a break still belongs to the bracket below ("up to 2 kg");
        otherwise it belongs to the one that starts there ("from 500 lb")
    :param per: the rates are per so many units: 100 for rates per hundredweight
    :param deficit: take the next bracket with its starting quantity where that is cheaper
    :raises ValueError: if the table is empty, out of order, mixes currencies, or asks for deficit
        quantities where rates are no rates per unit of the whole
    """

    structure: str
    breaks: tuple[Break, ...]
    up_to: bool = False
    per: Decimal = Decimal(1)
    deficit: bool = False

    def __post_init__(self) -> None:
        if self.structure not in STRUCTURES:
            raise ValueError(f"unknown structure: {self.structure!r}")
        starts = [b.start for b in self.breaks]
        if not starts or starts != sorted(set(starts)) or starts[0] < 0:
            raise ValueError("a table needs breaks from zero upwards, each start once")
        if len({b.rate.currency for b in self.breaks}) > 1:
            raise ValueError("a table has one currency")
        if self.per <= 0:
            raise ValueError("rates are per a quantity above zero")
        if self.deficit and self.structure != BRACKET:
            raise ValueError("only a bracket table can take the next bracket")

    def work(self, quantity: Decimal, unit: str) -> Worked | None:
        """What a quantity costs; ``None`` if the table begins above it.

        >>> cheap, dear = (Money(Decimal(text), "EUR") for text in ("0.30", "0.50"))
        >>> table = Table(BRACKET, (Break(Decimal(0), dear), Break(Decimal(100), cheap)))
        >>> table.work(Decimal(120), "kg").steps
        ('120 kg × 0.30 EUR per kg (from 100 kg) = 36 EUR',)
        """
        position = self._position(quantity)
        if position is None:
            return None
        if self.structure == GRADUATED:
            return self._graduated(quantity, position, unit)
        reached = self.breaks[position]
        if self.structure == FIXED:
            said = f"{plain(quantity)} {unit} {self._said(reached, unit)}: {spoken(reached.rate)}"
            return Worked(reached.rate, reached.rate, (said,))
        return self._bracket(quantity, position, unit)

    def _position(self, quantity: Decimal) -> int | None:
        reached = [
            position
            for position, b in enumerate(self.breaks)
            if b.start < quantity or (b.start == quantity and not (self.up_to and position))
        ]
        return max(reached, default=None)

    def _bracket(self, quantity: Decimal, position: int, unit: str) -> Worked:
        own = self._at(quantity, self.breaks[position], unit)
        if not self.deficit:
            return own
        higher = (self._at(b.start, b, unit) for b in self.breaks[position + 1 :])
        cheaper = min(higher, key=lambda worked: worked.amount.amount, default=own)
        if not cheaper.amount < own.amount:
            return own
        because = f"Cheaper than {self._product(quantity, self.breaks[position], unit)}"
        return Worked(cheaper.amount, cheaper.rate, (*cheaper.steps, because))

    def _graduated(self, quantity: Decimal, position: int, unit: str) -> Worked:
        reached: Sequence[Break] = self.breaks[: position + 1]
        ends = [*(b.start for b in reached[1:]), quantity]
        parts = [
            self._at(end - b.start, b, unit)
            for b, end in zip(reached, ends, strict=True)
            if end > b.start or len(reached) == 1
        ]
        total = sum((part.amount for part in parts[1:]), start=parts[0].amount)
        steps = tuple(step for part in parts for step in part.steps)
        return Worked(total, reached[-1].rate, steps)

    def _at(self, quantity: Decimal, applied: Break, unit: str) -> Worked:
        amount = applied.rate.times(quantity / self.per)
        return Worked(amount, applied.rate, (self._product(quantity, applied, unit),))

    def _product(self, quantity: Decimal, applied: Break, unit: str) -> str:
        amount = applied.rate.times(quantity / self.per)
        many = f"{plain(self.per)} " if self.per != 1 else ""
        said = f" ({self._said(applied, unit)})" if len(self.breaks) > 1 else ""
        result = f"{plain(amount.amount)} {amount.currency}"
        return (
            f"{plain(quantity)} {unit} × {spoken(applied.rate)} per {many}{unit}{said} = {result}"
        )

    def _said(self, applied: Break, unit: str) -> str:
        position = self.breaks.index(applied)
        if self.up_to and position + 1 < len(self.breaks):
            return f"up to {plain(self.breaks[position + 1].start)} {unit}"
        return f"{'over' if self.up_to else 'from'} {plain(applied.start)} {unit}"


def single(rate: Money, per: Decimal = Decimal(1)) -> Table:
    """The table of one rate for any quantity."""
    return Table(BRACKET, (Break(Decimal(0), rate),), per=per)
