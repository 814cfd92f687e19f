"""Weights in kilograms, from the unit codes of UN/ECE Recommendation 20."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from .fact import Weight

# International avoirdupois pound, exact by definition (1959).
_KILOGRAMS: Final = {
    "KGM": Decimal(1),
    "GRM": Decimal("0.001"),
    "TNE": Decimal(1000),
    "LBR": Decimal("0.45359237"),
    "ONZ": Decimal("0.028349523125"),
}
UNITS: Final = tuple(_KILOGRAMS)


def in_kilograms(weight: Weight) -> Decimal:
    """The weight in kilograms, exact.

    >>> in_kilograms(Weight(Decimal("10"), "LBR"))
    Decimal('4.53592370')

    :raises ValueError: if the unit is not a unit of mass that we know
    """
    if weight.unit not in _KILOGRAMS:
        raise ValueError(f"unknown unit of weight: {weight.unit!r}")
    return weight.value * _KILOGRAMS[weight.unit]
