"""The shape of a profile file, as JSON Schema; meaning is checked when it is built.

All scalars are texts, because the file is read without YAML's guesses (``profile.py``).
"""

from __future__ import annotations

from typing import Any, Final

from odoo.addons.logistics_milestone_sync.core.charge import CHARGE_TYPES
from odoo.addons.logistics_milestone_sync.core.vocabulary import (
    CLASSIFIERS,
    PARTIES,
    REASONS,
    SCHEMES,
)

from .json_schema import object_of
from .places import FIELDS
from .poll_profile import POLL_SCHEMA

_TEXT: Final[dict[str, Any]] = {"type": "string", "minLength": 1, "maxLength": 2000}
_FLAG: Final[dict[str, Any]] = {"enum": ["true", "false"]}
_NOTE: Final[dict[str, Any]] = {"type": "string", "maxLength": 20000}
_CODES: Final[dict[str, Any]] = {"type": "array", "minItems": 1, "items": {"type": "string"}}
_REASON: Final[dict[str, Any]] = {"enum": list(REASONS)}
_PARTY: Final[dict[str, Any]] = {"enum": list(PARTIES)}
_CLASSIFIER: Final[dict[str, Any]] = {"enum": list(CLASSIFIERS)}


def _list(items: dict[str, Any], **limits: int) -> dict[str, Any]:
    return {"type": "array", "items": items, **limits}


_EXPRESSIONS = "at date time code offset zone zone_name local_date local_time".split()
_TIMES: Final = _list(
    object_of(
        dict.fromkeys(_EXPRESSIONS, _TEXT)
        | {"end_of_day": _FLAG, "received": _FLAG, "formats": _list(_TEXT)},
    )
)
_EVIDENCE: Final = object_of(
    dict.fromkeys(("signer", "document_name", "document_url", "sha256"), _TEXT)
)
_ALSO: Final = object_of(
    {
        "milestone": _TEXT,
        "after": _CODES,
        "unless": _CODES,
        "when": _TEXT,
        "classifier": _CLASSIFIER,
        "time": _TIMES,
        "evidence": _FLAG,
        "note": _NOTE,
    },
    "milestone",
)
_MEANING: Final[dict[str, Any]] = {
    "milestone": _TEXT,
    "classifier": _CLASSIFIER,
    "reason": _REASON,
    "party": _PARTY,
    "inferred": _FLAG,
    "ignore": _FLAG,
    "note": _NOTE,
}
_CODE_ROW: Final = object_of({"codes": _CODES, **_MEANING}, "codes")
_PHRASE_ROW: Final = object_of({"phrases": _CODES, **_MEANING}, "phrases")
_CHARGE: Final = object_of(
    {
        "list": _TEXT,
        "side": {"enum": ["buy", "sell"]},
        "kind": _TEXT,
        "types": {
            "type": "object",
            "properties": dict.fromkeys(CHARGE_TYPES, _CODES),
            "additionalProperties": False,
        },
        "amount": _TEXT,
        "currency": _TEXT,
        "key": _TEXT,
        "description": _TEXT,
    },
    *("list", "amount", "currency", "key"),
)

_REFERENCE: Final = object_of(
    {
        "scheme": {"enum": list(SCHEMES)},
        "value": _TEXT,
        "list": _TEXT,
        "qualifier": _TEXT,
        "schemes": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {"enum": list(SCHEMES)},
        },
    },
    "value",
) | {"oneOf": [{"required": ["scheme"]}, {"required": ["list", "qualifier", "schemes"]}]}

PROFILE_SCHEMA: Final = object_of(
    {
        "profile": {"type": "string", "pattern": "^[a-z][a-z0-9_]{1,59}$"},
        "version": {"type": "string", "pattern": "^[0-9]{1,6}$"},
        "name": _TEXT,
        "description": _NOTE,
        "sources": _list(_TEXT),
        "format": _TEXT,
        "recognize": _TEXT,
        "ignore_when": _TEXT,
        "proof": {"type": "object", "required": ["kind"], "additionalProperties": _TEXT},
        "carrier_error": object_of({"when": _TEXT, "text": _TEXT}, "when", "text"),
        "message_id": _TEXT,
        "poll": POLL_SCHEMA,
        "each": _list(
            {"type": "object", "minProperties": 1, "maxProperties": 1}
            | {"additionalProperties": _TEXT},
            minItems=1,
            maxItems=8,
        ),
        "references": _list(_REFERENCE, minItems=1),
        "code": object_of(
            {"keys": _list(_list(_TEXT, minItems=1), minItems=1), "text": _TEXT, "reason": _TEXT},
            "keys",
        ),
        "event_id": _TEXT,
        "retracts": _TEXT,
        "stated_at": _TIMES,
        "estimate": _TIMES,
        "eta": _TIMES,
        "time": _TIMES | {"minItems": 1},
        "zone": _TEXT,
        "location": object_of(dict.fromkeys(FIELDS, _TEXT)),
        "weight": object_of({"value": _TEXT, "unit": _TEXT}, "value", "unit"),
        "units": {"type": "object", "additionalProperties": _TEXT},
        "evidence": _EVIDENCE,
        "also": _list(_ALSO),
        "charges": _list(_CHARGE, minItems=1),
        "codes": _list(_CODE_ROW, minItems=1),
        "shared_codes": _list(_CODE_ROW, minItems=1),
        "phrases": _list(_PHRASE_ROW, minItems=1),
        "reasons": _list(
            object_of({"codes": _CODES, "reason": _REASON, "party": _PARTY, "note": _NOTE}, "codes")
        ),
    },
    "profile",
    "version",
    "name",
    "format",
    "each",
    "references",
)
