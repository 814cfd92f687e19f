"""What a system states, as values: the currency between decoding, judging, storing and billing.

A *fact* is one statement about one shipment in canonical words. A *statement* is a fact with who
said it and when we heard. An *outcome* is what became of it. All are immutable and know nothing of
Odoo; ``to_json`` and ``fact_from_json`` carry a parked fact through the database unchanged.

Times are aware ``datetime`` in UTC; ``utc_offset`` (minutes) keeps what the source wrote. Money is
``Decimal`` with an ISO 4217 currency code. Weights are ``Decimal`` with a UN/ECE Rec 20 unit code.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from .document import DocumentFact as DocumentFact
from .reference import Reference
from .route_fact import LegPlan, StopPlan
from .route_fact import RouteFact as RouteFact
from .shipment_field import AttributeFact as AttributeFact
from .vocabulary import ACTUAL, CLASSIFIERS, PARTIES, REASONS
from .weight import Weight


@dataclass(frozen=True, slots=True)
class Location:
    """Where it happened, as far as the source says.

    :param unlocode: UN/LOCODE, five characters
    :param country: ISO 3166-1 alpha-2
    :param code: the source's own depot code
    :param gln: GS1 Global Location Number, 13 digits
    """

    name: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    unlocode: str = ""
    code: str = ""
    gln: str = ""

    @property
    def label(self) -> str:
        """One line for people: ``Hub 4, Louisville, KY, US``."""
        site = self.name or self.code or self.gln
        parts = (site, self.city or self.unlocode, self.state, self.country)
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Proof of delivery as structured evidence.

    :param signer: who signed, as written
    :param document_url: where the carrier keeps the image; never fetched during processing
    :param sha256: hex digest of the document, where the source states it
    """

    signer: str = ""
    document_name: str = ""
    document_url: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class MilestoneFact:
    """One system states that something happened (or will) to one shipment.

    :param references: what the shipment is called, in any order
    :param milestone: code of the catalogue (``core/vocabulary.py``)
    :param occurred_at: aware UTC; for an estimate, the moment that is estimated
    :param utc_offset: minutes east of UTC as the source wrote it; ``None`` if it did not say
    :param timezone_assumed: the source gave local time and a rule of ours chose the zone
    :param inferred: derived by us or the source, not observed; not billable unless a rule says so
    :param stated_at: when the source recorded it, if it says
    :param source_event_id: the source's own id of the event, if it has one
    :param retracts: ``source_event_id`` of an earlier event of the same system that is withdrawn.
        A retraction that states something new at once is a correction.
    :param closes: for ``exception_closed``, the fact key of the one exception that is closed;
        without it, all that were raised before
    :raises ValueError: on words outside the vocabulary and on naive times
    """

    references: tuple[Reference, ...]
    milestone: str
    occurred_at: datetime
    classifier: str = ACTUAL
    utc_offset: int | None = None
    timezone_assumed: bool = False
    inferred: bool = False
    stated_at: datetime | None = None
    source_event_id: str | None = None
    raw_code: str = ""
    raw_text: str = ""
    reason: str = ""
    responsible_party: str = ""
    location: Location | None = None
    evidence: Evidence | None = None
    weight: Weight | None = None
    retracts: str | None = None
    closes: str | None = None

    def __post_init__(self) -> None:
        if not self.milestone:
            raise ValueError("a milestone fact needs a milestone code")
        _require_aware(self.occurred_at, "occurred_at")
        if self.stated_at is not None:
            _require_aware(self.stated_at, "stated_at")
        _require_member(self.classifier, CLASSIFIERS, "classifier")
        _require_member(self.reason, ("", *REASONS), "reason")
        _require_member(self.responsible_party, ("", *PARTIES), "responsible party")


@dataclass(frozen=True, slots=True)
class ReferenceFact:
    """A system that may name things gives a shipment further names (a tracking number, a PRO).

    :param references: how the shipment is known already
    :param assigns: the new names; a name in use elsewhere is refused, never moved
    """

    references: tuple[Reference, ...]
    assigns: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class ChargeFact:
    """A system states what something costs.

    :param side: ``buy`` (we pay) or ``sell`` (we are paid)
    :param charge_type: ``freight``, ``fuel``, ``accessorial``, ``tax``, ``duty``, ``handling``,
        ``storage`` or ``other``
    :param charge_key: the source's id of the charge; the same key again is a revision
    :param amount: in ``currency`` (ISO 4217), never a float
    :param stated_at: when the source recorded it, if it says; the newest revision stands
    """

    references: tuple[Reference, ...]
    side: str
    charge_type: str
    charge_key: str
    amount: Decimal
    currency: str
    quantity: Decimal = Decimal(1)
    unit: str = ""
    description: str = ""
    stated_at: datetime | None = None

    def __post_init__(self) -> None:
        _require_member(self.side, ("buy", "sell"), "side")
        if not (self.amount.is_finite() and self.quantity.is_finite()):
            raise ValueError("a charge must be a number")
        if self.stated_at is not None:
            _require_aware(self.stated_at, "stated_at")


