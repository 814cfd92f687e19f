"""What the billing tests start from: a company with accounts, people with roles, a carrier."""

from datetime import UTC, datetime, timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user, tagged

from odoo.addons.logistics_milestone_sync.core.fact import Evidence, MilestoneFact, Statement
from odoo.addons.logistics_milestone_sync.core.reference import Reference

_GROUP = "logistics_milestone_sync.logistics_milestone_sync_group_"

PER_KG = {"name": "Freight", "measure": "weight", "rate": 0.85, "minimum": 18.5}


def flat(amount, name="Freight", **values):
    """Values of a price line that costs the same for every shipment."""
    return {"name": name, "rate": amount, **values}


@tagged("post_install", "-at_install", "logistics")
class BillingCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create(
            {"name": "Distribution Ltd", "country_id": cls.env.ref("base.us").id}
        )
        cls.env.user.company_ids |= cls.company
        cls.env = cls.env(
            context=dict(
                cls.env.context, allowed_company_ids=cls.company.ids, tracking_disable=True
            )
        )
        cls.env["account.chart.template"].try_loading(
            "generic_coa", company=cls.company, install_demo=False
        )
        cls.currency = cls.company.currency_id
        cls.author = cls._create_user("author", "finance_preparer")
        cls.preparer = cls._create_user("preparer", "finance_preparer")
        cls.approver = cls._create_user("approver", "finance_approver")
        cls.auditor = cls._create_user("auditor", "auditor")
        cls.clerk = cls._create_user("clerk", "user", "sales_team.group_sale_salesman_all_leads")
        cls.carrier = cls.env["logistics.system"].create(
            {"name": "Parcel Ltd", "code": "parcel", "kind": "carrier"}
        )
        cls.customer = cls.env["res.partner"].create({"name": "Harbour Street", "is_company": True})
        cls.pump = cls._create_product("Pump", 189.0, weight=6.5)
        cls.valve = cls._create_product("Valve", 24.5, weight=0.8)
        cls.start = fields.Datetime.now().replace(tzinfo=UTC) - timedelta(days=2)

    @classmethod
    def _create_user(cls, login, role, *groups):
        return new_test_user(
            cls.env,
            login=f"billing-{login}",
            groups=",".join([_GROUP + role, *groups]),
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    @classmethod
    def _create_product(cls, name, price, **values):
        return cls.env["product.product"].create(
            {
                "name": name,
                "type": "consu",
                "list_price": price,
                "invoice_policy": "delivery",
                "taxes_id": False,
                **values,
            }
        )

    @classmethod
    def _create_agreement(
        cls, approve=True, partner=None, date_start="2020-01-01", rates=(PER_KG,), **rule
    ):
        """An agreement, written by one and approved by another: per kg with a minimum, posted."""
        agreement = (
            cls.env["logistics.agreement"]
            .with_user(cls.author)
            .create(
                {
                    "name": "Terms",
                    "partner_id": partner.id if partner else False,
                    "date_start": date_start,
                    "rule_ids": [Command.create({"invoicing": "posted"} | rule)],
                    "rate_ids": [Command.create(dict(rate)) for rate in rates],
                }
            )
        )
        if approve:
            agreement.action_submit()
            cls._approval_of(agreement).with_user(cls.approver).action_approve()
        return agreement.sudo()

    @classmethod
    def _approval_of(cls, record):
        return cls.env["logistics.approval"].search(
            [("res_model", "=", record._name), ("res_id", "in", record.ids)],
            limit=1,
            order="id desc",
        )

    @classmethod
    def _create_order(cls, *lines, confirm=True, **values):
        order = cls.env["sale.order"].create(
            {
                "partner_id": cls.customer.id,
                "company_id": cls.company.id,
                "order_line": [
                    Command.create({"product_id": product.id, "product_uom_qty": quantity})
                    for product, quantity in (lines or [(cls.pump, 4), (cls.valve, 10)])
                ],
                **values,
            }
        )
        if confirm:
            order.action_confirm()
        return order

    @classmethod
    def _create_shipment(cls, *lines, ship=True, **values):
        """The shipment of a new order; its transfer is validated unless ``ship`` is false."""
        shipment = cls._create_order(*lines, **values).logistics_shipment_ids
        if ship:
            cls._ship(shipment.picking_ids)
        return shipment

    @classmethod
    def _ship(cls, pickings, **quantities):
        for move in pickings.move_ids:
            move.quantity = quantities.get(move.product_id.name, move.product_uom_qty)
            move.picked = True
        pickings.with_context(skip_sms=True)._action_done()

    @classmethod
    def _fact(cls, shipment, milestone, days=1.0, **values):
        return MilestoneFact(
            (Reference("shipment", shipment.name),),
            milestone,
            cls.start + timedelta(days=days),
            **values,
        )

    @classmethod
    def _state(cls, *facts, system=None):
        """The carrier (or another system) states these facts."""
        heard = datetime.now(UTC)
        return cls.env["logistics.shipment"]._record_facts(
            system or cls.carrier, [Statement(fact, heard) for fact in facts]
        )

    @classmethod
    def _delivery(cls, shipment):
        """The facts that a standard agreement waits for."""
        return (
            cls._fact(shipment, "dispatched", 0.2),
            cls._fact(shipment, "delivered", 1.0),
            cls._fact(
                shipment,
                "pod_received",
                1.0,
                source_event_id=f"pod-{shipment.id}",
                evidence=Evidence(signer="Kim"),
            ),
        )

    @classmethod
    def _exception(cls, shipment, days=1.1, **values):
        return cls._fact(
            shipment,
            "exception_raised",
            days,
            reason="damaged",
            responsible_party="carrier",
            source_event_id=f"exception-{shipment.id}",
            **values,
        )

    def _run_lane(self):
        """Run the billing lane as the scheduler does."""
        with self.enter_registry_test_mode():
            self.env.ref("logistics_billing_rules.ir_cron_release").method_direct_trigger()

    def _release_of(self, shipment):
        return self.env["logistics.release"].search([("shipment_id", "=", shipment.id)])

    def _deliver(self, *shipments):
        """Everything that is needed for these shipments, and the lane."""
        self._state(*(fact for shipment in shipments for fact in self._delivery(shipment)))
        self._run_lane()
        return self.env["logistics.release"].union(*map(self._release_of, shipments))
