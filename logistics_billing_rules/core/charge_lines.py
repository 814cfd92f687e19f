"""The lines of an explanation that are about charges which systems and people state."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from .case import APPROVAL, CHARGE, Case, Requirement, Terms
from .measure import WEIGHT
from .rate import Charge
from .validation import Hold, validate

AWAITED: Final = "Waits for a finance approver"


def stated_charges(case: Case, terms: Terms, priced: Sequence[Charge]) -> Iterable[Requirement]:
    """One line for each doubt about a stated charge, or one that says that there is none.

    :param priced: what the agreement charges for this shipment
    """
    holds = validate(
        case.stated,
        {term.charge_type: term for term in terms.stated},
        {charge.charge_type: charge.name for charge in priced},
        case.basis.measures.get(WEIGHT) is not None or case.certified is not None,
    )
    if case.stated and not holds:
        yield Requirement(CHARGE, "Stated charges agree with the agreement", True)
    for hold in holds:
        yield _line(hold, case)


def _line(hold: Hold, case: Case) -> Requirement:
    label = f"“{hold.name}” accepted: {hold.why}"
    if hold.mark in case.accepted:
        return Requirement(CHARGE, label, True, note="Accepted by finance", mark=hold.mark)
    asked = hold.mark in case.asked
    return Requirement(
        APPROVAL if asked else CHARGE,
        label,
        False,
        note=AWAITED if asked else "",
        missing_since=case.known_since,
        owes="approver" if asked else hold.owes,
        blocks=True,
        mark=hold.mark,
    )
