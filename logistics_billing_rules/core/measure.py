"""What a rate counts: kilograms, packages, days of storage, attempts of delivery.

A *basis* is everything about one shipment that a tariff may look at. A *quantity* says which of its
measures a rate counts and how: what is free, in which steps, actual or dimensional weight.

Dimensional weight is the volume in cubic centimetres divided by a divisor that the tariff states:
6000 is usual in air freight and 5000 with express carriers. A divisor in cubic inches per pound,
times 36.127, is one in cubic centimetres per kilogram (139 becomes 5022).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Any, Final

from .money import Money, plain


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that can be counted.

    :param unit: singular, as it stands after a number: ``12.5 kg``, ``3 pallets``
    :param units: plural
    :param phrase: what is missing when nobody stated it
    :param happens: counts what happened, so nothing stated means that it did not happen; of what a
        shipment *has*, nothing stated means that we do not know
    """

    unit: str
    units: str
    phrase: str
    happens: bool = False


SHIPMENT: Final = "shipment"
WEIGHT: Final = "weight"
CHARGEABLE: Final = "chargeable_weight"
VOLUME: Final = "volume"
PACKAGE: Final = "package"
PALLET: Final = "pallet"
DISTANCE: Final = "distance"
STORAGE: Final = "storage_day"
PALLET_STORAGE: Final = "storage_pallet_day"

MEASURES: Final = {
    SHIPMENT: Measure("shipment", "shipments", "the shipment"),
    WEIGHT: Measure("kg", "kg", "the weight of the shipment"),
    CHARGEABLE: Measure("kg", "kg", "the weight of the shipment"),
    VOLUME: Measure("m³", "m³", "the volume of the shipment"),
    PACKAGE: Measure("package", "packages", "the number of packages"),
    PALLET: Measure("pallet", "pallets", "the number of pallets"),
    "piece": Measure("piece", "pieces", "the number of pieces"),
    "pallet_in": Measure("pallet received", "pallets received", "the number of pallets received"),
    "pick": Measure("pick", "picks", "the number of picks"),
    "pack": Measure("parcel packed", "parcels packed", "the number of parcels packed"),
    DISTANCE: Measure("km", "km", "the distance"),
    "stop": Measure("stop", "stops", "the number of stops"),
    "order": Measure("order", "orders", "the order"),
    "order_line": Measure("order line", "order lines", "the lines of the order"),
    # What happened on the way.
    "attempt": Measure("failed attempt", "failed attempts", "the failed attempts", True),
    "waiting_minute": Measure("minute", "minutes", "the minutes of waiting", True),
    STORAGE: Measure("day", "days", "the days of storage", True),
    PALLET_STORAGE: Measure("pallet-day", "pallet-days", "the days of storage", True),
    "return": Measure("return", "returns", "the return", True),
}


@dataclass(frozen=True, slots=True)
class Cost:
    """A carrier's charge that was accepted: what a shipment costs us."""

    charge_type: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Basis:
    """Everything that a tariff may look at.

    :param goods: untaxed value of the goods, in the currency of the agreement
    :param day: whose prices hold: of the delivery, or of the order while nothing was delivered
    :param measures: ``{code of MEASURES: quantity}``, of what is known; kilograms, cubic metres
    :param costs: in the currency of the agreement
    :param stated: what else a condition may look at, by field of ``core/vocabulary.py``
    """

    goods: Money
    day: date
    measures: Mapping[str, Decimal] = field(default_factory=dict)
    costs: tuple[Cost, ...] = ()
    stated: Mapping[str, Any] = field(default_factory=dict)

    def weighing(self, weight: Decimal) -> Basis:
        """The same shipment with another weight.

        :param weight: in kilograms
        """
        return replace(self, measures={**self.measures, WEIGHT: weight})


@dataclass(frozen=True, slots=True)
class Counted:
    """A quantity that can be priced, and how it was found.

    :param steps: English sentences, none where the quantity is simply what was stated
    """

    value: Decimal
    unit: str
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unknown:
    """A quantity that nobody stated.

    :param missing: English noun phrase
    """

    missing: str


