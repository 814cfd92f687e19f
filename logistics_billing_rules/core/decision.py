"""May this shipment be invoiced, and if not: what is missing, since when, and who owes it?

How it works
    ``decide`` looks at one *case* (the fold of the shipment's ledger, its exceptions, its transfers
    and what there is to invoice) under the *terms* of one agreement. Every requirement becomes one
    line of the explanation, satisfied or not; the state follows from the lines. The result depends
    on the set of facts only: no clock, no order of arrival.

States
    ``waiting``            something has to happen first (a milestone, the transfer in Odoo)
    ``blocked``            a person has to solve something
    ``awaiting_approval``  all that blocks is in front of an approver
    ``ready``              nothing is missing
    ``cancelled``          there will be nothing to invoice
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from odoo.addons.logistics_milestone_sync.core.vocabulary import FAILED

from .case import (
    AGREEMENT,
    APPROVAL,
    AWAITING_APPROVAL,
    BLOCKED,
    CANCELLED,
    EXCEPTION,
    OUTCOME,
    POD_DOCUMENT,
    PRICE,
    READY,
    TRANSFER,
    WAITING,
    Case,
    Decision,
    ExceptionCase,
    Requirement,
    Terms,
)
from .charge_lines import stated_charges
from .money import Money
from .quote import quote
from .rate import Charge, Unpriced
from .wording import OWNER_OF, milestone_name
from .zone import zoned

PROOF: Final = "pod_received"
WEIGHED: Final = "weight_validated"


def decide(case: Case, terms: Terms | None) -> Decision:
    """Decide about one shipment.

    :param terms: ``None`` if no agreement covers the customer
    """
    if terms is None:
        needed = Requirement(
            AGREEMENT,
            "An approved agreement with the customer",
            False,
            missing_since=case.known_since,
            owes="finance",
            blocks=True,
        )
        return Decision(BLOCKED, (needed,), _amount(case, ()))
    charges, priced = _price(case, terms)
    requirements = (
        *(_milestone(code, case, terms) for code in terms.triggers),
        *_any_of(case, terms),
        *_transfers(case),
        *_outcome(case),
        *_exceptions(case, terms),
        *(_document(case, terms) if terms.document_required else ()),
        *priced,
        *stated_charges(case, terms, charges),
    )
    amount = _amount(case, charges)
    return Decision(_state(case, requirements), requirements, amount, charges)


def _amount(case: Case, charges: Iterable[Charge]) -> Money:
    parts = (case.others, *(charge.amount for charge in charges))
    return sum((part for part in parts if part), start=case.basis.goods)


def _state(case: Case, requirements: Iterable[Requirement]) -> str:
    missing = [r for r in requirements if not r.satisfied]
    blocking = [r for r in missing if r.blocks]
    if case.state.milestone == "cancelled":
        return CANCELLED
    if blocking:
        waits = all(r.code == APPROVAL for r in blocking)
        return AWAITING_APPROVAL if waits else BLOCKED
    return WAITING if missing else READY


def _milestone(code: str, case: Case, terms: Terms) -> Requirement:
    label = milestone_name(code)
    event = case.state.reached.get(code)
    if event and (terms.inferred_counts or not event.inferred):
        note = "By an approved override of the status" if event.override else ""
        return Requirement(code, label, True, note, event_id=event.id, at=event.occurred_at)
    waiver = _waiver(case, terms) if code == PROOF else None
    if waiver:
        return _waived(code, label, waiver)
    return Requirement(
        code,
        label,
        False,
        note="Only derived from other events, not stated" if event else "",
        missing_since=_last_step(case),
        owes=OWNER_OF.get(code, "carrier"),
    )


def _any_of(case: Case, terms: Terms) -> Iterable[Requirement]:
    """One of several milestones: the first that is there, else one line that names them all."""
    lines = [_milestone(code, case, terms) for code in terms.any_of]
    reached = next((line for line in lines if line.satisfied), None)
    if reached:
        yield reached
    elif lines:
        yield replace(
            lines[0],
            label=" or ".join(line.label for line in lines),
            note=next((line.note for line in lines if line.note), ""),
        )


def _last_step(case: Case) -> datetime:
    """When the shipment got to where it waits now."""
    return case.state.since or case.known_since


def _waiver(case: Case, terms: Terms) -> ExceptionCase | None:
    approved = (x for x in case.exceptions if x.approved)
    return next(approved, None) if terms.approval_replaces_proof else None


def _waived(code: str, label: str, case: ExceptionCase) -> Requirement:
    note = f"Replaced by the approval to bill in spite of “{case.name}”"
    return Requirement(code, label, True, note=note, event_id=case.event_id, at=case.opened_at)


def _transfers(case: Case) -> Iterable[Requirement]:
    for transfer in case.transfers:
        yield Requirement(
            TRANSFER,
            f"Transfer {transfer.name} validated",
            transfer.done_at is not None,
            at=transfer.done_at,
            missing_since=None if transfer.done_at else case.known_since,
            owes="" if transfer.done_at else "warehouse",
        )


def _outcome(case: Case) -> Iterable[Requirement]:
    """A shipment that failed, or about which sources disagree, is for a person."""
    state = case.state
    if state.phase != FAILED and not state.conflicting:
        return
    what = f"The shipment is {milestone_name(state.milestone).lower()}"
    yield Requirement(
        OUTCOME,
        "One undisputed delivery",
        any(x.approved for x in case.exceptions),
        note="Sources state different outcomes" if state.conflicting else what,
        missing_since=state.since,
        owes="service",
        blocks=True,
    )


def _exceptions(case: Case, terms: Terms) -> Iterable[Requirement]:
    if not terms.exceptions_block:
        return
    holding = [x for x in case.exceptions if x.is_open or x.approved]
    if not holding:
        yield Requirement(EXCEPTION, "No open exception", True)
    for exception in holding:
        yield _exception(exception)


def _exception(case: ExceptionCase) -> Requirement:
    label = f"Exception “{case.name}” closed, or approved for billing"
    if case.approved:
        return Requirement(
            APPROVAL, label, True, "Approved for billing", case.event_id, case.opened_at
        )
    return Requirement(
        APPROVAL if case.pending else EXCEPTION,
        label,
        False,
        note="Waits for a finance approver" if case.pending else "",
        event_id=case.event_id,
        missing_since=case.opened_at,
        owes="approver" if case.pending else "service",
        blocks=True,
    )


def _document(case: Case, terms: Terms) -> Iterable[Requirement]:
    label = "Document of the proof of delivery"
    event = case.state.reached.get(PROOF)
    proof = event.evidence if event else None
    waiver = _waiver(case, terms)
    if event and proof and (proof.document_url or proof.document_name or proof.sha256):
        yield Requirement(POD_DOCUMENT, label, True, event_id=event.id, at=event.occurred_at)
    elif waiver:
        yield _waived(POD_DOCUMENT, label, waiver)
    else:
        since = event.occurred_at if event else _last_step(case)
        yield Requirement(POD_DOCUMENT, label, False, missing_since=since, owes="carrier")


def _price(case: Case, terms: Terms) -> tuple[tuple[Charge, ...], tuple[Requirement, ...]]:
    """What the agreement charges, and the lines about it; none if it charges nothing."""
    certified = terms.certified_weight and any(line.weighs for line in terms.lines)
    basis = case.certified if certified else case.basis
    if basis is None:
        note = milestone_name(WEIGHED)
        since = _last_step(case)
        line = Requirement(
            WEIGHED, "Certified weight", False, note, missing_since=since, owes="carrier"
        )
        return (), (line,)
    quoted = quote(terms.lines, zoned(basis, terms.zones), terms.digits)
    event = case.state.reached.get(WEIGHED) if certified else None
    return quoted.charges, (
        *(_unpriced(name, why, case) for name, why in quoted.missing),
        *(
            Requirement(
                PRICE,
                f"{charge.name} priced",
                True,
                note=charge.explanation,
                event_id=event.id if event else None,
                at=event.occurred_at if event else None,
            )
            for charge in quoted.charges
        ),
    )


def _unpriced(name: str, why: Unpriced, case: Case) -> Requirement:
    """A carrier will bill us sooner or later; what we ourselves have to enter needs a person."""
    waits = why.owes == "carrier"
    return Requirement(
        PRICE,
        f"{name} can be priced",
        False,
        note=f"Missing: {why.missing}",
        missing_since=_last_step(case) if waits else case.known_since,
        owes=why.owes,
        blocks=not waits,
    )
