from odoo.fields import Command
from odoo.tests import tagged

from .common import BillingCase


@tagged("post_install", "-at_install", "logistics")
class TestKit(BillingCase):
    """A kit is sold as one product and delivered as its parts."""

    def test_parts_of_a_kit_count_as_what_odoo_would_invoice_of_it(self):
        shipment = self._create_shipment((self.pump, 2), ship=False)
        line = shipment.sale_order_ids.order_line
        part = self._create_product("Seal", 3.0)
        move = shipment.picking_ids.move_ids
        # As the explosion of a kit leaves it: only parts, which belong to the line of the kit.
        move.copy({"product_id": part.id, "sale_line_id": line.id})
        move._action_cancel()
        self.assertEqual(line.move_ids.mapped("product_id"), part | self.pump)
        quantities = line._logistics_quantities(shipment.picking_ids)
        self.assertEqual(quantities, {line: 0.0}, "no part of a kit is a kit")

    def test_a_kit_is_invoiced_once_as_a_kit_when_all_of_it_is_delivered(self):
        kit = self._kit()
        self._create_agreement()
        shipment = self._create_shipment((kit, 2), ship=False)
        self.assertEqual(
            shipment.picking_ids.move_ids.mapped(lambda m: (m.product_id.name, m.product_qty)),
            [("Pump", 2.0), ("Valve", 6.0)],
        )
        self._ship(shipment.picking_ids)
        release = self._deliver(shipment)
        goods = release.line_ids.filtered(lambda line: line.kind == "goods")
        self.assertEqual(release.state, "released")
        self.assertEqual((goods.sale_line_id.product_id, goods.quantity), (kit, 2.0))
        self.assertEqual(goods.amount, 500.0)
        self._run_lane()
        self.assertEqual(shipment.sale_order_ids.order_line.qty_invoiced, 2.0)

    def test_a_kit_in_two_deliveries_is_invoiced_as_far_as_whole_kits_arrived(self):
        kit = self._kit()
        self._create_agreement()
        shipment = self._create_shipment((kit, 2), ship=False)
        self._ship(shipment.picking_ids, Pump=1.0, Valve=5.0)
        order = shipment.sale_order_ids
        rest = order.logistics_shipment_ids - shipment
        first = self._deliver(shipment)
        self.assertEqual(order.order_line.qty_invoiced, 1.0)
        self._ship(rest.picking_ids)
        second = self._deliver(rest)
        self.assertEqual((first.state, second.state), ("released", "released"))
        self.assertEqual(order.order_line.qty_invoiced, 2.0)
        goods = (first | second).line_ids.filtered(lambda line: line.kind == "goods")
        self.assertEqual(sum(goods.mapped("amount")), 500.0)

    def _kit(self):
        """One pump and three valves for 250.00; only where Odoo's kits are installed."""
        if "mrp.bom" not in self.env or "sale_mrp" not in self.env[
            "ir.module.module"
        ].sudo().search([("state", "=", "installed")]).mapped("name"):
            self.skipTest("Odoo's kits (sale_mrp) are not installed")
        kit = self._create_product("Pump set", 250.0)
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": kit.product_tmpl_id.id,
                "company_id": self.company.id,
                "product_qty": 1.0,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": self.pump.id, "product_qty": 1.0}),
                    Command.create({"product_id": self.valve.id, "product_qty": 3.0}),
                ],
            }
        )
        return kit
