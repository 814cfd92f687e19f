"""Weights, with the unit codes of UN/ECE Recommendation 20."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from . import units

UNITS: Final = tuple(unit.code for unit in units.UNITS if unit.dimension == units.MASS)


@dataclass(frozen=True, slots=True)
class Weight:
    """A mass and the Rec 20 code of its unit (``KGM``, ``LBR``).

    :raises ValueError: if the unit is not a unit of mass that we know, or the value no number
    """

    value: Decimal
    unit: str

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise ValueError(f"unknown unit of weight: {self.unit!r}")
        if not self.value.is_finite():
            raise ValueError("a weight must be a number")

    @property
    def kilograms(self) -> Decimal:
        """The weight in kilograms, exact.

        >>> Weight(Decimal("10"), "LBR").kilograms
        Decimal('4.53592370')
        """
        return units.convert(self.value, self.unit, "KGM")
