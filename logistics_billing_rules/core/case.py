"""What a decision to invoice looks at, and what it says: values only (``decision.py`` decides)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from odoo.addons.logistics_milestone_sync.core.state import State

from .measure import Basis
from .money import Money
from .rate import Charge, Line
from .validation import ChargeTerm, StatedCharge
from .zone import Zone

WAITING: Final = "waiting"
BLOCKED: Final = "blocked"
AWAITING_APPROVAL: Final = "awaiting_approval"
READY: Final = "ready"
CANCELLED: Final = "cancelled"

# Requirements that are no milestone; the codes are stored and grouped by in the work queue.
AGREEMENT: Final = "agreement"
EXCEPTION: Final = "exception"
APPROVAL: Final = "approval"
POD_DOCUMENT: Final = "pod_document"
TRANSFER: Final = "transfer"
PRICE: Final = "price"
OUTCOME: Final = "outcome"
CHARGE: Final = "charge"


@dataclass(frozen=True, slots=True)
class Terms:
    """What one agreement demands of a shipment.

    :param triggers: codes of the milestones that must all be reached
    :param any_of: codes of milestones of which one must be reached; empty for none
    :param lines: what is charged, in the order in which the lines build on each other
    :param zones: that conditions of lines may name, in the order in which they are looked through
    :param inferred_counts: a milestone that was derived, not observed, is good enough
    :param exceptions_block: no open exception, unless finance approved to bill in spite of it
    :param approval_replaces_proof: such an approval also stands in for missing proof of delivery
    :param document_required: the proof must name a document
    :param certified_weight: weights are priced as the carrier certified them
    :param digits: decimal places of the currency
    :param stated: which charges systems may state, and how much
    """

    triggers: tuple[str, ...]
    lines: tuple[Line, ...] = ()
    any_of: tuple[str, ...] = ()
    digits: int = 2
    zones: tuple[Zone, ...] = ()
    inferred_counts: bool = False
    exceptions_block: bool = True
    approval_replaces_proof: bool = True
    document_required: bool = False
    certified_weight: bool = False
    stated: tuple[ChargeTerm, ...] = ()


@dataclass(frozen=True, slots=True)
class ExceptionCase:
    """An exception of the shipment, as far as billing cares.

    :param name: what went wrong, in a word or two
    :param approved: finance accepts to bill in spite of it
    :param pending: somebody asked finance to
    """

    id: int
    name: str
    opened_at: datetime | None
    event_id: int | None = None
    party: str = ""
    is_open: bool = True
    approved: bool = False
    pending: bool = False


@dataclass(frozen=True, slots=True)
class Transfer:
    """An Odoo transfer that carries goods of the shipment."""

    name: str
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that a decision may look at.

    :param known_since: when we learned of the shipment (UTC)
    :param transfers: that are not cancelled; may be empty for goods that are not ours
    :param basis: goods to invoice, what can be counted, and the declared weight
    :param certified: the same with the certified weight, if there is one
    :param others: what else goes on the invoice, e.g. services of the order
    :param stated: revenues that no price line made
    :param accepted: marks of holds (``validation.py``) that finance accepted
    :param asked: marks that are in front of an approver
    """

    state: State
    known_since: datetime
    basis: Basis
    certified: Basis | None = None
    others: Money | None = None
    exceptions: tuple[ExceptionCase, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    stated: tuple[StatedCharge, ...] = ()
    accepted: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Requirement:
    """One line of the explanation.

    :param code: a milestone, or one of the constants above
    :param label: what is needed, in English
    :param event_id: the ledger event that satisfied it, if one did
    :param at: when it was satisfied (UTC)
    :param missing_since: since when it could have been (UTC)
    :param owes: who owes it: ``carrier``, ``warehouse``, ``service``, ``finance``, ``approver``
    :param blocks: a person has to act; otherwise it is just not there yet
    :param mark: what finance accepts when it accepts this line as it is
    """

    code: str
    label: str
    satisfied: bool
    note: str = ""
    event_id: int | None = None
    at: datetime | None = None
    missing_since: datetime | None = None
    owes: str = ""
    blocks: bool = False
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What the facts allow, and why.

    :param amount: goods and charges, untaxed: what the release is about
    :param charges: what the agreement charges, as far as it can be priced
    """

    state: str
    requirements: tuple[Requirement, ...]
    amount: Money
    charges: tuple[Charge, ...] = ()

    @property
    def missing(self) -> tuple[Requirement, ...]:
        """What is not satisfied; what needs a person first."""
        return tuple(
            sorted((r for r in self.requirements if not r.satisfied), key=lambda r: not r.blocks)
        )

    @property
    def reason(self) -> str:
        """The most pressing thing that is missing, as a phrase; empty when nothing is."""
        if not self.missing:
            return ""
        first, *others = self.missing
        more = f" (and {len(others)} more)" if others else ""
        return f"{first.label}{more}"

    @property
    def event_ids(self) -> tuple[int, ...]:
        """Ledger events that the decision rests on."""
        return tuple(sorted({r.event_id for r in self.requirements if r.event_id}))

    def to_json(self) -> dict[str, Any]:
        """A JSON-ready dict; equal decisions give equal dicts."""
        return {
            "state": self.state,
            "requirements": [_plain_values(asdict(r)) for r in self.requirements],
            "charges": [
                {
                    "key": charge.key,
                    "name": charge.name,
                    "amount": str(charge.amount),
                    "steps": list(charge.steps),
                }
                for charge in self.charges
            ],
            "amount": str(self.amount),
        }


def _plain_values(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in values.items()
        if value not in (None, "")
    }
