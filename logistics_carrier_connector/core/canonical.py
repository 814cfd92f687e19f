"""The suite's own event format, version 1: what WMS, TMS and clients post as JSON.

A body is one event or ``{"events": [...]}`` with up to 1,000. The words are those of the
vocabulary, so there is no mapping: an event that passes the schema is understood. Each event is
judged for itself; a bad one does not touch the others.

One event may become several facts, always in this order: the names it assigns, the route, the
documents, the milestone, a proof of delivery that came with another milestone, the charges, the
fields of the shipment.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from odoo.addons.logistics_milestone_sync.core.document import (
    PROOF_OF_DELIVERY,
    PROVES,
    DocumentFact,
)
from odoo.addons.logistics_milestone_sync.core.fact import (
    AttributeFact,
    ChargeFact,
    Evidence,
    Fact,
    Location,
    MilestoneFact,
    ReferenceFact,
)
from odoo.addons.logistics_milestone_sync.core.reference import Reference
from odoo.addons.logistics_milestone_sync.core.vocabulary import ACTUAL, CATALOGUE
from odoo.addons.logistics_milestone_sync.core.weight import Weight

from .canonical_parts import document, route
from .canonical_schema import BODY_SCHEMA, ITEM_SCHEMA, MAX_EVENTS
from .contract import check
from .errors import ContractViolation, Problem
from .mapping import ItemResult, MappingResult

__all__ = ["BODY_SCHEMA", "ITEM_SCHEMA", "MAX_EVENTS", "events_of", "read", "to_facts"]

_POD = "pod_received"


def read(body: Any, milestones: Collection[str] = CATALOGUE) -> MappingResult:
    """Every event of a body with its own fate, in the order of the body.

    :param body: what the JSON codec returned
    :param milestones: the codes that may be stated, when a company has added its own
    :raises ContractViolation: if the body is neither an event nor a list of events
    """
    events = enumerate(events_of(body))
    return MappingResult(tuple(_result(index, item, milestones) for index, item in events))


def events_of(body: Any) -> list[Any]:
    """The events of a body, unjudged.

    :raises ContractViolation: if there are none, too many, or the body is something else
    """
    if not isinstance(body, dict):
        raise ContractViolation([Problem("", "must be an object")])
    if "events" not in body:
        return [body]
    events = body["events"]
    if set(body) != {"events"}:
        raise ContractViolation([Problem("", "a list of events has no other names beside it")])
    if not isinstance(events, list) or not 1 <= len(events) <= MAX_EVENTS:
        reason = f"must be a list of 1 to {MAX_EVENTS} events"
        raise ContractViolation([Problem("events", reason)])
    return events


def to_facts(item: Any, milestones: Collection[str] = CATALOGUE) -> list[Fact]:
    """The facts of one event.

    :param milestones: see :func:`read`
    :raises ContractViolation: with everything that is wrong with it
    """
    problems = check(ITEM_SCHEMA, item)
    if not problems and "milestone" in item and item["milestone"] not in milestones:
        problems = [Problem("milestone", "is not in the catalogue of milestones")]
    if problems:
        raise ContractViolation(problems)
    try:
        return list(_facts(item))
    except ValueError as error:
        raise ContractViolation([Problem("", str(error))]) from None


def _result(index: int, item: Any, milestones: Collection[str]) -> ItemResult:
    path = f"events[{index}]"
    try:
        return ItemResult(path, tuple(to_facts(item, milestones)))
    except ContractViolation as error:
        return ItemResult(path, problem=Problem(path, error.public_message))


def _facts(item: Mapping[str, Any]) -> Iterator[Fact]:
    references = _references(item["references"])
    if "assigns" in item:
        yield ReferenceFact(references, _references(item["assigns"]))
    if "route" in item:
        yield route(item["route"], references, _moment)
    documents = [document(one, references, _moment) for one in item.get("documents", ())]
    yield from documents
    if "milestone" in item:
        fact = _milestone(item, references, item["milestone"])
        yield _with_document(fact, documents)
        if fact.milestone != _POD and (fact.evidence or _prove(fact, documents)):
            yield _with_document(_milestone(item, references, _POD), documents)
    stated = _stated_at(item)
    for charge in item.get("charges", ()):
        yield _charge(charge, references, stated)
    for name, value in item.get("fields", {}).items():
        yield AttributeFact(references, name, _field_text(value), stated)


def _prove(stated: MilestoneFact, documents: list[DocumentFact]) -> bool:
    """Whether a delivery came with the document that proves it."""
    kinds = {document.document_kind for document in documents}
    return stated.milestone == "delivered" and PROOF_OF_DELIVERY in kinds


def _with_document(stated: MilestoneFact, documents: list[DocumentFact]) -> MilestoneFact:
    """The milestone, with the document beside it that proves it as its evidence."""
    told = stated.evidence or Evidence()
    proving = [one for one in documents if PROVES.get(one.document_kind) == stated.milestone]
    if not proving or told.sha256 or told.document_url:
        return stated
    proof = proving[0]
    evidence = replace(
        told,
        document_name=told.document_name or proof.file_name,
        document_url=proof.url,
        sha256=proof.digest or proof.sha256,
    )
    return replace(stated, evidence=evidence)


def _milestone(
    item: Mapping[str, Any], references: tuple[Reference, ...], milestone: str
) -> MilestoneFact:
    occurred = _moment(item["occurred_at"], "occurred_at")
    offset = occurred.utcoffset()
    proof, weight, place = item.get("proof"), item.get("weight"), item.get("location")
    derived = milestone != item["milestone"]
    return MilestoneFact(
        references=references,
        milestone=milestone,
        occurred_at=occurred.astimezone(UTC),
        classifier=item.get("classifier", ACTUAL),
        utc_offset=round(offset.total_seconds() / 60) if offset is not None else None,
        stated_at=_stated_at(item) if "stated_at" in item else None,
        source_event_id=item.get("event_id"),
        raw_code=item.get("code", ""),
        raw_text=item.get("text", ""),
        reason="" if derived else item.get("reason", ""),
        responsible_party="" if derived else item.get("responsible_party", ""),
        location=Location(**place) if place else None,
        evidence=Evidence(**proof) if proof else None,
        weight=Weight(Decimal(str(weight["value"])), weight["unit"]) if weight else None,
        retracts=item.get("retracts"),
    )


def _stated_at(item: Mapping[str, Any]) -> datetime | None:
    """When the sender recorded the event; what comes with it was true when it happened."""
    for name in ("stated_at", "occurred_at"):
        if name in item:
            return _moment(item[name], name).astimezone(UTC)
    return None


def _field_text(value: Any) -> str:
    """The text of a stated field: a weight is an object, no value is null.

    A count may come as ``12.0``, which is an integer to JSON Schema.
    """
    if isinstance(value, Mapping):
        return f"{value['value']} {value['unit']}"
    if isinstance(value, Decimal):
        return str(int(value))
    return "" if value is None else str(value)


def _charge(
    charge: Mapping[str, Any], references: tuple[Reference, ...], stated: datetime | None
) -> ChargeFact:
    return ChargeFact(
        references=references,
        side=charge["side"],
        charge_type=charge["type"],
        charge_key=charge["key"],
        amount=Decimal(str(charge["amount"])),
        currency=charge["currency"],
        quantity=Decimal(str(charge.get("quantity", 1))),
        unit=charge.get("unit", ""),
        description=charge.get("description", ""),
        stated_at=stated,
    )


def _references(items: list[Mapping[str, str]]) -> tuple[Reference, ...]:
    return tuple(Reference(item["scheme"], item["value"]) for item in items)


def _moment(text: str, name: str) -> datetime:
    """RFC 3339; the schema has checked the form, not the range that Python can hold."""
    try:
        value = datetime.fromisoformat(text.upper())
        value.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{name} is not a moment that can be stored") from None
    if value.tzinfo is None or not 1990 <= value.year <= 2100:
        raise ValueError(f"{name} needs an offset and a year from 1990 to 2100")
    return value
