from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import BillingCase


@tagged("post_install", "-at_install", "logistics")
class TestRights(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement = cls._create_agreement(invoicing="manual")

    def setUp(self):
        super().setUp()
        self.release = self._deliver(self._create_shipment())

    def test_everybody_in_logistics_reads_why(self):
        for user in (self.clerk, self.preparer, self.approver, self.auditor):
            release = self.release.with_user(user)
            self.assertEqual(release.state, "ready")
            self.assertIn("Proof of delivery", release.explanation_html)
            self.assertTrue(release.decision_ids)
            self.assertTrue(release.agreement_id.rule_ids.summary)

    def test_only_finance_releases(self):
        for user in (self.clerk, self.auditor):
            with self.assertRaises(AccessError):
                self.release.with_user(user).action_release()
        self.assertFalse(self.release.move_ids)

    def test_nobody_edits_what_was_decided(self):
        for user in (self.clerk, self.preparer, self.approver, self.auditor):
            for values in ({"state": "released"}, {"amount_at_stake": 0}, {"to_post": True}):
                with self.assertRaises(AccessError):
                    self.release.with_user(user).write(values)

    def test_a_preparer_takes_a_release_and_writes_a_note(self):
        mine = self.release.with_user(self.preparer)
        mine.write({"user_id": self.preparer.id, "note": "Called the carrier."})
        self.assertEqual(self.release.user_id, self.preparer)
        mine.message_post(body="Hello")

    def test_nobody_makes_or_removes_releases_lines_and_decisions(self):
        for user in (self.clerk, self.preparer, self.approver, self.auditor):
            for model in ("logistics.release", "logistics.release.line", "logistics.decision"):
                records = self.env[model].with_user(user)
                for operation in ("create", "unlink"):
                    self.assertFalse(records.has_access(operation), f"{user.login} {model}")
            self.assertFalse(self.env["logistics.decision"].with_user(user).has_access("write"))

    def test_an_auditor_changes_nothing(self):
        for model in ("logistics.agreement", "logistics.billing.rule", "logistics.release"):
            records = self.env[model].with_user(self.auditor)
            self.assertTrue(records.has_access("read"))
            for operation in ("write", "create", "unlink"):
                self.assertFalse(records.has_access(operation), model)

    def test_people_of_another_company_see_nothing(self):
        other = self.env["res.company"].create({"name": "Other Ltd"})
        stranger = self._create_user("stranger", "finance_approver")
        stranger.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        for model in (
            "logistics.release",
            "logistics.release.line",
            "logistics.decision",
            "logistics.agreement",
            "logistics.billing.rule",
        ):
            records = self.env[model].with_user(stranger)
            seen = records.with_context(allowed_company_ids=other.ids).search([])
            self.assertFalse(seen, model)

    def test_people_without_a_role_in_logistics_sell_and_ship_as_ever(self):
        seller = self._create_plain_user("seller", "sales_team.group_sale_salesman")
        keeper = self._create_plain_user("keeper", "stock.group_stock_user")
        order = self._create_order((self.pump, 1), confirm=False, user_id=seller.id)
        order.with_user(seller).action_confirm()
        order.order_line.with_user(seller).price_unit = 150.0
        self._ship(order.picking_ids.with_user(keeper))
        self._run_lane()
        self.assertEqual(order.with_user(seller).logistics_billing_status, "Waiting")
        self.assertEqual(self._release_of(order.logistics_shipment_ids).amount_at_stake, 168.5)
        with self.assertRaisesRegex(UserError, "released by milestones"):
            order.with_user(seller)._create_invoices()

    def _create_plain_user(self, login, group):
        return new_test_user(
            self.env,
            login=f"billing-{login}",
            groups=group,
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )

    def test_private_methods_stay_private(self):
        for name in ("_process", "_cron_release", "_make_invoices", "_mark_stale", "_keep"):
            self.assertTrue(hasattr(self.release, name))
        self.assertTrue(getattr(type(self.agreement).to_terms, "_api_private", False))
