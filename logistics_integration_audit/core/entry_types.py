"""The kinds of audit entries, as data: what they are called, where they belong, what is personal.

A kind must say which of its values may identify a person, because one day somebody has to erase
them. Everything else about an entry is the same for all kinds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

_T = TypeVar("_T")

# Where people look for it.
SHIPMENT: Final = "shipment"
MONEY: Final = "money"
INTEGRATION: Final = "integration"
AUDIT: Final = "audit"
AREAS: Final = {
    SHIPMENT: "Shipment",
    MONEY: "Money",
    INTEGRATION: "Integration",
    AUDIT: "Audit",
}

ERASED: Final = "erased"  # what stands in the place of personal data


@dataclass(frozen=True, slots=True)
class EntryType:
    """One kind of entry.

    :param code: stored and sealed; never changed once used
    :param label: for people, in filters and lists
    :param area: one of ``AREAS``
    :param sentence: how an entry is told, with the names of its values in braces
    :param personal: names of values that may identify a person
    """

    code: str
    label: str
    area: str
    sentence: str
    personal: frozenset[str] = frozenset()


_SPOKEN = frozenset({"signer", "text"})  # as written by a carrier: people's names turn up there
_STATED = "{system} stated {milestone} ({classifier}) of {shipment} at {occurred_at}"

# The kinds of ``logistics_milestone_sync/core/change.py`` come first; a test compares.
ENTRY_TYPES: Final = {
    kind.code: kind
    for kind in (
        EntryType("event", "Milestone recorded", SHIPMENT, _STATED + ".", _SPOKEN),
        EntryType(
            "advisory",
            "Milestone noted only",
            SHIPMENT,
            _STATED + ". It moves nothing: {detail}.",
            _SPOKEN,
        ),
        EntryType(
            "rejected", "Milestone refused", SHIPMENT, _STATED + ". Refused: {detail}.", _SPOKEN
        ),
        EntryType(
            "conflict",
            "Contradiction kept",
            SHIPMENT,
            _STATED + ", and something else before. The first statement stands.",
            _SPOKEN,
        ),
        EntryType(
            "retraction",
            "Milestone withdrawn",
            SHIPMENT,
            "{system} withdrew its statement {retracts} about {shipment}.",
            _SPOKEN,
        ),
        EntryType(
            "duplicate",
            "Repetition counted",
            SHIPMENT,
            "{shipment}: known statements came again and were counted, {count} in all.",
        ),
        EntryType("state", "Status changed", SHIPMENT, "{shipment}: {detail}."),
        EntryType("reference", "Number assigned", SHIPMENT, "{shipment} is also {detail}."),
        EntryType("document", "Document kept", SHIPMENT, "{shipment}: {detail}."),
        EntryType("route", "Route planned", SHIPMENT, "{shipment}: {detail}."),
        EntryType(
            "override",
            "Status overridden",
            SHIPMENT,
            "The status of {shipment} was overridden: {detail}.",
            frozenset({"note"}),
        ),
        EntryType(
            "exception_opened", "Exception opened", SHIPMENT, "Exception opened: {name}.", _SPOKEN
        ),
        EntryType(
            "exception_closed", "Exception closed", SHIPMENT, "Exception closed: {name}.", _SPOKEN
        ),
        EntryType(
            "exception_approved",
            "Exception accepted for billing",
            MONEY,
            "Finance bills in spite of the exception {name}.",
            _SPOKEN,
        ),
        EntryType(
            "charge",
            "Charge stated",
            MONEY,
            "{name} of {shipment}: {amount} {currency} ({side}).",
        ),
        EntryType("field", "Field stated", SHIPMENT, "{shipment}: {detail}."),
        EntryType("noted", "Charge or field noted only", SHIPMENT, "{shipment}: {detail}."),
        EntryType(
            "approval_requested",
            "Approval requested",
            MONEY,
            "{requester} asked for approval: {name}.",
            frozenset({"requester", "note"}),
        ),
        EntryType(
            "approval_decided",
            "Approval decided",
            MONEY,
            "{name}: {state} by {approver}, asked for by {requester}.",
            frozenset({"requester", "approver", "note", "answer"}),
        ),
        EntryType("decision", "Billing decision", MONEY, "Billing of {name}: {state}. {detail}"),
        EntryType("invoice", "Invoice", MONEY, "Invoice {name} {state}: {amount} {currency}."),
        EntryType(
            "message",
            "Message handled",
            INTEGRATION,
            "Message {name} from {system}: {state}. {detail}",
            frozenset({"error"}),
        ),
        EntryType("configuration", "Configuration changed", INTEGRATION, "{name}: {detail}."),
        EntryType("chain_verified", "Audit chain verified", AUDIT, "{detail}"),
    )
}


def entry_type(code: str) -> EntryType:
    """The kind with this code.

    A code that nobody described is shown by its own name rather than lost: evidence is written
    first and described later.

    >>> entry_type("state").label, entry_type("customs_audit").label
    ('Status changed', 'Customs audit')
    """
    known = ENTRY_TYPES.get(code)
    return known or EntryType(
        code, code.replace("_", " ").capitalize(), AUDIT, "{shipment}{name}: {detail}."
    )


def tell(code: str, values: Mapping[str, object]) -> str:
    """The sentence of an entry of this kind.

    >>> tell("state", {"shipment": "SHP/7", "detail": "dispatched → delivered"})
    'SHP/7: dispatched → delivered.'
    >>> tell("duplicate", {"shipment": "SHP/7", "count": 2})
    'SHP/7: known statements came again and were counted, 2 in all.'
    """
    stated = {name: value for name, value in values.items() if value is not None}
    return entry_type(code).sentence.format_map(_Missing(stated)).strip()


class _Missing(dict[str, object]):
    """Values of a sentence; one that is not known reads as nothing."""

    def __missing__(self, name: str) -> str:
        return ""


def without_personal(code: str, values: Mapping[str, _T]) -> dict[str, _T | str]:
    """The values of an entry of this kind, with those that may identify a person erased.

    >>> without_personal("event", {"milestone": "delivered", "signer": "J. Doe"})
    {'milestone': 'delivered', 'signer': 'erased'}
    """
    personal = entry_type(code).personal
    return {name: ERASED if name in personal else value for name, value in values.items()}
