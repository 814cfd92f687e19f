"""Weights, with the unit codes of UN/ECE Recommendation 20."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

# International avoirdupois pound, exact by definition (1959).
_KILOGRAMS: Final = {
    "KGM": Decimal(1),
    "GRM": Decimal("0.001"),
    "TNE": Decimal(1000),
    "LBR": Decimal("0.45359237"),
    "ONZ": Decimal("0.028349523125"),
}
UNITS: Final = tuple(_KILOGRAMS)


@dataclass(frozen=True, slots=True)
class Weight:
    """A mass and the Rec 20 code of its unit (``KGM``, ``LBR``).

    :raises ValueError: if the unit is not a unit of mass that we know, or the value no number
    """

    value: Decimal
    unit: str

    def __post_init__(self) -> None:
        if self.unit not in _KILOGRAMS:
            raise ValueError(f"unknown unit of weight: {self.unit!r}")
        if not self.value.is_finite():
            raise ValueError("a weight must be a number")

    @property
    def kilograms(self) -> Decimal:
        """The weight in kilograms, exact.

        >>> Weight(Decimal("10"), "LBR").kilograms
        Decimal('4.53592370')
        """
        return self.value * _KILOGRAMS[self.unit]
