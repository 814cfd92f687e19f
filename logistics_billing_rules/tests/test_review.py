from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import BillingCase


@tagged("post_install", "-at_install", "logistics")
class TestReview(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement = cls._create_agreement()

    def _withdraw_proof(self, shipment):
        self._state(self._fact(shipment, "retracted", 3, retracts=f"pod-{shipment.id}"))
        self._run_lane()

    def test_a_proof_withdrawn_after_posting_asks_finance_and_changes_nothing(self):
        shipment = self._create_shipment()
        release = self._deliver(shipment)
        invoice = release.move_ids
        self._withdraw_proof(shipment)
        self.assertEqual((release.state, release.reason_code), ("disputed", "difference"))
        self.assertIn("no longer justify", release.reason)
        self.assertEqual((invoice.state, release.move_ids), ("posted", invoice))
        self.assertEqual(release.activity_ids.summary, release.reason)

    def test_a_new_proof_settles_the_review(self):
        shipment = self._create_shipment()
        release = self._deliver(shipment)
        self._withdraw_proof(shipment)
        self._state(self._fact(shipment, "pod_received", 4, source_event_id="second"))
        self._run_lane()
        self.assertEqual((release.state, release.move_count), ("released", 1))

    def test_an_exception_after_posting_asks_finance(self):
        shipment = self._create_shipment()
        release = self._deliver(shipment)
        self._state(self._exception(shipment, 3))
        self._run_lane()
        self.assertEqual(release.state, "disputed")
        self.assertFalse(release.adjustment_ids)

    def test_a_proof_withdrawn_before_posting_takes_the_draft_back(self):
        self._create_agreement(partner=self.customer, invoicing="draft")
        shipment = self._create_shipment()
        release = self._deliver(shipment)
        draft = release.move_ids
        self._withdraw_proof(shipment)
        self.assertEqual((release.state, draft.state), ("waiting", "cancel"))
        self.assertFalse(release.line_ids.filtered("live"))
        self.assertEqual(release.amount_invoiced, 0.0)
        self.assertNotIn("invoice_released", shipment._fold_many()[shipment.id].shipment.reached)
        self._state(self._fact(shipment, "pod_received", 4, source_event_id="second"))
        self._run_lane()
        self.assertEqual(release.state, "released")
        self.assertEqual(release.line_ids.filtered("live").move_id.amount_untaxed, 1029.9)
        self.assertEqual(len(shipment.charge_ids), 1)
        self.assertIn("invoice_released", shipment._fold_many()[shipment.id].shipment.reached)

    def _cancelled_by_hand(self):
        self._create_agreement(partner=self.customer, invoicing="draft")
        release = self._deliver(self._create_shipment())
        release.move_ids.button_cancel()
        self._run_lane()
        return release

    def test_a_cancelled_invoice_is_not_made_again_by_itself(self):
        release = self._cancelled_by_hand()
        self._run_lane()
        self.assertEqual((release.state, release.move_count), ("review", 1))
        self.assertIn("cancelled or deleted", release.reason)

    def test_a_deleted_draft_is_not_made_again_by_itself(self):
        self._create_agreement(partner=self.customer, invoicing="draft")
        release = self._deliver(self._create_shipment())
        release.move_ids.unlink()
        self._run_lane()
        self.assertEqual((release.state, release.move_count), ("review", 0))
        self.assertTrue(release.line_ids)

    def test_an_approver_releases_again(self):
        release = self._cancelled_by_hand()
        with self.assertRaises(AccessError):
            release.with_user(self.preparer).action_release_again()
        release.with_user(self.approver).action_release_again()
        self.assertEqual(release.state, "released")
        self.assertEqual(release.line_ids.filtered("live").move_id.amount_untaxed, 1029.9)

    def test_nothing_is_released_again_while_its_invoice_lives(self):
        shipment = self._create_shipment()
        release = self._deliver(shipment)
        self._withdraw_proof(shipment)
        with self.assertRaisesRegex(UserError, "still alive"):
            release.with_user(self.approver).action_release_again()
        self.assertEqual(release.move_count, 1)
