from psycopg2 import IntegrityError
from psycopg2.errors import ExclusionViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import BillingCase, flat


@tagged("post_install", "-at_install", "logistics")
class TestAgreement(BillingCase):
    def test_another_user_puts_it_into_force(self):
        agreement = self._create_agreement()
        self.assertEqual(
            (agreement.state, agreement.author_id, agreement.approved_by_id),
            ("approved", self.author, self.approver),
        )

    def test_the_author_cannot_approve_it_even_when_somebody_else_submitted_it(self):
        agreement = (
            self.env["logistics.agreement"]
            .with_user(self.approver)
            .create({"name": "Mine", "rule_ids": [Command.create({})]})
        )
        agreement.with_user(self.preparer).action_submit()
        with self.assertRaisesRegex(AccessError, "wrote the terms"):
            self._approval_of(agreement).with_user(self.approver).action_approve()

    def test_whoever_changed_the_terms_cannot_approve_them(self):
        agreement = self._create_agreement(approve=False)
        agreement.with_user(self.approver).rate_ids.rate = 99
        agreement.with_user(self.author).action_submit()
        with self.assertRaisesRegex(AccessError, "wrote the terms"):
            self._approval_of(agreement).with_user(self.approver).action_approve()

    @mute_logger("odoo.sql_db")
    def test_the_database_knows_that_author_and_approver_differ(self):
        agreement = self._create_agreement(approve=False)
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            agreement.write({"state": "approved", "approved_by_id": self.author.id})
            self.env.flush_all()

    def test_nobody_sets_the_state_by_hand(self):
        agreement = self._create_agreement(approve=False)
        for user in (self.author, self.approver):
            with self.assertRaises(AccessError):
                agreement.with_user(user).write({"state": "approved"})
        agreements = self.env["logistics.agreement"].with_user(self.author)
        with self.assertRaises(AccessError):
            agreements.create({"name": "Forced", "state": "approved"})
        with self.assertRaises(AccessError):
            agreements.with_context(default_state="approved").create({"name": "Forced"})

    def test_a_default_of_ones_own_puts_nothing_into_force(self):
        defaults = self.env["ir.default"].with_user(self.author)
        defaults.set("logistics.agreement", "state", "approved", user_id=True)
        defaults.set("logistics.agreement", "approved_by_id", self.approver.id, user_id=True)
        with self.assertRaises(AccessError):
            self.env["logistics.agreement"].with_user(self.author).create({"name": "Forced"})

    def test_whom_it_covers_is_not_set_past_the_customer(self):
        agreement = self._create_agreement()
        other = self.env["res.partner"].create({"name": "Not asked"})
        with self.assertRaises(AccessError):
            agreement.with_user(self.author).write({"customer_id": other.id})

    def test_terms_are_frozen_from_the_submission_on(self):
        agreement = self._create_agreement()
        changes = (
            {"date_start": "2021-01-01"},
            {"rule_ids": [Command.clear()]},
            {"rate_ids": [Command.clear()]},
        )
        for change in changes:
            with self.assertRaisesRegex(UserError, "fixed since"):
                agreement.with_user(self.author).write(change)
        for part, values in (
            (agreement.rule_ids, {"document_required": True}),
            (agreement.rate_ids, {"rate": 2}),
        ):
            with self.assertRaisesRegex(UserError, "fixed since"):
                part.with_user(self.author).write(values)
            with self.assertRaisesRegex(UserError, "fixed since"):
                part.with_user(self.author).unlink()
        with self.assertRaisesRegex(UserError, "fixed since"):
            agreement.with_user(self.author).unlink()
        with self.assertRaisesRegex(UserError, "fixed since"):
            self.env["logistics.billing.rule"].with_user(self.author).create(
                {"agreement_id": agreement.id}
            )
        with self.assertRaisesRegex(UserError, "fixed since"):
            self.env["logistics.rate"].with_user(self.author).create(
                {"agreement_id": agreement.id} | flat(5)
            )

    def test_a_rejected_agreement_is_a_draft_again(self):
        agreement = self._create_agreement(approve=False)
        agreement.with_user(self.author).action_submit()
        self._approval_of(agreement).with_user(self.approver).action_reject("Too cheap")
        self.assertEqual(agreement.state, "draft")

    def test_a_new_version_ends_the_old_one_the_day_before(self):
        old = self._create_agreement()
        action = old.with_user(self.author).action_new_version()
        new = self.env["logistics.agreement"].browse(action["res_id"])
        new.with_user(self.author).date_start = "2024-07-01"
        new.with_user(self.author).action_submit()
        self._approval_of(new).with_user(self.approver).action_approve()
        self.assertEqual((new.version, new.state), (2, "approved"))
        self.assertEqual(str(old.date_end), "2024-06-30")
        self.assertEqual(new.rate_ids.rate, 0.85)

    @mute_logger("odoo.sql_db")
    def test_two_agreements_never_cover_one_customer_at_a_time(self):
        self._create_agreement()
        with self.assertRaises(ExclusionViolation), self.env.cr.savepoint():
            self._create_agreement(date_start="2024-01-01")

    def test_an_agreement_needs_exactly_one_rule(self):
        agreement = self.env["logistics.agreement"].with_user(self.author).create({"name": "Empty"})
        with self.assertRaisesRegex(UserError, "exactly one"):
            agreement.action_submit()

    def test_an_agreement_waits_for_at_least_one_milestone(self):
        with self.assertRaisesRegex(ValidationError, "at least one milestone"):
            self._create_agreement(trigger_ids=[Command.clear()])

    def test_a_shipment_is_billed_by_what_was_in_force_when_it_was_delivered(self):
        today = self.start.date()
        self._create_agreement(partner=self.customer, rates=[flat(5)])
        shipment = self._create_shipment()
        old = self.env["logistics.agreement"].search([("partner_id", "=", self.customer.id)])
        new_id = old.with_user(self.author).action_new_version()["res_id"]
        new = self.env["logistics.agreement"].browse(new_id).with_user(self.author)
        new.date_start = today.replace(year=today.year + 1)
        new.rate_ids.rate = 50
        new.action_submit()
        self._approval_of(new).with_user(self.approver).action_approve()
        release = self._deliver(shipment)
        self.assertEqual((release.agreement_id, release.line_ids.charge_id.amount), (old, 5.0))

    def test_its_approval_sets_waiting_shipments_free(self):
        self._create_agreement(partner=self.env["res.partner"].create({"name": "Other"}))
        shipment = self._create_shipment()
        release = self._deliver(shipment)
        self.assertEqual((release.state, release.reason_code), ("blocked", "agreement"))
        self._create_agreement()
        self._run_lane()
        self.assertEqual(release.state, "released")
