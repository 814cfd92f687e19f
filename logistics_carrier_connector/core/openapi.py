"""The HTTP interface described by itself: an OpenAPI 3.1 document (https://spec.openapis.org/oas/).

Made from what the code decides by: the schema of the event, the schemas of parameters and answers,
and the table of problems. Nothing is described twice, so nothing can be described wrongly.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from . import api_schemas as answers
from .api_operations import JSON, OPERATIONS, Operation
from .api_schemas import Schema
from .canonical_schema import ITEM_SCHEMA, MAX_EVENTS
from .problem_types import DOCS_PATH, PROBLEM_SCHEMA, PROBLEM_TYPES, ProblemType

ROOT: Final = "/logistics/v1"
VERSION: Final = "1.0"
CONNECTION_HEADER: Final = "X-Logistics-Connection"
PROBLEM_JSON: Final = "application/problem+json"

_SCHEMAS: Final = {
    "Receipt": answers.RECEIPT,
    "Message": answers.MESSAGE,
    "Messages": answers.MESSAGES,
    "Shipments": answers.SHIPMENTS,
    "Acknowledgement": answers.ACKNOWLEDGEMENT,
    "AcknowledgementContent": answers.ACKNOWLEDGEMENT_CONTENT,
    "Acknowledgements": answers.ACKNOWLEDGEMENTS,
    "Health": answers.HEALTH,
    "Problem": PROBLEM_SCHEMA,
}
_DEPRECATED: Final = {
    "Deprecation": "Since when this version is deprecated (RFC 9745); absent: it is not",
    "Sunset": "When it stops to answer (RFC 8594)",
    "Link": "What to do instead (rel=deprecation)",
}


def event_schema(milestones: Collection[str]) -> Schema:
    """The schema of one event where exactly these milestones exist."""
    schema = {name: value for name, value in ITEM_SCHEMA.items() if name != "$schema"}
    milestone = {**schema["properties"]["milestone"], "enum": sorted(milestones)}
    return schema | {"properties": schema["properties"] | {"milestone": milestone}}


def body_schema(event: Schema) -> Schema:
    """What is stored: an event, or a list with at least one event in it.

    :param event: schema of one event, or a reference to it
    """
    events = {
        "type": "array",
        "contains": event,
        "minItems": 1,
        "maxItems": MAX_EVENTS,
        "description": "Events. Each is judged for itself; one that is valid is enough.",
    }
    batch = {
        "title": "Batch",
        "type": "object",
        "properties": {"events": events},
        "required": ["events"],
        "additionalProperties": False,
    }
    return {"title": "Event, or batch of events", "oneOf": [event, batch]}


def document(server: str, milestones: Collection[str]) -> dict[str, Any]:
    """The OpenAPI document, JSON-ready.

    :param server: URL of this server, without the path
    :param milestones: codes of the catalogue
    """
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(ROOT + operation.path, {})[operation.method] = _operation(operation)
    event = {"$ref": "#/components/schemas/Event"}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Logistics events, messages and shipments",
            "version": VERSION,
            "description": "State what happened to shipments, and ask where they stand. Times are "
            f"RFC 3339. Refusals are problem documents (RFC 9457); see {DOCS_PATH}.",
            "license": {"name": "LGPL-3.0-only", "identifier": "LGPL-3.0-only"},
        },
        "servers": [{"url": server}],
        "externalDocs": {"url": server + DOCS_PATH, "description": "This interface, to read"},
        "paths": paths,
        "components": {
            "schemas": {
                "Event": event_schema(milestones),
                "Events": body_schema(event),
                **_SCHEMAS,
            },
            "securitySchemes": _security_schemes(),
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": operation.about or operation.summary,
        "responses": _responses(operation),
        "security": [{"connection": [], proof: []} for proof in operation.proof]
        if operation.proof != ("signature",)
        else [{"signature": []}],
    }
    if operation.parameters:
        described["parameters"] = list(operation.parameters)
    if operation.body:
        described["requestBody"] = operation.body
    return described


def _responses(operation: Operation) -> dict[str, Any]:
    headers = _headers({**operation.headers, **(_DEPRECATED if operation.proof else {})})
    responses: dict[str, Any] = {
        str(status): {
            "description": text,
            "content": {JSON: {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
            "headers": headers,
        }
        for status, text, schema in operation.success
    }
    kinds = [PROBLEM_TYPES[title] for title in operation.problems]
    for status in sorted({kind.status for kind in kinds}):
        responses[str(status)] = _refusal(status, [k for k in kinds if k.status == status])
    return responses


def _refusal(status: int, kinds: Iterable[ProblemType]) -> dict[str, Any]:
    headers = {"Retry-After": "Seconds to wait"} if status in (429, 503) else {}
    return {
        "description": " ".join(f"{kind.title}. {kind.remedy}" for kind in kinds),
        "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        **({"headers": _headers(headers)} if headers else {}),
    }


def _headers(named: Mapping[str, str]) -> dict[str, Any]:
    return {
        name: {"description": text, "schema": {"type": "string"}} for name, text in named.items()
    }


def _security_schemes() -> dict[str, Any]:
    return {
        "connection": {
            "type": "apiKey",
            "in": "header",
            "name": CONNECTION_HEADER,
            "description": "Names the connection; the proof beside it is how it was set up.",
        },
        "bearer": {"type": "http", "scheme": "bearer"},
        "basic": {"type": "http", "scheme": "basic"},
        "signature": {
            "type": "apiKey",
            "in": "header",
            "name": "X-Signature",
            "description": "HMAC of the raw body, or an API key; the header is set up per "
            "connection.",
        },
    }
