"""What a transfer of Odoo means for shipments: its direction, when it makes one, what ends one.

Words of Odoo used here: the *usage* of a location (``supplier``, ``customer``, ``internal``,
``transit`` …) and the *state* of a transfer (``draft``, ``waiting``, ``confirmed``, ``assigned``,
``done``, ``cancel``).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

# --- Direction of a shipment ---------------------------------------------------------------------
OUTBOUND: Final = "outbound"  # from us to a customer, or to another site of ours
DROPSHIP: Final = "dropship"  # from a supplier straight to a customer
RETURN: Final = "return"  # back to where it came from: from a customer, or to a supplier
INBOUND: Final = "inbound"  # from a supplier to us
DIRECTIONS: Final = (OUTBOUND, DROPSHIP, RETURN, INBOUND)
# What somebody receives from us, and what may therefore be invoiced for it.
TO_CUSTOMER: Final = (OUTBOUND, DROPSHIP)

# --- When a transfer makes a shipment ------------------------------------------------------------
CONFIRMATION: Final = "confirmation"
RESERVATION: Final = "reservation"
VALIDATION: Final = "validation"
MANUAL: Final = "manual"
# How far the transfer has to be; a state that is not named is further than nothing.
_RIPE: Final = {
    CONFIRMATION: ("waiting", "confirmed", "assigned", "done"),
    RESERVATION: ("assigned", "done"),
    VALIDATION: ("done",),
    MANUAL: (),
}

# --- What the cancellation of documents means ----------------------------------------------------
NOTHING: Final = "nothing"
CANCEL: Final = "cancel"
CASE: Final = "case"


def direction_of(source: str, destination: str, code: str) -> str:
    """The direction of goods, or ``""`` where they only move inside our walls.

    :param source: usage of the location that they leave
    :param destination: usage of the location where they arrive
    :param code: kind of Odoo's operation type, ``outgoing``, ``incoming``, ``internal`` …

    >>> direction_of("internal", "customer", "outgoing")
    'outbound'
    >>> direction_of("supplier", "customer", "dropship")
    'dropship'
    >>> direction_of("customer", "internal", "incoming")
    'return'
    """
    if source == "customer" or destination == "supplier":
        return RETURN
    if source == "supplier":
        return DROPSHIP if destination == "customer" else INBOUND
    if destination == "customer" or code == "outgoing":
        return OUTBOUND
    return ""


def is_due(policy: str, state: str) -> bool:
    """Whether a transfer in this state makes its shipment by this policy.

    Later states count as well: when the policy changes, transfers that are further than it asks
    are caught at their next step, and whoever has a shipment keeps the one.

    >>> is_due("reservation", "confirmed"), is_due("reservation", "done")
    (False, True)
    """
    return state in _RIPE[policy]


def on_cancellation(transfers: Collection[str], orders: Collection[str], left: bool) -> str:
    """What becomes of a shipment whose documents were cancelled.

    It ends when nothing that it carries is wanted any more. Goods that left cannot be called back
    by a click: they become a case for a person.

    :param transfers: states of its transfers
    :param orders: states of its sale orders
    :param left: somebody states that the goods left our walls
    :return: ``nothing``, ``cancel`` or ``case``
    """
    unwanted = bool(orders) and set(orders) == {"cancel"}
    if not transfers:
        ends = unwanted
    else:
        open_ones = set(transfers) - {"cancel", "done"}
        ends = not open_ones and (unwanted or "done" not in transfers)
    if not ends:
        return NOTHING
    return CASE if left or "done" in transfers else CANCEL
