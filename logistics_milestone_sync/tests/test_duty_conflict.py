from psycopg2 import errors

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MODULE, LogisticsCase


@tagged("post_install", "-at_install", "logistics")
class TestDutyConflict(LogisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._create_user("duty-clerk", "user")
        cls.manager = cls._create_user("duty-manager", "manager")
        cls.boss = cls._create_user("duty-boss", "manager", "finance_approver")
        cls.finance = cls._create_user("duty-finance", "finance_approver")
        cls.shipment = cls._create_shipment()

    def _case_of(self, shipment):
        fact = self._fact(shipment, "exception_raised", 5, reason="damaged")
        self._record(self.carrier, fact)
        return shipment.exception_ids

    def _billing(self, shipment, user=None):
        case = self._case_of(shipment)
        case.with_user(user or self.clerk).action_request_billing_approval()
        return case.approval_ids

    def _operations(self, override):
        return self.env["logistics.approval"].search(
            [("kind", "=", "status_override"), ("res_id", "=", override.id)]
        )

    def test_who_asked_for_the_override_does_not_approve_the_billing(self):
        self._ask_override(self.boss, self.shipment, "picked")
        approval = self._billing(self.shipment)
        with self.assertRaisesRegex(AccessError, "Who overrode the status.*Ask: Override"):
            approval.with_user(self.boss).action_approve()
        approval.with_user(self.finance).action_approve()
        self.assertEqual(approval.state, "approved")

    def test_who_approved_the_override_does_not_approve_the_billing(self):
        override = self._ask_override(self.clerk, self.shipment, "picked")
        self._operations(override).with_user(self.boss).action_approve()
        approval = self._billing(self.shipment)
        for user in (self.boss, self.env["res.users"].browse(self.boss.id)):
            with self.assertRaisesRegex(AccessError, "Decide: Override"):
                approval.with_user(user).sudo().action_approve()

    def test_who_approved_the_billing_does_not_override_the_status_afterwards(self):
        self._billing(self.shipment).with_user(self.boss).action_approve()
        refused = self.assertRaisesRegex(AccessError, "Who overrode the status")
        with refused, self.env.cr.savepoint():
            self._ask_override(self.boss, self.shipment, "picked")
        override = self._ask_override(self.clerk, self.shipment, "picked")
        with self.assertRaisesRegex(AccessError, "Who overrode the status"):
            self._operations(override).with_user(self.boss).action_approve()

    def test_another_shipment_is_another_matter(self):
        self._ask_override(self.boss, self.shipment, "picked")
        approval = self._billing(self._create_shipment())
        approval.with_user(self.boss).action_approve()
        self.assertEqual(approval.state, "approved")

    def test_what_was_taken_back_is_no_part_taken(self):
        override = self._ask_override(self.boss, self.shipment, "picked")
        override.action_withdraw()
        approval = self._billing(self.shipment)
        approval.with_user(self.boss).action_approve()
        self.assertEqual(approval.state, "approved")

    def test_the_approver_reads_beforehand_why_he_may_not(self):
        self._ask_override(self.boss, self.shipment, "picked")
        approval = self._billing(self.shipment)
        self.assertIn("Who overrode", approval.with_user(self.boss).obstacle)
        self.assertFalse(approval.with_user(self.finance).obstacle)

    def test_an_archived_conflict_allows_both_and_the_change_stays_visible(self):
        conflict = self.env.ref(f"{MODULE}.duty_conflict_override_asked")
        conflict.with_user(self.manager).action_archive()
        self.env.flush_all()
        self.cr.precommit.run()  # tracking is written when the transaction ends
        self.assertIn("active", conflict.message_ids.tracking_value_ids.field_id.mapped("name"))
        self._ask_override(self.boss, self.shipment, "picked")
        approval = self._billing(self.shipment)
        approval.with_user(self.boss).action_approve()
        self.assertEqual(approval.state, "approved")

    def test_a_conflict_of_another_company_does_not_matter(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        conflict = self.env.ref(f"{MODULE}.duty_conflict_override_asked")
        conflict.company_id = other
        self._ask_override(self.boss, self.shipment, "picked")
        self._billing(self.shipment).with_user(self.boss).action_approve()

    def test_only_a_manager_changes_them_and_nobody_deletes_them(self):
        conflict = self.env.ref(f"{MODULE}.duty_conflict_override_asked")
        for user in (self.clerk, self.finance, self._create_user("duty-auditor", "auditor")):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                conflict.with_user(user).active = False
        with self.assertRaises(AccessError):
            conflict.with_user(self.manager).unlink()

    def test_a_duty_does_not_exclude_itself(self):
        with (
            self.assertRaises(errors.CheckViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.env["logistics.duty.conflict"].create(
                {
                    "duty": "exception_billing.approve",
                    "other_duty": "exception_billing.approve",
                    "why": "?",
                }
            )

    def test_every_duty_that_a_conflict_names_exists(self):
        conflicts = self.env["logistics.duty.conflict"].search([])
        named = set(conflicts.mapped("duty")) | set(conflicts.mapped("other_duty"))
        known = {duty for duty, _label in conflicts._selection_duty()}
        self.assertLessEqual(named, known)
        self.assertTrue(all(conflicts.mapped("name")))
