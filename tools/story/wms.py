"""What the warehouse management system says, in the suite's own canonical JSON."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from .message import Message
from .plan import PACKED, PARCEL, Order

_PICKED = timedelta(0)
_PACKED = timedelta(hours=1, minutes=20)
DISPATCHED = timedelta(hours=4)
_WAREHOUSE = {
    "name": "Distribution center",
    "code": "RIC-1",
    "city": "Richmond",
    "state": "VA",
    "country": "US",
}

# The warehouse's code of a place that nobody has entered in Odoo.
_ANNEX = {"name": "Annex, dock 4", "code": "RIC-2", "city": "Richmond", "country": "US"}


def messages(orders: tuple[Order, ...]) -> Iterator[Message]:
    """Picked and packed of every order, and dispatched of those that left.

    Every third order is reported in one batch of two events; the others event by event.
    """
    for index, order in enumerate(orders):
        picked = event(order, "picked", order.placed_at + _PICKED)
        if index % 20 == 7:
            picked["location"] = _ANNEX
        packed = event(order, "packed", order.placed_at + _PACKED)
        if index % 3:
            yield _message(f"{order.number}/picked", picked)
            yield _message(f"{order.number}/packed", packed)
        else:
            yield _message(f"{order.number}/picked-packed", {"events": [picked, packed]})
        if order.plot != PACKED:
            yield _message(f"{order.number}/dispatched", dispatched(order))


def dispatched(order: Order) -> dict[str, Any]:
    """The event with which the warehouse names the parcel or the freight bill."""
    scheme = "tracking" if order.carrier == PARCEL else "pro"
    names = [{"scheme": scheme, "value": order.tracking}]
    leaves = event(order, "dispatched", order.placed_at + DISPATCHED) | {
        "weight": {"value": str(order.weight), "unit": "KGM"}
    }
    if order.carrier == PARCEL:
        return leaves | {"assigns": names}
    # Freight leaves on pallets that are labelled, with a bill of lading.
    pallets = [{"scheme": "sscc", "value": number} for number in order.pallets]
    return leaves | {
        "assigns": names + pallets,
        "fields": {"pallet_count": len(pallets), "pick_count": len(order.lines)},
        "documents": [_bill_of_lading(order)],
    }


def _bill_of_lading(order: Order) -> dict[str, Any]:
    goods = "\n".join(f"{count} x {product.code}" for product, count in order.lines)
    text = f"BILL OF LADING {order.tracking}\n{order.customer.name}\n{goods}\n{order.weight} kg\n"
    return {
        "kind": "bill_of_lading",
        "number": f"BOL-{order.tracking}",
        "file_name": f"BOL-{order.tracking}.txt",
        "content": base64.b64encode(text.encode()).decode(),
    }


def event(order: Order, milestone: str, at: datetime) -> dict[str, Any]:
    return {
        "event_id": f"WMS-{order.number}-{milestone}",
        "milestone": milestone,
        "occurred_at": at.isoformat(),
        "references": [{"scheme": "purchase_order", "value": order.number}],
        "location": _WAREHOUSE,
    }


def _message(label: str, body: dict[str, Any]) -> Message:
    return Message(f"wms/{label}", "wms", encode(body))


def encode(body: dict[str, Any]) -> bytes:
    """JSON as a sender writes it; the same value gives the same bytes."""
    return json.dumps(body, sort_keys=True).encode()
