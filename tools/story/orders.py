"""Puts the story's sale orders into Odoo, once; a second run finds them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from .plan import CUSTOMERS, PREFIX, PRODUCTS, PROMISED_AFTER, Order
from .progress import Progress
from .rpc import OdooSession

_BATCH = 10
_DAYS_AGO = 9  # the first order is picked so long ago that the last parcel has arrived by now


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
    products = _ensure(sales, "product.product", "default_code", map(_product_values, PRODUCTS))
    customers = _ensure(sales, "res.partner", "ref", map(_customer_values, CUSTOMERS))
    known = {row["client_order_ref"]: row for row in _known(sales)}
    missing = [order for order in orders if order.number not in known]
    drafts = [row["id"] for row in known.values() if row["state"] == "draft"]
    with Progress("Placing sale orders", len(missing)) as bar:
        for start in range(0, len(missing), _BATCH):
            part = missing[start : start + _BATCH]
            values = [_order_values(order, products, customers) for order in part]
            drafts += sales.call("sale.order", "create", values)
            bar.step(len(part))
    with Progress("Confirming sale orders", len(drafts)) as bar:
        for start in range(0, len(drafts), _BATCH):
            part_ids = drafts[start : start + _BATCH]
            sales.call("sale.order", "action_confirm", part_ids)
            bar.step(len(part_ids))
    return len(missing)


def _known(sales: OdooSession) -> list[dict[str, Any]]:
    domain = [("client_order_ref", "=like", f"{PREFIX}____"), ("state", "!=", "cancel")]
    return sales.search_read("sale.order", domain, ["client_order_ref", "state"])


def _ensure(
    sales: OdooSession, model: str, key: str, rows: Iterable[dict[str, Any]]
) -> dict[str, int]:
    """Records by their key, created where they are missing."""
    wanted = {row[key]: row for row in rows}
    found = sales.search_read(model, [(key, "in", list(wanted))], [key])
    ids = {row[key]: row["id"] for row in found}
    missing = [row for value, row in wanted.items() if value not in ids]
    if missing:
        created = sales.call(model, "create", missing)
        ids |= {row[key]: id_ for row, id_ in zip(missing, created, strict=True)}
    return ids


def _product_values(product: Any) -> dict[str, Any]:
    return {
        "name": product.name,
        "default_code": product.code,
        "list_price": float(product.price),
        "weight": float(product.weight),
        "type": "consu",
        "invoice_policy": "delivery",
    }


def _customer_values(customer: Any) -> dict[str, Any]:
    return {"name": customer.name, "ref": customer.ref, "city": customer.city, "is_company": True}


def _order_values(
    order: Order, products: dict[str, int], customers: dict[str, int]
) -> dict[str, Any]:
    return {
        "partner_id": customers[order.customer.ref],
        "client_order_ref": order.number,
        "commitment_date": order.promised_at.strftime("%Y-%m-%d %H:%M:%S"),
        "order_line": [
            (0, 0, {"product_id": products[product.code], "product_uom_qty": count})
            for product, count in order.lines
        ],
    }
