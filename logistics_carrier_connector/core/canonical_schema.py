"""The JSON Schema of the canonical event, version 1 (``canonical.py`` reads it)."""

from __future__ import annotations

from typing import Any, Final

from odoo.addons.logistics_milestone_sync.core.charge import CHARGE_TYPES
from odoo.addons.logistics_milestone_sync.core.shipment_field import INCOTERMS, TRANSPORT_MODES
from odoo.addons.logistics_milestone_sync.core.vocabulary import (
    CLASSIFIERS,
    PARTIES,
    REASONS,
    SCHEMES,
)

from .canonical_parts import DOCUMENTS_SCHEMA, ROUTE_SCHEMA
from .json_schema import object_of
from .quantity_schema import DECIMAL, DECLARED_WEIGHT, DISTANCE, POSITIVE, WEIGHT

MAX_EVENTS: Final = 1_000


# Something that can be seen: Python takes these four control characters for blanks, too.
_VISIBLE: Final = "[^\\s\\x1c-\\x1f]"


def _text(longest: int, description: str = "", **rules: Any) -> dict[str, Any]:
    return {
        "type": "string",
        "minLength": 1,
        "maxLength": longest,
        "description": description,
        **rules,
    }


def _names(description: str) -> dict[str, Any]:
    name = object_of(
        {"scheme": {"enum": list(SCHEMES)}, "value": _text(80, pattern=_VISIBLE)},
        "scheme",
        "value",
    )
    return {
        "type": "array",
        "items": name,
        "minItems": 1,
        "maxItems": 50,
        "description": description,
    }


_MOMENT: Final = {
    "type": "string",
    "format": "date-time",
    "maxLength": 40,
    "description": "RFC 3339 with offset, from 1990 to 2100",
}
_LOCATION: Final = object_of(
    {
        "name": _text(200),
        "city": _text(100),
        "state": _text(50),
        "postal_code": _text(20),
        "country": _text(2, "ISO 3166-1 alpha-2", pattern="^[A-Z]{2}$"),
        "unlocode": _text(5, "UN/LOCODE", pattern="^[A-Z]{2}[A-Z2-9]{3}$"),
        "code": _text(50, "the sender's own code of the place"),
        "gln": _text(13, "GS1 Global Location Number", pattern="^[0-9]{13}$"),
    },
) | {"minProperties": 1}
_PROOF: Final = object_of(
    {
        "signer": _text(200),
        "document_name": _text(200),
        "document_url": _text(2000, pattern="^https://"),
        "sha256": _text(64, pattern="^[0-9a-f]{64}$"),
    },
) | {"minProperties": 1}
_CHARGE: Final = object_of(
    {
        "side": {"enum": ["buy", "sell"]},
        "type": {"enum": list(CHARGE_TYPES)},
        "key": _text(100, "the sender's id of the charge; the same key again is a revision"),
        "amount": DECIMAL,
        "currency": _text(3, "ISO 4217", pattern="^[A-Z]{3}$"),
        "quantity": POSITIVE,
        "unit": _text(20, "UN/ECE Rec 20"),
        "description": _text(500),
    },
    "side",
    "type",
    "key",
    "amount",
    "currency",
)
# Null says that there is no value any more.
_COUNT: Final = {"type": ["integer", "null"], "minimum": 0, "maximum": 100_000}
_FIELDS: Final = object_of(
    {
        "promised_at": {"anyOf": [_MOMENT, {"type": "null"}]},
        "declared_weight": DECLARED_WEIGHT,
        "package_count": _COUNT,
        "pallet_count": _COUNT,
        "pick_count": _COUNT,
        "distance": DISTANCE,
        "service_level": {"anyOf": [_text(64), {"type": "null"}]},
        "transport_mode": {"enum": [*TRANSPORT_MODES, None]},
        "incoterm": {"enum": [*INCOTERMS, None]},
    },
) | {"minProperties": 1}

ITEM_SCHEMA: Final[dict[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Logistics event, version 1",
    **object_of(
        {
            "event_id": _text(200, "the sender's own id; the same id again is a duplicate"),
            "milestone": _text(60, "a code of the milestone catalogue"),
            "occurred_at": _MOMENT,
            "stated_at": {**_MOMENT, "description": "when the sender recorded it, RFC 3339"},
            "classifier": {
                "enum": list(CLASSIFIERS),
                "description": "whether it has happened, which is meant where nothing is said",
            },
            "references": _names("what the shipment is called already"),
            "assigns": _names("names that the sender gives it with this event"),
            "location": {**_LOCATION, "description": "where it happened"},
            "reason": {"enum": list(REASONS), "description": "why, of an exception"},
            "responsible_party": {"enum": list(PARTIES), "description": "who caused it"},
            "code": _text(100, "the sender's own status code"),
            "text": _text(2000, "for people"),
            "weight": {**WEIGHT, "description": "what was weighed, with the code of its unit"},
            "proof": {**_PROOF, "description": "who signed, and where the proof is kept"},
            "retracts": _text(200, "event_id of an earlier event that is withdrawn"),
            "documents": DOCUMENTS_SCHEMA,
            "route": ROUTE_SCHEMA,
            "charges": {
                "type": "array",
                "items": _CHARGE,
                "minItems": 1,
                "maxItems": 200,
                "description": "what it costs; revised by the same key",
            },
            "fields": {**_FIELDS, "description": "what is planned or known of the shipment"},
        },
        "references",
    ),
    "dependentRequired": {
        "milestone": ["occurred_at"],
        "retracts": ["milestone"],
        "proof": ["milestone"],
        "weight": ["milestone"],
    },
    "anyOf": [
        {"required": ["milestone"]},
        {"required": ["assigns"]},
        {"required": ["charges"]},
        {"required": ["fields"]},
        {"required": ["documents"]},
        {"required": ["route"]},
    ],
}

BODY_SCHEMA: Final[dict[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Logistics events, version 1",
    "oneOf": [
        ITEM_SCHEMA,
        object_of(
            {
                "events": {
                    "type": "array",
                    "items": ITEM_SCHEMA,
                    "minItems": 1,
                    "maxItems": MAX_EVENTS,
                }
            },
            "events",
        ),
    ],
}
