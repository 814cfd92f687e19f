from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_invoice_run import RunCase


@tagged("post_install", "-at_install", "logistics")
class SharedCase(RunCase):
    """Two shipments on one weekly invoice: 4 pumps and 10 valves, and one valve."""

    def _share(self, *shipments, **rule):
        """Deliver these in one week and have their invoice made; it is a draft unless posted."""
        self._agree(**rule)
        self._at("2026-03-19 09:00")
        releases = self._deliver(*shipments)
        self._at("2026-03-23 01:00")
        self._run_lane()
        return releases

    def _retract(self, shipment):
        self._state(self._fact(shipment, "retracted", 3, retracts=f"pod-{shipment.id}"))
        self._run_lane()

    def _approve(self, adjustment):
        adjustment.with_user(self.preparer).action_submit()
        adjustment.with_user(self.approver).action_approve()
        self._run_lane()


@tagged("post_install", "-at_install", "logistics")
class TestSharedDraft(SharedCase):
    def setUp(self):
        super().setUp()
        self.small, self.big = self._create_shipment((self.valve, 1)), self._create_shipment()
        releases = self._share(self.small, self.big, invoicing="draft")
        self.of_small, self.of_big = releases
        self.draft = releases.move_ids

    def test_withdrawing_one_release_leaves_the_lines_of_the_others(self):
        self.of_big.with_user(self.preparer).action_withdraw()
        self.assertEqual((self.draft.state, self.draft.amount_untaxed), ("draft", 34.5))
        self.assertEqual(self.draft.line_ids.logistics_shipment_id, self.small)
        self.assertEqual((self.of_big.state, self.of_big.amount_invoiced), ("ready", 0.0))
        self.assertEqual(self.of_big.run_id.state, "collecting", "with the next invoice")
        self.draft.with_user(self.approver).action_post()
        self.assertEqual(self.of_small.state, "released")

    def test_withdrawing_the_invoice_cancels_it_and_all_of_it_is_collected_again(self):
        self.draft.with_user(self.preparer).action_logistics_withdraw()
        self.assertEqual(self.draft.state, "cancel")
        both = self.of_small | self.of_big
        self.assertEqual(set(both.mapped("state")), {"ready"})
        self._invoice(both.run_id)
        again = both.line_ids.filtered("live").move_id
        self.assertEqual((len(again), again.amount_untaxed), (1, 1045.5))

    def test_the_last_one_that_is_withdrawn_cancels_the_draft(self):
        self.of_big.with_user(self.preparer).action_withdraw()
        self.of_small.with_user(self.preparer).action_withdraw()
        self.assertEqual(self.draft.state, "cancel")

    def test_an_exception_takes_its_shipment_off_and_the_rest_may_be_posted(self):
        self._state(self._exception(self.big, 3))
        self._run_lane()
        self.assertEqual((self.of_big.state, self.of_small.state), ("blocked", "released"))
        self.assertEqual(self.draft.line_ids.logistics_shipment_id, self.small)
        self.draft.with_user(self.approver).action_post()
        self.assertEqual(self.draft.amount_untaxed, 34.5)

    def test_a_changed_line_of_one_shipment_is_not_posted_with_the_others(self):
        line = self.draft.invoice_line_ids.filtered(lambda line: line.product_id == self.pump)
        line.price_unit = 150.0
        with self.assertRaisesRegex(UserError, "released as.*756.*says.*600"):
            self.draft.with_user(self.approver).action_post()
        self.of_big.with_user(self.preparer).action_withdraw()
        self.draft.with_user(self.approver).action_post()
        self.assertEqual(self.draft.amount_untaxed, 34.5)

    @mute_logger("odoo.addons.logistics_billing_rules.models.logistics_release_lane")
    def test_what_could_not_be_posted_with_one_is_posted_as_soon_as_that_one_is_gone(self):
        both = self.of_small | self.of_big
        both.sudo().to_post = True
        self.draft.invoice_line_ids.filtered(
            lambda line: line.product_id == self.pump
        ).price_unit = 150.0
        self._run_lane()
        self.assertEqual(self.draft.state, "draft")
        self.assertIn("released as", self.of_small.error)
        self.assertTrue(self.of_small.next_attempt_at)
        self.of_big.with_user(self.preparer).action_withdraw()
        self._run_lane()
        self.assertEqual((self.draft.state, self.draft.amount_untaxed), ("posted", 34.5))
        self.assertFalse(self.of_small.error)

    def test_a_draft_that_people_cancelled_is_a_matter_for_each_of_its_releases(self):
        self.draft.button_cancel()
        self._run_lane()
        both = self.of_small | self.of_big
        self.assertEqual(set(both.mapped("state")), {"review"})
        both.with_user(self.approver).action_release_again()
        again = both.line_ids.filtered("live").move_id
        self.assertEqual((len(again), again.amount_untaxed), (1, 1045.5))

    def test_a_second_invoice_for_one_of_its_shipments_is_refused(self):
        copy = self.draft.copy()
        copy.invoice_line_ids.filtered(
            lambda line: line.logistics_shipment_id == self.small
        ).unlink()
        with self.assertRaisesRegex(UserError, f"invoiced for shipment {self.big.name}"):
            copy.with_user(self.approver).action_post()


