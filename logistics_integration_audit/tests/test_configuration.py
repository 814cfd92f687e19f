from odoo import fields
from odoo.tests import tagged

from .common import AuditCase


@tagged("post_install", "-at_install", "logistics")
class TestConfiguration(AuditCase):
    """What decides about facts and money does not change unnoticed."""

    def _entry_since(self, mark):
        entry = self._entries_since(mark, kind="configuration")
        self.assertEqual(len(entry), 1)
        return entry

    def test_a_changed_rule_tells_before_and_after(self):
        rule = self.env["logistics.ownership.rule"].create(
            {"company_id": self.company.id, "system_id": self.carrier.id, "verdict": "accept"}
        )
        mark = self._mark()
        rule.write({"verdict": "reject"})
        entry = self._entry_since(mark)
        self.assertEqual(self._before(entry), {"verdict": "accept"})
        self.assertEqual(self._after(entry), {"verdict": "reject"})
        self.assertIn("Source-of-Truth Rule changed", entry.summary)
        self.assertEqual(entry.company_id, self.company)

    def test_a_changed_flow_policy_tells_before_and_after(self):
        policy = self.env.ref("logistics_milestone_sync.flow_policy_financial")
        mark = self._mark()
        policy.write({"latency_minutes": 90})
        entry = self._entry_since(mark)
        self.assertEqual(self._before(entry), {"latency_minutes": 240})
        self.assertEqual(self._after(entry), {"latency_minutes": 90})
        self.assertIn("Flow Policy changed", entry.summary)

    def test_an_archived_conflict_of_duties_does_not_go_unnoticed(self):
        conflict = self.env.ref("logistics_milestone_sync.duty_conflict_override_asked")
        mark = self._mark()
        conflict.active = False
        entry = self._entry_since(mark)
        self.assertEqual(
            (self._before(entry), self._after(entry)), ({"active": True}, {"active": False})
        )

    def test_the_terms_of_an_approval_do_not_change_unnoticed(self):
        terms = self.env.ref("logistics_milestone_sync.approval_kind_status_override")
        mark = self._mark()
        terms.reason_required = False
        self.assertEqual(self._after(self._entry_since(mark)), {"reason_required": False})

    def test_a_write_that_changes_nothing_leaves_nothing(self):
        mark = self._mark()
        self.carrier.write({"name": self.carrier.name})
        self.assertFalse(self._entries_since(mark))

    def test_creation_and_deletion_are_told(self):
        mark = self._mark()
        rule = self.env["logistics.ownership.rule"].create(
            {"company_id": self.company.id, "system_kind": "crm", "verdict": "reject"}
        )
        name = rule.display_name
        created = self._entry_since(mark)
        self.assertEqual(self._after(created)["system_kind"], "crm")
        mark = self._mark()
        rule.unlink()
        deleted = self._entry_since(mark)
        self.assertEqual((deleted.res_name, self._before(deleted)["verdict"]), (name, "reject"))
        self.assertIn("deleted", deleted.summary)

    def test_a_changed_connection_tells_who_changed_what_but_no_secret(self):
        integrator = self._create_user("integrates-audit", "integration_admin")
        mapping = self.env["logistics.mapping"].search([], limit=1)
        connection = self.env["logistics.connection"].create(
            {"name": "Parcel", "system_id": self.carrier.id, "mapping_id": mapping.id}
        )
        token = connection.token
        mark = self._mark()
        connection.with_user(integrator).write({"max_bytes": 2048, "environment": "test"})
        entry = self._entry_since(mark)
        self.assertEqual(entry.actor_id, integrator)
        self.assertEqual(self._after(entry), {"max_bytes": 2048, "environment": "test"})
        mark = self._mark()
        connection.action_new_token()
        connection._set_secret("a secret that nobody may read")
        entries = self._entries_since(mark, kind="configuration")
        self.assertEqual(len(entries), 2)
        for text in (token, connection.token, "nobody may read"):
            self.assertNotIn(text, str(entries.read()))

    def test_further_proofs_and_the_second_person_are_under_audit(self):
        mapping = self.env["logistics.mapping"].search([], limit=1)
        connection = self.env["logistics.connection"].create(
            {"name": "Parcel", "system_id": self.carrier.id, "mapping_id": mapping.id}
        )
        mark = self._mark()
        proof = self.env["logistics.connection.proof"].create(
            {
                "connection_id": connection.id,
                "verifier_kind": "network",
                "verifier_networks": "192.0.2.0/24",
            }
        )
        created = self._entry_since(mark)
        self.assertEqual(created.company_id, connection.company_id)
        self.assertEqual(self._after(created)["verifier_networks"], "192.0.2.0/24")
        mark = self._mark()
        proof.verifier_networks = "198.51.100.0/24"
        self.assertEqual(self._before(self._entry_since(mark))["verifier_networks"], "192.0.2.0/24")
        mark = self._mark()
        self.company.logistics_second_person_live = False
        switched = self._entry_since(mark)
        self.assertEqual(self._after(switched), {"logistics_second_person_live": False})
        self.assertEqual(switched.company_id, self.company)
        mark = self._mark()
        self.company.name = "Another name"
        self.assertFalse(self._entries_since(mark))

    def test_whom_a_polling_plan_asks_is_told_when_it_changes_and_its_key_never(self):
        integrator = self._create_user("polls-audit", "integration_admin")
        mapping = self.env["logistics.mapping"].search([("format", "=", "json")], limit=1)
        connection = self.env["logistics.connection"].create(
            {"name": "Parcel", "system_id": self.carrier.id, "mapping_id": mapping.id}
        )
        mark = self._mark()
        plan = self.env["logistics.poll"].create(
            {"connection_id": connection.id, "url": "https://api.carrier.example/{number}"}
        )
        self.assertEqual(
            self._after(self._entry_since(mark))["url"], "https://api.carrier.example/{number}"
        )
        mark = self._mark()
        plan.with_user(integrator).url = "https://evil.example/{number}"
        changed = self._entry_since(mark)
        self.assertEqual(changed.actor_id, integrator)
        self.assertEqual(self._before(changed), {"url": "https://api.carrier.example/{number}"})
        mark = self._mark()
        plan.with_user(integrator).secret = "a secret that nobody may read"
        entries = self._entries_since(mark, kind="configuration")
        self.assertEqual(len(entries), 1)
        self.assertNotIn("nobody may read", str(entries.read()))

    def test_whose_files_are_taken_is_told_when_it_changes_and_the_password_never(self):
        integrator = self._create_user("files-audit", "integration_admin")
        mapping = self.env["logistics.mapping"].search([("format", "=", "json")], limit=1)
        connection = self.env["logistics.connection"].create(
            {"name": "Files", "system_id": self.carrier.id, "mapping_id": mapping.id}
        )
        place = "sftp://acme@edi.example.com/out"
        mark = self._mark()
        folder = self.env["logistics.folder"].create({"connection_id": connection.id, "url": place})
        entries = self._entries_since(mark).filtered(lambda one: one.res_model == folder._name)
        self.assertEqual(self._after(entries)["url"], place)
        mark = self._mark()
        folder.with_user(integrator).url = "sftp://acme@evil.example/out"
        changed = self._entries_since(mark).filtered(lambda one: one.res_model == folder._name)
        self.assertEqual(changed.actor_id, integrator)
        self.assertEqual(self._before(changed), {"url": place})
        mark = self._mark()
        folder.with_user(integrator).secret = "a secret that nobody may read"
        entries = self._entries_since(mark, kind="configuration")
        self.assertEqual(len(entries), 1)
        self.assertNotIn("nobody may read", str(entries.read()))

    def test_what_a_milestone_means_is_told_when_it_changes(self):
        milestone = self.env.ref("logistics_milestone_sync.milestone_arrived_at_hub")
        mark = self._mark()
        milestone.write({"is_financial": True, "silence_hours": 9})
        entry = self._entry_since(mark)
        self.assertEqual(entry.res_id, milestone.id)
        self.assertEqual(self._after(entry), {"is_financial": True})

    def test_a_profile_put_into_use_is_told(self):
        mapping = self.env["logistics.mapping"].search(
            [("active_version_id", "!=", False)], limit=1
        )
        version = mapping.active_version_id.copy()
        mark = self._mark()
        version._activate()
        states = [self._after(e).get("state") for e in self._entries_since(mark)]
        self.assertEqual(sorted(filter(None, states)), ["active", "retired"])

    def test_the_register_of_integrations_is_under_audit_itself(self):
        mark = self._mark()
        integration = self.env["logistics.integration"].create(
            {
                "name": "Parcel tracking",
                "business_owner_id": self.env.uid,
                "technical_owner_id": self.auditor.id,
                "review_date": fields.Date.today(),
            }
        )
        entry = self._entry_since(mark)
        self.assertEqual(entry.res_id, integration.id)
        self.assertEqual(self._after(entry)["technical_owner_id"], self.auditor.display_name)
