"""The weight that an item of a message states."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any, Final

from odoo.addons.logistics_milestone_sync.core.weight import Weight

from .code_table import Unmapped
from .profile import Profile

_MAX_WEIGHT: Final = Decimal(10) ** 9
# How the units of UN/ECE Rec 20 are spelled; a profile only lists what is not here.
_SPELLINGS: Final = {
    "KGM": "KGM KG KGS KILO KILOS KILOGRAM KILOGRAMS",
    "GRM": "GRM G GR GRAM GRAMS",
    "TNE": "TNE TONNE TONNES",
    "LBR": "LBR LB LBS POUND POUNDS",
    "ONZ": "ONZ OZ OZS OUNCE OUNCES",
}
_UNITS: Final = {word: unit for unit, words in _SPELLINGS.items() for word in words.split()}


def read_weight(profile: Profile, scope: Any) -> Weight | None:
    """The stated weight; carriers write 0 for a weight that they did not take.

    :raises ValueError: if it is no weight
    :raises Unmapped: on a unit that neither the profile nor the common spellings know
    """
    value = profile.weight_value.text(scope) if profile.weight_value else ""
    unit = profile.weight_unit.text(scope) if profile.weight_unit else ""
    if not value or not unit:
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise ValueError("the weight is not a number") from None
    if not number:
        return None
    if not number.is_finite() or not 0 < number < _MAX_WEIGHT:
        raise ValueError("the weight is out of range")
    known = profile.units.get(unit) or _UNITS.get(unit.strip(" .").upper())
    if known is None:
        raise Unmapped(f"unit {unit[:10]}")
    return Weight(number, known)
