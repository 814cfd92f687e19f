from odoo.tests import tagged

from .test_invoice_run import RunCase


@tagged("post_install", "-at_install", "logistics")
class TestDownPayment(RunCase):
    def _paid(self, shipment, amount):
        wizard = self.env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": shipment.sale_order_ids.ids,
                "advance_payment_method": "fixed",
                "fixed_amount": amount,
            }
        )
        wizard.create_invoices()
        shipment.sale_order_ids.invoice_ids.action_post()

    def test_what_was_paid_in_advance_is_taken_off_the_invoice(self):
        self._create_agreement(rates=())
        shipment = self._create_shipment((self.pump, 2), ship=False)
        self._paid(shipment, 100.0)
        self._ship(shipment.picking_ids)
        release = self._deliver(shipment)
        self.assertEqual(release.move_ids.amount_untaxed, 278.0)
        self.assertEqual(release.amount_invoiced, 378.0)
        self.assertEqual(shipment.sale_order_ids.invoice_status, "invoiced")
        self.assertEqual(sum(shipment.sale_order_ids.invoice_ids.mapped("amount_untaxed")), 378.0)

    def test_it_waits_for_the_first_invoice_that_is_not_less_than_it(self):
        self._create_agreement(rates=())
        shipment = self._create_shipment((self.pump, 4), ship=False)
        self._paid(shipment, 300.0)
        self._ship(shipment.picking_ids, Pump=1.0)
        rest = shipment.sale_order_ids.logistics_shipment_ids - shipment
        first = self._deliver(shipment)
        self.assertEqual(first.move_ids.amount_untaxed, 189.0)
        self._ship(rest.picking_ids)
        second = self._deliver(rest)
        self.assertEqual(second.move_ids.amount_untaxed, 3 * 189.0 - 300.0)

    def test_with_the_last_delivery_what_is_left_becomes_a_credit_note(self):
        self._create_agreement(rates=())
        shipment = self._create_shipment((self.pump, 2), ship=False)
        self._paid(shipment, 300.0)
        self._ship(shipment.picking_ids, Pump=1.0)
        rest = shipment.sale_order_ids.logistics_shipment_ids - shipment
        releases = self._deliver(shipment)
        self._ship(rest.picking_ids)
        releases |= self._deliver(rest)
        credit = releases.move_ids.filtered(lambda move: move.move_type == "out_refund")
        self.assertEqual((credit.state, credit.amount_untaxed), ("posted", 111.0))
        self.assertEqual(set(releases.mapped("amount_invoiced")), {189.0})
        order = shipment.sale_order_ids
        self.assertEqual(sum(order.invoice_ids.mapped("amount_untaxed_signed")), 378.0)
        self.assertEqual(order.order_line.filtered("product_id").mapped("qty_invoiced")[0], 2.0)
        self._run_lane()
        self.assertEqual(set(releases.mapped("state")), {"released"})
