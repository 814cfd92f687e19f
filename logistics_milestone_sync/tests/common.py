from datetime import UTC, datetime, timedelta

from stdnum import ean

from odoo.tests import TransactionCase, new_test_user

from odoo.addons.logistics_milestone_sync.core.fact import (
    MilestoneFact,
    ReferenceFact,
    Statement,
)
from odoo.addons.logistics_milestone_sync.core.reference import Reference

MODULE = "logistics_milestone_sync"
START = datetime(2026, 3, 2, 8, tzinfo=UTC)


class LogisticsCase(TransactionCase):
    """A distributor with a warehouse, two carriers and a product, made anew for every class."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.wms = cls._create_system("wms", "wms")
        cls.carrier = cls._create_system("carrier", "carrier")
        cls.other_carrier = cls._create_system("other", "carrier")
        cls.customer = cls.env["res.partner"].create({"name": "Customer", "is_company": True})
        cls.product = cls.env["product.product"].create(
            {
                "name": "Goods",
                "is_storable": True,
                "invoice_policy": "delivery",
                "list_price": 100,
                "weight": 5,
            }
        )

    @classmethod
    def _create_system(cls, code, kind, company=None):
        return cls.env["logistics.system"].create(
            {
                "name": f"System {code}",
                "code": f"test-{code}",
                "kind": kind,
                "company_id": (company or cls.env.company).id,
            }
        )

    @classmethod
    def _create_user(cls, login, *groups, company=None):
        company = company or cls.env.company
        return new_test_user(
            cls.env,
            login,
            groups=",".join(["base.group_user", *(f"{MODULE}.{MODULE}_group_{g}" for g in groups)]),
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )

    @classmethod
    def _create_order(cls, quantity=2, confirm=True, **values):
        order = cls.env["sale.order"].create(
            {
                "partner_id": cls.customer.id,
                "order_line": [(0, 0, {"product_id": cls.product.id, "product_uom_qty": quantity})],
                **values,
            }
        )
        if confirm:
            order.action_confirm()
        return order

    @classmethod
    def _create_shipment(cls, **values):
        return cls._create_order(**values).logistics_shipment_ids

    @staticmethod
    def _sscc(serial):
        """A valid SSCC of our own for every serial number."""
        digits = f"{serial:017}"
        return digits + ean.calc_check_digit(digits)

    @staticmethod
    def _at(hours):
        return START + timedelta(hours=hours)

    def _fact(self, named, milestone, hours=0.0, **values):
        """``named`` is a shipment, or a reference like ``("tracking", "1Z")``."""
        reference = ("shipment", named.name) if hasattr(named, "_name") else named
        return MilestoneFact((Reference(*reference),), milestone, self._at(hours), **values)

    def _names(self, shipment, *assigns):
        return ReferenceFact(
            (Reference("shipment", shipment.name),), tuple(Reference(*a) for a in assigns)
        )

    def _record(self, system, *facts):
        statements = [Statement(fact, self._at(100), "test.message,1") for fact in facts]
        return self.env["logistics.shipment"]._record_facts(system, statements)

    def _state(self, system, named, *milestones, **values):
        """State milestones an hour apart."""
        return self._record(
            system,
            *(self._fact(named, code, hour, **values) for hour, code in enumerate(milestones)),
        )

    def _run_cron(self, name):
        """Let a scheduled action of this module run once, with its commits."""
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(f"{MODULE}.{name}").method_direct_trigger()
        self.env.invalidate_all()

    def _ask_override(
        self, user, shipment, milestone, consignment=None, attachments=None, **values
    ):
        """Ask as ``user`` to override the status; the override that waits for approval."""
        reasons = self.env["logistics.reason.code"]
        values = {
            "milestone_id": self.env["logistics.milestone"]._catalogue()[milestone][0],
            "reason_id": reasons._find("override", "carrier_silent").id,
            "note": "The customer called",
            "consignment_id": consignment.id if consignment else False,
        } | values
        attachments = attachments or self.env["ir.attachment"]
        return (
            self.env["logistics.override"]
            .with_user(user)
            ._ask(shipment.with_user(user), values, attachments)
        )
