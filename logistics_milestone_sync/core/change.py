"""What one recording changed: the one hook out of this module (``_facts_recorded``)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

EVENT: Final = "event"  # a statement entered the ledger and counts
ADVISORY: Final = "advisory"  # entered the ledger, does not count
REJECTED: Final = "rejected"  # kept as refused
DUPLICATE: Final = "duplicate"  # was there already
CONFLICT: Final = "conflict"  # a known event id said something else
OVERRIDE: Final = "override"  # people put the shipment elsewhere, or took that back
RETRACTION: Final = "retraction"  # its speaker withdrew an earlier statement
STATE: Final = "state"  # the shipment stands elsewhere than before
EXCEPTION_OPENED: Final = "exception_opened"
EXCEPTION_CLOSED: Final = "exception_closed"
EXCEPTION_APPROVED: Final = "exception_approved"  # finance accepts to bill in spite of it
CHARGE: Final = "charge"  # a charge is new or revised
FIELD: Final = "field"  # a field of the shipment has another value
NOTED: Final = "noted"  # a charge or a field, by somebody who does not own it: kept, not counted
REFERENCE: Final = "reference"  # the shipment has a further name
DOCUMENT: Final = "document"  # a document came, or a revision of one
ROUTE: Final = "route"  # the plan of the way is new or revised


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed on one shipment.

    :param kind: one of the constants above
    :param detail: an English sentence for people
    """

    kind: str
    shipment_id: int
    event_id: int | None = None
    exception_id: int | None = None
    charge_id: int | None = None
    document_id: int | None = None
    detail: str = ""
