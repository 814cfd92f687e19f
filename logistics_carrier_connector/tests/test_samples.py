import base64
import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import NEW_CODE, PROFILE, ConnectorCase


@tagged("post_install", "-at_install", "logistics")
class TestSamples(ConnectorCase):
    """Messages that a profile must understand, and a draft that is tried on them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls._create_user("integration", "integration_admin")

    def _sample(self, *codes, **values):
        body = self._body(*codes)
        return (
            self.env["logistics.mapping.sample"]
            .with_user(self.admin)
            .create(
                {
                    "name": "Sample",
                    "mapping_id": self.mapping.id,
                    "content": base64.b64encode(body),
                    **values,
                }
            )
        )

    def test_a_message_is_kept_without_what_is_hidden_on_the_screen(self):
        message = self._take(self._body("PU", contact="jo@example.com", api_key="hush"))
        action = message.with_user(self.admin).action_keep_as_sample()
        sample = self.env["logistics.mapping.sample"].browse(action["res_id"])
        self.assertIn('"PU"', sample.content_text)
        self.assertNotIn("example.com", sample.content_text)
        self.assertNotIn("hush", sample.content_text)
        self.assertEqual(sample.company_id, message.company_id)
        self.assertEqual(message._raw_bodies()[message.id].count(b"example.com"), 1)

    def test_only_integration_administrators_keep_messages(self):
        message = self._take(self._body("PU"))
        for group in ("user", "manager", "auditor"):
            user = self._create_user(f"keeps-{group}", group)
            with self.assertRaises(AccessError):
                message.with_user(user).action_keep_as_sample()

    def test_samples_of_messages_are_seen_in_their_company_only(self):
        other = self.env["res.company"].create({"name": "Somebody else"})
        stranger = self._create_user("stranger", "integration_admin", "auditor", company=other)
        own = self._sample("PU", company_id=self.company.id)
        general = self._sample("OK")
        samples = self.env["logistics.mapping.sample"].with_user(stranger)
        self.assertEqual(samples.search([("mapping_id", "=", self.mapping.id)]), general)
        with self.assertRaises(AccessError):
            own.with_user(stranger).read(["content_text"])

    def test_what_is_right_becomes_what_is_expected(self):
        sample = self._sample("PU", "OK")
        self.assertFalse(sample.is_golden)
        sample.action_expect()
        self.assertEqual(
            [fact["milestone"] for fact in json.loads(sample.expected)],
            ["dispatched", "delivered"],
        )
        self.assertTrue(sample.is_golden)
        self.assertTrue(sample.passed)

    def test_what_is_not_understood_cannot_be_right(self):
        with self.assertRaisesRegex(UserError, "not read without problems"):
            self._sample("NEW").action_expect()

    def test_expectations_are_a_list_in_json(self):
        sample = self._sample("PU")
        for text in ("{", "{}", "7"):
            with self.subTest(text=text), self.assertRaises(UserError):
                sample.expected = text

    def test_a_sample_is_small(self):
        with self.assertRaisesRegex(UserError, "at most"):
            self._sample("PU", content=base64.b64encode(b"x" * 200_001))

    # === Tried while it is written === #

    def test_a_draft_shows_what_it_makes_of_a_sample_as_it_is_edited(self):
        draft = self._draft(PROFILE, user=self.admin)
        draft.sample_id = self._sample("PU", "NEW")
        with Form(draft.with_user(self.admin)) as form:
            self.assertIn("does not say what “NEW” means", form.trial_html)
            self.assertIn("1ZTEST", form.tree_html)
            form.content = PROFILE + NEW_CODE
            self.assertNotIn("does not say", form.trial_html)
            self.assertIn("Out for delivery", form.trial_html)

    def test_a_mistake_is_shown_with_its_line_before_it_is_saved(self):
        draft = self._draft(PROFILE, user=self.admin)
        form = Form(draft.with_user(self.admin))
        form.content = PROFILE.replace("milestone: delivered", "milestone: teleported")
        line = PROFILE.splitlines().index("  - {codes: [OK], milestone: delivered}") + 1
        self.assertIn(f"Line {line}:", form.complaint_html)
        self.assertIn("teleported", form.complaint_html)
        with self.assertRaises(UserError):
            form.save()

    def test_what_a_sender_wrote_is_shown_as_text(self):
        body = json.dumps({"events": [], "x": "<script>alert(1)</script>"}).encode()
        draft = self._draft(user=self.admin)
        draft.sample_id = self._sample(content=base64.b64encode(body))
        self.assertNotIn("<script>", draft.tree_html)
        self.assertIn("&lt;script&gt;", draft.tree_html)

    def test_a_sample_that_cannot_be_decoded_says_so(self):
        draft = self._draft(user=self.admin)
        draft.sample_id = self._sample(content=base64.b64encode(b"{"))
        self.assertIn("alert-danger", draft.tree_html)
        self.assertIn("alert-danger", draft.trial_html)

    def test_a_draft_shows_which_lines_and_codes_differ(self):
        draft = self._draft(
            PROFILE.replace("OK], milestone: delivered", "OK], milestone: returned")
        )
        self.assertEqual(draft.base_version_id, self.mapping.active_version_id)
        self.assertIn("+  - {codes: [OK], milestone: returned}", draft.diff_text)
        self.assertIn("<td>OK</td>", draft.code_diff_html)
        self.assertNotIn("<td>PU</td>", draft.code_diff_html)

    # === The gate === #

    def test_a_draft_that_breaks_a_golden_sample_does_not_go_live(self):
        self._sample("PU", "OK").action_expect()
        draft = self._draft(
            PROFILE.replace("OK], milestone: delivered", "OK], milestone: returned")
        )
        draft.go_live_reason = "urgent"
        with self.assertRaisesRegex(UserError, "Golden samples"):
            draft.action_submit()
        self.assertIn("fa-times-circle", draft.checklist_html)

    def test_a_sample_that_is_kept_later_stops_what_waits_already(self):
        draft = self._draft(
            PROFILE.replace("OK], milestone: delivered", "OK], milestone: returned")
        )
        draft.go_live_reason = "urgent"
        draft.action_submit()
        self._sample("OK").action_expect()
        with self.assertRaisesRegex(UserError, "Golden samples"):
            self._approve(draft)
        self.assertEqual(draft.state, "waiting")

    def test_another_companys_sample_counts_and_is_not_told(self):
        other = self.env["res.company"].create({"name": "Somebody else"})
        hidden = self._sample("OK", company_id=False, name="Hidden sample")
        hidden.action_expect()
        hidden.sudo().company_id = other
        draft = self._draft(
            PROFILE.replace("OK], milestone: delivered", "OK], milestone: returned"),
            user=self.admin,
        )
        draft.go_live_reason = "urgent"
        with self.assertRaisesRegex(UserError, "Golden samples") as caught:
            draft.action_submit()
        self.assertNotIn("Hidden", str(caught.exception))

    def test_a_draft_with_passing_samples_names_them_to_the_one_who_decides(self):
        self._sample("PU", "OK").action_expect()
        draft = self._draft()
        draft.go_live_reason = "urgent"
        draft.action_submit()
        self.assertIn("All 1 are read as expected", draft.pending_approval_id.note)
        self._approve(draft)
        self.assertEqual(draft.state, "active")

    def test_a_connection_opens_when_its_profile_passes(self):
        sample = self._sample("OK")
        sample.action_expect()
        sample.sudo().expected = json.dumps([])
        connection = self._create_connection(self.other_carrier, activate=False)
        with self.assertRaisesRegex(UserError, "golden samples"):
            connection.action_activate()
        sample.sudo().expected = False
        sample.action_expect()
        connection.action_activate()
        self.assertEqual(connection.state, "active")