@tagged("post_install", "-at_install", "logistics")
class TestOrderDraft(SharedCase):
    """The draft of an order that is invoiced once nothing of it is missing."""

    def setUp(self):
        super().setUp()
        self._agree(invoice_per="order", invoice_period="none", invoicing="draft")
        self.first = self._create_shipment((self.pump, 3), ship=False)
        self._ship(self.first.picking_ids, Pump=2.0)
        self.rest = self.first.sale_order_ids.logistics_shipment_ids - self.first
        self._ship(self.rest.picking_ids)
        self.releases = self._deliver(self.first, self.rest)
        self.draft = self.releases.move_ids

    def test_it_goes_as_a_whole_when_something_is_missing_again_and_comes_back_as_one(self):
        self.assertEqual((self.draft.state, len(self.draft)), ("draft", 1))
        self._retract(self.first)
        self.assertEqual(self.draft.state, "cancel")
        self.assertEqual(self.releases.mapped("state"), ["waiting", "ready"])
        self.assertEqual(self.releases.mapped("amount_invoiced"), [0.0, 0.0])
        self.assertEqual(self.releases[1].run_id.state, "collecting")
        self._state(self._fact(self.first, "pod_received", 4, source_event_id="again"))
        self._run_lane()
        again = self.releases.line_ids.filtered("live").move_id
        self.assertEqual((again.state, again.amount_untaxed), ("draft", 3 * 189.0 + 20.0))
        self.assertEqual(set(self.releases.mapped("state")), {"released"})

    def test_until_the_lane_looks_again_its_other_goods_are_held(self):
        self._state(self._fact(self.first, "retracted", 3, retracts=f"pod-{self.first.id}"))
        self.releases[0].with_user(self.preparer).action_evaluate()
        self.assertEqual(self.releases.mapped("state"), ["waiting", "ready"])
        with self.assertRaisesRegex(UserError, "Nothing can be invoiced yet"):
            self.first.sale_order_ids._create_invoices()


