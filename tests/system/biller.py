"""Works as the billing lane in a process of its own, on connections of its own.

``python biller.py CONF DATABASE`` reads one command per line and answers each with one line of
JSON: ``{"make": N}`` makes N delivered shipments of which nothing is looked at yet, and answers
with the id of their company; ``{"lane": BATCH}`` is one run of the lane, ``{"lane": BATCH, "fork":
true}`` one in a child that may be killed: the answer is ``{"pid": number}``, at once. It ends with
its input.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

_GROUP = "logistics_milestone_sync.logistics_milestone_sync_group_"


def main() -> None:
    """Serve commands until there are no more."""
    conf, database = sys.argv[1:]
    import odoo
    from odoo.modules.registry import Registry

    odoo.tools.config.parse_config(["-c", conf])
    registry = Registry(database)
    print("ready", flush=True)
    for line in sys.stdin:
        command = json.loads(line)
        if "make" in command:
            answer = _within(registry, lambda env, n=command["make"]: Stage(env).fill(n))
        elif command.get("fork"):
            answer = _fork(registry, command["lane"])
        else:
            answer = _lane(registry, command["lane"])
        print(json.dumps(answer), flush=True)


def _within(registry: Any, work: Any) -> dict[str, Any]:
    from odoo import SUPERUSER_ID, api

    with registry.cursor() as cr:
        answer: dict[str, Any] = work(api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True}))
        return answer


def _lane(registry: Any, batch: int) -> dict[str, Any]:
    def work(env: Any) -> dict[str, Any]:
        env["logistics.release"]._cron_release(batch=batch, posting=batch)
        return {"lane": "done"}

    return _within(registry, work)


def _fork(registry: Any, batch: int) -> dict[str, Any]:
    import odoo

    odoo.sql_db.close_all()  # parent and child share no connection
    child = os.fork()
    if not child:
        _lane(registry, batch)
        os._exit(0)
    return {"pid": child}


class Stage:
    """A company with two customers of terms of their own: an invoice a shipment, one a week."""

    def __init__(self, env: Any) -> None:
        self.company = env["res.company"].create(
            {"name": "Race Ltd", "country_id": env.ref("base.us").id}
        )
        env.user.company_ids |= self.company
        self.env = env(context={**env.context, "allowed_company_ids": self.company.ids})
        chart = self.env["account.chart.template"]
        chart.try_loading("generic_coa", company=self.company, install_demo=False)
        warehouses = self.env["stock.warehouse"]
        if not warehouses.search([("company_id", "=", self.company.id)]):
            warehouses.create({"name": "Race", "code": "RACE", "company_id": self.company.id})
        self.carrier = self.env["logistics.system"].create(
            {"name": "Race carrier", "code": "race-bill", "kind": "carrier"}
        )
        self.product = self.env["product.product"].create(
            {
                "name": "Race pump",
                "type": "consu",
                "list_price": 20.0,
                "invoice_policy": "delivery",
                "taxes_id": False,
            }
        )
        self.preparer, self.approver = self._user("preparer"), self._user("approver")

    def fill(self, count: int) -> dict[str, Any]:
        """Half of the shipments for each customer: two pumps at 20 and 5 for freight."""
        customers = self.env["res.partner"].create([{"name": "Each"}, {"name": "Weekly"}])
        self._agree(customers[0], {})
        self._agree(customers[1], {"invoice_per": "customer", "invoice_period": "week"})
        line = {"product_id": self.product.id, "product_uom_qty": 2}
        orders = self.env["sale.order"].create(
            [
                {
                    "partner_id": customers[n % 2].id,
                    "company_id": self.company.id,
                    "order_line": [(0, 0, line)],
                }
                for n in range(count)
            ]
        )
        orders.action_confirm()
        pickings = orders.picking_ids
        for move in pickings.move_ids:
            move.write({"quantity": move.product_uom_qty, "picked": True})
        pickings.with_context(skip_sms=True)._action_done()
        self._deliver(pickings.logistics_shipment_ids)
        return {"company": self.company.id}

    def _user(self, role: str) -> Any:
        groups = self.env.ref(_GROUP + "finance_" + role).ids
        return self.env["res.users"].create(
            {
                "name": role,
                "login": f"race-{role}",
                "group_ids": [(6, 0, groups)],
                "company_id": self.company.id,
                "company_ids": [(6, 0, self.company.ids)],
            }
        )

    def _agree(self, customer: Any, terms: dict[str, Any]) -> None:
        agreement = (
            self.env["logistics.agreement"]
            .with_user(self.preparer)
            .create(
                {
                    "name": "Race",
                    "partner_id": customer.id,
                    "date_start": "2020-01-01",
                    "rule_ids": [(0, 0, {"invoicing": "posted", **terms})],
                    "rate_ids": [(0, 0, {"name": "Freight", "rate": 5.0})],
                }
            )
        )
        agreement.action_submit()
        about = [("res_model", "=", agreement._name), ("res_id", "=", agreement.id)]
        self.env["logistics.approval"].search(about).with_user(self.approver).action_approve()

    def _deliver(self, shipments: Any) -> None:
        from odoo.addons.logistics_milestone_sync.core.fact import MilestoneFact, Statement
        from odoo.addons.logistics_milestone_sync.core.reference import Reference

        now = datetime.now(UTC)
        self.env["logistics.shipment"]._record_facts(
            self.carrier,
            [
                Statement(
                    MilestoneFact(
                        (Reference("shipment", shipment.name),), code, now - timedelta(hours=1)
                    ),
                    now,
                )
                for shipment in shipments
                for code in ("delivered", "pod_received")
            ],
        )


if __name__ == "__main__":
    main()
