from datetime import timedelta

from psycopg2 import errors

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import MODULE, LogisticsCase


@tagged("post_install", "-at_install", "logistics")
class TestApproval(LogisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.preparer = cls._create_user("preparer-test", "finance_preparer")
        cls.approver = cls._create_user("approver-test", "finance_approver")
        cls.second = cls._create_user("second-test", "finance_approver")
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

    # === The inbox === #

    def _activities(self, approval):
        return approval.activity_ids.filtered(
            lambda a: a.activity_type_id == self.env.ref(f"{MODULE}.mail_activity_type_approval")
        )

    def test_every_approver_but_the_requester_is_called_until_it_is_decided(self):
        approval = self._ask(self.approver)
        called = self._activities(approval).user_id
        self.assertIn(self.second, called)
        self.assertFalse(called & (self.approver | self.preparer))
        approval.with_user(self.second).action_approve()
        self.assertFalse(self._activities(approval))

    def test_the_requester_is_told_what_became_of_it(self):
        approval = self._ask(self.preparer)
        approval.with_user(self.approver).action_reject("Replace the goods first")
        told = approval.message_ids.filtered(
            lambda message: self.preparer.partner_id in message.notified_partner_ids
        )
        self.assertIn("Replace the goods first", told.body)
        self.assertIn("Rejected", self.case.message_ids[:1].body)

    def test_a_rejection_needs_an_answer(self):
        approval = self._ask(self.preparer).with_user(self.approver)
        for nothing in ("", "   "):
            action = approval.action_reject(nothing)
            self.assertEqual(action["res_model"], "logistics.approval.rejection")
        self.assertEqual(approval.state, "pending")
        dialog = Form(
            self.env[action["res_model"]].with_user(self.approver).with_context(**action["context"])
        )
        dialog.reason_id = self.env["logistics.reason.code"]._find("rejection", "not_justified")
        dialog.answer = "No"
        dialog.save().action_reject()
        self.assertEqual(
            (approval.state, approval.decision_note, approval.rejection_reason_id.code),
            ("rejected", "No", "not_justified"),
        )

    def test_the_database_refuses_a_rejection_without_an_answer(self):
        approval = self._ask(self.preparer)
        with (
            self.assertRaises(errors.CheckViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE logistics_approval SET state = 'rejected', approver_id = %s WHERE id = %s",
                [self.approver.id, approval.id],
            )

    def test_the_requester_withdraws_what_nobody_decided(self):
        approval = self._ask(self.preparer)
        with self.assertRaises(AccessError):
            approval.with_user(self.approver).action_withdraw()
        approval.with_user(self.preparer).action_withdraw()
        self.assertEqual((approval.state, approval.approver_id.id), ("withdrawn", False))
        self.assertFalse(self._activities(approval))
        self._ask(self.preparer)  # and may ask again

    def test_a_decided_request_is_not_withdrawn(self):
        approval = self._ask(self.preparer)
        approval.with_user(self.approver).action_approve()
        with self.assertRaisesRegex(UserError, "closed before: Approved"):
            approval.with_user(self.preparer).action_withdraw()

    def test_a_second_approver_does_not_decide_it_again(self):
        approval = self._ask(self.preparer)
        approval.with_user(self.approver).action_approve()
        with self.assertRaisesRegex(UserError, "closed before"):
            approval.with_user(self.second).action_approve()
        self.assertEqual(approval.approver_id, self.approver)

    # === Late decisions === #

    def test_a_case_that_was_closed_meanwhile_is_not_approved(self):
        approval = self._ask(self.preparer)
        self._record(self.carrier, self._fact(self.shipment, "exception_closed", 9))
        with self.assertRaisesRegex(UserError, "closed by now"):
            approval.with_user(self.approver).action_approve()
        approval.with_user(self.approver).action_reject("It is closed")
        self.assertEqual((approval.state, self.case.billing_approved), ("rejected", False))

    def test_what_is_gone_is_not_approved_and_can_be_rejected(self):
        approval = self._ask(self.preparer)
        self.env.cr.execute("UPDATE logistics_approval SET res_id = 0 WHERE id = %s", [approval.id])
        approval.invalidate_recordset()
        with self.assertRaisesRegex(UserError, "does not exist any more"):
            approval.with_user(self.approver).action_approve()
        approval.with_user(self.approver).action_reject("Gone")
        self.assertEqual(approval.state, "rejected")

    # === Several at once === #

    def _ask_for_three(self):
        """Two of the preparer's, and one of the approver himself."""
        approvals = self._ask(self.preparer)
        for user in (self.preparer, self.approver):
            shipment = self._create_shipment()
            self._record(
                self.carrier, self._fact(shipment, "exception_raised", 5, reason="damaged")
            )
            shipment.exception_ids.with_user(user).action_request_billing_approval()
            approvals |= shipment.exception_ids.approval_ids
        return approvals

    def test_of_several_those_that_may_not_be_decided_are_left_and_named(self):
        approvals = self._ask_for_three()
        result = approvals.with_user(self.approver).action_approve()
        own = approvals.filtered(lambda approval: approval.requester_id == self.approver)
        self.assertEqual(own.state, "pending")
        self.assertEqual(set((approvals - own).mapped("state")), {"approved"})
        message = result["params"]["message"]
        self.assertIn("2 decided, 1 left", message)
        self.assertIn(f"{own.name}: You asked for this yourself", message)

    def test_several_are_rejected_with_one_answer(self):
        approvals = self._ask_for_three()
        approvals.with_user(self.second).action_reject("Not this month")
        self.assertEqual(set(approvals.mapped("decision_note")), {"Not this month"})

    def test_if_none_can_be_decided_it_is_an_error(self):
        approvals = self._ask_for_three()
        with self.assertRaisesRegex(UserError, "(?s)Only .* may decide.*Only .* may decide"):
            approvals.with_user(self.preparer).action_approve()

    # === Terms of a kind === #

    def test_how_long_a_request_waits_is_data(self):
        self.env.ref(f"{MODULE}.approval_kind_exception_billing").validity_days = 2
        approval = self._ask(self.preparer)
        self.assertEqual(approval.expires_at - approval.requested_at, timedelta(days=2))

    def test_every_kind_has_its_terms_and_somebody_who_decides(self):
        approvals = self.env["logistics.approval"]
        for kind in approvals._fields["kind"].get_values(self.env):
            with self.subTest(kind=kind):
                terms = self.env["logistics.approval.kind"]._of(kind)
                self.assertTrue(terms.id)
                self.assertTrue(terms.approver_group)

    def test_a_kind_without_terms_has_the_defaults(self):
        terms = self.env["logistics.approval.kind"]._of("unheard_of")
        self.assertEqual((terms.validity_days, terms.reason_required), (14, False))

    def test_a_reason_may_be_required(self):
        terms = self.env.ref(f"{MODULE}.approval_kind_exception_billing")
        terms.reason_required = True
        case = self.case.with_user(self.preparer)
        action = case.action_request_billing_approval()
        self.assertFalse(case.approval_ids)
        with self.assertRaisesRegex(UserError, "Choose a reason"):
            case.action_request_billing_approval("unheard_of")
        dialog = Form(
            self.env[action["res_model"]].with_user(self.preparer).with_context(**action["context"])
        )
        dialog.reason_id = self.env["logistics.reason.code"]._find("approval", "goodwill")
        dialog.note = "A good customer"
        dialog.save().action_request()
        self.assertEqual(
            (case.approval_ids.reason_id.name, case.approval_ids.note),
            ("Goodwill", "A good customer"),
        )

    def test_a_reason_is_not_required_where_nobody_could_give_one(self):
        terms = self.env["logistics.approval.kind"].create({"code": "unheard_of"})
        with (
            self.assertRaises(errors.CheckViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            terms.reason_required = True
            self.env.flush_all()

    def test_a_manager_sets_the_terms_and_not_who_decides(self):
        manager = self._create_user("terms-manager", "manager")
        terms = self.env.ref(f"{MODULE}.approval_kind_exception_billing").with_user(manager)
        terms.validity_days = 5
        self.assertIn("Approver", terms.approver_group)
        with self.assertRaises(AccessError):
            terms.code = "status_override"
