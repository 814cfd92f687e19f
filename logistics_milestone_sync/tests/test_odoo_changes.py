from odoo.tests import tagged

from .common import LogisticsCase


@tagged("post_install", "-at_install", "logistics")
class TestOdooChanges(LogisticsCase):
    """Cancelled and changed documents, and the numbers that go both ways."""

    def _validate(self, picking, quantity=None):
        for move in picking.move_ids.filtered(lambda m: m.state != "cancel"):
            move.quantity = move.product_uom_qty if quantity is None else quantity
            move.picked = True
        picking._action_done()

    # === Cancelled === #

    def test_a_cancelled_line_leaves_the_rest_of_the_shipment_alone(self):
        other = self.env["product.product"].create({"name": "Other Goods", "is_storable": True})
        lines = [
            (0, 0, {"product_id": product.id, "product_uom_qty": 2})
            for product in (self.product, other)
        ]
        order = self._create_order(order_line=lines)
        order.picking_ids.move_ids[:1]._action_cancel()
        self.assertEqual(set(order.picking_ids.move_ids.mapped("state")), {"cancel", "confirmed"})
        self.assertEqual(order.logistics_shipment_ids.status_id.code, "created")

    def test_cancelling_all_goods_one_by_one_cancels_the_shipment(self):
        order = self._create_order()
        for move in order.picking_ids.move_ids:
            move._action_cancel()
        self.assertEqual(order.logistics_shipment_ids.status_id.code, "cancelled")

    def test_a_cancelled_transfer_cancels_what_it_alone_makes_up(self):
        order = self._create_order(quantity=5)
        self._validate(order.picking_ids, 2)
        backorder = order.picking_ids.filtered("backorder_id")
        first = backorder.backorder_id.logistics_shipment_ids
        backorder.action_cancel()
        self.assertEqual(backorder.logistics_shipment_ids.status_id.code, "cancelled")
        self.assertNotEqual(first.status_id.code, "cancelled")
        self.assertFalse(first.has_open_exception)

    def test_goods_on_their_way_are_not_cancelled_but_become_a_case(self):
        order = self._create_order()
        shipment = order.logistics_shipment_ids
        self._state(self.wms, shipment, "picked", "dispatched")
        order._action_cancel()
        self.assertEqual(shipment.phase, "transit")
        self.assertEqual(shipment.exception_ids.state, "open")
        self.assertEqual(
            shipment.exception_ids.description,
            "Cancelled in Odoo, but the goods are on their way",
        )
        self.assertEqual(shipment.exception_ids.responsible_party, "shipper")

    def test_one_cancellation_is_one_case(self):
        order = self._create_order()
        shipment = order.logistics_shipment_ids
        self._state(self.wms, shipment, "picked", "dispatched")
        order.picking_ids.action_cancel()
        order._action_cancel()
        shipment._follow_cancellation()
        self.assertEqual(len(shipment.exception_ids), 1)

    def test_an_order_that_is_cancelled_after_its_transfer_was_validated_is_a_case(self):
        order = self._create_order()
        shipment = order.logistics_shipment_ids
        self._validate(order.picking_ids)
        order._action_cancel()
        self.assertNotEqual(shipment.status_id.code, "cancelled")
        self.assertEqual(shipment.exception_ids.state, "open")

    def test_delivered_goods_of_a_cancelled_order_are_a_case(self):
        order = self._create_order()
        shipment = order.logistics_shipment_ids
        self._state(self.carrier, shipment, "delivered")
        order._action_cancel()
        self.assertEqual(shipment.phase, "delivered")
        self.assertIn("delivered already", shipment.exception_ids.description)

    def test_an_order_that_is_taken_up_again_has_a_new_shipment(self):
        order = self._create_order()
        old = order.logistics_shipment_ids
        order._action_cancel()
        order.action_draft()
        order.action_confirm()
        new = order.logistics_shipment_ids - old
        self.assertEqual(len(new), 1)
        self.assertEqual(new.status_id.code, "created")
        self.assertEqual(old.status_id.code, "cancelled")

    # === Changed === #

    def test_a_new_promise_reaches_the_shipment(self):
        order = self._create_order(commitment_date="2026-03-09 12:00:00")
        shipment = order.logistics_shipment_ids
        self.assertEqual(str(shipment.promised_at), "2026-03-09 12:00:00")
        order.commitment_date = "2026-03-11 12:00:00"
        self.assertEqual(str(shipment.promised_at), "2026-03-11 12:00:00")

    def test_what_arrived_keeps_the_promise_it_was_measured_by(self):
        order = self._create_order(commitment_date="2026-03-09 12:00:00")
        shipment = order.logistics_shipment_ids
        self._state(self.carrier, shipment, "delivered")
        order.commitment_date = "2026-03-11 12:00:00"
        self.assertEqual(str(shipment.promised_at), "2026-03-09 12:00:00")

    def test_another_delivery_method_reaches_shipment_and_consignments(self):
        old, new = self._create_delivery_carrier("Slow"), self._create_delivery_carrier("Fast")
        order = self._create_order()
        order.picking_ids.carrier_id = old
        shipment = order.logistics_shipment_ids
        self.assertEqual(shipment.delivery_carrier_id, old)
        order.picking_ids.carrier_id = new
        self.assertEqual(shipment.delivery_carrier_id, new)
        self.assertEqual(shipment.consignment_ids.delivery_carrier_id, new)

    def test_the_owner_of_the_goods_may_be_told_later(self):
        order = self._create_order()
        owner = self.env["res.partner"].create({"name": "Owner"})
        order.picking_ids.owner_id = owner
        self.assertEqual(order.logistics_shipment_ids.client_id, owner)

    def test_the_customers_number_names_the_shipment_when_it_comes(self):
        order = self._create_order()
        order.client_order_ref = "PO-LATE"
        self._record(self.carrier, self._fact(("purchase_order", "po-late"), "delivered", 3))
        self.assertEqual(order.logistics_shipment_ids.phase, "delivered")

    def _create_delivery_carrier(self, name, **values):
        service = self.env["product.product"].create({"name": name, "type": "service"})
        return self.env["delivery.carrier"].create(
            {"name": name, "product_id": service.id, "delivery_type": "fixed", **values}
        )

    # === Tracking numbers, both ways === #

    def test_a_number_that_a_system_names_is_shown_on_the_transfer(self):
        order = self._create_order()
        shipment, picking = order.logistics_shipment_ids, order.picking_ids
        self._record(self.wms, self._names(shipment, ("tracking", "1Z 77")))
        self.assertEqual(picking.carrier_tracking_ref, "1Z 77")
        self._record(self.wms, self._names(shipment, ("pro", "P-5"), ("bol", "B9")))
        self.assertEqual(
            picking.carrier_tracking_ref, "1Z 77,P-5", "a bill of lading tracks nothing"
        )

    def test_a_number_of_odoo_names_the_shipment(self):
        order = self._create_order()
        order.picking_ids.carrier_tracking_ref = "1Z88"
        self._record(self.carrier, self._fact(("tracking", "1z-88"), "delivered", 3))
        self.assertEqual(order.logistics_shipment_ids.phase, "delivered")

    def test_a_number_does_not_come_back_as_an_echo(self):
        order = self._create_order()
        shipment, picking = order.logistics_shipment_ids, order.picking_ids
        picking.carrier_tracking_ref = "1Z88"
        self._record(self.wms, self._names(shipment, ("tracking", "1z-88"), ("pro", "P5")))
        self.assertEqual(picking.carrier_tracking_ref, "1Z88,P5")
        numbers = shipment.reference_ids.filtered(lambda r: r.scheme in ("tracking", "pro"))
        self.assertEqual(sorted(numbers.mapped("normalised")), ["1Z88", "P5"])

    def test_two_numbers_on_one_transfer_have_a_link_each(self):
        carrier = self._create_delivery_carrier(
            "Linked", tracking_url="https://track.example.com/?n=<shipmenttrackingnumber>"
        )
        picking = self._create_order().picking_ids
        picking.write({"carrier_id": carrier.id, "carrier_tracking_ref": "1Z1,1Z 2"})
        self.assertEqual(
            picking.get_multiple_carrier_tracking(),
            [
                ["1Z1", "https://track.example.com/?n=1Z1"],
                ["1Z 2", "https://track.example.com/?n=1Z%202"],
            ],
        )
        picking.carrier_tracking_ref = "1Z1"
        self.assertEqual(picking.carrier_tracking_url, "https://track.example.com/?n=1Z1")

    def test_a_number_of_another_shipment_is_told_and_stops_nothing(self):
        first, second = self._create_order(), self._create_order()
        first.picking_ids.carrier_tracking_ref = "1ZSAME"
        second.picking_ids.carrier_tracking_ref = "1zsame"
        self.assertEqual(second.picking_ids.carrier_tracking_ref, "1zsame")
        notes = "".join(second.picking_ids.message_ids.mapped("body"))
        self.assertIn("names another shipment", notes)
        self.assertNotIn("tracking", second.logistics_shipment_ids.reference_ids.mapped("scheme"))

    def test_what_can_be_no_number_is_told_as_well(self):
        picking = self._create_order().picking_ids
        picking.carrier_tracking_ref = "https://" + "x" * 90
        self.assertIn("too long", "".join(picking.message_ids.mapped("body")))

    def test_goods_that_left_are_not_ordered_from_a_carrier_again(self):
        carrier = self._create_delivery_carrier("Would call", integration_level="rate_and_ship")
        order = self._create_order()
        picking = order.picking_ids
        picking.picking_type_id.print_label = True
        picking.carrier_id = carrier
        self._state(self.wms, order.logistics_shipment_ids, "dispatched")
        picking._validate_dispatched()
        self.assertEqual(picking.state, "done")
        self.assertFalse(picking.carrier_tracking_ref, "Odoo's own carriers give a number")
        self.assertFalse(picking.carrier_price)

    def test_numbers_of_many_shipments_cost_as_many_queries_as_those_of_one(self):
        def cost(count):
            shipments = self.env["logistics.shipment"].union(
                *(self._create_shipment() for _number in range(count))
            )
            facts = [self._names(each, ("tracking", f"Q{count}-{each.id}")) for each in shipments]
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._record(self.wms, *facts)
            self.env.flush_all()
            self.assertTrue(all(shipments.picking_ids.mapped("carrier_tracking_ref")))
            return self.env.cr.sql_log_count - before

        cost(1)  # fills the caches of the registry
        self.assertLessEqual(cost(12), cost(2) + 3)
