from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import BillingCase


@tagged("post_install", "-at_install", "logistics")
class TestDrafts(BillingCase):
    """What people can do to a draft, to its goods and beside it, and what the books then say."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement = cls._create_agreement(invoicing="draft")
        cls.accountant = cls._create_user("accountant", "user", "account.group_account_invoice")

    def _draft(self):
        self.release = self._deliver(self._create_shipment())
        return self.release.move_ids.with_user(self.accountant)

    def _line(self, invoice, product):
        return invoice.invoice_line_ids.filtered(lambda line: line.product_id == product)

    def test_a_changed_price_is_not_posted_and_the_form_says_so_before(self):
        invoice = self._draft()
        self.assertFalse(invoice.logistics_problem)
        self._line(invoice, self.pump).price_unit = 150.0
        invoice.invalidate_recordset(["logistics_problem"])
        self.assertRegex(invoice.logistics_problem, "released as.*756.*says.*600.*withdraw")
        with self.assertRaisesRegex(UserError, "withdraw the release"):
            invoice.action_post()
        self._line(invoice, self.pump).price_unit = 189.0
        invoice.action_post()
        self.assertEqual(invoice.state, "posted")

    def test_a_discount_a_smaller_quantity_and_another_freight_are_not_posted(self):
        invoice = self._draft()
        freight = invoice.invoice_line_ids.filtered("logistics_charge_id")
        for line, name, value in (
            (self._line(invoice, self.pump), "discount", 10.0),
            (self._line(invoice, self.pump), "quantity", 3.0),
            (freight, "price_unit", 1.0),
        ):
            before = line[name]
            line[name] = value
            with self.assertRaisesRegex(UserError, "withdraw the release"):
                invoice.action_post()
            line[name] = before
        invoice.action_post()
        self.assertEqual(invoice.amount_untaxed, 1029.9)

    def test_a_withdrawn_release_is_invoiced_anew_from_the_order(self):
        invoice = self._draft()
        order_line = self._line(invoice, self.pump).sale_line_ids
        order_line.sudo().price_unit = 180.0
        with self.assertRaises(AccessError):
            self.release.with_user(self.clerk).action_withdraw()
        self.release.with_user(self.preparer).action_withdraw()
        new = self.release.line_ids.filtered("live").move_id
        self.assertEqual((invoice.state, self.release.state), ("cancel", "released"))
        self.assertEqual((new.state, new.amount_untaxed), ("draft", 993.9))

    def test_a_posted_invoice_is_not_withdrawn(self):
        self._draft().action_post()
        with self.assertRaisesRegex(UserError, "drafts can be withdrawn"):
            self.release.with_user(self.preparer).action_withdraw()

    def _by_hand(self, product, **values):
        return self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_line_ids": [
                    Command.create({"product_id": product.id, "quantity": 4, "price_unit": 1})
                ],
                **values,
            }
        )

    def test_held_goods_are_not_invoiced_by_hand_beside_their_order(self):
        shipment = self._create_shipment()
        self._run_lane()
        with self.assertRaisesRegex(UserError, f"linked to no order.*{shipment.name}"):
            self._by_hand(self.pump).action_post()

    def test_by_hand_goes_what_nothing_holds(self):
        self._create_shipment((self.pump, 4))
        self._run_lane()
        stranger = self.env["res.partner"].create({"name": "Somebody else"})
        service = self._create_product("Advice", 80.0, type="service")
        for invoice in (
            self._by_hand(self.valve),
            self._by_hand(service),
            self._by_hand(self.pump, partner_id=stranger.id),
        ):
            invoice.action_post()
            self.assertEqual(invoice.state, "posted")

    def test_by_hand_goes_again_what_was_released(self):
        self._draft().action_post()
        invoice = self._by_hand(self.pump)
        invoice.action_post()
        self.assertEqual(invoice.state, "posted")

    def test_nobody_frees_goods_by_clearing_their_order_line(self):
        shipment = self._create_shipment()
        keeper = self._create_user("keeper", "user", "stock.group_stock_manager")
        move = shipment.picking_ids.move_ids[0]
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            move.with_user(keeper).sale_line_id = False
        self.assertTrue(move.sale_line_id)

    def test_goods_whose_transfer_was_unlinked_wait_for_the_order(self):
        prepaid = self._create_product("Prepaid", 50.0, invoice_policy="order", weight=1)
        shipment = self._create_shipment((prepaid, 3))
        self._run_lane()
        line = shipment.sale_order_ids.order_line
        shipment.picking_ids.move_ids.sale_line_id = False
        self.assertIn(line, line._logistics_held())
        with self.assertRaisesRegex(UserError, shipment.name):
            shipment.sale_order_ids._create_invoices()
