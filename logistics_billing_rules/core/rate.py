"""One line of a tariff: what it charges, for what, and in which bounds.

How it works
    A line has a *method*: per unit of a measure (``PerUnit``), a share of something (``Share``), or
    the carrier's cost with or without a margin (``OnCost``). Every method gives an amount that is
    not rounded and the sentences that lead to it; the line applies minimum and maximum and rounds
    once, half away from zero. A quantity of zero gives no charge: what did not happen costs
    nothing, not even the minimum. What is not known gives ``Unpriced``: nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from .breaks import Table, Worked
from .condition import ALWAYS, Condition
from .measure import CHARGEABLE, WEIGHT, Basis, Quantity, Unknown
from .money import Money, plain, zero
from .vocabulary import unknown, values_of


@dataclass(frozen=True, slots=True)
class Charge:
    """One priced line.

    :param key: of the line that it comes from
    :param amount: rounded to the currency; negative for a discount
    :param quantity: how much of ``unit`` was priced
    :param rate: money per unit
    :param steps: English sentences that lead from the basis to the amount
    """

    key: str
    charge_type: str
    name: str
    amount: Money
    quantity: Decimal
    unit: str
    rate: Money
    steps: tuple[str, ...]

    @property
    def explanation(self) -> str:
        """How the amount came about, as one line."""
        return "; ".join(self.steps)


@dataclass(frozen=True, slots=True)
class Unpriced:
    """No price yet.

    :param missing: what is missing, as an English noun phrase
    :param owes: who has to provide it: ``service``, ``finance`` or ``carrier``
    """

    missing: str
    owes: str = "service"


@dataclass(frozen=True, slots=True)
class Priced:
    """What a method gives: an amount that is not rounded yet."""

    amount: Money
    quantity: Decimal
    unit: str
    rate: Money
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PerUnit:
    """A rate, or a table of them, per unit of a measure."""

    quantity: Quantity
    table: Table

    def price(self, basis: Basis, sofar: Sequence[Charge]) -> Priced | Unpriced | None:
        """Quantity times rate."""
        counted = self.quantity.count(basis)
        if isinstance(counted, Unknown):
            return Unpriced(counted.missing)
        if not counted.value:
            return None
        if counted.value < 0:
            return Unpriced(f"a quantity above zero: {plain(counted.value)} {counted.unit}")
        worked: Worked | None = self.table.work(counted.value, counted.unit)
        if worked is None:
            return Unpriced(f"a rate for {plain(counted.value)} {counted.unit}", "finance")
        steps = (*counted.steps, *worked.steps)
        return Priced(worked.amount, counted.value, counted.unit, worked.rate, steps)


@dataclass(frozen=True, slots=True)
class Percentages:
    """Percentages by date of effect, as fuel surcharges are published.

    :param entries: ``((valid from, percent), …)``
    """

    name: str
    entries: tuple[tuple[date, Decimal], ...]

    def on(self, day: date) -> Decimal | None:
        """The percentage that holds on a day; ``None`` before the first."""
        held = [entry for entry in self.entries if entry[0] <= day]
        return max(held)[1] if held else None


GOODS: Final = "goods"


@dataclass(frozen=True, slots=True)
class Share:
    """A percentage of the goods, or of what earlier lines charge.

    :param percent: 5 means five per cent, −5 a discount; or a table by date
    :param of: ``goods``, or the types of the charges of earlier lines; empty for all of them
    """

    percent: Decimal | Percentages
    of: str | tuple[str, ...] = ()

    def price(self, basis: Basis, sofar: Sequence[Charge]) -> Priced | Unpriced | None:
        """The share; nothing of nothing."""
        percent = self.percent
        steps: tuple[str, ...] = ()
        if isinstance(percent, Percentages):
            held = percent.on(basis.day)
            if held is None:
                return Unpriced(f"{percent.name} for {basis.day}", "finance")
            steps = (f"{percent.name} on {basis.day}: {plain(held)} %",)
            percent = held
        base, said = self._base(basis, sofar)
        if not base or not percent:
            return None
        amount = base.times(percent / 100)
        result = f"{plain(amount.amount)} {amount.currency}"
        steps += (f"{plain(percent)} % of {said} {base} = {result}",)
        return Priced(amount, percent, "%", base.times(Decimal("0.01")), steps)

    def _base(self, basis: Basis, sofar: Sequence[Charge]) -> tuple[Money, str]:
        if self.of == GOODS:
            return basis.goods, "goods worth"
        counted = [c for c in sofar if not self.of or c.charge_type in self.of]
        names = " + ".join(c.name for c in counted)
        return sum((c.amount for c in counted), start=zero(basis.goods.currency)), names


@dataclass(frozen=True, slots=True)
class OnCost:
    """What the carrier charges us and we accepted, passed through or with a margin.

    :param types: of the carrier's charges; empty for all of them
    :param percent: margin on the cost, 0 to pass it through
    :param absolute: margin in money, on top; ``None`` for none
    :param awaited: there will be such a charge, so none yet means no price yet; otherwise none
        means that there is nothing to pass on
    """

    types: tuple[str, ...] = ()
    percent: Decimal = Decimal(0)
    absolute: Money | None = None
    awaited: bool = True

    def price(self, basis: Basis, sofar: Sequence[Charge]) -> Priced | Unpriced | None:
        """Cost and margin."""
        costs = [cost for cost in basis.costs if not self.types or cost.charge_type in self.types]
        if not costs:
            missing = Unpriced("the accepted charge of the carrier", "carrier")
            return missing if self.awaited else None
        cost = sum((c.amount for c in costs[1:]), start=costs[0].amount)
        amount, steps = cost, [f"Accepted charges of the carrier: {cost}"]
        if self.percent:
            margin = cost.times(self.percent / 100)
            amount += margin
            steps.append(
                f"{plain(self.percent)} % margin = {plain(margin.amount)} {margin.currency}"
            )
        if self.absolute:
            amount += self.absolute
            steps.append(f"Fixed margin: {self.absolute}")
        return Priced(amount, Decimal(1), "shipment", amount, tuple(steps))


Method = PerUnit | Share | OnCost


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a tariff.

    :param key: identifies the line for ever; the same key again is a revision of its charge
    :param minimum: the least that is charged once anything is; ``None`` for none
    :param maximum: the most; ``None`` for none
    :param condition: when the line applies at all
    """

    key: str
    charge_type: str
    name: str
    method: Method
    minimum: Money | None = None
    maximum: Money | None = None
    condition: Condition = ALWAYS

    @property
    def weighs(self) -> bool:
        """Whether the weight of the shipment matters to it."""
        method = self.method
        counted = method.quantity.measure if isinstance(method, PerUnit) else ""
        return counted in (WEIGHT, CHARGEABLE) or WEIGHT in self.condition.fields

    def applies(self, basis: Basis) -> bool | Unpriced:
        """Whether its condition holds; unpriced where what it compares is not known."""
        missing = unknown(self.condition, basis)
        return Unpriced(missing) if missing else self.condition.holds(values_of(basis))

    def price(self, basis: Basis, sofar: Sequence[Charge], digits: int) -> Charge | Unpriced | None:
        """Price one shipment.

        :param sofar: charges of the lines before this one
        :param digits: decimal places of the currency
        :return: ``None`` when there is nothing to charge
        """
        priced = self.method.price(basis, sofar)
        if priced is None or isinstance(priced, Unpriced):
            return priced
        amount, steps = self._bounded(priced.amount.rounded(digits), digits)
        return Charge(
            self.key,
            self.charge_type,
            self.name,
            amount,
            priced.quantity,
            priced.unit,
            priced.rate,
            (*_ending_rounded(priced, digits), *steps),
        )

    def _bounded(self, amount: Money, digits: int) -> tuple[Money, tuple[str, ...]]:
        if self.minimum and amount < self.minimum:
            least = self.minimum.rounded(digits)
            return least, (f"Below the minimum, so {least}",)
        if self.maximum and self.maximum < amount:
            most = self.maximum.rounded(digits)
            return most, (f"Above the maximum, so {most}",)
        return amount, ()


def _ending_rounded(priced: Priced, digits: int) -> tuple[str, ...]:
    """The steps, with the decimals of the currency at their end: rounded only where it matters."""
    *steps, last = priced.steps
    rounded = priced.amount.rounded(digits)
    if rounded.amount != priced.amount.amount:
        return (*steps, last, f"Rounded: {rounded}")
    exact = f" = {plain(priced.amount.amount)} {priced.amount.currency}"
    return (*steps, f"{last.removesuffix(exact)} = {rounded}" if last.endswith(exact) else last)
