"""What the server says in the end.

Only what belongs to the story is read, so that whatever else a person did in the demo database
changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from .people import People
from .plan import Order
from .rpc import OdooSession
from .sender import Answer

_CENT = Decimal("0.01")
_CHUNK = 200


@dataclass(frozen=True, slots=True)
class Release:
    """The gate in front of one invoice: where it stands, why, and how much money waits."""

    state: str
    reason: str
    at_stake: Decimal


@dataclass(slots=True)
class Found:
    """The story's records as the server holds them, by order number where there is one.

    :param fates: state of each accepted message by its public id
    :param dead: reason of each dead letter
    :param statuses: milestone code of each shipment of an order
    :param invoiced: untaxed amount on posted invoices
    :param moves: the posted invoices
    """

    fates: dict[str, str] = field(default_factory=dict)
    dead: list[str] = field(default_factory=list)
    statuses: dict[str, list[str]] = field(default_factory=dict)
    invoiced: dict[str, Decimal] = field(default_factory=dict)
    moves: dict[str, set[int]] = field(default_factory=dict)
    releases: dict[str, list[Release]] = field(default_factory=dict)
    audit: dict[str, Any] = field(default_factory=dict)


def public_ids(answers: Iterable[Answer]) -> list[str]:
    """The ids under which the server took the messages, each once."""
    ids = (str(a.document["id"]) for a in answers if a.accepted and a.document)
    return list(dict.fromkeys(ids))


def read(people: People, orders: tuple[Order, ...], ids: list[str]) -> Found:
    """Read everything that the summary needs."""
    found = Found()
    numbers = {
        row["id"]: row["client_order_ref"]
        for row in people.ops.search_read(
            "sale.order",
            [("client_order_ref", "in", [order.number for order in orders])],
            ["client_order_ref"],
        )
    }
    _read_messages(people.audit, ids, found)
    order_of = _read_shipments(people.audit, numbers, found)
    _read_releases(people.audit, order_of, found)
    _read_invoices(people.approve, order_of, found)
    found.audit = people.audit.call("logistics.audit.entry", "verify_chain")
    return found


def _read_messages(auditor: OdooSession, ids: list[str], found: Found) -> None:
    for start in range(0, len(ids), _CHUNK):
        rows = auditor.search_read(
            "logistics.message",
            [("public_id", "in", ids[start : start + _CHUNK])],
            ["public_id", "state", "error_message"],
        )
        found.fates |= {row["public_id"]: row["state"] for row in rows}
        found.dead += [row["error_message"] or "" for row in rows if row["state"] == "dead"]


def _read_shipments(auditor: OdooSession, numbers: dict[int, str], found: Found) -> dict[int, str]:
    """Note where each shipment stands; return the order number of each shipment."""
    codes = {
        row["id"]: row["code"] for row in auditor.search_read("logistics.milestone", [], ["code"])
    }
    order_of = {}
    for row in auditor.search_read(
        "logistics.shipment",
        [("sale_order_ids", "in", list(numbers))],
        ["sale_order_ids", "status_id"],
    ):
        number = numbers[row["sale_order_ids"][0]]
        order_of[row["id"]] = number
        status = codes[row["status_id"][0]] if row["status_id"] else ""
        found.statuses.setdefault(number, []).append(status)
    return order_of


def _read_releases(auditor: OdooSession, order_of: dict[int, str], found: Found) -> None:
    for row in auditor.search_read(
        "logistics.release",
        [("shipment_id", "in", list(order_of))],
        ["shipment_id", "state", "reason_code", "amount_at_stake"],
    ):
        release = Release(row["state"], row["reason_code"] or "", _money(row["amount_at_stake"]))
        found.releases.setdefault(order_of[row["shipment_id"][0]], []).append(release)


def _read_invoices(finance: OdooSession, order_of: dict[int, str], found: Found) -> None:
    for row in finance.search_read(
        "account.move.line",
        [("parent_state", "=", "posted"), ("logistics_shipment_id", "in", list(order_of))],
        ["move_id", "balance", "logistics_shipment_id"],
    ):
        number = order_of[row["logistics_shipment_id"][0]]
        found.invoiced[number] = found.invoiced.get(number, Decimal(0)) - _money(row["balance"])
        found.moves.setdefault(number, set()).add(row["move_id"][0])


def _money(value: Any) -> Decimal:
    """Odoo's JSON carries amounts as floats that are rounded to the currency."""
    return Decimal(str(value)).quantize(_CENT)
