"""What the condition of a rate may look at: the closed vocabulary, and its values.

``logistics.rate.trial`` has a field for each name here, so people edit conditions with Odoo's
domain editor and try them out with the same words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from .condition import DATE, NUMBER, RECORD, RECORDS, TEXT, Condition
from .measure import DISTANCE, MEASURES, PACKAGE, PALLET, VOLUME, WEIGHT, Basis

VOCABULARY: Final = {
    "country_id": RECORD,  # of the consignee
    "state_id": RECORD,
    "zip": TEXT,
    "origin_country_id": RECORD,
    "origin_zip": TEXT,
    "zone": TEXT,  # of the agreement, where the shipment goes
    "origin_zone": TEXT,
    "weight": NUMBER,  # kilograms
    "volume": NUMBER,  # cubic metres
    "packages": NUMBER,
    "pallets": NUMBER,
    "distance": NUMBER,  # kilometers
    "goods": NUMBER,  # untaxed, in the currency of the agreement
    "transport_mode": TEXT,
    "service_level": TEXT,
    "incoterm": TEXT,
    "delivery_carrier_id": RECORD,
    "client_id": RECORD,
    "category_ids": RECORDS,  # tags of the customer
    "day": DATE,
    "weekday": TEXT,  # "0" is Monday
}
_MEASURED: Final = {
    "weight": WEIGHT,
    "volume": VOLUME,
    "packages": PACKAGE,
    "pallets": PALLET,
    "distance": DISTANCE,
}
# A place outside of all zones has no price, instead of silently none of their prices.
_PLACED: Final = {
    "zone": "a zone for the destination",
    "origin_zone": "a zone for the place of dispatch",
}


def values_of(basis: Basis) -> Mapping[str, Any]:
    """The values of one shipment, by name; absent or ``None`` where there is none."""
    return {
        **basis.stated,
        **{name: basis.measures.get(measure) for name, measure in _MEASURED.items()},
        "goods": basis.goods.amount,
        "day": basis.day,
        "weekday": str(basis.day.weekday()),
    }


def unknown(condition: Condition, basis: Basis) -> str:
    """What a condition compares and nobody stated, as a noun phrase; empty if nothing.

    A quantity that is not known is neither above nor below anything: whether the rate applies
    cannot be said, so nothing is billed until it is known.
    """
    for name, measure in _MEASURED.items():
        if name in condition.fields and basis.measures.get(measure) is None:
            return MEASURES[measure].phrase
    for name, phrase in _PLACED.items():
        if name in condition.fields and not basis.stated.get(name):
            return phrase
    return ""
