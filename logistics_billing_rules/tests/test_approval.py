from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import BillingCase


@tagged("post_install", "-at_install", "logistics")
class TestApproval(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_agreement()

    def setUp(self):
        super().setUp()
        self.shipment = self._create_shipment()
        self._state(self._exception(self.shipment))
        self.release = self._deliver(self.shipment)

    def test_an_open_exception_holds_the_invoice(self):
        self.assertEqual((self.release.state, self.release.owed_by), ("blocked", "service"))
        self.assertEqual(self.release.reason_code, "exception")
        self.assertFalse(self.release.move_ids)
        self.assertEqual(self.release.amount_at_stake, 1029.9)

    def test_closing_the_exception_releases_the_invoice(self):
        self._state(self._fact(self.shipment, "exception_closed", 1.5))
        self._run_lane()
        self.assertEqual(self.release.state, "released")

    def test_a_request_shows_the_approver_how_much_money_waits(self):
        self.release.with_user(self.preparer).action_request_approval()
        approval = self.release.approval_id
        self.assertEqual(self.release.state, "awaiting_approval")
        self.assertEqual((approval.amount, approval.requester_id), (1029.9, self.preparer))

    def test_another_user_approves_and_the_invoice_goes_out(self):
        self.release.with_user(self.preparer).action_request_approval()
        self.release.with_user(self.approver).action_approve()
        self._run_lane()
        self.assertEqual(self.release.state, "released")
        self.assertEqual(self.release.move_ids.state, "posted")
        self.assertEqual(self.release.amount_invoiced, 1029.9)
        note = [
            r["note"] for r in self.release.explanation["requirements"] if r["code"] == "approval"
        ]
        self.assertEqual(note, ["Approved for billing"])

    def test_the_requester_cannot_approve_even_as_an_approver(self):
        self.release.with_user(self.approver).action_request_approval()
        with self.assertRaisesRegex(AccessError, "yourself"):
            self.release.with_user(self.approver).action_approve()
        with self.assertRaisesRegex(AccessError, "yourself"):
            self.release.approval_id.with_user(self.approver).action_approve()
        self.assertFalse(self.release.move_ids)

    def test_a_preparer_cannot_approve(self):
        self.release.with_user(self.preparer).action_request_approval()
        with self.assertRaises(AccessError):
            self.release.with_user(self.author).action_approve()

    def test_a_rejected_request_leaves_the_invoice_held(self):
        self.release.with_user(self.preparer).action_request_approval()
        self.release.with_user(self.approver).action_reject("Replace the goods first")
        self._run_lane()
        self.assertEqual(self.release.state, "blocked")

    def test_a_request_is_asked_once(self):
        self.release.with_user(self.preparer).action_request_approval()
        with self.assertRaisesRegex(UserError, "No exception"):
            self.release.with_user(self.preparer).action_request_approval()

    def test_an_approved_exception_replaces_missing_proof(self):
        shipment = self._create_shipment()
        self._state(*self._delivery(shipment)[:2], self._exception(shipment))
        self._run_lane()
        release = self._release_of(shipment)
        release.with_user(self.preparer).action_request_approval()
        release.with_user(self.approver).action_approve()
        self._run_lane()
        self.assertEqual(release.state, "released")

    def test_my_approvals_are_those_i_may_decide(self):
        self.release.with_user(self.preparer).action_request_approval()
        mine = [("state", "=", "awaiting_approval"), ("approval_id.can_decide", "=", True)]
        releases = self.env["logistics.release"]
        self.assertEqual(releases.with_user(self.approver).search(mine), self.release)
        self.assertFalse(releases.with_user(self.preparer).search(mine))
