from odoo.fields import Command
from odoo.tests import tagged

from .common import BillingCase


@tagged("post_install", "-at_install", "logistics")
class TestReturn(BillingCase):
    """What comes back is a shipment, and never an invoice."""

    def _return(self, picking):
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=picking.id, active_ids=picking.ids, active_model=picking._name)
            .create({"picking_id": picking.id})
        )
        wizard.product_return_moves.quantity = 1
        return self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])

    def test_a_return_has_no_release_and_leaves_that_of_its_delivery_alone(self):
        self._create_agreement()
        shipment = self._create_shipment()
        self._state(*self._delivery(shipment))
        back = self._return(shipment.picking_ids)
        self._ship(back)
        returned = back.logistics_shipment_ids
        self.assertEqual((returned.direction, returned.return_of_id), ("return", shipment))
        self.assertEqual(returned.status_id.code, "received")
        self.assertFalse(returned.logistics_release_ids)
        self.assertEqual(len(shipment.logistics_release_ids), 1)

    def test_by_hand_a_return_is_not_billed_either(self):
        shipment = self.env["logistics.shipment"].create(
            {"direction": "return", "partner_id": self.customer.id, "weight": 4}
        )
        order = self._create_order()
        shipment.sudo().sale_order_ids = [Command.link(order.id)]
        self._state(*self._delivery(shipment))
        self.assertEqual(shipment.phase, "delivered")
        self.assertFalse(shipment.logistics_release_ids)
