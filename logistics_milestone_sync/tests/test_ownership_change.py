from datetime import UTC, datetime, timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from odoo.addons.logistics_milestone_sync.core.fact import Statement

from .common import LogisticsCase


@tagged("post_install", "-at_install", "logistics")
class TestOwnershipChange(LogisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.author = cls._create_user("author-rule", "manager")
        cls.integrator = cls._create_user("integrator-rule", "integration_admin")
        cls.manager = cls._create_user("manager-rule", "manager")
        cls.picked = cls.env.ref("logistics_milestone_sync.milestone_picked")
        cls.shipment = cls._create_shipment()

    def _propose(self, user=None, **values):
        values = {
            "company_id": self.company.id,
            "object_kind": "milestone",
            "milestone_id": self.picked.id,
            "system_kind": "wms",
            "verdict": "advisory",
            "reason": "The warehouse picks too early.",
        } | values
        changes = self.env["logistics.ownership.change"].with_user(user or self.author)
        return changes.browse(changes.action_propose(values)["id"])

    def _approval_of(self, change):
        return self.env["logistics.approval"].search(
            [("res_model", "=", change._name), ("res_id", "=", change.id)]
        )

    def _approve(self, change, user=None):
        self._approval_of(change).with_user(user or self.manager).action_approve()

    def _own_rules(self):
        return self.env["logistics.ownership.rule"].search([("company_id", "=", self.company.id)])

    def _state_now(self, system, shipment, milestone):
        statement = Statement(self._fact(shipment, milestone), datetime.now(UTC))
        self.env["logistics.shipment"]._record_facts(system, [statement])

    # === Rules are not edited === #

    def test_nobody_writes_a_rule_by_hand(self):
        rule = self.env["logistics.ownership.rule"].search([], limit=1)
        for user in (self.author, self.integrator, self.env.ref("base.user_admin")):
            as_user = rule.with_user(user)
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    as_user.write({"verdict": "reject"})
                with self.assertRaises(AccessError):
                    as_user.action_archive()
                with self.assertRaises(AccessError):
                    as_user.unlink()
                with self.assertRaises(AccessError):
                    as_user.create({"system_kind": "crm"})

    def test_two_rules_for_one_cell_are_refused_by_the_database(self):
        vals = {"company_id": self.company.id, "system_kind": "crm"}
        rules = self.env["logistics.ownership.rule"]
        rules.create(vals)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            rules.create(vals | {"verdict": "reject"})

    def test_a_rule_is_about_one_kind_of_thing(self):
        vals = {"object_kind": "charge", "milestone_id": self.picked.id}
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.env["logistics.ownership.rule"].create(vals)

    def test_a_rule_for_one_system_belongs_to_its_company(self):
        with self.assertRaises(ValidationError):
            self.env["logistics.ownership.rule"].create({"system_id": self.wms.id})
        with self.assertRaises(ValidationError):
            self.env["logistics.ownership.rule"].create(
                {"system_id": self.wms.id, "system_kind": "tms", "company_id": self.company.id}
            )

    # === A change === #

    def test_a_change_holds_once_another_manager_approved_it(self):
        change = self._propose()
        self.assertEqual((change.state, change.action), ("waiting", "add"))
        self.assertFalse(self._own_rules())
        self._approve(change)
        self.assertEqual(change.state, "approved")
        rule = self._own_rules()
        self.assertEqual((rule.verdict, rule.system_kind), ("advisory", "wms"))
        self.assertTrue(rule.valid_from)
        [outcome] = self._state(self.wms, self.shipment, "picked")
        self.assertEqual(outcome.status, "advisory")

    def test_history_keeps_the_rule_that_judged_it(self):
        self._state(self.wms, self.shipment, "picked")
        event = self.shipment.event_ids.filtered(lambda e: e.milestone_code == "picked")
        judged = event.rule_id
        self._approve(self._propose())
        first = self._own_rules()
        self._approve(self._propose(verdict="reject"))
        second = self._own_rules()
        self.assertNotEqual(first, second)
        self.assertEqual((first.active, bool(first.valid_to)), (False, True))
        self.assertEqual(first.verdict, "advisory", "what it said then is still readable")
        self.assertEqual((event.rule_id, event.verdict), (judged, "accept"))
        self.assertEqual(self.shipment.status_id.code, "picked")

    def test_withdrawing_the_own_rule_brings_the_shared_one_back(self):
        self._approve(self._propose())
        change = self._propose(verdict="inherit")
        self.assertEqual(change.action, "withdraw")
        self._approve(change)
        self.assertFalse(self._own_rules())
        [outcome] = self._state(self.wms, self.shipment, "picked")
        self.assertEqual(outcome.status, "recorded")

    def test_there_must_be_something_to_withdraw(self):
        with self.assertRaisesRegex(UserError, "no rule of its own"):
            self._propose(verdict="inherit")

    def test_the_author_does_not_approve_whoever_submits(self):
        change = self._propose()
        with self.assertRaises(AccessError):
            self._approve(change, self.author)
        draft = (
            self.env["logistics.ownership.change"]
            .with_user(self.author)
            .create({"company_id": self.company.id, "system_kind": "crm", "reason": "Why not."})
        )
        draft.with_user(self.manager).action_submit()
        with self.assertRaisesRegex(AccessError, "You wrote this"):
            self._approve(draft, self.author)

    def test_only_a_manager_approves(self):
        change = self._propose(self.integrator)
        for role in ("user", "integration_admin", "finance_approver", "auditor"):
            user = self._create_user(f"{role}-rule-test", role)
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._approve(change, user)
        self._approve(change)
        self.assertTrue(self._own_rules())

    def test_users_and_finance_propose_nothing(self):
        for role in ("user", "finance_approver", "auditor"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._propose(self._create_user(f"{role}-propose", role))

    def test_a_rejected_change_changes_nothing(self):
        change = self._propose()
        self._approval_of(change).with_user(self.manager).action_reject("The warehouse is right")
        self.assertEqual(change.state, "rejected")
        self.assertFalse(self._own_rules())

    def test_a_withdrawn_change_is_decided_by_nobody(self):
        change = self._propose()
        change.action_withdraw()
        self.assertEqual(change.state, "withdrawn")
        with self.assertRaises(UserError):
            self._approve(change)

    def test_a_change_that_nobody_decided_in_time_is_withdrawn(self):
        change = self._propose()
        late = self._approval_of(change).expires_at + timedelta(hours=1)
        with freeze_time(late):
            self._run_cron("ir_cron_expire_approvals")
        self.assertEqual((change.state, self._approval_of(change).state), ("withdrawn", "expired"))

    def test_withdrawing_the_request_withdraws_the_change(self):
        change = self._propose()
        self._approval_of(change).with_user(self.author).action_withdraw()
        self.assertEqual(change.state, "withdrawn")

    def test_what_was_submitted_is_not_edited(self):
        change = self._propose()
        with self.assertRaises(UserError):
            change.write({"verdict": "accept"})
        with self.assertRaises(AccessError):
            change.write({"state": "approved"})
        with self.assertRaises(UserError):
            change.unlink()

    def test_a_change_that_was_overtaken_is_refused_when_it_is_decided(self):
        first, second = self._propose(), self._propose(verdict="reject")
        self._approve(first)
        self.assertIn("another rule", self._approval_of(second).with_user(self.manager).obstacle)
        with self.assertRaisesRegex(UserError, "another rule by now"):
            self._approve(second)
        self.assertEqual(self._own_rules().verdict, "advisory")

    def test_a_change_says_why(self):
        with self.assertRaisesRegex(ValidationError, "why"):
            self._propose(reason=" ")

    def test_a_shared_rule_is_for_those_who_work_for_all_companies(self):
        self.env["res.company"].create({"name": "Another Company"})
        with self.assertRaisesRegex(AccessError, "every company"):
            self._propose(company_id=False)

    def test_a_changed_rule_keeps_its_cell(self):
        self._approve(self._propose())
        changes = self.env["logistics.ownership.change"].with_user(self.author)
        change = changes.create(
            {
                "action": "change",
                "rule_id": self._own_rules().id,
                "system_kind": "crm",
                "verdict": "reject",
                "reason": "Another kind cannot slip in.",
            }
        )
        self.assertEqual((change.system_kind, change.milestone_id), ("wms", self.picked))

    # === Its effect === #

    def test_the_effect_is_counted_without_changing_anything(self):
        for _n in range(3):
            self._state_now(self.wms, self._create_shipment(), "picked")
        before = self.env["logistics.milestone.event"].search([])
        change = self._propose()
        heard, found = change._effect()
        self.assertGreaterEqual(heard, 3)
        self.assertEqual(found, {("accept", "advisory"): heard})
        self.assertIn(f"counts → advisory: {heard}", change.effect_text)
        self.assertEqual(self.env["logistics.milestone.event"].search([]), before)
        self.assertIn(change.effect_text, self._approval_of(change).note)

    def test_a_rule_about_something_that_nobody_said_has_no_effect(self):
        change = self._propose(milestone_id=False, object_kind="charge", system_kind="crm")
        self.assertEqual(change._effect(), (0, {}))
        self.assertIn("Nothing was heard", change.effect_text)

    def test_the_effect_of_a_shared_rule_spares_those_with_their_own(self):
        self._approve(self._propose())
        self._state_now(self.wms, self.shipment, "picked")
        shared = self.env["logistics.ownership.change"].create(
            {"milestone_id": self.picked.id, "reason": "Nobody.", "verdict": "reject"}
        )
        heard, found = shared._effect()
        self.assertGreaterEqual(heard, 1)
        self.assertNotIn(("advisory", "reject"), found)

    # === Rules are remembered === #

    def test_a_batch_does_not_read_the_rules_again(self):
        rules = self.env["logistics.ownership.rule"]
        rules._rules_of(self.company)
        with self.assertQueryCount(1):
            rules._rules_of(self.company)

    def test_an_approved_change_is_known_at_once_and_to_everybody(self):
        rules = self.env["logistics.ownership.rule"]
        before = rules._rules_of(self.company)
        self._approve(self._propose())
        self.assertEqual(len(rules._rules_of(self.company)), len(before) + 1)
        # Another worker has no signal of ours, but sees the table: the stamp tells them apart.
        self.env.cr.execute(
            "UPDATE logistics_ownership_rule SET active = false,"
            " write_date = now() + interval '1 second'"
            " WHERE company_id = %s",
            [self.company.id],
        )
        self.assertEqual(rules._rules_of(self.company), before)