Fact = MilestoneFact | ReferenceFact | ChargeFact | DocumentFact | RouteFact | AttributeFact
_FACT_TYPES: dict[str, type[Any]] = {
    "milestone": MilestoneFact,
    "reference": ReferenceFact,
    "charge": ChargeFact,
    "attribute": AttributeFact,
    "document": DocumentFact,
    "route": RouteFact,
}


_MOMENTS = ("occurred_at", "stated_at", "issued_at", "planned_arrival", "planned_departure")


@dataclass(frozen=True, slots=True)
class Statement:
    """A fact, with how it reached us.

    :param received_at: aware UTC, when the raw message was stored
    :param source: opaque pointer to the raw statement, ``<model>,<id>`` or ``""``; shown, not read
    :param override: an approved override, or its end. Not part of the fact, so that nothing which
        can be decoded, sent or parked can claim to be one
    :param consignment_id: the consignment that an override concerns, if not the whole shipment
    """

    fact: Fact
    received_at: datetime
    source: str = ""
    override: bool = False
    consignment_id: int | None = None


# What became of a statement.
RECORDED = "recorded"  # new in the ledger and it counts
ADVISORY = "advisory"  # new in the ledger, visible, but its speaker does not own the fact
DUPLICATE = "duplicate"  # in the ledger already; counted
PARKED = "parked"  # no shipment, or more than one, answers to its references
DEFERRED = "deferred"  # its flow policy records it in a batch, later
REJECTED = "rejected"  # the ownership rule refuses it; kept in the ledger as refused
CONFLICT = "conflict"  # the same event id states something else than before; kept as a record
OUTCOMES = (RECORDED, ADVISORY, DUPLICATE, PARKED, DEFERRED, REJECTED, CONFLICT)
WAITING = (PARKED, DEFERRED)  # not in the ledger yet; the outcome will be told later


@dataclass(frozen=True, slots=True)
class Outcome:
    """The visible fate of one statement, in the order the statements were given.

    :param status: one of ``OUTCOMES``
    :param explanation: an English sentence for people; empty when there is nothing to explain
    """

    status: str
    shipment_id: int | None = None
    event_id: int | None = None
    explanation: str = ""


def to_json(fact: Fact) -> dict[str, Any]:
    """A JSON-ready dict that ``fact_from_json`` turns back into an equal fact."""
    kind = next(name for name, cls in _FACT_TYPES.items() if isinstance(fact, cls))
    return {"kind": kind} | {
        field.name: _encode(value)
        for field in fields(fact)
        if (value := getattr(fact, field.name)) not in (None, "", b"")
    }


def fact_from_json(data: Mapping[str, Any]) -> Fact:
    """The fact that ``to_json`` wrote.

    :raises ValueError: if the kind or a word is unknown
    """
    cls = _FACT_TYPES.get(data.get("kind", ""))
    if cls is None:
        raise ValueError(f"unknown kind of fact: {data.get('kind')!r}")
    values = {name: _decode(name, value) for name, value in data.items() if name != "kind"}
    return cls(**values)  # type: ignore[no-any-return]


def _encode(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, tuple):
        return [_encode(item) for item in value]
    if isinstance(value, Reference | Location | Evidence | Weight | StopPlan | LegPlan):
        return {f.name: _encode(getattr(value, f.name)) for f in fields(value)}
    return value


def _decode(name: str, value: Any) -> Any:
    if name in _MOMENTS:
        return datetime.fromisoformat(value) if value else None
    if name == "content":
        return base64.b64decode(value)
    if name == "stops":
        return tuple(StopPlan(**{k: _decode(k, v) for k, v in stop.items()}) for stop in value)
    if name == "legs":
        return tuple(LegPlan(**leg) for leg in value)
    if name in ("amount", "quantity"):
        return Decimal(value)
    if name in ("references", "assigns"):
        return tuple(Reference(**item) for item in value)
    if name == "location":
        return Location(**value)
    if name == "evidence":
        return Evidence(**value)
    if name == "weight":
        return Weight(Decimal(value["value"]), value["unit"])
    return value


def _require_aware(value: datetime, name: str) -> None:
    if value.tzinfo is None:
        raise ValueError(f"{name} needs a time zone")


def _require_member(value: str, allowed: tuple[str, ...], name: str) -> None:
    if value not in allowed:
        raise ValueError(f"unknown {name}: {value!r}")
