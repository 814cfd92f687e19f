"""Documents and routes of the canonical event: their schemas, and how they become facts."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from odoo.addons.logistics_milestone_sync.core.document import DOCUMENT_KINDS, DocumentFact
from odoo.addons.logistics_milestone_sync.core.reference import Reference
from odoo.addons.logistics_milestone_sync.core.route_fact import (
    MAX_STOPS,
    MODES,
    STOP_KINDS,
    LegPlan,
    RouteFact,
    StopPlan,
)

from .json_schema import object_of

# Base64 of 4 MiB. What a connection takes at all is set on the connection and is often less.
_LONGEST_CONTENT: Final = 4 * 1024 * 1024 * 4 // 3 + 4
# RFC 4648, section 4, with its padding and without line breaks.
_BASE64: Final = "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
_MOMENT: Final = {
    "type": "string",
    "format": "date-time",
    "maxLength": 40,
    "description": "RFC 3339 with offset, from 1990 to 2100",
}
_References = tuple[Reference, ...]
_Moment = Callable[[str, str], datetime]


def _text(longest: int, **rules: Any) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": longest, **rules}


DOCUMENTS_SCHEMA: Final[dict[str, Any]] = {
    "type": "array",
    "minItems": 1,
    "maxItems": 20,
    "description": "documents of the shipment, with their bytes or where they are kept",
    "items": {
        **object_of(
            {
                "kind": {"enum": list(DOCUMENT_KINDS)},
                "number": _text(100, description="the same number again is a revision"),
                "issued_at": _MOMENT,
                "file_name": _text(200),
                "content": _text(
                    _LONGEST_CONTENT,
                    contentEncoding="base64",
                    pattern=_BASE64,
                    description="the bytes, as base64",
                ),
                "sha256": _text(64, pattern="^[0-9a-f]{64}$"),
                "url": _text(2000, pattern="^https://"),
                "data": {"type": "object", "minProperties": 1},
            },
            "kind",
        ),
        "anyOf": [{"required": [name]} for name in ("content", "sha256", "url", "data")],
    },
}
_PLACE: Final[dict[str, Any]] = {
    "name": _text(200),
    "city": _text(100),
    "country": _text(2, pattern="^[A-Z]{2}$"),
    "unlocode": _text(5, pattern="^[A-Z]{2}[A-Z2-9]{3}$"),
    "code": _text(50, description="the sender's own code of the place"),
}
ROUTE_SCHEMA: Final[dict[str, Any]] = {"description": "the way that is planned"} | object_of(
    {
        "stated_at": {**_MOMENT, "description": "when the plan was made; the newest stands"},
        "stops": {
            "type": "array",
            "minItems": 2,
            "maxItems": MAX_STOPS,
            "items": object_of(
                {
                    "kind": {"enum": list(STOP_KINDS)},
                    **_PLACE,
                    "planned_arrival": _MOMENT,
                    "planned_departure": _MOMENT,
                },
                "kind",
            ),
        },
        "legs": {
            "type": "array",
            "description": "each from a stop to a later one",
            "maxItems": MAX_STOPS,
            "items": object_of(
                {
                    "from": {"type": "integer", "minimum": 0, "description": "index of a stop"},
                    "to": {"type": "integer", "minimum": 1, "description": "index of a later stop"},
                    "mode": {"enum": list(MODES)},
                    "carrier": _text(100),
                    "vehicle": _text(100),
                    "voyage": _text(50),
                },
                "from",
                "to",
            ),
        },
    },
    "stops",
)


def document(item: Mapping[str, Any], references: _References, moment: _Moment) -> DocumentFact:
    """The fact of one document.

    :param moment: turns an RFC 3339 text and its name into an aware time
    :raises ValueError: if the content is not base64, or there is nothing to keep
    """
    issued = item.get("issued_at")
    return DocumentFact(
        references,
        item["kind"],
        number=item.get("number", ""),
        issued_at=moment(issued, "issued_at").astimezone(UTC) if issued else None,
        file_name=item.get("file_name", ""),
        content=_bytes(item.get("content", "")),
        sha256=item.get("sha256", ""),
        url=item.get("url", ""),
        data=json.dumps(item["data"], default=str, sort_keys=True) if "data" in item else "",
    )


def route(item: Mapping[str, Any], references: _References, moment: _Moment) -> RouteFact:
    """The fact of one route.

    :raises ValueError: if a leg does not lead from a stop to a later one
    """

    def when(values: Mapping[str, Any], name: str) -> datetime | None:
        text = values.get(name)
        return moment(text, name).astimezone(UTC) if text else None

    stops = tuple(
        StopPlan(
            stop["kind"],
            **{name: stop.get(name, "") for name in _PLACE},
            planned_arrival=when(stop, "planned_arrival"),
            planned_departure=when(stop, "planned_departure"),
        )
        for stop in item["stops"]
    )
    legs = tuple(
        LegPlan(
            int(leg["from"]),
            int(leg["to"]),
            leg.get("mode", "road"),
            leg.get("carrier", ""),
            leg.get("vehicle", ""),
            leg.get("voyage", ""),
        )
        for leg in item.get("legs", ())
    )
    return RouteFact(references, stops, legs, when(item, "stated_at"))


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("the content of a document must be base64") from None
