"""One HTTP message of the story, and what must become of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

# --- What becomes of a message -------------------------------------------------------------------
PROCESSED: Final = "processed"  # its facts are in the ledger (or were there already)
PARKED: Final = "parked"  # no shipment answers to its references
HELD: Final = "held"  # a code that nobody has mapped yet
DEAD: Final = "dead"  # it can never be read; a dead letter
CONFLICT: Final = "conflict"  # the same message key with another body
REFUSED: Final = "refused"  # not stored at all; the sender got a problem document

ACCEPTED_STATUSES: Final = (200, 202)

# --- How the sender proves who it is ------------------------------------------------------------
RIGHT: Final = "right"
WRONG: Final = "wrong"
MISSING: Final = "missing"


@dataclass(frozen=True, slots=True)
class Message:
    """A message to be sent.

    :param label: unique within the traffic, e.g. ``ups/DEMO-A-0004/delivered``
    :param connection: who sends it: ``wms``, ``ups`` or ``ltl``
    :param wave: 1 before 2; the second wave is sent when the first one has been worked off
    :param fate: one of the constants above
    :param status: the only right answer of a refused message, else 0 (any 2xx of the inbox)
    :param proof: right, wrong or missing credentials
    :param token: another connection token than the real one
    :param key: the sender's own id of the message, for the header ``X-Message-Id``
    """

    label: str
    connection: str
    body: bytes
    content_type: str = "application/json"
    wave: int = 1
    fate: str = PROCESSED
    status: int = 0
    proof: str = RIGHT
    token: str = ""
    key: str = ""
