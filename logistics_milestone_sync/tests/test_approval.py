from datetime import timedelta

from psycopg2 import errors

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import LogisticsCase


@tagged("post_install", "-at_install", "logistics")
class TestApproval(LogisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.preparer = cls._create_user("preparer-test", "finance_preparer")
        cls.approver = cls._create_user("approver-test", "finance_approver")
        cls.shipment = cls._create_shipment()

    def setUp(self):
        super().setUp()
        self._record(
            self.carrier, self._fact(self.shipment, "exception_raised", 5, reason="damaged")
        )
        self.case = self.shipment.exception_ids

    def _ask(self, user):
        self.case.with_user(user).action_request_billing_approval()
        return self.case.approval_ids

    def test_another_person_approves_and_the_case_no_longer_holds_billing(self):
        approval = self._ask(self.preparer)
        self.assertFalse(self.case.billing_approved)
        approval.with_user(self.approver).action_approve()
        self.assertTrue(self.case.billing_approved)
        self.assertEqual((approval.state, approval.approver_id), ("approved", self.approver))

    def test_nobody_approves_his_own_request(self):
        approval = self._ask(self.approver)
        for user in (self.approver, self.preparer):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                approval.with_user(user).action_approve()
        self.assertFalse(self.case.billing_approved)

    def test_elevated_code_cannot_approve_its_own_request_either(self):
        approval = self._ask(self.approver)
        with self.assertRaises(AccessError):
            approval.with_user(self.approver).sudo().action_approve()

    def test_the_database_refuses_what_code_forgets(self):
        approval = self._ask(self.approver)
        with (
            self.assertRaises(errors.CheckViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE logistics_approval SET state = 'approved', approver_id = requester_id"
                " WHERE id = %s",
                [approval.id],
            )

    def test_rejecting_leaves_the_case_holding(self):
        self._ask(self.preparer).with_user(self.approver).action_reject("Not this one")
        self.assertFalse(self.case.billing_approved)

    def test_a_decision_is_final(self):
        approval = self._ask(self.preparer)
        approval.with_user(self.approver).action_reject("No")
        with self.assertRaises(UserError):
            approval.with_user(self.approver).action_approve()

    def test_the_same_is_not_asked_for_twice(self):
        self._ask(self.preparer)
        with self.assertRaises(UserError):
            self.case.with_user(self.approver).action_request_billing_approval()

    def test_an_expired_request_cannot_be_approved(self):
        approval = self._ask(self.preparer)
        approval.expires_at = fields.Datetime.now() - timedelta(hours=1)
        with self.assertRaises(UserError):
            approval.with_user(self.approver).action_approve()
        self._run_cron("ir_cron_expire_approvals")
        self.assertEqual(approval.state, "expired")

    def test_nobody_writes_an_approval_by_hand(self):
        approval = self._ask(self.preparer)
        for user in (self.preparer, self.approver):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                approval.with_user(user).write({"state": "approved", "approver_id": user.id})
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.case.with_user(user).write({"billing_approved": True})

    def test_the_inbox_shows_what_one_can_decide(self):
        approval = self._ask(self.preparer)
        Approval = self.env["logistics.approval"]
        mine = [("can_decide", "=", True)]
        self.assertIn(approval, Approval.with_user(self.approver).search(mine))
        self.assertNotIn(approval, Approval.with_user(self.preparer).search(mine))
