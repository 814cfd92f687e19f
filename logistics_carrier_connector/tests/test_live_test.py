import base64
import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from .common import NEW_CODE, PROFILE, ConnectorCase


@tagged("post_install", "-at_install", "logistics")
class TestLiveTest(ConnectorCase):
    """What the text of a profile makes of a message while it is written."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls._create_user("integration", "integration_admin")

    def _sample(self, body, **values):
        return self.env["logistics.mapping.sample"].create(
            {
                "name": "Sample",
                "mapping_id": self.mapping.id,
                "content": base64.b64encode(body),
                **values,
            }
        )

    def _read(self, text=PROFILE, user=None, **chosen):
        versions = self.env["logistics.mapping.version"].with_user(user or self.admin)
        return versions.read_trial(self.mapping.id, text, **chosen)

    def test_facts_and_problems_follow_the_text(self):
        sample = self._sample(self._body("PU", "NEW"))
        found = self._read(sample_id=sample.id)
        self.assertEqual([fact["says"] for fact in found["facts"]], ["Dispatched"])
        self.assertIn("“NEW” means", found["problems"][0])
        found = self._read(PROFILE + NEW_CODE, sample_id=sample.id)
        self.assertEqual(found["problems"], [])
        self.assertEqual(found["facts"][1]["says"], "Out for delivery")
        self.assertEqual(found["facts"][1]["item"], 2)
        self.assertIn("1ZTEST", found["facts"][1]["about"])

    def test_the_tree_has_the_paths_of_its_values(self):
        found = self._read(pasted='{"events": [{"code": "PU", "at-local": "8"}]}')
        event = found["tree"]["nodes"][0]["children"][0]
        self.assertEqual(event["path"], "events[0]")
        self.assertEqual(
            [each["path"] for each in event["children"]],
            ["events[0].code", 'events[0]."at-local"'],
        )

    def test_a_mistake_is_told_with_its_line_and_the_message_is_shown_all_the_same(self):
        text = PROFILE.replace("milestone: delivered", "milestone: teleported")
        line = PROFILE.splitlines().index("  - {codes: [OK], milestone: delivered}") + 1
        found = self._read(text, pasted="{}")
        self.assertEqual(found["complaint"]["line"], line)
        self.assertIn("teleported", found["complaint"]["reason"])
        self.assertEqual(found["facts"], [])
        self.assertTrue(found["tree"])

    def test_without_a_message_only_the_text_is_looked_at(self):
        self.assertFalse(self._read()["tree"])
        self.assertFalse(self._read()["complaint"])
        self.assertTrue(self._read("nonsense")["complaint"])

    def test_a_message_that_cannot_be_decoded_says_so(self):
        found = self._read(pasted="{")
        self.assertIn("not JSON", found["tree"]["error"])
        self.assertIn("not JSON", found["problems"][0])

    def test_a_stored_message_is_shown_without_what_is_hidden_and_read_as_it_is(self):
        message = self._take(self._body("OK", contact="jo@example.com"))
        found = self._read(message_id=message.id)
        self.assertNotIn("example.com", found["source"])
        self.assertEqual(found["facts"][0]["says"], "Delivered")

    def test_an_answer_is_read_with_what_was_asked(self):
        text = PROFILE.replace("value: event.tracking}", "value: asked.number}")
        sample = self._sample(self._body("OK"), asked_number="1ZASKED")
        self.assertIn("1ZASKED", self._read(text, sample_id=sample.id)["facts"][0]["about"])

    def test_every_format_is_shown(self):
        for code in ("gls", "bpost", "x12_214", "edifact_iftsta", "epcis_events", "generic_csv"):
            mapping = self.env["logistics.mapping"].search([("code", "=", code)])
            versions = self.env["logistics.mapping.version"].with_user(self.admin)
            sample = mapping.sample_ids.filtered(lambda each: each.origin == "file")
            text = mapping.active_version_id.content
            with self.subTest(code=code):
                found = versions.read_trial(mapping.id, text, sample_id=sample.id)
                self.assertTrue(found["facts"])
                self.assertTrue(found["tree"]["nodes"])
                json.dumps(found)

    # === Rights === #

    def test_raw_messages_are_for_administrators_and_auditors(self):
        for group in ("user", "manager", "finance_approver"):
            with self.subTest(group=group), self.assertRaises(AccessError):
                self._read(user=self._create_user(f"tries-{group}", group), pasted="{}")
        auditor = self._create_user("auditor-test", "auditor")
        self.assertTrue(self._read(user=auditor, pasted="{}")["tree"])

    def test_what_another_company_keeps_is_not_read(self):
        other = self.env["res.company"].create({"name": "Somebody else"})
        stranger = self._create_user("stranger", "integration_admin", company=other)
        sample = self._sample(self._body("OK"), company_id=self.company.id)
        message = self._take(self._body("OK"))
        with self.assertRaises(AccessError):
            self._read(user=stranger, sample_id=sample.id)
        with self.assertRaises(AccessError):
            self._read(user=stranger, message_id=message.id)

    def test_it_is_no_way_to_keep_the_server_busy(self):
        with self.assertRaises(UserError):
            self._read(pasted="x" * 200_001)
        with self.assertRaises(UserError):
            self._read("x" * 1_000_001)
        found = self._read(pasted=json.dumps({"events": [{"x": "1"}] * 3000}))
        self.assertTrue(found["tree"]["is_cut"])

    def test_nothing_is_written(self):
        models = ("logistics.mapping.version", "logistics.mapping.sample", "logistics.message")
        before = [self.env[name].search_count([]) for name in models]
        self._read(PROFILE + NEW_CODE, pasted=self._body("NEW").decode())
        self.assertEqual([self.env[name].search_count([]) for name in models], before)


@tagged("post_install", "-at_install", "logistics")
class TestLiveTestTour(ConnectorCase, HttpCase):
    def test_a_profile_is_tried_while_it_is_written(self):
        admin = self._create_user("tries", "integration_admin")
        draft = self._draft(PROFILE, user=admin)
        sample = self.env["logistics.mapping.sample"].create(
            {
                "name": "Two events",
                "mapping_id": self.mapping.id,
                "content": base64.b64encode(self._body("PU", "NEW")),
            }
        )
        draft.sample_id = sample
        self.start_tour(
            f"/odoo/logistics.mapping.version/{draft.id}",
            "logistics_live_test",
            login=admin.login,
            timeout=180,
        )
        self.assertEqual(draft.content, PROFILE)
