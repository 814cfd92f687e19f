"""Puts the story's sale orders into Odoo, once; a second run finds them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from .plan import CUSTOMERS, METHODS, PREFIX, PRODUCTS, PROMISED_AFTER, Order
from .progress import Progress
from .rpc import OdooSession

_BATCH = 10
_DAYS_AGO = 9  # the first order is picked so long ago that the last parcel has arrived by now


class NoDemoData(Exception):
    """The story cannot be told in this database."""


def first_day(sales: OdooSession, today: datetime) -> datetime:
    """The day on which the story starts: the one of the last run, so that its bytes are the same.

    :param today: aware UTC; used if the story was never told in this database
    """
    rows = sales.search_read(
        "sale.order", [("client_order_ref", "=like", f"{PREFIX}____")], ["commitment_date"]
    )
    if rows:
        earliest = datetime.fromisoformat(min(row["commitment_date"] for row in rows))
        return _midnight(earliest.replace(tzinfo=UTC) - PROMISED_AFTER)
    return _midnight(today) - timedelta(days=_DAYS_AGO)


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def place_orders(sales: OdooSession, orders: tuple[Order, ...]) -> int:
    """Create and confirm what is missing.

    :return: how many orders were new
    """
    ids = (
        _master_data(sales, "product.product", "default_code", (p.code for p in PRODUCTS))
        | _master_data(sales, "res.partner", "name", (c.name for c in CUSTOMERS))
        | _master_data(sales, "delivery.carrier", "name", METHODS.values())
    )
    known = {row["client_order_ref"]: row for row in _known(sales, orders)}
    missing = [order for order in orders if order.number not in known]
    drafts = [row["id"] for row in known.values() if row["state"] == "draft"]
    with Progress("Placing sale orders", len(missing)) as bar:
        for start in range(0, len(missing), _BATCH):
            part = missing[start : start + _BATCH]
            values = [_order_values(order, ids) for order in part]
            drafts += sales.call("sale.order", "create", values)
            bar.step(len(part))
    with Progress("Confirming sale orders", len(drafts)) as bar:
        for start in range(0, len(drafts), _BATCH):
            part_ids = drafts[start : start + _BATCH]
            sales.call("sale.order", "action_confirm", part_ids)
            bar.step(len(part_ids))
    return len(missing)


def _known(sales: OdooSession, orders: tuple[Order, ...]) -> list[dict[str, Any]]:
    numbers = [order.number for order in orders]
    domain = [("client_order_ref", "in", numbers), ("state", "!=", "cancel")]
    return sales.search_read("sale.order", domain, ["client_order_ref", "state"])


def _master_data(sales: OdooSession, model: str, key: str, names: Iterable[str]) -> dict[str, int]:
    """Ids of the demo's master data by name or code.

    :raises NoDemoData: if something is missing
    """
    wanted = set(names)
    rows = sales.search_read(model, [(key, "in", sorted(wanted))], [key])
    ids = {row[key]: row["id"] for row in rows}
    if missing := wanted - ids.keys():
        raise NoDemoData(
            f"This database has no {', '.join(sorted(missing))}: it was made without demo data."
        )
    return ids


def _order_values(order: Order, ids: dict[str, int]) -> dict[str, Any]:
    return {
        "partner_id": ids[order.customer.name],
        "client_order_ref": order.number,
        "commitment_date": order.promised_at.strftime("%Y-%m-%d %H:%M:%S"),
        "carrier_id": ids[METHODS[order.carrier]],
        "order_line": [
            (0, 0, {"product_id": ids[product.code], "product_uom_qty": count})
            for product, count in order.lines
        ],
    }
