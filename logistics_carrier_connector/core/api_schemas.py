"""What the HTTP interface answers, and which parameters it takes, as JSON Schema 2020-12.

The parameters are checked by these very schemas (``api_parameters.py``) and the document that
describes the interface is made from them (``openapi.py``), so the two cannot disagree.
"""

from __future__ import annotations

from typing import Any, Final

from odoo.addons.logistics_milestone_sync.core.fact import OUTCOMES

from .json_schema import object_of

Schema = dict[str, Any]

# States of a message, as its sender sees them; a test compares them with the model's.
MESSAGE_STATES: Final = (
    "received",
    "processed",
    "ignored",
    "tested",
    "parked",
    "deferred",
    "held",
    "dead",
    "conflict",
    "dismissed",
)
# Of an item at the door …
ACCEPTED, DUPLICATE, PARKED, REJECTED = "accepted", "duplicate", "parked", "rejected"
# … and of a fact in a message: those of the ledger and the two of the reader.
FACT_STATES: Final = (*OUTCOMES, "refused", "not_recorded")
MOST_LISTED: Final = 200
ID_PATTERN: Final = "^[0-9a-f]{32}$"


def _text(description: str = "", **rules: Any) -> Schema:
    return {"type": "string", **({"description": description} if description else {}), **rules}


def _or_null(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]}


def _object(title: str, properties: Schema, optional: tuple[str, ...] = ()) -> Schema:
    required = [name for name in properties if name not in optional]
    return {"title": title, **object_of(properties, *required)}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


_ID: Final = _text("Id of the message", pattern=ID_PATTERN)
_WHEN: Final = _text("RFC 3339, UTC", format="date-time")
_MAYBE_WHEN: Final = _or_null(_WHEN)
_MAYBE_TEXT: Final = _or_null(_text())

_ITEM_PROBLEM: Final = _object(
    "What is wrong", {"path": _text("Where in the body"), "reason": _text()}
)
RECEIPT_ITEM: Final = _object(
    "What is known of an event at once",
    {
        "index": {"type": "integer", "minimum": 0},
        "status": {
            "enum": [ACCEPTED, DUPLICATE, PARKED, REJECTED],
            "description": "accepted: stored, and recorded soon. duplicate: stored, and known "
            "already. parked: stored, and recorded when a shipment gets one of its numbers. "
            "rejected: cannot be read; the other events are not touched by it.",
        },
        "problems": _list(_ITEM_PROBLEM),
    },
    optional=("problems",),
)
RECEIPT: Final = _object(
    "Receipt",
    {
        "id": _ID,
        "status": {
            "enum": ["accepted", "duplicate", "conflict"],
            "description": "duplicate: the same content was stored before. conflict: the id was "
            "used before for other content; kept, and shown to people.",
        },
        "items": _list(RECEIPT_ITEM),
    },
    optional=("items",),
)
MESSAGE_ITEM: Final = _object(
    "What became of one fact",
    {
        "index": {"type": "integer", "description": "Of the event; -1: the message as a whole"},
        "status": {"enum": list(FACT_STATES)},
        "what": _text("Milestone, or the kind of the fact"),
        "code": _text("The sender's own code"),
        "references": _text("Numbers that it names"),
        "explanation": _text("For people"),
        "occurred_at": _WHEN,
        "shipment": _MAYBE_TEXT,
    },
    optional=("what", "code", "references", "explanation", "occurred_at"),
)
_TIMINGS: Final = _object(
    "How long it took",
    {
        "received_at": _WHEN,
        "started_at": _MAYBE_WHEN,
        "processed_at": _MAYBE_WHEN,
        "seconds_waited": {"type": ["number", "null"], "description": "Until it was started"},
        "seconds_processed": {
            "type": ["number", "null"],
            "description": "From then until its facts were recorded",
        },
    },
)
_MESSAGE_HEAD: Final = {
    "id": _ID,
    "state": {"enum": list(MESSAGE_STATES)},
    "received_at": _WHEN,
    "processed_at": _MAYBE_WHEN,
    "repeated": {"type": "integer", "minimum": 0, "description": "Times that it came again"},
    "reason": _or_null(_text("What is wrong with it, or what it waits for")),
}
MESSAGE_SUMMARY: Final = _object(
    "Message, in a list", {**_MESSAGE_HEAD, "facts": {"type": "integer", "minimum": 0}}
)
MESSAGE: Final = _object(
    "Message",
    {
        **_MESSAGE_HEAD,
        "attempts": {"type": "integer", "minimum": 0},
        "timings": _TIMINGS,
        "items": _list(MESSAGE_ITEM),
    },
)
MESSAGES: Final = _object(
    "Messages, newest first",
    {
        "messages": _list(MESSAGE_SUMMARY),
        "next": _or_null(_text("Address of the next page", format="uri-reference")),
    },
)

