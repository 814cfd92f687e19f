from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.adjusting import worths
from .common import BillingCase


@tagged("post_install", "-at_install", "logistics")
class TestAdjustment(BillingCase):
    """Facts that change after the invoice is in the books: 1,001.00 of goods, 28.90 of freight."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement = cls._create_agreement()

    def setUp(self):
        super().setUp()
        self.shipment = self._create_shipment()
        self.release = self._deliver(self.shipment)
        self.invoice = self.release.move_ids

    def _weigh(self, weight):
        self.shipment.with_user(self.clerk).weight = weight
        self._run_lane()
        return self.release.adjustment_ids[:1]

    def _retract(self):
        self._state(self._fact(self.shipment, "retracted", 3, retracts=f"pod-{self.shipment.id}"))
        self._run_lane()
        return self.release.adjustment_ids[:1]

    def _ask(self, adjustment):
        adjustment.with_user(self.preparer).action_submit()

    def _approve(self, adjustment):
        self._ask(adjustment)
        adjustment.with_user(self.approver).action_approve()
        self._run_lane()

    def _net(self):
        lines = self.release.line_ids.filtered("live")
        return round(-sum(lines.move_line_id.mapped("balance")), 2)

    def test_another_weight_after_posting_is_proposed_and_changes_nothing(self):
        adjustment = self._weigh(40)
        self.assertEqual((self.release.state, adjustment.state), ("disputed", "proposed"))
        self.assertEqual((adjustment.kind, adjustment.amount), ("debit", 5.1))
        self.assertEqual(adjustment.line_ids.mapped("amount"), [-28.9, 34.0])
        self.assertIn("40 kg × 0.85", adjustment.line_ids[1].name)
        self.assertEqual(
            (self.release.move_ids, self.invoice.amount_untaxed), (self.invoice, 1029.9)
        )
        self.assertEqual(adjustment.decision_id, self.release.decision_ids[0])
        self.assertIn("delivered", adjustment.event_ids.mapped("milestone_code"))

    def test_approved_it_is_a_credit_of_the_old_and_an_invoice_of_the_new_charge(self):
        adjustment = self._weigh(40)
        self._approve(adjustment)
        refund = adjustment.move_ids.filtered(lambda move: move.move_type == "out_refund")
        debit = adjustment.move_ids - refund
        self.assertEqual((adjustment.state, self.release.state), ("posted", "adjusted"))
        self.assertEqual((refund.state, refund.amount_untaxed), ("posted", 28.9))
        self.assertEqual(refund.reversed_entry_id, self.invoice)
        self.assertEqual(len(refund.invoice_line_ids), 1)
        self.assertEqual((debit.state, debit.amount_untaxed), ("posted", 34.0))
        self.assertEqual((self._net(), self.release.amount_invoiced), (1035.0, 1035.0))
        self.assertEqual((self.invoice.state, self.invoice.amount_untaxed), ("posted", 1029.9))

    def test_in_the_books_it_is_not_proposed_again_whatever_is_heard_again(self):
        self._approve(self._weigh(40))
        self._deliver(self.shipment)
        self.release.with_user(self.preparer).action_evaluate()
        self._run_lane()
        self.assertEqual(self.release.state, "adjusted")
        self.assertEqual(len(self.release.adjustment_ids), 1)
        self.assertEqual(self.release.move_count, 3)

    def test_a_second_change_is_a_difference_to_what_stands_now(self):
        self._approve(self._weigh(40))
        second = self._weigh(34)
        self.assertEqual((second.kind, second.amount), ("credit", -5.1))
        self._approve(second)
        self.assertEqual((self._net(), self.release.state), (1029.9, "adjusted"))
        third = self._weigh(40)
        self.assertNotEqual(third, self.release.adjustment_ids[-1])
        self.assertEqual(third.amount, 5.1)

    def test_rejected_it_stands_and_is_not_proposed_again(self):
        adjustment = self._weigh(40)
        self._ask(adjustment)
        adjustment.approval_id.with_user(self.approver).action_reject("Our scales are right")
        self._run_lane()
        self._deliver(self.shipment)
        self.release.with_user(self.preparer).action_evaluate()
        self.assertEqual((self.release.state, adjustment.state), ("released", "rejected"))
        self.assertIn("rejected: the invoice stands", self.release.reason)
        self.assertEqual(self.release.adjustment_ids, adjustment)
        other = self._weigh(44)
        self.assertEqual((other.state, self.release.state), ("proposed", "disputed"))

    def test_a_change_that_is_taken_back_takes_its_proposal_back(self):
        adjustment = self._weigh(40)
        self._ask(adjustment)
        self._weigh(34)
        self.assertEqual((self.release.state, adjustment.state), ("released", "withdrawn"))
        self.assertEqual(adjustment.approval_id.state, "withdrawn")
        self.assertEqual(self._weigh(40), adjustment)
        self.assertEqual(adjustment.state, "proposed")

    def test_a_proposal_whose_facts_moved_on_is_not_approved(self):
        adjustment = self._weigh(40)
        self._ask(adjustment)
        self.shipment.with_user(self.clerk).weight = 50
        with self.assertRaisesRegex(UserError, "facts changed"):
            adjustment.with_user(self.approver).action_approve()

    def test_a_withdrawn_proof_proposes_the_credit_of_everything(self):
        adjustment = self._retract()
        self.assertEqual((adjustment.kind, adjustment.amount), ("credit", -1029.9))
        self._approve(adjustment)
        self.assertEqual((self.release.state, self._net()), ("adjusted", 0.0))
        self.assertEqual(self.shipment.sale_order_ids.order_line.mapped("qty_invoiced"), [0.0, 0.0])

    def test_proof_after_a_full_credit_is_invoiced_again_once_approved(self):
        self._approve(self._retract())
        self._state(self._fact(self.shipment, "pod_received", 4, source_event_id="second"))
        self._run_lane()
        again = self.release.adjustment_ids[:1]
        self.assertEqual((again.kind, again.amount, again.state), ("debit", 1029.9, "proposed"))
        self._approve(again)
        self.assertEqual((self.release.state, self._net()), ("adjusted", 1029.9))

    def test_an_exception_after_posting_is_disputed_and_nothing_is_proposed(self):
        self._state(self._exception(self.shipment, 3))
        self._run_lane()
        self.assertEqual(self.release.state, "disputed")
        self.assertFalse(self.release.adjustment_ids)

    def test_a_corrected_event_that_changes_no_money_changes_nothing(self):
        self._state(self._fact(self.shipment, "delivered", 1.2))
        self._run_lane()
        self.assertEqual((self.release.state, self.release.adjustment_count), ("released", 0))

    def test_a_credit_note_credits_only_what_is_concerned_of_the_quantity(self):
        goods = self.release.line_ids.filtered(
            lambda line: line.sale_line_id.product_id == self.pump
        )
        self.shipment.picking_ids.move_ids.filtered(
            lambda move: move.product_id == self.pump
        ).quantity = 3
        self.release._mark_stale(self.shipment)
        self._run_lane()
        adjustment = self.release.adjustment_ids
        self.assertEqual(
            adjustment.line_ids.mapped(lambda line: (line.key, line.quantity)),
            [(goods._key(), -1.0)],
        )
        self._approve(adjustment)
        refund = adjustment.move_ids
        self.assertEqual((refund.amount_untaxed, refund.invoice_line_ids.quantity), (189.0, 1.0))
        self.assertEqual((goods.sale_line_id.qty_invoiced, self._net()), (3.0, 840.9))

    def test_who_asks_does_not_approve_and_a_clerk_does_neither(self):
        adjustment = self._weigh(40)
        with self.assertRaises(AccessError):
            adjustment.with_user(self.clerk).action_submit()
        adjustment.with_user(self.approver).action_submit()
        with self.assertRaisesRegex(AccessError, "yourself"):
            adjustment.with_user(self.approver).action_approve()
        for user in (self.clerk, self.preparer, self.approver, self.auditor):
            self.assertEqual(adjustment.with_user(user).read(["amount"])[0]["amount"], 5.1)
            with self.assertRaises(AccessError):
                adjustment.with_user(user).write({"state": "approved"})
            with self.assertRaises(AccessError):
                adjustment.with_user(user).unlink()

    @mute_logger("odoo.sql_db")
    def test_the_database_refuses_the_same_difference_twice(self):
        adjustment = self._weigh(40)
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            adjustment.copy()
            self.env.flush_all()

    def test_a_release_by_hand_is_corrected_by_the_lane_all_the_same(self):
        self._create_agreement(partner=self.customer, invoicing="manual")
        shipment = self._create_shipment()
        release = self._deliver(shipment)
        release.with_user(self.preparer).action_release()
        release.move_ids.with_user(self.approver).action_post()
        shipment.with_user(self.clerk).weight = 40
        self._run_lane()
        self._approve(release.adjustment_ids)
        self.assertEqual((release.state, release.amount_invoiced), ("adjusted", 1035.0))

    def test_what_things_are_worth_is_read_once_for_all_prices_and_releases(self):
        rates = [{"name": f"Fee {number}", "rate": number} for number in range(1, 9)]
        self._create_agreement(partner=self.customer, rates=rates)
        releases = self._deliver(*(self._create_shipment() for _number in range(6)))
        self.assertEqual(self._queries_of_worths(releases[:1]), 0)
        self.assertEqual(self._queries_of_worths(releases), 0)

    def _queries_of_worths(self, releases):
        self.env.flush_all()
        self.env.invalidate_all()
        judged = releases._evaluate()
        worths(*next(iter(judged.items())))  # what is cached for all
        before = self.env.cr.sql_log_count
        found = [worths(release, what) for release, what in judged.items()]
        self.assertEqual({len(each) for each in found}, {2 + 8 + 8})
        return self.env.cr.sql_log_count - before