@tagged("post_install", "-at_install", "logistics")
class TestSharedInvoice(SharedCase):
    def setUp(self):
        super().setUp()
        self.small, self.big = self._create_shipment((self.valve, 1)), self._create_shipment()
        releases = self._share(self.small, self.big, invoicing="posted")
        self.of_small, self.of_big = releases
        self.invoice = releases.move_ids

    def _net(self, release):
        return round(-sum(release.line_ids.move_line_id.mapped("balance")), 2)

    def test_only_the_lines_of_the_shipment_are_credited(self):
        self._retract(self.big)
        adjustment = self.of_big.adjustment_ids
        self.assertEqual((self.of_big.state, adjustment.amount), ("disputed", -1011.0))
        self.assertEqual(self.of_small.state, "released")
        self.assertFalse(self.of_small.adjustment_ids)
        self._approve(adjustment)
        credit = adjustment.move_ids
        self.assertEqual((credit.state, credit.amount_untaxed), ("posted", 1011.0))
        self.assertEqual(credit.line_ids.logistics_shipment_id, self.big)
        self.assertEqual(credit.reversed_entry_id, self.invoice)
        self.assertFalse(credit.line_ids.filtered(lambda line: line.display_type == "line_section"))
        self.assertEqual((self.of_big.state, self._net(self.of_big)), ("adjusted", 0.0))
        self.assertEqual((self.of_small.state, self._net(self.of_small)), ("released", 34.5))
        self.assertEqual(self.invoice.amount_untaxed, 1045.5)

    def test_two_shipments_of_one_invoice_are_corrected_apart(self):
        self._retract(self.big)
        self._retract(self.small)
        adjustments = (self.of_big | self.of_small).adjustment_ids
        self.assertEqual(sorted(adjustments.mapped("amount")), [-1011.0, -34.5])
        self._approve(self.of_small.adjustment_ids)
        self.assertEqual((self.of_small.state, self.of_big.state), ("adjusted", "disputed"))
        self._approve(self.of_big.adjustment_ids)
        self.assertEqual((self._net(self.of_small), self._net(self.of_big)), (0.0, 0.0))
        self.assertEqual(self.invoice.state, "posted")

    def test_goods_that_come_back_are_proposed_as_a_credit_of_their_shipment(self):
        back = self._send_back(self.big.picking_ids, 3)
        self.assertEqual((self.of_big.state, self.of_small.state), ("disputed", "released"))
        adjustment = self.of_big.adjustment_ids
        self.assertEqual((adjustment.kind, adjustment.amount), ("credit", -3 * 189.0))
        self.assertEqual(self.invoice.amount_untaxed, 1045.5, "never edited")
        self._approve(adjustment)
        self.assertEqual(adjustment.move_ids.amount_untaxed, 567.0)
        self.assertEqual(self.of_big.state, "adjusted")
        pumps = self.big.sale_order_ids.order_line.filtered(
            lambda line: line.product_id == self.pump
        )
        self.assertEqual((pumps.qty_delivered, pumps.qty_invoiced), (1.0, 1.0))
        self.assertFalse(back.logistics_shipment_ids.logistics_release_ids)

    def test_a_posted_invoice_is_not_withdrawn_for_one_of_its_releases(self):
        with self.assertRaisesRegex(UserError, "drafts can be withdrawn"):
            self.of_small.with_user(self.preparer).action_withdraw()

    def _send_back(self, picking, quantity):
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=picking.id, active_ids=picking.ids, active_model=picking._name)
            .create({"picking_id": picking.id})
        )
        for line in wizard.product_return_moves:
            line.quantity = quantity if line.product_id == self.pump else 0
            line.to_refund = True
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        self._ship(back)
        self._run_lane()
        return back


