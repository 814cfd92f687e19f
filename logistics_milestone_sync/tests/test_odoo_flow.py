from odoo.tests import Form, tagged

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from .common import LogisticsCase


@tagged("post_install", "-at_install", "logistics")
class TestOdooFlow(LogisticsCase, CronMixinCase):
    def test_a_confirmed_order_has_a_shipment_with_its_names(self):
        order = self._create_order(client_order_ref="PO-77")
        shipment = order.logistics_shipment_ids
        names = {(ref.scheme, ref.value) for ref in shipment.reference_ids}
        self.assertEqual(
            names,
            {
                ("shipment", shipment.name),
                ("delivery", order.picking_ids.name),
                ("sale_order", order.name),
                ("purchase_order", "PO-77"),
            },
        )
        self.assertEqual(shipment.picking_ids, order.picking_ids)
        self.assertEqual(shipment.status_id.code, "created")
        self.assertEqual(len(shipment.consignment_ids), 1)

    def test_confirming_again_makes_no_second_shipment(self):
        order = self._create_order()
        order.picking_ids._ensure_shipments()
        order.picking_ids.action_confirm()
        self.assertEqual(len(order.logistics_shipment_ids), 1)

    def test_a_company_may_make_shipments_by_hand_only(self):
        self.company.logistics_shipment_policy = "manual"
        self.assertFalse(self._create_order().logistics_shipment_ids)

    def test_a_dispatch_validates_the_transfer(self):
        order = self._create_order(quantity=3)
        self._state(self.wms, order.logistics_shipment_ids, "picked", "dispatched")
        picking = order.picking_ids
        self.assertEqual(
            self.env["stock.picking"].search(picking._dispatched_domain()) & picking, picking
        )
        picking._validate_dispatched()
        self.assertEqual(picking.state, "done")
        self.assertEqual(order.order_line.qty_delivered, 3)

    def test_a_dispatch_that_is_heard_last_still_wakes_the_validation(self):
        shipment = self._create_shipment()
        self._record(self.carrier, self._fact(shipment, "out_for_delivery", 9))
        cron = self.env.ref("logistics_milestone_sync.ir_cron_validate_dispatched")
        with self.capture_triggers(cron.id) as triggers:
            self._record(self.wms, self._fact(shipment, "dispatched", 2))
        self.assertEqual(len(triggers.records), 1)

    def test_a_company_may_validate_transfers_itself(self):
        self.company.logistics_validate_on_dispatch = False
        order = self._create_order()
        self._state(self.wms, order.logistics_shipment_ids, "dispatched")
        domain = order.picking_ids._dispatched_domain()
        self.assertNotIn(order.picking_ids, self.env["stock.picking"].search(domain))

    def test_a_cancelled_order_cancels_its_shipment(self):
        order = self._create_order()
        order._action_cancel()
        self.assertEqual(order.logistics_shipment_ids.phase, "failed")
        self.assertEqual(order.logistics_shipment_ids.status_id.code, "cancelled")

    def test_a_backorder_travels_as_a_shipment_of_its_own(self):
        order = self._create_order(quantity=5)
        picking = order.picking_ids
        picking.move_ids.quantity = 2
        picking.move_ids.picked = True
        picking._action_done()
        self.assertEqual(len(order.picking_ids), 2)
        self.assertEqual(len(order.logistics_shipment_ids), 2)

    def test_order_and_transfer_show_the_status(self):
        order = self._create_order()
        self._state(self.wms, order.logistics_shipment_ids, "picked")
        self.assertEqual(order.logistics_status, "Picked")
        self.assertEqual(order.picking_ids.logistics_status, "Picked")
        action = order.action_open_logistics_shipments()
        self.assertEqual(action["res_id"], order.logistics_shipment_ids.id)

    def test_a_shipment_is_found_by_any_reference(self):
        shipment = self._create_shipment()
        self._record(self.wms, self._names(shipment, ("tracking", "1Z-555-QX")))
        found = self.env["logistics.shipment"].name_search("1Z555QX")
        self.assertEqual([shipment.id], [record_id for record_id, _name in found])

    def test_the_form_opens_for_the_back_office(self):
        shipment = self._create_shipment()
        with Form(shipment.with_user(self._create_user("clerk", "user"))) as form:
            form.weight = 12
        self.assertEqual(shipment.weight, 12)
