"""Companies that sold and delivered goods, so that invoices are all that is left to make.

Two sell the same: one bills by an agreement, one by Odoo alone. Everything goes through the ORM,
as people and carriers would do it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

_PART = 100  # orders that are made at a time
_CUSTOMERS = 10
_KG = {"name": "Freight", "measure": "weight", "rate": 0.85, "minimum": 18.5}


class Seller:
    """One company with goods, customers, and the orders that it delivered.

    :param governed: whether an agreement decides when its customers are invoiced
    """

    def __init__(self, env: Any, name: str, governed: bool) -> None:
        self.company = env["res.company"].create(
            {"name": name, "country_id": env.ref("base.us").id}
        )
        context = {**env.context, "allowed_company_ids": self.company.ids}
        self.env = env(context={**context, "tracking_disable": True, "skip_sms": True})
        self.env["stock.warehouse"].create({"name": name, "code": "BENCH"})
        self.env["account.chart.template"].try_loading(
            "generic_coa", company=self.company, install_demo=False
        )
        self.goods = self.env["product.product"].create(
            [self._product("Pump", 189.0, 6.5), self._product("Valve", 24.5, 0.8)]
        )
        self.customers = self.env["res.partner"].create(
            [{"name": f"{name} customer {number}"} for number in range(_CUSTOMERS)]
        )
        self.governed = governed
        if governed:
            self._agree()
        self.system = self._carrier()

    def _product(self, name: str, price: float, weight: float) -> dict[str, Any]:
        values = {"name": name, "list_price": price, "weight": weight, "type": "consu"}
        return {**values, "invoice_policy": "delivery", "company_id": self.company.id}

    def _carrier(self) -> Any:
        values = {"name": "Selling", "code": f"selling-{self.company.id}", "kind": "carrier"}
        return self.env["logistics.system"].create(values)

    def _agree(self) -> None:
        """Freight by weight, posted when delivered: written by one and approved by another."""
        agreements = self.env["logistics.agreement"].with_user(self._person("preparer"))
        agreement = agreements.create(
            {
                "name": "Terms",
                "date_start": "2020-01-01",
                "rule_ids": [(0, 0, {"invoicing": "posted"})],
                "rate_ids": [(0, 0, _KG)],
            }
        )
        agreement.action_submit()
        asked = self.env["logistics.approval"].search(
            [("res_model", "=", agreement._name), ("res_id", "=", agreement.id)]
        )
        asked.with_user(self._person("approver")).action_approve()

    def _person(self, role: str) -> Any:
        login = f"{self.company.name} {role}"
        group = f"logistics_milestone_sync.logistics_milestone_sync_group_finance_{role}"
        return self.env["res.users"].create(
            {
                "name": login,
                "login": login,
                "company_id": self.company.id,
                "company_ids": [(6, 0, self.company.ids)],
                "group_ids": [(4, self.env.ref(group).id)],
            }
        )

    def deliver(self, count: int) -> Any:
        """So many orders, delivered and, where an agreement waits for it, proven. Committed.

        :return: the ``sale.order``
        """
        orders = self.env["sale.order"]
        for begin in range(0, count, _PART):
            made = self._ordered(min(_PART, count - begin))
            self._shipped(made.picking_ids)
            if self.governed:
                self._proven(made.logistics_shipment_ids)
            self.env.cr.commit()
            self.env.invalidate_all()
            orders |= made
        return orders

    def _ordered(self, count: int) -> Any:
        orders = self.env["sale.order"].create(
            [
                {
                    "partner_id": self.customers[number % _CUSTOMERS].id,
                    "order_line": [(0, 0, line) for line in self._lines(number)],
                }
                for number in range(count)
            ]
        )
        orders.action_confirm()
        return orders

    def _lines(self, number: int) -> list[dict[str, Any]]:
        """Another quantity for every few orders, some of them light and some of them heavy."""
        return [
            {"product_id": product.id, "product_uom_qty": 1 + (number + 3 * place) % 7}
            for place, product in enumerate(self.goods)
        ]

    def _shipped(self, pickings: Any) -> None:
        for move in pickings.move_ids:
            move.quantity = move.product_uom_qty
        pickings.move_ids.picked = True
        pickings._action_done()

    def _proven(self, shipments: Any) -> None:
        from odoo.addons.logistics_milestone_sync.core.fact import (
            Evidence,
            MilestoneFact,
            Statement,
        )
        from odoo.addons.logistics_milestone_sync.core.reference import Reference

        heard = datetime.now(UTC)
        facts = [
            MilestoneFact(
                (Reference("shipment", shipment.name),),
                code,
                heard - timedelta(minutes=minutes),
                source_event_id=f"{code}-{shipment.id}",
                evidence=Evidence(signer="Kim") if code == "pod_received" else None,
            )
            for shipment in shipments
            for code, minutes in (("dispatched", 60), ("delivered", 20), ("pod_received", 20))
        ]
        told = shipments._record_facts(self.system, [Statement(fact, heard) for fact in facts])
        found = {outcome.status for outcome in told}
        assert found == {"recorded"}, f"the facts are {found}"