@tagged("post_install", "-at_install", "logistics")
class TestSharedDownPayment(SharedCase):
    def _paid(self, order, amount):
        wizard = self.env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": order.ids,
                "advance_payment_method": "fixed",
                "fixed_amount": amount,
            }
        )
        wizard.create_invoices()
        order.invoice_ids.filtered(lambda move: move.state == "draft").action_post()

    def _partly(self, quantity, first, paid):
        """Both shipments of one order of pumps, with a down payment if one is given."""
        shipment = self._create_shipment((self.pump, quantity), ship=False)
        if paid:
            self._paid(shipment.sale_order_ids, paid)
        self._ship(shipment.picking_ids, Pump=float(first))
        rest = shipment.sale_order_ids.logistics_shipment_ids - shipment
        self._ship(rest.picking_ids)
        return shipment, rest

    def test_a_down_payment_goes_with_the_shipment_that_it_was_deducted_from(self):
        first, rest = self._partly(3, 2, 300.0)
        other = self._create_shipment((self.valve, 1))
        releases = self._share(first, rest, other, invoicing="draft")
        draft = releases.move_ids
        self.assertEqual(draft.amount_untaxed, 3 * 189.0 - 300.0 + 24.5 + 30.0)
        self._retract(first)
        self.assertEqual(draft.amount_untaxed, 189.0 + 24.5 + 20.0, "the payment is more than that")
        self.assertFalse(draft.line_ids.filtered(lambda line: line.name == "Down Payments"))
        self.assertFalse(draft.logistics_problem)
        self._state(self._fact(first, "pod_received", 4, source_event_id="again"))
        self._run_lane()
        self._invoice(self._release_of(first).run_id)
        second = self._release_of(first).line_ids.filtered("live").move_id
        self.assertEqual(second.amount_untaxed, 2 * 189.0 + 10.0 - 300.0)
        (draft | second).with_user(self.approver).action_post()
        posted = first.sale_order_ids.invoice_ids.filtered(lambda move: move.state == "posted")
        self.assertEqual(sum(posted.mapped("amount_untaxed")), 3 * 189.0 + 24.5 + 30.0)

    def test_a_down_payment_that_still_fits_stays(self):
        first, rest = self._partly(3, 2, 100.0)
        draft = self._share(first, rest, invoicing="draft").move_ids
        self._retract(first)
        self.assertEqual(draft.amount_untaxed, 189.0 + 10.0 - 100.0)

    def test_an_adjustment_takes_no_down_payment_off(self):
        first, _rest = self._partly(3, 1, 0.0)
        self._agree(invoice_per="shipment", invoice_period="none", invoicing="posted")
        release = self._deliver(first)
        self.assertEqual(release.amount_invoiced, 199.0)
        self._paid(first.sale_order_ids, 50.0)
        self._retract(first)
        self._approve(release.adjustment_ids)
        self._state(self._fact(first, "pod_received", 4, source_event_id="again"))
        self._run_lane()
        again = release.adjustment_ids[:1]
        self._approve(again)
        self.assertEqual(again.move_ids.amount_untaxed, 199.0)
        self.assertEqual(release.amount_invoiced, 199.0)

    def test_goods_on_a_final_credit_note_are_credited_and_not_charged_again(self):
        first, rest = self._partly(2, 1, 350.0)
        self._agree(invoice_per="shipment", invoice_period="none", invoicing="posted")
        releases = self._deliver(first)
        releases |= self._deliver(rest)
        final = releases.move_ids.filtered(lambda move: move.move_type == "out_refund")
        self.assertEqual(final.amount_untaxed, 350.0 - 199.0)
        release = self._release_of(rest)
        self._retract(rest)
        self.assertEqual(release.adjustment_ids.amount, -199.0)
        self._approve(release.adjustment_ids)
        credit = release.adjustment_ids.move_ids
        self.assertEqual((credit.move_type, credit.amount_untaxed), ("out_refund", 199.0))
        self.assertEqual((release.state, release.amount_invoiced), ("adjusted", 0.0))


@tagged("post_install", "-at_install", "logistics")
class TestCreditNoteGuard(RunCase):
    def test_held_goods_are_not_invoiced_by_a_negative_line_of_a_credit_note(self):
        self._create_agreement()
        shipment = self._create_shipment((self.pump, 1), (self.valve, 1))
        self._run_lane()
        line = shipment.sale_order_ids.order_line[1]
        note = self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": self.customer.id,
                "invoice_line_ids": [
                    Command.create({"name": "Goodwill", "quantity": 1, "price_unit": 500.0}),
                    Command.create(
                        {
                            "product_id": self.valve.id,
                            "quantity": -1,
                            "price_unit": 24.5,
                            "sale_line_ids": [Command.set(line.ids)],
                        }
                    ),
                ],
            }
        )
        with self.assertRaisesRegex(UserError, shipment.name):
            note.action_post()
        note.invoice_line_ids[1].unlink()
        note.action_post()
        self.assertEqual(note.state, "posted")
