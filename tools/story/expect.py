"""What must come out, worked out from the plots alone: the story's own bookkeeping.

Nothing here asks the server. If it and the server disagree by a cent or by one message, one of
them is wrong, and ``run.py`` says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from .message import REFUSED, Message
from .plan import (
    APPROVED,
    DELIVERED,
    DISPUTED,
    INVOICED,
    NO_PROOF,
    PACKED,
    REQUESTED,
    RESOLVED,
    RETURNED,
    TRANSIT,
    Order,
)

_CENT: Final = Decimal("0.01")
_STATUS_OF: Final = {
    PACKED: "packed",
    TRANSIT: "departed_hub",
    RETURNED: "returned",
    NO_PROOF: "delivered",
    DELIVERED: "delivered",
    DISPUTED: "delivered",
    REQUESTED: "delivered",
    APPROVED: "delivered",
    RESOLVED: "delivered",
}
_RELEASE_OF: Final = {
    PACKED: "waiting",
    TRANSIT: "waiting",
    RETURNED: "blocked",
    NO_PROOF: "waiting",
    DISPUTED: "blocked",
    REQUESTED: "awaiting_approval",
}
FREIGHT_PER_KG: Final = Decimal("0.85")
FREIGHT_MINIMUM: Final = Decimal("18.50")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of the story in figures.

    :param fates: messages by what became of them, each distinct message once
    :param refusals: refused messages by HTTP status
    :param statuses: shipments by milestone
    :param invoices: order number → untaxed amount, goods and freight
    :param held: order number → why its release is held
    """

    sent: int
    accepted: int
    copies: int
    fates: dict[str, int]
    refusals: dict[int, int]
    statuses: dict[str, str]
    invoices: dict[str, Decimal]
    held: dict[str, str]


def expect(orders: tuple[Order, ...], sent: Iterable[Message]) -> Outcome:
    """Predict the end of the story."""
    everything = list(sent)
    distinct = {message.label: message for message in everything}.values()
    taken = [message for message in everything if message.fate != REFUSED]
    accepted = [message for message in distinct if message.fate != REFUSED]
    return Outcome(
        sent=len(everything),
        accepted=len(accepted),
        copies=len(taken) - len(accepted),
        fates=dict(Counter(message.fate for message in accepted)),
        refusals=dict(Counter(m.status for m in distinct if m.fate == REFUSED)),
        statuses={order.number: _STATUS_OF[order.plot] for order in orders},
        invoices={order.number: amount(order) for order in orders if order.plot in INVOICED},
        held={order.number: _RELEASE_OF[o] for order in orders if (o := order.plot) in _RELEASE_OF},
    )


def amount(order: Order) -> Decimal:
    """Untaxed amount of the invoice: the goods and the freight of the demo's agreement."""
    freight = (order.weight * FREIGHT_PER_KG).quantize(_CENT, ROUND_HALF_UP)
    return order.goods + max(freight, FREIGHT_MINIMUM)
