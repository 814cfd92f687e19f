"""What the parcel carrier says: UPS Track Alert webhooks, one event each.

The format is the one UPS publishes for its Track Alert API (``TrackingEvent``): local and GMT date
and time side by side, a status of type, code and description code.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from .message import Message
from .plan import (
    DELIVERED,
    EXCEPTIONS,
    NO_PROOF,
    PACKED,
    PARCEL,
    RETURNED,
    TRANSIT,
    Order,
)

Status = tuple[str, str, str, str]  # type, code, description code, description
ORIGIN: Final[Status] = ("I", "OR", "005", "Origin Scan")
ARRIVED: Final[Status] = ("I", "AR", "005", "Arrived at Facility")
DEPARTED: Final[Status] = ("I", "DP", "005", "Departed from Facility")
OUT: Final[Status] = ("I", "OT", "021", "Out for Delivery")
PROOF: Final[Status] = ("D", "FS", "011", "Delivered")
DAMAGED: Final[Status] = ("X", "13", "059", "The package was damaged in transit")
BACK: Final[Status] = ("RS", "RS", "034", "Returned to shipper")

_HUBS: Final = (("Louisville", "KY", "40213"), ("Columbus", "OH", "43217"))
_EASTERN: Final = timezone(timedelta(hours=-5))


def messages(orders: tuple[Order, ...]) -> Iterator[Message]:
    """One webhook per event of every parcel that left the warehouse."""
    for order in orders:
        if order.carrier != PARCEL or order.plot == PACKED:
            continue
        for name, hours, status in _journey(order.plot):
            late = name == "delivered" and order.plot in EXCEPTIONS
            yield Message(
                f"ups/{order.number}/{name}",
                "ups",
                event(order, status, order.placed_at + timedelta(hours=hours), order.plot),
                wave=2 if late else 1,
            )


def _journey(plot: str) -> Iterator[tuple[str, int, Status]]:
    yield "origin", 8, ORIGIN
    yield "hub-in", 20, ARRIVED
    yield "hub-out", 26, DEPARTED
    if plot == TRANSIT:
        return
    yield "city-in", 44, ARRIVED
    if plot in EXCEPTIONS:
        yield "damaged", 46, DAMAGED
    if plot == RETURNED:
        yield "returned", 50, BACK
        return
    yield "out", 49, OUT
    if plot in (DELIVERED, NO_PROOF, *EXCEPTIONS):
        yield "delivered", 53, PROOF


def event(order: Order, status: Status, at: datetime, plot: str) -> bytes:
    """The body of one Track Alert webhook; a delivery names who took it unless nobody signed."""
    local = at.astimezone(_EASTERN)
    kind, code, number, text = status
    city, state, postal = _place(order, status)
    body: dict[str, Any] = {
        "trackingNumber": order.tracking,
        "localActivityDate": local.strftime("%Y%m%d"),
        "localActivityTime": local.strftime("%H%M%S"),
        "activityLocation": {
            "city": city,
            "stateProvince": state,
            "postalCode": postal,
            "country": "US",
        },
        "activityStatus": {
            "type": kind,
            "code": code,
            "description": text,
            "descriptionCode": number,
        },
        "scheduledDeliveryDate": order.promised_at.strftime("%Y%m%d"),
        "gmtActivityDate": at.astimezone(UTC).strftime("%Y%m%d"),
        "gmtActivityTime": at.astimezone(UTC).strftime("%H%M%S"),
    }
    if kind == "D":
        body["actualDeliveryDate"] = body["localActivityDate"]
        body["actualDeliveryTime"] = body["localActivityTime"]
        if plot != NO_PROOF:
            body["receivedBy"] = order.customer.signer
    return json.dumps(body).encode()


def _place(order: Order, status: Status) -> tuple[str, str, str]:
    if status == ORIGIN:
        return ("Richmond", "VA", "23231")
    if status in (ARRIVED, DEPARTED):
        return _HUBS[0]
    return (order.customer.city, order.customer.state, order.customer.postal_code)
