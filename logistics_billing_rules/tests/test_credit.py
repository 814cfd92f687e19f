from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import BillingCase


@tagged("post_install", "-at_install", "logistics")
class TestCredit(BillingCase):
    """Credit notes by hand, of 756.00 of pumps, 245.00 of valves and 28.90 of freight."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_agreement()
        cls.accountant = cls._create_user(
            "accountant", "finance_preparer", "account.group_account_invoice"
        )

    def setUp(self):
        super().setUp()
        self.shipment = self._create_shipment()
        self.release = self._deliver(self.shipment)
        self.invoice = self.release.move_ids

    def _reverse(self, modify=False, **lines):
        """Odoo's own wizard, as the accountant uses it; other lines than the named ones go.

        :param lines: ``{name of the product: values of its line}``
        """
        wizard = self.env["account.move.reversal"].with_user(self.accountant)
        wizard = wizard.with_context(active_model="account.move", active_ids=self.invoice.ids)
        wizard = wizard.create({"journal_id": self.invoice.journal_id.id, "reason": "A favor"})
        if modify:
            wizard.modify_moves()
            return self.invoice.reversal_move_ids
        wizard.refund_moves()
        refund = self.invoice.reversal_move_ids.filtered(lambda move: move.state == "draft")
        if lines:
            refund.invoice_line_ids = [
                Command.update(line.id, lines[line.product_id.name])
                if line.product_id.name in lines
                else Command.delete(line.id)
                for line in refund.invoice_line_ids
            ]
        return refund

    def _post(self, refund):
        refund.with_user(self.accountant).action_post()
        self._run_lane()

    def _credit(self, **lines):
        refund = self._reverse(**lines)
        self._post(refund)
        return refund

    def _net(self):
        lines = self.release.line_ids.filtered("live")
        return round(-sum(lines.move_line_id.mapped("balance")), 2)

    def test_a_credit_by_hand_is_in_the_books_and_nothing_is_invoiced_again(self):
        refund = self._credit(Pump={"quantity": 1})
        self.assertEqual((refund.state, refund.amount_untaxed), ("posted", 189.0))
        self.assertEqual((self.release.state, self.release.amount_invoiced), ("adjusted", 840.9))
        self.assertEqual(self.release.reason, f"Credited by hand: {refund.name}")
        self.assertFalse(self.release.adjustment_ids)
        self.assertIn(refund, self.release.move_ids)
        self._deliver(self.shipment)
        self.release.with_user(self.preparer).action_evaluate()
        self._run_lane()
        self.assertEqual((self.release.state, self._net()), ("adjusted", 840.9))
        self.assertEqual(self.release.move_count, 2)

    def test_a_draft_credit_note_changes_nothing_until_it_is_posted(self):
        refund = self._reverse()
        self.release._mark_stale(self.shipment)
        self._run_lane()
        self.assertEqual((self.release.state, self._net()), ("released", 1029.9))
        self._post(refund)
        self.assertEqual((self.release.state, self._net()), ("adjusted", 0.0))

    def test_a_credit_of_everything_is_not_proposed_to_be_invoiced(self):
        self._credit()
        self.assertEqual((self.release.state, self.release.amount_invoiced), ("adjusted", 0.0))
        self.assertFalse(self.release.adjustment_ids)

    def test_freight_that_was_credited_as_a_favor_stays_credited(self):
        self._credit(Freight={})
        self.assertEqual((self.release.state, self._net()), ("adjusted", 1001.0))
        self.assertFalse(self.release.adjustment_ids)

    def test_something_off_the_price_leaves_the_quantity_as_it_is(self):
        self._credit(Pump={"price_unit": 10})
        line = self.release.line_ids.filtered("by_hand")
        self.assertEqual((line.quantity, line.amount), (0.0, 40.0))
        self.assertEqual((self.release.state, self._net()), ("adjusted", 989.9))
        self.assertFalse(self.release.is_conceded)
        with self.assertRaisesRegex(UserError, "Nothing was credited by hand"):
            self.release.with_user(self.preparer).action_invoice_again()

    def test_what_the_facts_take_back_is_credited_less_what_was_credited_by_hand(self):
        self._credit(Pump={"price_unit": 10})
        self._credit(Valve={"quantity": 4})
        self._state(self._fact(self.shipment, "retracted", 3, retracts=f"pod-{self.shipment.id}"))
        self._run_lane()
        adjustment = self.release.adjustment_ids
        self.assertEqual(adjustment.amount, -891.9)
        adjustment.with_user(self.preparer).action_submit()
        adjustment.with_user(self.approver).action_approve()
        self._run_lane()
        self.assertEqual((self.release.state, self._net()), ("adjusted", 0.0))
        self.assertEqual(self.release.amount_invoiced, 0.0)

    def test_asked_for_it_is_proposed_to_be_invoiced_again_and_somebody_else_approves(self):
        self._credit(Pump={"quantity": 1}, Freight={"quantity": 0.5})
        self.release.with_user(self.preparer).action_invoice_again()
        adjustment = self.release.adjustment_ids
        self.assertEqual((self.release.state, adjustment.kind), ("disputed", "debit"))
        self.assertEqual(adjustment.amount, 189.0 + 14.45)
        adjustment.with_user(self.preparer).action_submit()
        adjustment.with_user(self.approver).action_approve()
        self._run_lane()
        self.assertEqual((self.release.state, self._net()), ("adjusted", 1029.9))
        self.assertEqual(self.shipment.sale_order_ids.order_line[0].qty_invoiced, 4.0)

    def test_an_invoice_that_odoo_would_make_anew_is_refused_with_the_way_out(self):
        refund = self._reverse(modify=True)
        self._run_lane()
        self.assertEqual((refund.state, self.release.state), ("posted", "adjusted"))
        copy = self.env["account.move"].search(
            [("company_id", "=", self.company.id), ("state", "=", "draft")]
        )
        with self.assertRaisesRegex(UserError, "Invoice Again"):
            copy.with_user(self.accountant).action_post()

    def test_a_cancelled_credit_note_credits_nothing(self):
        refund = self._credit(Pump={"quantity": 1})
        refund.button_draft()
        refund.button_cancel()
        self._run_lane()
        self.assertEqual((self.release.state, self._net()), ("released", 1029.9))
        self.assertEqual(self.release.amount_invoiced, 1029.9)

    def test_a_credit_note_that_is_changed_and_posted_again_counts_once(self):
        refund = self._credit(Pump={"quantity": 1})
        refund.button_draft()
        refund.invoice_line_ids.quantity = 2
        self._post(refund)
        self.assertEqual(self.release.line_ids.filtered("by_hand").mapped("quantity"), [-2.0])
        self.assertEqual((self.release.state, self._net()), ("adjusted", 651.9))

    def _return_a_pump(self):
        picking = self.shipment.picking_ids
        wizard = self.env["stock.return.picking"].with_context(
            active_id=picking.id, active_ids=picking.ids, active_model="stock.picking"
        )
        wizard = wizard.create({})
        for line in wizard.product_return_moves:
            line.quantity = 1 if line.product_id == self.pump else 0
            line.to_refund = True
        action = wizard.action_create_returns()
        self._ship(self.env["stock.picking"].browse(action["res_id"]))

    def test_goods_that_came_back_are_credited_by_the_order_and_not_once_more(self):
        self._return_a_pump()
        refund = self.shipment.sale_order_ids._create_invoices(final=True)
        self.assertEqual((refund.move_type, refund.amount_untaxed), ("out_refund", 189.0))
        self._post(refund)
        self.assertEqual((self.release.state, self._net()), ("adjusted", 840.9))
        self.assertFalse(self.release.adjustment_ids)

    def test_a_proposal_to_credit_what_an_accountant_credited_meanwhile_is_taken_back(self):
        self._return_a_pump()
        self._run_lane()
        adjustment = self.release.adjustment_ids
        self.assertEqual((adjustment.state, adjustment.amount), ("proposed", -189.0))
        self._credit(Pump={"quantity": 1})
        self.assertEqual((self.release.state, adjustment.state), ("adjusted", "withdrawn"))
        self.assertEqual(self._net(), 840.9)

    def test_a_changed_weight_after_a_credit_by_hand_is_a_difference_to_what_stands(self):
        self._credit(Pump={"quantity": 1})
        self.shipment.with_user(self.clerk).weight = 40
        self._run_lane()
        adjustment = self.release.adjustment_ids
        self.assertEqual((self.release.state, adjustment.amount), ("disputed", 5.1))
        self.assertEqual(len(adjustment.line_ids), 2)

    def test_a_credit_note_of_something_else_touches_no_release(self):
        refund = self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "invoice_date": fields.Date.context_today(self.invoice),
                "invoice_line_ids": [
                    Command.create({"product_id": self.pump.id, "quantity": 1, "price_unit": 5})
                ],
            }
        )
        self._post(refund)
        self.assertEqual((self.release.state, self._net()), ("released", 1029.9))

    def test_only_finance_asks_to_invoice_again_and_nobody_names_what_a_line_credits(self):
        refund = self._credit(Pump={"quantity": 1})
        for user in (self.clerk, self.auditor):
            with self.assertRaises(AccessError):
                self.release.with_user(user).action_invoice_again()
        with self.assertRaises(AccessError):
            refund.invoice_line_ids.with_user(self.accountant).logistics_credits_id = False

    def test_crediting_many_lines_costs_no_query_for_each(self):
        order = self._create_order(
            *((self._create_product(f"Part {n}", 10.0 + n, weight=1.0), 1) for n in range(12))
        )
        self._ship(order.picking_ids)
        release = self._deliver(order.logistics_shipment_ids)
        self.assertLessEqual(self._queries(release), self._queries(self.release))

    def _queries(self, release):
        refund = release.move_ids._reverse_moves()
        refund.invoice_date = refund.date
        refund.action_post()
        release.line_ids.filtered("by_hand").unlink()
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        refund._logistics_note_credits()
        self.env.flush_all()
        self.assertTrue(release.line_ids.filtered("by_hand"))
        return self.env.cr.sql_log_count - before