_REFERENCE: Final = _object("Number", {"scheme": _text(), "value": _text()})
_EVENT: Final = _object(
    "Statement about the shipment",
    {
        "milestone": _text(),
        "classifier": {"enum": ["planned", "estimated", "actual"]},
        "occurred_at": _WHEN,
        "recorded_at": _WHEN,
        "location": _MAYBE_TEXT,
        "reason": _MAYBE_TEXT,
        "verdict": {
            "enum": ["accept", "advisory", "reject", "conflict"],
            "description": "accept: it counts",
        },
        "event_id": _or_null(_text("The sender's own id, where you are the sender")),
        "own": {"type": "boolean", "description": "Whether you stated it"},
        "withdrawn": {"type": "boolean"},
    },
)
_PACKAGE: Final = _object(
    "Package",
    {
        "name": _MAYBE_TEXT,
        "status": _MAYBE_TEXT,
        "phase": _text(),
        "since": _MAYBE_WHEN,
        "estimated_arrival": _MAYBE_WHEN,
        "references": _list(_REFERENCE),
    },
)
_CHARGE: Final = _object(
    "Charge that you stated",
    {
        "key": _text(),
        "side": {"enum": ["buy", "sell"]},
        "type": _text(),
        "amount": _text("Decimal; as text, so that no digit is lost"),
        "currency": _text("ISO 4217"),
        "standing": _text("live: it counts"),
    },
)
SHIPMENT: Final = _object(
    "Shipment",
    {
        "shipment": _text("Its name here"),
        "status": _or_null(_text("Milestone that it reached")),
        "phase": _text(),
        "since": _MAYBE_WHEN,
        "estimated_arrival": _MAYBE_WHEN,
        "delivered_at": _MAYBE_WHEN,
        "proof_of_delivery_at": _MAYBE_WHEN,
        "open_exception": {"type": "boolean"},
        "references": _list(_REFERENCE),
        "timeline": _list(_EVENT),
        "packages": _list(_PACKAGE),
        "charges": _list(_CHARGE),
    },
) | {"additionalProperties": {"description": "Further modules add what they know of it"}}
SHIPMENTS: Final = _object("Shipments", {"shipments": _list(SHIPMENT)})
_ACKNOWLEDGEMENT: Final = {
    "id": _text("Id of the acknowledgement", pattern=ID_PATTERN),
    "kind": {"enum": ["997", "999", "ta1", "contrl"]},
    "verdict": {
        "enum": ["accepted", "errors", "rejected"],
        "description": "errors: some of it was not used, or was rejected",
    },
    "control_number": _text("Of the interchange that the acknowledgement is"),
    "answers": _text("Control number of the interchange that is answered"),
    "message": _text("Id of the message that is answered", pattern=ID_PATTERN),
    "state": {"enum": ["waiting", "sent"]},
    "name": _text("A name for a file, never the same twice"),
}
ACKNOWLEDGEMENT: Final = _object("Acknowledgement, in a list", _ACKNOWLEDGEMENT)
ACKNOWLEDGEMENT_CONTENT: Final = _object(
    "Acknowledgement",
    {
        **_ACKNOWLEDGEMENT,
        "content": _text("The interchange itself", contentEncoding="base64"),
    },
)
ACKNOWLEDGEMENTS: Final = _object(
    "Acknowledgements, oldest first", {"acknowledgements": _list(ACKNOWLEDGEMENT)}
)
HEALTH: Final = _object("Health", {"status": {"const": "pass"}})

IDEMPOTENCY_KEY: Final = "Idempotency-Key"
# Headers of ``POST events``. Clients that follow the draft of the standard send a quoted text
# (draft-ietf-httpapi-idempotency-key-header); the quotes are part of the name to us.
HEADER_PARAMETERS: Final[Schema] = {
    IDEMPOTENCY_KEY: _text(minLength=1, maxLength=200, pattern="^[!-~]([ -~]*[!-~])?$"),
}
# Query parameters of ``GET messages``: they come as text.
LIST_PARAMETERS: Final[Schema] = {
    "state": {"enum": list(MESSAGE_STATES), "description": "Only messages in this state"},
    "after": _text("Id of the last message of the page before", pattern=ID_PATTERN),
    "limit": {
        "type": "integer",
        "minimum": 1,
        "maximum": MOST_LISTED,
        "default": 50,
        "description": "Messages on a page",
    },
}
