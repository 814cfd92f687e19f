from odoo.tests import Form, new_test_user, tagged

from .common import LogisticsCase


@tagged("post_install", "-at_install", "logistics")
class TestOdooCreation(LogisticsCase):
    """Which transfers make a shipment, when, and what it knows from them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warehouse = cls.env["stock.warehouse"].search([("company_id", "=", cls.company.id)])[:1]
        cls._stock(cls.product, 100)

    @classmethod
    def _stock(cls, product, quantity):
        cls.env["stock.quant"]._update_available_quantity(
            product, cls.warehouse.lot_stock_id, quantity
        )

    def _validate(self, picking, quantity=None):
        for move in picking.move_ids:
            move.quantity = move.product_uom_qty if quantity is None else quantity
            move.picked = True
        picking._action_done()

    def _transfer(self, source, destination, picking_type=None, **values):
        picking_type = picking_type or self.warehouse.out_type_id
        return self.env["stock.picking"].create(
            {
                "picking_type_id": picking_type.id,
                "partner_id": self.customer.id,
                "location_id": source.id,
                "location_dest_id": destination.id,
                "move_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": 2,
                            "location_id": source.id,
                            "location_dest_id": destination.id,
                        },
                    )
                ],
                **values,
            }
        )

    def _location(self, usage):
        return self.env["stock.location"].search(
            [("usage", "=", usage), ("company_id", "in", [self.company.id, False])], limit=1
        )

    def _retire_warehouse_systems(self):
        systems = self.env["logistics.system"].search([("kind", "=", "wms")])
        systems.filtered(lambda system: system.company_id == self.company).active = False

    # === The policy of the company === #

    def test_a_shipment_can_wait_for_the_reservation(self):
        self.company.logistics_shipment_policy = "reservation"
        self.warehouse.out_type_id.reservation_method = "manual"
        order = self._create_order()
        self.assertFalse(order.logistics_shipment_ids)
        order.picking_ids.action_assign()
        self.assertEqual(order.picking_ids.state, "assigned")
        self.assertEqual(len(order.logistics_shipment_ids), 1)

    def test_what_cannot_be_reserved_has_no_shipment_yet(self):
        self.company.logistics_shipment_policy = "reservation"
        self._stock(self.product, -100)
        order = self._create_order()
        order.picking_ids.action_assign()
        self.assertEqual(order.picking_ids.state, "confirmed")
        self.assertFalse(order.logistics_shipment_ids)

    def test_a_shipment_can_wait_for_the_validation(self):
        self.company.logistics_shipment_policy = "validation"
        order = self._create_order(quantity=5)
        order.picking_ids.action_assign()
        self.assertFalse(order.logistics_shipment_ids)
        self._validate(order.picking_ids, 2)
        shipment = order.logistics_shipment_ids
        self.assertEqual(shipment.picking_ids.state, "done")
        self.assertEqual(len(order.picking_ids), 2, "the backorder waits for its own validation")

    def test_by_hand_nothing_makes_a_shipment(self):
        self.company.logistics_shipment_policy = "manual"
        order = self._create_order()
        order.picking_ids.action_assign()
        self._validate(order.picking_ids)
        self.assertFalse(order.logistics_shipment_ids)

    def test_changing_the_policy_doubles_nothing_and_forgets_nothing(self):
        order = self._create_order()
        self.company.logistics_shipment_policy = "validation"
        other = self._create_order()
        self.company.logistics_shipment_policy = "reservation"
        (order | other).picking_ids.action_assign()
        self.company.logistics_shipment_policy = "confirmation"
        for picking in (order | other).picking_ids:
            self._validate(picking)
        self.assertEqual(len(order.logistics_shipment_ids), 1)
        self.assertEqual(len(other.logistics_shipment_ids), 1)

    def test_an_archived_shipment_is_not_made_again(self):
        order = self._create_order()
        order.logistics_shipment_ids.action_archive()
        self._validate(order.picking_ids)
        everything = order.with_context(active_test=False).logistics_shipment_ids
        self.assertEqual(len(everything), 1)

    def test_who_may_only_pick_makes_shipments_as_well(self):
        picker = new_test_user(
            self.env, "only-picks", groups="stock.group_stock_user", company_id=self.company.id
        )
        self.company.logistics_shipment_policy = "validation"
        order = self._create_order()
        self._validate(order.picking_ids.with_user(picker))
        self.assertEqual(len(order.logistics_shipment_ids), 1)

    # === What the transfer tells === #

    def test_whose_goods_they_are_is_the_client(self):
        client = self.env["res.partner"].create({"name": "Client whose goods we keep"})
        picking = self._transfer(
            self.warehouse.lot_stock_id, self._location("customer"), owner_id=client.id
        )
        picking.action_confirm()
        self.assertEqual(picking.logistics_shipment_ids.client_id, client)

    def test_our_own_goods_have_no_client(self):
        picking = self._transfer(
            self.warehouse.lot_stock_id,
            self._location("customer"),
            owner_id=self.company.partner_id.id,
        )
        picking.action_confirm()
        self.assertFalse(picking.logistics_shipment_ids.client_id)

    def test_each_tracking_number_of_a_transfer_is_a_consignment(self):
        picking = self._transfer(self.warehouse.lot_stock_id, self._location("customer"))
        picking.carrier_tracking_ref = "1ZA1, 1ZA2"
        picking.action_confirm()
        shipment = picking.logistics_shipment_ids
        self.assertEqual(sorted(shipment.consignment_ids.mapped("name")), ["1ZA1", "1ZA2"])
        self._record(self.carrier, self._fact(("tracking", "1ZA1"), "delivered", 3))
        self.assertNotEqual(shipment.phase, "delivered", "half of it is still on its way")
        self._record(self.carrier, self._fact(("tracking", "1ZA2"), "delivered", 4))
        self.assertEqual(shipment.phase, "delivered")

    # === Every way goods move === #

    def test_a_drop_shipment_goes_from_the_supplier_to_the_customer(self):
        picking = self._transfer(
            self._location("supplier"), self._location("customer"), self.warehouse.in_type_id
        )
        picking.action_confirm()
        shipment = picking.logistics_shipment_ids
        self.assertEqual(shipment.direction, "dropship")
        self.assertEqual(shipment.partner_id, self.customer)

    def test_what_suppliers_send_us_makes_no_shipment_by_itself(self):
        picking = self._transfer(
            self._location("supplier"), self.warehouse.lot_stock_id, self.warehouse.in_type_id
        )
        picking.action_confirm()
        self.assertFalse(picking.logistics_shipment_ids)

    def _return(self, picking, quantity=1):
        wizard = Form(
            self.env["stock.return.picking"].with_context(
                active_ids=picking.ids, active_id=picking.id, active_model="stock.picking"
            )
        ).save()
        wizard.product_return_moves.quantity = quantity
        action = wizard.action_create_returns()
        return self.env["stock.picking"].browse(action["res_id"])

    def test_a_return_is_a_shipment_of_its_own_kind(self):
        order = self._create_order(quantity=3)
        original = order.logistics_shipment_ids
        self._validate(order.picking_ids)
        self._state(self.carrier, original, "delivered")
        told = ["phase", "status_id", "delivered_at", "picking_ids"]
        before = original.read(told)
        back = self._return(order.picking_ids)
        shipment = back.logistics_shipment_ids
        self.assertEqual(shipment.direction, "return")
        self.assertEqual(shipment.return_of_id, original)
        self.assertEqual(original.return_ids, shipment)
        self.assertEqual(shipment.shipper_id, self.customer)
        self.assertNotEqual(shipment.partner_id, self.customer)
        self.assertFalse(shipment.promised_at, "nobody promised when it comes back")
        self.assertEqual(original.read(told), before)

    def test_a_return_is_at_its_end_when_the_goods_are_back(self):
        order = self._create_order(quantity=3)
        self._validate(order.picking_ids)
        back = self._return(order.picking_ids)
        self._validate(back)
        shipment = back.logistics_shipment_ids
        self.assertEqual(shipment.status_id.code, "received")
        self.assertEqual(shipment.phase, "delivered")
        self.assertFalse(shipment.is_late)

    def test_a_delivery_without_shipment_has_a_return_without_one(self):
        self.company.logistics_shipment_policy = "manual"
        order = self._create_order(quantity=3)
        self._validate(order.picking_ids)
        self.company.logistics_shipment_policy = "confirmation"
        self.assertFalse(self._return(order.picking_ids).logistics_shipment_ids)

    def test_only_the_last_of_three_steps_is_a_shipment(self):
        self.warehouse.delivery_steps = "pick_pack_ship"
        self._retire_warehouse_systems()
        order = self._create_order(quantity=3)
        done = self.env["stock.picking"]
        for kind in (self.warehouse.pick_type_id, self.warehouse.pack_type_id):
            step = (order.picking_ids - done).filtered(lambda p: p.state != "cancel")
            self.assertEqual(step.picking_type_id, kind)
            self.assertFalse(step.logistics_shipment_ids)
            step.action_assign()
            self._validate(step)
            done |= step
        delivery = order.picking_ids - done
        self.assertEqual(delivery.picking_type_id, self.warehouse.out_type_id)
        shipment = order.logistics_shipment_ids
        self.assertEqual(shipment.picking_ids, delivery)
        self.assertEqual(shipment.status_id.code, "packed")
        self.assertEqual(
            sorted(shipment.event_ids.mapped("milestone_code")), ["created", "packed", "picked"]
        )

    def test_where_a_warehouse_system_speaks_the_steps_in_odoo_are_advisory(self):
        self.warehouse.delivery_steps = "pick_ship"
        order = self._create_order(quantity=3)
        pick = order.picking_ids
        pick.action_assign()
        self._validate(pick)
        shipment = order.logistics_shipment_ids
        picked = shipment.event_ids.filtered(lambda event: event.milestone_code == "picked")
        self.assertEqual(picked.verdict, "advisory")
        self.assertEqual(shipment.status_id.code, "created")

    def test_half_of_the_picking_is_not_picked(self):
        self.warehouse.delivery_steps = "pick_ship"
        self._retire_warehouse_systems()
        stock, output = self.warehouse.lot_stock_id, self.warehouse.wh_output_stock_loc_id
        delivery = self._transfer(output, self._location("customer"))
        picks = self.env["stock.picking"]
        for _number in range(2):
            pick = self._transfer(stock, output, self.warehouse.pick_type_id)
            pick.move_ids.move_dest_ids = delivery.move_ids
            picks |= pick
        (picks | delivery).action_confirm()
        shipment = delivery.logistics_shipment_ids
        self._validate(picks[0])
        self.assertEqual(shipment.status_id.code, "created")
        self._validate(picks[1])
        self.assertEqual(shipment.status_id.code, "picked")
        self.assertEqual(shipment.since, max(picks.mapped("date_done")))

    def test_goods_that_are_picked_later_do_not_tell_it_again(self):
        self.warehouse.delivery_steps = "pick_ship"
        self._retire_warehouse_systems()
        order = self._create_order(quantity=4)
        pick = order.picking_ids
        pick.action_assign()
        self._validate(pick, 1)
        self._validate(order.picking_ids.filtered(lambda p: p.backorder_id == pick))
        events = order.logistics_shipment_ids.event_ids
        self.assertEqual(events.mapped("milestone_code").count("picked"), 1)

    # === Validation says that goods left === #

    def test_validation_hands_over_where_no_warehouse_system_speaks(self):
        self._retire_warehouse_systems()
        order = self._create_order()
        self._validate(order.picking_ids)
        self.assertEqual(order.logistics_shipment_ids.status_id.code, "handed_over")
        self.assertEqual(order.logistics_shipment_ids.phase, "fulfilment")

    def test_validation_is_not_told_again_after_the_dispatch(self):
        order = self._create_order()
        shipment = order.logistics_shipment_ids
        self._state(self.wms, shipment, "picked", "dispatched")
        order.picking_ids._validate_dispatched()
        self.assertEqual(order.picking_ids.state, "done")
        self.assertNotIn("handed_over", shipment.event_ids.mapped("milestone_code"))
