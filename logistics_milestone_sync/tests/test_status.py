from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import LogisticsCase


@tagged("post_install", "-at_install", "logistics")
class TestStatus(LogisticsCase):
    """What orders and transfers show of their shipments, and to whom."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = new_test_user(
            cls.env, "only-sells", groups="sales_team.group_sale_salesman_all_leads"
        )
        cls.picker = new_test_user(cls.env, "only-picks", groups="stock.group_stock_user")
        yesterday = fields.Datetime.now() - timedelta(days=1)
        cls.late = cls._create_order(commitment_date=yesterday)
        cls.fine = cls._create_order(commitment_date=yesterday + timedelta(days=9))

    def _documents(self):
        return (
            ("sale.order", self.seller, self.late, self.fine),
            ("stock.picking", self.picker, self.late.picking_ids, self.fine.picking_ids),
        )

    def test_people_without_a_right_on_shipments_see_how_it_stands(self):
        shipment = self.late.logistics_shipment_ids
        self._record(self.wms, self._names(shipment, ("tracking", "1ZSEEN")))
        self._record(
            self.carrier,
            self._fact(shipment, "out_for_delivery", 3),
            self._fact(shipment, "exception_raised", 4, reason="address"),
        )
        for _model, user, late, _fine in self._documents():
            with self.assertRaises(AccessError):
                shipment.with_user(user).read(["name"])
            shown = late.with_user(user)
            self.assertEqual(shown.logistics_status, "Out for delivery")
            self.assertEqual(shown.logistics_phase, "transit")
            self.assertEqual(shown.logistics_tracking_refs, "1ZSEEN")
            self.assertTrue(shown.logistics_is_late)
            self.assertTrue(shown.logistics_has_exception)

    def test_they_can_be_searched_for(self):
        self._record(
            self.carrier,
            self._fact(self.late.logistics_shipment_ids, "exception_raised", 4, reason="address"),
        )
        for model, user, late, fine in self._documents():
            documents = self.env[model].with_user(user)
            both = [("id", "in", (late | fine).ids)]
            for flag in ("logistics_is_late", "logistics_has_exception"):
                self.assertEqual(documents.search([*both, (flag, "=", True)]), late)
                self.assertEqual(documents.search([*both, (flag, "=", False)]), fine)

    def test_silence_is_told_and_searched_for(self):
        shipment = self.late.logistics_shipment_ids
        self._state(self.wms, shipment, "dispatched")  # long ago, and nothing since
        self.assertTrue(shipment.is_silent)
        for model, user, late, fine in self._documents():
            self.assertTrue(late.with_user(user).logistics_is_silent)
            both = [("id", "in", (late | fine).ids)]
            found = (
                self.env[model].with_user(user).search([*both, ("logistics_is_silent", "=", True)])
            )
            self.assertEqual(found, late)

    def test_they_can_be_found_by_phase_and_number(self):
        shipment = self.late.logistics_shipment_ids
        self._record(self.wms, self._names(shipment, ("tracking", "1ZFOUND")))
        self._state(self.wms, shipment, "picked")
        for model, user, late, fine in self._documents():
            documents = self.env[model].with_user(user)
            both = [("id", "in", (late | fine).ids)]
            self.assertEqual(
                documents.search([*both, ("logistics_phase", "=", "fulfilment")]), late
            )
            self.assertEqual(
                documents.search([*both, ("logistics_phase", "!=", "fulfilment")]), fine
            )
            self.assertEqual(
                documents.search([*both, ("logistics_tracking_refs", "ilike", "1zfound")]), late
            )

    def test_they_can_be_grouped_and_sorted_by_phase(self):
        self._state(self.wms, self.fine.logistics_shipment_ids, "picked")
        without = self._create_order(confirm=False)
        orders = self.late | self.fine | without
        groups = (
            self.env["sale.order"]
            .with_user(self.seller)
            ._read_group([("id", "in", orders.ids)], ["logistics_phase"], ["id:recordset"])
        )
        found = {phase: records.sudo() for phase, records in groups}
        self.assertEqual(found, {"planning": self.late, "fulfilment": self.fine, False: without})
        described = self.env["sale.order"].fields_get(["logistics_phase"])["logistics_phase"]
        self.assertTrue(described["groupable"])
        self.assertTrue(described["sortable"])

    def test_the_least_advanced_shipment_tells_the_phase(self):
        order = self._create_order(quantity=5)
        picking = order.picking_ids
        picking.move_ids.quantity = 2
        picking.move_ids.picked = True
        picking._action_done()
        first = picking.logistics_shipment_ids
        rest = order.logistics_shipment_ids - first
        self._state(self.carrier, first, "delivered")
        self.assertEqual(order.logistics_phase, "planning")
        self._state(self.carrier, rest, "lost")
        self.assertEqual(order.logistics_phase, "delivered", "what failed holds nobody back")

    def test_shipments_of_another_company_are_not_told(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        shipment = self.late.logistics_shipment_ids.sudo()
        self.env.cr.execute(
            "UPDATE logistics_shipment SET company_id = %s WHERE id = %s", [other.id, shipment.id]
        )
        self.env.invalidate_all()
        shown = self.late.with_user(self.seller)
        self.assertFalse(shown.logistics_status)
        self.assertFalse(shown.logistics_is_late)
        orders = self.env["sale.order"].with_user(self.seller)
        mine = [("id", "=", self.late.id)]
        self.assertFalse(orders.search([*mine, ("logistics_is_late", "=", True)]))
        self.assertTrue(orders.search([*mine, ("logistics_phase", "=", False)]))

    def test_the_status_of_many_costs_as_many_queries_as_that_of_few(self):
        def cost(orders):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            orders.with_user(self.seller).mapped("logistics_status")
            orders.with_user(self.seller).mapped("logistics_is_late")
            return self.env.cr.sql_log_count - before

        many = self.late | self.fine
        for _number in range(8):
            many |= self._create_order()
        cost(many)
        self.assertLessEqual(cost(many), cost(self.late) + 2)
