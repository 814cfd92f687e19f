"""Two systems state facts of the same shipments at the same time, in opposite order."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from story import ltl, wms
from story.message import Message
from story.orders import place_orders
from story.people import People
from story.plan import FREIGHT, Order, make_orders
from story.sender import Answer, Sender
from story.watch import wait_until_quiet

from .server import Server

_DAY = datetime(2026, 3, 2, tzinfo=UTC)
_ORDERS = 12
_ROUNDS = 10
_PATIENCE = 180.0


@pytest.fixture(scope="module")
def people(server: Server) -> People:
    """Those who place the orders and look at the result."""
    return People.sign_in(server.url, server.database)


@pytest.fixture(scope="module")
def orders(people: People) -> tuple[Order, ...]:
    """Freight that everybody knows by its order number."""
    freight = [order for order in make_orders(9, _DAY) if order.carrier == FREIGHT]
    numbered = tuple(
        replace(order, number=f"FLOOD-{index:02d}", tracking=f"{4500000001 + 2 * index}")
        for index, order in enumerate(freight[:_ORDERS])
    )
    place_orders(people.ops, numbered)
    return numbered


def carrier_says(orders: tuple[Order, ...], turn: int) -> Message:
    """One interchange: every shipment reached a terminal, the first order first."""
    at = _DAY + timedelta(days=1, minutes=turn)
    reports = [ltl.Report(order, ltl.AT_TERMINAL, at) for order in orders]
    return Message(f"carrier/{turn}", "ltl", ltl.interchange(9500 + turn, reports), ltl.EDI)


def warehouse_says(orders: tuple[Order, ...], turn: int) -> Message:
    """One batch: something was packed for every shipment, the last order first."""
    at = _DAY + timedelta(minutes=turn)
    events = [
        wms.event(order, "packed", at) | {"event_id": f"{order.number}-{turn}"}
        for order in reversed(orders)
    ]
    return Message(f"warehouse/{turn}", "wms", wms.encode({"events": events}))


@pytest.fixture(scope="module")
def answers(server: Server, people: People, orders: tuple[Order, ...]) -> list[Answer]:
    """Both have sent everything at once, and it was worked off."""
    floods = [
        [says(orders, turn) for turn in range(_ROUNDS)] for says in (carrier_says, warehouse_says)
    ]
    sender = Sender(server.url, parallel=2)
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(sender.send_all, floods))
    wait_until_quiet(people.audit, _PATIENCE, label="Working off the flood")
    return [answer for answers in both for answer in answers]


def test_every_message_of_both_is_processed(people: People, answers: list[Answer]) -> None:
    assert {answer.status for answer in answers} == {202}
    rows = people.audit.search_read(
        "logistics.message",
        [("public_id", "in", [answer.document["id"] for answer in answers])],
        ["state", "error_message"],
    )
    assert Counter(row["state"] for row in rows) == {"processed": 2 * _ROUNDS}, rows


def test_every_fact_of_both_is_in_the_ledger_once(
    people: People, orders: tuple[Order, ...], answers: list[Answer]
) -> None:
    shipments = shipments_of(people, orders)
    events = people.audit.search_read(
        "logistics.milestone.event",
        [("shipment_id", "in", shipments), ("milestone_code", "in", ["packed", "arrived_at_hub"])],
        ["shipment_id", "milestone_code", "duplicate_count"],
    )
    stated = Counter((row["shipment_id"][0], row["milestone_code"]) for row in events)
    wanted = {(id_, code): _ROUNDS for id_ in shipments for code in ("packed", "arrived_at_hub")}
    assert stated == wanted


def test_every_shipment_stands_where_the_facts_say(
    people: People, orders: tuple[Order, ...], answers: list[Answer]
) -> None:
    rows = people.audit.search_read(
        "logistics.shipment", [("id", "in", shipments_of(people, orders))], ["status_id", "phase"]
    )
    assert {row["phase"] for row in rows} == {"transit"}
    assert len(rows) == _ORDERS


def shipments_of(people: People, orders: tuple[Order, ...]) -> list[int]:
    """Ids of the shipments of these orders."""
    sales = people.ops.call(
        "sale.order", "search", [("client_order_ref", "in", [order.number for order in orders])]
    )
    found: list[int] = people.audit.call(
        "logistics.shipment", "search", [("sale_order_ids", "in", sales)]
    )
    return found