@dataclass(frozen=True, slots=True)
class Quantity:
    """Which measure a rate counts, and how.

    :param divisor: cubic centimetres per kilogram, for ``chargeable_weight`` only
    :param free: so much costs nothing: free days (of every pallet), free minutes, the first attempt
    :param step: what was begun counts in full: 15 for begun quarters of an hour; zero for exact
    :raises ValueError: on a measure that does not exist, or numbers that make no sense
    """

    measure: str = SHIPMENT
    divisor: Decimal | None = None
    free: Decimal = Decimal(0)
    step: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        if self.measure not in MEASURES:
            raise ValueError(f"unknown measure: {self.measure!r}")
        if (self.measure == CHARGEABLE) != bool(self.divisor and self.divisor > 0):
            raise ValueError("chargeable weight, and nothing else, needs a divisor above zero")
        if self.free < 0 or self.step < 0:
            raise ValueError("free quantities and steps cannot be negative")

    def count(self, basis: Basis) -> Counted | Unknown:
        """How much of it there is.

        >>> nothing, day = Money(Decimal(0), "EUR"), date(2026, 3, 2)
        >>> basis = Basis(nothing, day, {"waiting_minute": Decimal(47)})
        >>> Quantity("waiting_minute", free=Decimal(30), step=Decimal(15)).count(basis).steps
        ('47 minutes less 30 free = 17 minutes', 'Begun 15 minutes count in full: 30 minutes')
        """
        stated = self._stated(basis)
        if isinstance(stated, Unknown):
            return stated
        value, steps = stated.value, list(stated.steps)
        if self.free and value and self.measure != PALLET_STORAGE:
            left = max(value - self.free, Decimal(0))
            steps.append(f"{self._said(value)} less {plain(self.free)} free = {self._said(left)}")
            value = left
        if self.step and value % self.step:
            full = (value / self.step).to_integral_value(ROUND_CEILING) * self.step
            steps.append(f"Begun {self._said(self.step)} count in full: {self._said(full)}")
            value = full
        return Counted(value, MEASURES[self.measure].unit, tuple(steps))

    def _stated(self, basis: Basis) -> Counted | Unknown:
        if self.measure == SHIPMENT:
            return Counted(Decimal(1), "shipment")
        if self.measure == CHARGEABLE:
            return self._chargeable(basis)
        if self.measure == PALLET_STORAGE:
            return self._stored(basis)
        measure = MEASURES[self.measure]
        known = basis.measures.get(self.measure)
        if known is None:
            return Counted(Decimal(0), measure.unit) if measure.happens else Unknown(measure.phrase)
        return Counted(known, measure.unit)

    def _chargeable(self, basis: Basis) -> Counted | Unknown:
        actual, volume = basis.measures.get(WEIGHT), basis.measures.get(VOLUME)
        if actual is None:
            return Unknown(MEASURES[WEIGHT].phrase)
        if volume is None:
            return Unknown(MEASURES[VOLUME].phrase)
        divisor = self.divisor or Decimal(1)
        dimensional = (volume * 1_000_000 / divisor).quantize(Decimal("0.001"))
        said = f"{plain(volume)} m³ / {plain(divisor)} = {plain(dimensional)} kg dimensional"
        larger = "dimensional" if dimensional > actual else "actual"
        return Counted(
            max(actual, dimensional),
            "kg",
            (f"{said}, {plain(actual)} kg actual: the {larger} weight counts",),
        )

    def _stored(self, basis: Basis) -> Counted | Unknown:
        """Days times pallets; what is free are days, of every pallet."""
        days, pallets = basis.measures.get(STORAGE), basis.measures.get(PALLET)
        left = max((days or Decimal(0)) - self.free, Decimal(0))
        if not days or not left:
            return Counted(Decimal(0), "pallet-day")
        if pallets is None:
            return Unknown(MEASURES[PALLET].phrase)
        less = f"{plain(days)} days less {plain(self.free)} free = {plain(left)} days"
        said = (
            f"{plain(left)} days × {plain(pallets)} pallets = {plain(left * pallets)} pallet-days"
        )
        steps = (less, said) if self.free else (said,)
        return Counted(left * pallets, "pallet-day", steps)

    def _said(self, value: Decimal) -> str:
        measure = MEASURES[self.measure]
        return f"{plain(value)} {measure.unit if value == 1 else measure.units}"
