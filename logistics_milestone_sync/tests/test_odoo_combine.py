from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import LogisticsCase


@tagged("post_install", "-at_install", "logistics")
class TestOdooCombine(LogisticsCase):
    """One order in many shipments, many orders in one, and shipments made by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._create_user("combines", "user")

    def _combine(self, pickings, user=None):
        pickings.with_user(user or self.clerk).action_combine_logistics_shipments()

    def test_two_orders_travel_as_one_shipment(self):
        first = self._create_order(quantity=2, commitment_date="2026-03-09 12:00:00")
        second = self._create_order(quantity=3, commitment_date="2026-03-05 12:00:00")
        kept, absorbed = first.logistics_shipment_ids, second.logistics_shipment_ids
        self._combine((first | second).picking_ids)
        self.assertEqual(kept.picking_ids, (first | second).picking_ids)
        self.assertEqual(kept.sale_order_ids, first | second)
        self.assertEqual(first.logistics_shipment_ids, kept)
        self.assertEqual(second.logistics_shipment_ids, kept)
        self.assertEqual(kept.weight, 25)
        self.assertEqual(str(kept.promised_at), "2026-03-05 12:00:00", "the earlier promise holds")
        self.assertFalse(absorbed.active)
        self.assertEqual(absorbed.combined_into_id, kept)
        self.assertEqual(absorbed.status_id.code, "cancelled")
        self.assertEqual(kept.status_id.code, "created")

    def test_old_names_find_the_shipment_that_stayed(self):
        first, second = self._create_order(), self._create_order(client_order_ref="PO-2")
        kept, absorbed = first.logistics_shipment_ids, second.logistics_shipment_ids
        self._record(self.wms, self._names(absorbed, ("tracking", "1ZABSORBED")))
        self._combine((first | second).picking_ids)
        for name in (
            ("shipment", absorbed.name),
            ("delivery", second.picking_ids.name),
            ("sale_order", second.name),
            ("purchase_order", "PO-2"),
            ("tracking", "1ZABSORBED"),
        ):
            [outcome] = self._record(self.carrier, self._fact(name, "departed_hub", 1))
            self.assertEqual(outcome.shipment_id, kept.id, name)

    def test_a_parcel_of_the_absorbed_one_is_a_consignment_of_the_other(self):
        first, second = self._create_order(), self._create_order()
        first.picking_ids.carrier_tracking_ref = "1ZONE"
        second.picking_ids.carrier_tracking_ref = "1ZTWO"
        kept = first.logistics_shipment_ids
        self._combine((first | second).picking_ids)
        self.assertEqual(sorted(kept.consignment_ids.mapped("name")), ["1ZONE", "1ZTWO"])
        self._record(self.carrier, self._fact(("tracking", "1ZONE"), "delivered", 3))
        self.assertNotEqual(kept.phase, "delivered")
        self._record(self.carrier, self._fact(("tracking", "1ZTWO"), "delivered", 3))
        self.assertEqual(kept.phase, "delivered")

    def test_two_shipments_of_one_order_become_one(self):
        order = self._create_order(quantity=5)
        picking = order.picking_ids
        picking.move_ids.quantity = 2
        picking.move_ids.picked = True
        self.company.logistics_shipment_policy = "manual"
        picking._action_done()
        self.assertEqual(len(order.picking_ids), 2)
        shipments = order.logistics_shipment_ids
        self.assertEqual(len(shipments), 1)
        self._combine(order.picking_ids)
        self.assertEqual(order.logistics_shipment_ids, shipments)
        self.assertEqual(shipments.picking_ids, order.picking_ids)
        references = shipments.reference_ids
        self.assertEqual(references.mapped("scheme").count("sale_order"), 1)
        self.assertEqual(references.mapped("scheme").count("delivery"), 2)

    def test_what_has_news_is_not_combined(self):
        first, second = self._create_order(), self._create_order()
        self._state(self.wms, second.logistics_shipment_ids, "picked")
        with self.assertRaisesRegex(UserError, "has news already"):
            self._combine((first | second).picking_ids)

    def test_only_what_goes_to_one_consignee_is_combined(self):
        neighbour = self.env["res.partner"].create({"name": "Neighbour"})
        first = self._create_order()
        second = self._create_order(partner_id=neighbour.id)
        with self.assertRaisesRegex(UserError, "different consignees"):
            self._combine((first | second).picking_ids)

    def test_one_alone_is_not_combined(self):
        with self.assertRaisesRegex(UserError, "at least two"):
            self._create_shipment().with_user(self.clerk).action_combine()

    def test_a_cancelled_transfer_makes_no_shipment(self):
        self.company.logistics_shipment_policy = "manual"
        order = self._create_order()
        order.picking_ids.action_cancel()
        with self.assertRaisesRegex(UserError, "cannot travel"):
            order.picking_ids.with_user(self.clerk).action_make_logistics_shipments()

    def test_shipments_by_hand_one_each_and_never_twice(self):
        self.company.logistics_shipment_policy = "manual"
        orders = self._create_order() | self._create_order()
        pickings = orders.picking_ids.with_user(self.clerk)
        pickings.action_make_logistics_shipments()
        pickings.action_make_logistics_shipments()
        self.assertEqual([len(order.logistics_shipment_ids) for order in orders], [1, 1])

    def test_one_shipment_by_hand_of_many_transfers(self):
        self.company.logistics_shipment_policy = "manual"
        orders = self._create_order() | self._create_order()
        self._combine(orders.picking_ids)
        shipment = orders.logistics_shipment_ids
        self.assertEqual(len(shipment), 1)
        self.assertEqual(shipment.picking_ids, orders.picking_ids)
        self.assertEqual(shipment.status_id.code, "created")

    def test_a_shipment_of_what_is_gone_already_says_so(self):
        wms = self.env["logistics.system"].search([("kind", "=", "wms")])
        wms.active = False
        self.company.logistics_shipment_policy = "manual"
        picking = self._create_order().picking_ids
        picking.move_ids.quantity = 2
        picking.move_ids.picked = True
        picking._action_done()
        picking.with_user(self.clerk).action_make_logistics_shipments()
        self.assertEqual(picking.logistics_shipment_ids.status_id.code, "handed_over")

    def test_who_has_no_right_on_shipments_makes_none(self):
        picker = new_test_user(self.env, "picks", groups="stock.group_stock_user")
        pickings = (self._create_order() | self._create_order()).picking_ids
        auditor = self._create_user("audits", "auditor")
        for user in (picker, auditor):
            with self.assertRaises(AccessError):
                self._combine(pickings, user)
            with self.assertRaises(AccessError):
                pickings.with_user(user).action_make_logistics_shipments()
            with self.assertRaises(AccessError):
                pickings.logistics_shipment_ids.with_user(user).action_combine()
