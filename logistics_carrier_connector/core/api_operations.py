"""The operations of the HTTP interface, as data that ``openapi.py`` describes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from . import api_schemas as answers
from .api_schemas import IDEMPOTENCY_KEY, Schema
from .canonical_schema import MAX_EVENTS

JSON: Final = "application/json"
_PROOFS: Final = ("bearer", "basic", "signature")
_LENGTH: Final = ("Length required", "Too large")
_LIMITED: Final = ("Too many requests", "Not ready", "Busy")
_READING: Final = ("Not authorized", "Not acceptable", *_LIMITED)
_KEY: Final = {
    "name": IDEMPOTENCY_KEY,
    "in": "header",
    "required": False,
    "description": "Your own name of the request, as it is. The same key with the same content "
    "gets the first answer again, marked with “Idempotent-Replayed: true”; with other content it "
    "is refused. A request that was refused otherwise uses no key up. Keys hold as long as the "
    "message is kept.",
    "schema": answers.HEADER_PARAMETERS[IDEMPOTENCY_KEY],
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address.

    :param path: below ``ROOT``, with parameters in braces
    :param success: ``(status, description, name of the schema)``
    :param problems: titles of the problem types that it answers with
    :param proof: names of the security schemes, any of which is enough; none: open to all
    """

    method: str
    path: str
    name: str
    summary: str
    success: tuple[tuple[int, str, str], ...]
    problems: tuple[str, ...] = ()
    parameters: tuple[Schema, ...] = ()
    body: Schema | None = None
    proof: tuple[str, ...] = ()
    about: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def _in_path(name: str, description: str, **schema: Any) -> Schema:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": description,
        "schema": {"type": "string", **schema},
    }


def _in_query(name: str, schema: Schema) -> Schema:
    return {"name": name, "in": "query", "required": False, "schema": schema}


_ACKNOWLEDGEMENT_ID: Final = _in_path("id", "As in the list", pattern=answers.ID_PATTERN)

OPERATIONS: Final = (
    Operation(
        "post",
        "/events",
        "stateEvents",
        f"State one event, or up to {MAX_EVENTS}",
        (
            (202, "Stored. “items” says what is known of each event at once.", "Receipt"),
            (200, "The same content was stored before.", "Receipt"),
        ),
        (
            "Unreadable",
            "Invalid parameter",
            "Not authorized",
            "Not a canonical connection",
            "Not acceptable",
            *_LENGTH,
            "Unsupported type",
            "Unsupported encoding",
            "Not an event",
            "No valid event",
            "Idempotency key reused",
            *_LIMITED,
        ),
        (_KEY,),
        {"required": True, "content": {JSON: {"schema": {"$ref": "#/components/schemas/Events"}}}},
        _PROOFS,
        "Each event is judged for itself; a bad one never rejects the others. What was answered "
        "with 202 is stored for good. What became of each fact is told by the message. No text has "
        "a NUL character (U+0000), and no object the same name twice.",
        {"Idempotent-Replayed": "“true”: this is the first answer to this key, again"},
    ),
    Operation(
        "get",
        "/messages",
        "listMessages",
        "The messages of this connection, newest first",
        ((200, "A page; “next” leads to the one after.", "Messages"),),
        ("Invalid parameter", *_READING),
        tuple(_in_query(name, schema) for name, schema in answers.LIST_PARAMETERS.items()),
        proof=_PROOFS,
        headers={"Link": "The next page (RFC 8288, rel=next)"},
    ),
    Operation(
        "get",
        "/messages/{id}",
        "getMessage",
        "What became of a message, and how long it took",
        ((200, "Its state, and the fate of each fact in it.", "Message"),),
        ("Not found", *_READING),
        (_in_path("id", "As in the receipt", pattern=answers.ID_PATTERN),),
        proof=_PROOFS,
    ),
    Operation(
        "get",
        "/shipments/{number}",
        "getShipment",
        "Where a shipment stands",
        ((200, "Each shipment that answers to the number.", "Shipments"),),
        ("Not found", *_READING),
        (_in_path("number", "Any number of it, in any spelling", minLength=1, maxLength=80),),
        proof=_PROOFS,
        about="A connection sees what it has to do with: a carrier the shipments it has spoken of, "
        "the system of a client that client's goods, a test connection none. Shipments are made in "
        "Odoo; what is known of them is stated as events.",
    ),
    Operation(
        "get",
        "/acknowledgements",
        "listAcknowledgements",
        "The acknowledgements of your EDI interchanges that wait to be taken, oldest first",
        ((200, "At most 100; say of each that you took it to see the next.", "Acknowledgements"),),
        _READING,
        proof=_PROOFS,
        about="Looking at them changes nothing. An interchange is answered once, however often it "
        "comes.",
    ),
    Operation(
        "get",
        "/acknowledgements/{id}",
        "getAcknowledgement",
        "An acknowledgement with its content",
        ((200, "The interchange (997, 999, TA1 or CONTRL).", "AcknowledgementContent"),),
        ("Not found", *_READING),
        (_ACKNOWLEDGEMENT_ID,),
        proof=_PROOFS,
    ),
    Operation(
        "post",
        "/acknowledgements/{id}/taken",
        "takeAcknowledgement",
        "Say that you have an acknowledgement: it does not wait any more",
        ((200, "It is yours. Saying so again changes nothing.", "Acknowledgement"),),
        ("Not found", *_LENGTH, *_READING),
        (_ACKNOWLEDGEMENT_ID,),
        proof=_PROOFS,
    ),
    Operation(
        "post",
        "/hooks/{token}",
        "receiveWebhook",
        "A message in a carrier's own format",
        (
            (202, "Stored.", "Receipt"),
            (200, "The same message was stored before.", "Receipt"),
        ),
        (
            "Not authorized",
            *_LENGTH,
            "Unsupported type",
            "Unsupported encoding",
            *_LIMITED,
        ),
        (_in_path("token", "Names the connection", pattern="^[A-Za-z0-9_-]+$"),),
        {
            "required": True,
            "content": {JSON: {"schema": {}}, "text/plain": {"schema": {"type": "string"}}},
        },
        ("signature",),
        "Nothing is read while the sender waits: what cannot be used is a dead letter, shown here.",
    ),
    Operation(
        "get",
        "/health",
        "getHealth",
        "Can this server take messages?",
        ((200, "Yes.", "Health"),),
        ("Not ready", "Busy"),
    ),
)
