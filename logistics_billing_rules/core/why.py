"""“Why is this not invoiced?”: one answer for every screen, for systems, and for the customer.

The answer is read from the stored explanation of a release (``Decision.to_json``), so an order, a
transfer, a shipment, the portal and the API say the same. The customer learns what is awaited, and
nothing of who owes it, of amounts, or of what people noted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from odoo.addons.logistics_milestone_sync.core.vocabulary import CATALOGUE

from .case import (
    APPROVAL,
    AWAITING_APPROVAL,
    BLOCKED,
    EXCEPTION,
    OUTCOME,
    POD_DOCUMENT,
    READY,
    TRANSFER,
    WAITING,
)

REVIEW: Final = "review"
DISPUTED: Final = "disputed"
_PROBLEM: Final = "that a problem with this delivery is solved"
_CHECK: Final = "a check by our accounting"
_UNSEEN: Final = "the billing lane has not looked at it yet."
# What a customer is told to be awaited; whatever is not named here is a matter of our own.
_AWAITED: Final = {
    "delivered": "the delivery",
    "pod_received": "the proof of delivery",
    POD_DOCUMENT: "the proof of delivery",
    "weight_validated": "the certified weight",
    TRANSFER: "the dispatch of the goods",
    EXCEPTION: _PROBLEM,
    APPROVAL: _PROBLEM,
    OUTCOME: _PROBLEM,
}


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that an invoice waits for.

    :param code: as of ``case.Requirement``
    :param label: what is needed, in English
    :param owes: who owes it, as of ``case.Requirement``
    :param since: since when it could have been there (UTC)
    """

    code: str
    label: str
    note: str = ""
    owes: str = ""
    since: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        """A JSON-ready dict; what is not known is ``None``."""
        return {
            "needed": self.label,
            "note": self.note or None,
            "owed_by": self.owes or None,
            "since": self.since.isoformat() if self.since else None,
        }


def missing_of(explanation: Mapping[str, Any]) -> tuple[Missing, ...]:
    """What is missing according to a stored explanation; what needs a person first."""
    lines = [line for line in explanation.get("requirements", ()) if not line["satisfied"]]
    return tuple(
        Missing(
            line["code"],
            line["label"],
            line.get("note", ""),
            line.get("owes", ""),
            datetime.fromisoformat(line["missing_since"]) if line.get("missing_since") else None,
        )
        for line in sorted(lines, key=lambda line: not line.get("blocks"))
    )


def is_held(state: str) -> bool:
    """Whether there is anything to explain in this state of a release."""
    return state in (WAITING, BLOCKED, AWAITING_APPROVAL, READY, REVIEW, DISPUTED)


def why(
    name: str,
    state: str,
    reason: str,
    missing: Sequence[Missing],
    owner: Callable[[str], str] = str,
) -> str:
    """Why a shipment is not invoiced, for our own people; empty if it is, or never will be.

    :param name: of the shipment
    :param reason: of a release whose invoice and facts differ
    :param owner: who stands behind ``Missing.owes``, for people

    >>> print(why("LS/7", "waiting", "", [Missing("delivered", "Delivered", owes="carrier")]))
    LS/7 waits for:
    - Delivered, owed by carrier
    """
    if not is_held(state):
        return ""
    if state in (REVIEW, DISPUTED):
        return f"{name}: {reason}" if reason else f"{name}: the invoice and the facts differ."
    if not missing:
        unsaid = "everything is there; it is not released yet." if state == READY else _UNSEEN
        return f"{name}: {reason or unsaid}"
    return "\n".join([f"{name} waits for:", *(f"- {_line(each, owner)}" for each in missing)])


def _line(missing: Missing, owner: Callable[[str], str]) -> str:
    said = missing.label
    if missing.note:
        said += f" ({missing.note.rstrip('.')})"
    if missing.owes:
        said += f", owed by {owner(missing.owes)}"
    return f"{said}, since {missing.since:%Y-%m-%d}" if missing.since else said


def why_for_customer(name: str, state: str, missing: Sequence[Missing]) -> str:
    """The same for the customer; empty where there is nothing to explain.

    >>> lines = [Missing("delivered", "Delivered"), Missing("pod_received", "Proof of delivery")]
    >>> why_for_customer("LS/7", "waiting", lines)
    'The invoice of shipment LS/7 waits for the delivery and the proof of delivery.'
    """
    if not is_held(state):
        return ""
    if state in (REVIEW, DISPUTED):
        return f"We are checking the invoice of shipment {name}."
    if not missing:
        return f"The invoice of shipment {name} is being prepared."
    awaited = list(dict.fromkeys(_awaited(each.code) for each in missing))
    *others, last = awaited
    listed = f"{', '.join(others)} and {last}" if others else last
    return f"The invoice of shipment {name} waits for {listed}."


def _awaited(code: str) -> str:
    if code in _AWAITED:
        return _AWAITED[code]
    return f"“{CATALOGUE[code].name}”" if code in CATALOGUE else _CHECK
