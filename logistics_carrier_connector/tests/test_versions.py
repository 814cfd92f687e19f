from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import NEW_CODE, PROFILE, ConnectorCase


@tagged("post_install", "-at_install", "logistics")
class TestVersions(ConnectorCase):
    def test_the_files_of_the_module_are_loaded_and_in_use(self):
        profiles = self.env["logistics.mapping"].search(
            [("code", "in", ("ups_track_alert", "x12_214"))]
        )
        self.assertEqual(set(profiles.mapped("active_version_id.state")), {"active"})
        self.assertEqual(set(profiles.mapped("active_version_id.origin")), {"file"})

    def test_loading_the_files_again_changes_nothing(self):
        versions = self.env["logistics.mapping.version"].search([])
        self.env["logistics.mapping"]._load_profiles()
        self.env["logistics.contract"]._load_canonical()
        self.assertEqual(self.env["logistics.mapping.version"].search([]), versions)

    def test_new_content_of_a_file_is_a_new_version_in_use(self):
        old = self.mapping.active_version_id
        self.env["logistics.mapping.version"]._load(self.mapping, PROFILE + NEW_CODE)
        new = self.mapping.active_version_id
        self.assertEqual((old.state, new.state, new.number), ("retired", "active", old.number + 1))

    def test_a_file_does_not_push_aside_what_people_wrote(self):
        mine = self._draft()
        mine._activate()
        self.env["logistics.mapping.version"]._load(self.mapping, PROFILE + "# delivered later\n")
        self.assertEqual(self.mapping.active_version_id, mine)
        delivered = self.mapping.version_ids.filtered(lambda version: "later" in version.content)
        self.assertEqual(delivered.state, "draft")

    def test_a_version_goes_live_when_somebody_else_approves_it(self):
        author = self._create_user("author", "integration_admin")
        other = self._create_user("other-admin", "integration_admin")
        version = self._draft(user=author)
        version.go_live_reason = "the carrier switches tonight"
        version.action_submit()
        self.assertEqual(version.state, "waiting")
        approval = version.pending_approval_id
        self.assertIn("tonight", approval.note)
        with self.assertRaises(AccessError):
            approval.with_user(author).action_approve()
        approval.with_user(other).action_approve()
        self.assertEqual((version.state, version.activated_by_id), ("active", other))
        self.assertEqual(self.mapping.active_version_id, version)

    def test_who_changed_a_draft_of_another_does_not_approve_it_either(self):
        author = self._create_user("author", "integration_admin")
        editor = self._create_user("editor", "integration_admin")
        version = self._draft(user=author)
        version.with_user(editor).content = PROFILE + NEW_CODE + "# and more\n"
        version.go_live_reason = "urgent"
        version.action_submit()
        with self.assertRaisesRegex(AccessError, "You wrote"):
            version.pending_approval_id.with_user(editor).action_approve()

    def test_only_integration_administrators_approve_versions(self):
        version = self._submitted()
        for group in ("user", "manager", "finance_approver", "auditor"):
            user = self._create_user(f"no-{group}", group)
            with self.assertRaises(AccessError):
                version.pending_approval_id.with_user(user).action_approve()
        self.assertEqual(version.state, "waiting")

    def _submitted(self, **values):
        version = self._draft(user=self._create_user("author", "integration_admin"))
        version.go_live_reason = "urgent"
        version.write(values)
        version.action_submit()
        return version

    def test_what_waits_for_a_decision_does_not_change(self):
        version = self._submitted()
        for values in ({"content": PROFILE}, {"note": "other"}, {"go_live_reason": "other"}):
            with self.subTest(values=values), self.assertRaises(UserError):
                version.write(values)

    def test_a_request_that_is_taken_back_or_rejected_is_a_draft_again(self):
        version = self._submitted()
        version.action_take_back()
        self.assertEqual((version.state, version.pending_approval_id.id), ("draft", False))
        version.action_submit()
        other = self._create_user("other-admin", "integration_admin")
        version.pending_approval_id.with_user(other).action_reject("not yet")
        self.assertEqual(version.state, "draft")
        version.content = PROFILE + NEW_CODE + "# better\n"

    def test_going_back_to_an_earlier_version_needs_a_reason_and_a_second_person(self):
        old = self.mapping.active_version_id
        self._draft()._activate()
        author = self._create_user("author", "integration_admin")
        with self.assertRaisesRegex(UserError, "Why Now"):
            old.with_user(author).action_submit()
        old.with_user(author).go_live_reason = "deliveries are missing"
        old.with_user(author).action_submit()
        self.assertEqual(old.state, "retired")
        with self.assertRaises(AccessError):
            old.pending_approval_id.with_user(author).action_approve()
        other = self._create_user("other-admin", "integration_admin")
        old.pending_approval_id.with_user(other).action_approve()
        self.assertEqual((old.state, self.mapping.active_version_id), ("active", old))
        with self.assertRaisesRegex(UserError, "in use already"):
            old.with_user(author).action_submit()

    def test_a_draft_that_nobody_tried_needs_a_reason(self):
        version = self._draft(user=self._create_user("author", "integration_admin"))
        with self.assertRaisesRegex(UserError, "Why Now"):
            version.action_submit()
        self.assertEqual(version.state, "draft")

    def test_a_new_version_begins_with_the_content_of_another(self):
        admin = self._create_user("admin-alone", "integration_admin")
        action = self.mapping.active_version_id.with_user(admin).action_new_version()
        draft = self.env["logistics.mapping.version"].browse(action["res_id"])
        self.assertEqual((draft.state, draft.content), ("draft", PROFILE))
        self.assertEqual(draft.base_version_id, self.mapping.active_version_id)
        self.assertEqual(draft.contributor_ids, admin)

    def test_nobody_puts_a_version_into_use_by_hand(self):
        admin = self._create_user("admin-alone", "integration_admin")
        version = self._draft(user=admin)
        for record, values in (
            (version, {"state": "active"}),
            (version, {"origin": "file"}),
            (version, {"contributor_ids": [Command.clear()]}),
            (self.mapping, {"active_version_id": version.id}),
            (self.env["logistics.contract"].search([], limit=1), {"active_version_id": False}),
        ):
            with self.subTest(values=values), self.assertRaises(AccessError):
                record.with_user(admin).write(values)
        with self.assertRaises(AccessError):
            version.copy({"origin": "file"})

    def test_a_draft_is_not_pinned(self):
        with self.assertRaisesRegex(ValidationError, "is a draft"):
            self.connection.mapping_version_id = self._draft()

    def test_a_version_that_was_in_use_never_changes(self):
        for version in (self.mapping.active_version_id, self._draft()):
            if version.state == "draft":
                version.content = PROFILE + NEW_CODE + "# still a draft\n"
                continue
            with self.assertRaises(UserError):
                version.content = PROFILE + NEW_CODE
            with self.assertRaises(UserError):
                version.unlink()

    def test_a_profile_that_cannot_be_used_cannot_be_saved(self):
        for content in ("", "not: [yaml", "profile: x", PROFILE.replace("delivered", "teleported")):
            with self.assertRaises(UserError):
                self._draft(content)

    def test_a_schema_that_cannot_be_used_cannot_be_saved(self):
        contract = self.env.ref("logistics_carrier_connector.logistics_contract_canonical")
        for content in ("{", '{"type": 7}', '{"$ref": "file:///etc/passwd"}'):
            with self.assertRaises(UserError):
                self.env["logistics.contract.version"].create(
                    {"contract_id": contract.id, "content": content}
                )

    @mute_logger("odoo.sql_db")
    def test_the_database_allows_one_version_in_use(self):
        draft = self._draft()
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            draft.state = "active"
            self.env.flush_all()

    def test_a_pinned_connection_stays_with_its_version(self):
        pinned = self.mapping.active_version_id
        self.connection.mapping_version_id = pinned
        self._draft()._activate()
        message = self._take(self._body("NEW"))
        self.assertEqual((message.state, message.mapping_version_id), ("held", pinned))
