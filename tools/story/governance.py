"""Two pairs of eyes: exceptions are worked, approval is asked for, and nobody approves himself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from .people import People
from .plan import APPROVED, EXCEPTIONS, REQUESTED, RESOLVED, Order
from .rpc import OdooRefused, OdooSession

_CASE_FIELDS = ["shipment_id", "state", "billing_approved", "pending_approval"]


@dataclass(slots=True)
class Governed:
    """What the people of the story did; empty lists on a second run, where all is done already."""

    requested: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    approved: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """What happened, for people."""
        if self.closed:
            yield f"Customer service closed the exceptions of {', '.join(self.closed)}."
        if self.requested:
            yield f"Finance asked for approval of {', '.join(self.requested)}."
        for refusal in self.refused:
            yield f"Refused, as it must be, to approve the own request for {refusal}"
        if self.approved:
            yield f"Somebody else approved {', '.join(self.approved)}."


def cases_by_order(people: People, orders: tuple[Order, ...]) -> dict[str, dict[str, object]]:
    """The exception case of each order that has one, by order number."""
    numbers = [order.number for order in orders if order.plot in EXCEPTIONS]
    sales = people.ops.search_read(
        "sale.order", [("client_order_ref", "in", numbers)], ["client_order_ref"]
    )
    found: dict[str, dict[str, object]] = {}
    for sale in sales:
        rows = people.ops.search_read(
            "logistics.exception",
            [("shipment_id.sale_order_ids", "in", [sale["id"]])],
            _CASE_FIELDS,
        )
        if rows:
            found[sale["client_order_ref"]] = rows[0]
    return found


def govern(
    orders: tuple[Order, ...], cases: dict[str, dict[str, object]], people: People
) -> Governed:
    """Close, ask, be refused, approve: what each plot wants."""
    done = Governed()
    for order in orders:
        if order.plot in EXCEPTIONS and order.number not in cases:
            done.wrong.append(f"{order.number} should have an exception and has none")
        elif order.plot == RESOLVED:
            _resolve(people.ops, order, cases[order.number], done)
        elif order.plot in (REQUESTED, APPROVED):
            asking = _requester(order, people)
            _ask(asking, order, cases[order.number], done)
            _decide(order, cases[order.number], asking, people.approve, done)
    return done


def _requester(order: Order, people: People) -> OdooSession:
    """The preparer asks for most; one who may approve may ask too, but then not decide."""
    return people.prepare if order.plot == APPROVED else people.approve


def _resolve(ops: OdooSession, order: Order, case: dict[str, object], done: Governed) -> None:
    if case["state"] == "open":
        [reason] = ops.search_read(
            "logistics.reason.code",
            [("purpose", "=", "exception_closure"), ("code", "=", "customer_keeps")],
            ["id"],
        )
        ops.call(
            "logistics.exception",
            "write",
            [case["id"]],
            {
                "closure_reason_id": reason["id"],
                "resolution": "The customer keeps the goods; a spare part was sent.",
            },
        )
        ops.call("logistics.exception", "action_close", [case["id"]])
        done.closed.append(order.number)


def _ask(asking: OdooSession, order: Order, case: dict[str, object], done: Governed) -> None:
    if not case["billing_approved"] and not case["pending_approval"]:
        asking.call("logistics.exception", "action_request_billing_approval", [case["id"]])
        done.requested.append(order.number)


def _decide(
    order: Order,
    case: dict[str, object],
    asking: OdooSession,
    approver: OdooSession,
    done: Governed,
) -> None:
    """The requester tries first, and must be refused; then somebody else decides."""
    pending = approver.search_read(
        "logistics.approval",
        [
            ("res_model", "=", "logistics.exception"),
            ("res_id", "=", case["id"]),
            ("state", "=", "pending"),
        ],
        ["id"],
    )
    if not pending:
        return
    try:
        asking.call("logistics.approval", "action_approve", [pending[0]["id"]])
        done.wrong.append(f"{asking.login} approved the own request for {order.number}")
    except OdooRefused as refusal:
        done.refused.append(f"{order.number} by {asking.login}: {refusal}")
    if order.plot == APPROVED:
        approver.call("logistics.approval", "action_approve", [pending[0]["id"]])
        done.approved.append(order.number)
