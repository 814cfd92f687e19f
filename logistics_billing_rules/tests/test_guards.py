from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import BillingCase


@tagged("post_install", "-at_install", "logistics")
class TestGuards(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement = cls._create_agreement()

    def test_odoo_makes_no_invoice_of_held_goods_and_says_what_they_wait_for(self):
        shipment = self._create_shipment()
        self._run_lane()
        with self.assertRaisesRegex(UserError, f"{shipment.name}: Delivered.*Carrier"):
            shipment.sale_order_ids._create_invoices()

    def test_odoo_invoices_what_is_not_held(self):
        service = self._create_product("Advice", 80.0, type="service", invoice_policy="order")
        shipment = self._create_shipment((self.pump, 1), (service, 1))
        invoice = shipment.sale_order_ids._create_invoices()
        self.assertEqual(invoice.invoice_line_ids.product_id, service)
        release = self._deliver(shipment)
        goods = release.line_ids.filtered("sale_line_id").sale_line_id.product_id
        self.assertEqual(goods, self.pump)

    def test_an_invoice_that_was_drafted_before_the_agreement_is_not_posted(self):
        agreement = self.agreement
        agreement.sudo().write({"date_end": "2020-12-31"})
        self.env.cr.execute("UPDATE logistics_agreement SET state = 'draft'")
        self.env.invalidate_all()
        shipment = self._create_shipment()
        invoice = shipment.sale_order_ids._create_invoices()
        self.env.cr.execute("UPDATE logistics_agreement SET state = 'approved'")
        self.env.invalidate_all()
        self._run_lane()
        for post in (invoice.action_post, invoice._post, invoice.sudo()._post):
            with self.assertRaisesRegex(UserError, f"(?s)cannot be posted.*{shipment.name}"):
                post()

    def test_a_company_without_an_agreement_is_not_governed(self):
        self.env.cr.execute("UPDATE logistics_agreement SET state = 'draft'")
        self.env.invalidate_all()
        shipment = self._create_shipment()
        invoice = shipment.sale_order_ids._create_invoices()
        invoice.action_post()
        self.assertEqual(invoice.state, "posted")

    def test_a_copy_of_a_released_invoice_cannot_be_posted(self):
        invoice = self._deliver(self._create_shipment()).move_ids
        with self.assertRaisesRegex(UserError, "invoiced for shipment .* already"):
            invoice.copy().action_post()

    def test_a_credit_note_of_a_released_invoice_can_be_posted(self):
        invoice = self._deliver(self._create_shipment()).move_ids
        refund = invoice._reverse_moves(cancel=True)
        self.assertEqual((refund.state, refund.move_type), ("posted", "out_refund"))

    def test_who_released_by_hand_does_not_post(self):
        self._create_agreement(partner=self.customer, invoicing="manual")
        release = self._deliver(self._create_shipment())
        release.with_user(self.preparer).action_release()
        invoice = release.move_ids
        with self.assertRaisesRegex(UserError, "somebody else has to post"):
            invoice.with_user(self.preparer).action_post()
        with self.assertRaisesRegex(UserError, "somebody else has to post"):
            invoice.with_user(self.preparer).sudo()._post()
        invoice.with_user(self.approver).action_post()
        self.assertEqual(invoice.state, "posted")

    def test_a_draft_is_not_posted_once_its_facts_are_gone(self):
        self._create_agreement(partner=self.customer, invoicing="draft")
        shipment = self._create_shipment()
        invoice = self._deliver(shipment).move_ids
        self._state(self._fact(shipment, "retracted", 3, retracts=f"pod-{shipment.id}"))
        self._run_lane()
        self.assertEqual(invoice.state, "cancel")

    @mute_logger("odoo.sql_db")
    def test_the_database_refuses_a_second_living_line_for_the_same_goods_or_charge(self):
        lines = self._deliver(self._create_shipment()).line_ids
        for line in lines:
            with self.assertRaises(IntegrityError), self.env.cr.savepoint():
                line.copy()
                self.env.flush_all()

    @mute_logger("odoo.sql_db")
    def test_the_database_refuses_a_second_release_of_a_shipment(self):
        release = self._deliver(self._create_shipment())
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            release.copy({"release_key": release.release_key})
            self.env.flush_all()

    def test_an_order_without_a_delivery_is_invoiced_as_ever(self):
        service = self._create_product("Advice", 80.0, type="service", invoice_policy="order")
        order = self._create_order((service, 2))
        order._create_invoices().action_post()
        self.assertEqual(order.invoice_ids.state, "posted")

    def test_a_down_payment_is_not_held(self):
        order = self._create_order()
        wizard = self.env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": order.ids,
                "advance_payment_method": "percentage",
                "amount": 30,
            }
        )
        wizard.create_invoices()
        order.invoice_ids.action_post()
        self.assertEqual(order.invoice_ids.state, "posted")

    def _accountant(self, login):
        return self._create_user(login, "finance_preparer", "account.group_account_invoice")

    def test_archiving_a_shipment_does_not_free_its_goods(self):
        shipment = self._create_shipment()
        self._run_lane()
        order = shipment.sale_order_ids
        shipment.with_user(self.clerk).active = False
        self.assertEqual(set(order.order_line._logistics_held()), set(order.order_line))
        with self.assertRaisesRegex(UserError, shipment.name):
            order._create_invoices()

    def test_an_archived_shipment_that_was_replaced_holds_nothing(self):
        old = self._create_shipment()
        self._run_lane()
        new = old.copy({"sale_order_ids": old.sale_order_ids, "picking_ids": old.picking_ids})
        old.active = False
        self._deliver(new)
        self.assertFalse(old.sale_order_ids.order_line._logistics_held())

    def test_a_draft_is_not_posted_with_more_than_was_released(self):
        self._create_agreement(partner=self.customer, invoicing="draft")
        held = self._create_shipment().sale_order_ids.order_line[0]
        invoice = self._deliver(self._create_shipment()).move_ids
        invoice = invoice.with_user(self._accountant("accountant"))
        line = invoice.invoice_line_ids.filtered("sale_line_ids")[0]
        own, quantity = line.sale_line_ids, line.quantity
        line.quantity = quantity + 1
        with self.assertRaisesRegex(UserError, "more than was released"):
            invoice.action_post()
        line.write({"quantity": quantity, "sale_line_ids": [Command.set((own | held).ids)]})
        with self.assertRaisesRegex(UserError, "cannot be posted"):
            invoice.action_post()
        line.sale_line_ids = own
        with self.assertRaises(AccessError):
            line.logistics_shipment_id = False
        invoice.action_post()
        self.assertEqual(invoice.state, "posted")

    def test_nobody_posts_by_writing_the_state(self):
        invoice = self._deliver(self._create_shipment()).move_ids.copy()
        with self.assertRaisesRegex(UserError, "cannot be posted"):
            invoice.with_user(self._accountant("accountant")).write({"state": "posted"})

    def test_who_released_by_hand_does_not_post_lines_of_his_own(self):
        self._create_agreement(partner=self.customer, invoicing="manual")
        preparer = self._accountant("accountant")
        release = self._deliver(self._create_shipment()).with_user(preparer)
        release.action_release()
        invoice = release.move_ids
        goods = invoice.invoice_line_ids.filtered("sale_line_ids")
        commands = [Command.delete(line.id) for line in invoice.invoice_line_ids]
        commands += [
            Command.create(
                {
                    "product_id": line.product_id.id,
                    "quantity": line.quantity,
                    "sale_line_ids": [Command.set(line.sale_line_ids.ids)],
                }
            )
            for line in goods
        ]
        invoice.write({"invoice_line_ids": commands})
        with self.assertRaisesRegex(UserError, "somebody else has to post"):
            invoice.action_post()
