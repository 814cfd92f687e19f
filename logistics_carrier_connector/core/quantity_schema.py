"""JSON Schemas of amounts, weights and distances, as numbers or as texts that keep every digit."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from odoo.addons.logistics_milestone_sync.core import units
from odoo.addons.logistics_milestone_sync.core.shipment_field import FARTHEST, HEAVIEST
from odoo.addons.logistics_milestone_sync.core.weight import UNITS

from .json_schema import object_of

Schema = dict[str, Any]

# The ninth digit behind the point is the last one that anybody keeps.
_SMALLEST: Final = 1e-9
_FRACTION: Final = r"(\.[0-9]{1,9})?"

# A decimal as a number or, to keep every digit on its way, as a text.
DECIMAL: Final[Schema] = {
    "anyOf": [
        {"type": "number", "minimum": _SMALLEST, "maximum": 1e15},
        {"type": "number", "minimum": -1e15, "maximum": -_SMALLEST},
        {"const": 0},
        {"type": "string", "pattern": rf"^-?[0-9]{{1,15}}{_FRACTION}$"},
    ]
}


def positive(most: Decimal) -> Schema:
    """A decimal above zero, and below ``most`` with its first digit only.

    :param most: at least 10

    >>> positive(Decimal(62137))["anyOf"][0]["exclusiveMaximum"]
    60000
    """
    first, rest = int(str(int(most))[0]), len(str(int(most))) - 1
    whole = f"[1-9][0-9]{{0,{rest - 1}}}"
    if first > 1:
        whole += f"|[1-{first - 1}][0-9]{{{rest}}}"
    return {
        "anyOf": [
            {"type": "number", "minimum": _SMALLEST, "exclusiveMaximum": first * 10**rest},
            {"type": "string", "pattern": f"^0{{0,9}}({whole}){_FRACTION}$"},
            {"type": "string", "pattern": r"^0{1,9}\.[0-9]{0,8}[1-9]$"},
            {"type": "string", "pattern": r"^0{1,9}\.[0-9]{0,7}[1-9][0-9]{1,8}$"},
        ]
    }


def _measured(most: Mapping[str, Decimal], description: str) -> Schema:
    """A value and its unit, or null.

    :param most: the limit by unit
    """
    kinds = [
        object_of({"value": positive(limit), "unit": {"const": unit}}, "value", "unit")
        for unit, limit in most.items()
    ]
    return {"anyOf": [*kinds, {"type": "null"}], "description": description}


POSITIVE: Final = positive(Decimal(10**9))
WEIGHT: Final = object_of({"value": POSITIVE, "unit": {"enum": list(UNITS)}}, "value", "unit")
DECLARED_WEIGHT: Final = _measured(
    {unit: units.convert(HEAVIEST, "KGM", unit) for unit in UNITS},
    "less than 10,000 tonnes, with its unit; null: not known any more",
)
DISTANCE: Final = _measured(
    {unit: units.convert(FARTHEST, "KMT", unit) for unit in ("KMT", "SMI")},
    "less than 100,000 kilometers, with its unit; null: not known any more",
)
