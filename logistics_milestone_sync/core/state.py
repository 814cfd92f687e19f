"""What the fold works on, and what it gives: values only (``core/fold.py`` folds)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from .fact import Evidence
from .vocabulary import ACTUAL, PLANNING
from .weight import Weight


@dataclass(frozen=True, slots=True)
class LedgerEvent:
    """One row of the ledger, as far as folding and billing care.

    :param key: the fact key (``core/fact_key.py``); equal keys are the same statement
    :param system_id: who stated it
    :param priority: of the speaker among those allowed to state it; lower wins ties
    :param document_id: the document that proves it, if it was here already
    :param counts: the ownership rule accepted it (not advisory, not refused)
    :param override: people put the shipment there for a time, or take that back (core/override.py)
    :param closes: key of the raised exception that is closed by it; ``None`` for all of them
    """

    key: str
    milestone: str
    occurred_at: datetime
    id: int = 0
    system_id: int = 0
    priority: int = 0
    classifier: str = ACTUAL
    counts: bool = True
    inferred: bool = False
    consignment_id: int | None = None
    package_id: int | None = None
    stated_at: datetime | None = None
    source_event_id: str | None = None
    retracts: str | None = None
    reason: str = ""
    responsible_party: str = ""
    evidence: Evidence | None = None
    document_id: int | None = None
    weight: Weight | None = None
    override: bool = False
    closes: str | None = None


@dataclass(frozen=True, slots=True)
class State:
    """Where a consignment or a shipment stands.

    :param milestone: code of the milestone it stands at; empty before anything happened
    :param since: when it got there (UTC)
    :param eta: the newest estimate of arrival (UTC)
    :param reached: per milestone the first event that counts; for a shipment only milestones that
        every consignment reached, each with the event that completed it. A milestone that nothing
        but the override reached is there with the override; final milestones that it denies are not
    :param exceptions: keys of raised exceptions that nothing closed
    :param conflicting: a different terminal state was stated later; a person should look
    :param overridden: an override stands, so the facts alone do not decide
    """

    milestone: str = ""
    phase: str = PLANNING
    since: datetime | None = None
    eta: datetime | None = None
    last_event_at: datetime | None = None
    attempts: int = 0
    conflicting: bool = False
    overridden: bool = False
    exceptions: tuple[str, ...] = ()
    reached: Mapping[str, LedgerEvent] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Folded:
    """The result of a fold: the shipment, each of its consignments, and each of their packages."""

    shipment: State
    consignments: Mapping[int, State]
    packages: Mapping[int, State] = field(default_factory=dict)
