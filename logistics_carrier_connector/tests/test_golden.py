import base64
import json

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools.misc import file_path

from ..models import message_reader
from ..models.logistics_mapping_golden import FOLDER
from .common import NEW_CODE, PROFILE, ConnectorCase

LOOSER = PROFILE.replace("OK], milestone: delivered", "OK], milestone: returned")


@tagged("post_install", "-at_install", "logistics")
class TestGolden(ConnectorCase):
    """What versions are measured by: delivered with the module, and changed by nobody alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls._create_user("integration", "integration_admin")

    def setUp(self):
        super().setUp()
        self.golden = self._sample("PU", "OK")
        self.golden.action_expect()

    def _sample(self, *codes, **values):
        samples = self.env["logistics.mapping.sample"].with_user(self.admin)
        content = base64.b64encode(self._body(*codes))
        return samples.create(
            {"name": "Delivered", "mapping_id": self.mapping.id, "content": content, **values}
        )

    def _draft_for(self, text, sample=None):
        draft = self._draft(text, user=self.admin).with_user(self.admin)
        draft.sample_id = sample or self.golden
        return draft

    def _milestones(self):
        return [fact["milestone"] for fact in json.loads(self.golden.expected)]

    # === Nobody alone === #

    def test_a_golden_sample_is_not_changed_by_hand(self):
        for name, value in (
            ("expected", "[]"),
            ("expected", False),
            ("content", base64.b64encode(b"{}")),
            ("content_text", "{}"),
            ("received_at", "2025-01-01"),
            ("asked_number", "1"),
            ("active", False),
            ("mapping_id", self.wms_connection.mapping_id.id),
        ):
            with self.subTest(field=name), self.assertRaisesRegex(UserError, "is golden"):
                self.golden[name] = value
        with self.assertRaisesRegex(UserError, "is golden"):
            self.golden.unlink()
        self.golden.note = "a name is no measure"

    def test_a_sample_that_is_not_golden_yet_is_worked_on(self):
        sample = self._sample("PU")
        sample.content = base64.b64encode(self._body("OK"))
        sample.unlink()
        self.assertFalse(sample.exists())

    def test_what_is_golden_is_not_expected_anew_outside_a_draft(self):
        in_use = self.mapping.active_version_id.with_user(self.admin)
        self.golden.sudo().expected = "[]"
        with self.assertRaisesRegex(UserError, "is golden"):
            self.golden.action_expect()
        with self.assertRaisesRegex(UserError, "is golden"):
            self.golden.with_context(expect_of_version=in_use.id).action_expect()

    def test_what_reads_the_same_proposes_nothing(self):
        draft = self._draft_for(PROFILE + NEW_CODE)
        draft.action_expect()
        self.assertFalse(draft.expectation_ids)

    # === With the draft === #

    def test_other_facts_are_proposed_with_the_draft_and_expected_with_its_approval(self):
        draft = self._draft_for(LOOSER)
        draft.action_expect()
        self.assertEqual(self._milestones(), ["dispatched", "delivered"])
        self.assertIn("delivered", draft.expectation_ids.difference)
        self.assertIn("returned", draft.expectation_ids.difference)
        with self.assertRaisesRegex(UserError, "Other expectations"):
            draft.action_submit()
        draft.go_live_reason = "the carrier means a return"
        draft.action_submit()
        self.assertIn("Delivered: 1 facts differ", draft.pending_approval_id.note)
        self.assertEqual(self._milestones(), ["dispatched", "delivered"])
        self._approve(draft)
        self.assertEqual(self._milestones(), ["dispatched", "returned"])
        self.assertTrue(draft.expectation_ids.is_applied)
        self.assertFalse(self.mapping.golden_trouble)

    def test_what_is_not_approved_is_not_expected(self):
        draft = self._draft_for(LOOSER)
        draft.action_expect()
        draft.go_live_reason = "urgent"
        draft.action_submit()
        draft.action_take_back()
        self.assertEqual(draft.state, "draft")
        self.assertEqual(self._milestones(), ["dispatched", "delivered"])

    def test_a_proposal_follows_the_text_until_it_is_said_again(self):
        """The proposal is what was looked at: a text that reads something else does not pass."""
        draft = self._draft_for(LOOSER)
        draft.action_expect()
        draft.content = PROFILE.replace("OK], milestone: delivered", "OK], milestone: lost")
        draft.go_live_reason = "urgent"
        with self.assertRaisesRegex(UserError, "Golden samples"):
            draft.action_submit()
        draft.action_expect()
        self.assertEqual(len(draft.expectation_ids), 1)
        draft.content = PROFILE
        draft.action_expect()
        self.assertFalse(draft.expectation_ids)

    def test_a_sample_is_given_up_with_a_draft(self):
        draft = self._draft_for(LOOSER)
        draft.expectation_ids = [(0, 0, {"sample_id": self.golden.id})]
        self.assertIn("No version is measured", draft.expectation_ids.difference)
        draft.go_live_reason = "the carrier does not send this any more"
        draft.action_submit()
        self._approve(draft)
        self.assertFalse(self.golden.active)
        self.assertEqual(draft.state, "active")

    def test_what_waits_for_a_decision_expects_what_it_expected(self):
        draft = self._draft_for(LOOSER)
        draft.action_expect()
        draft.go_live_reason = "urgent"
        draft.action_submit()
        with self.assertRaisesRegex(UserError, "no draft any more"):
            draft.expectation_ids.unlink()
        with self.assertRaisesRegex(UserError, "no draft any more"):
            draft.expectation_ids.kind = "drop"

    def test_nobody_writes_what_is_proposed(self):
        draft = self._draft_for(LOOSER)
        draft.action_expect()
        with self.assertRaises(AccessError):
            draft.expectation_ids.expected = "[]"
        values = {"version_id": draft.id, "sample_id": self._golden_too().id}
        with self.assertRaises(AccessError):
            draft.expectation_ids.create({**values, "kind": "change", "expected": "[]"})
        with self.assertRaisesRegex(ValidationError, "can only be given up"):
            draft.expectation_ids.create({**values, "kind": "change"})

    def _golden_too(self):
        sample = self._sample("PU", name="Picked up")
        sample.action_expect()
        return sample

    def test_who_proposes_an_expectation_does_not_decide_it(self):
        other = self._create_user("other", "integration_admin")
        draft = self._draft_for(LOOSER)
        draft.with_user(other).action_expect()
        self.assertIn(other, draft.contributor_ids)

    def test_a_sample_of_another_profile_is_no_measure(self):
        draft = self._draft_for(LOOSER)
        strange = self.env.ref("logistics_carrier_connector.logistics_mapping_canonical")
        sample = self._sample("PU", mapping_id=strange.id)
        with self.assertRaises(ValidationError):
            draft.expectation_ids = [(0, 0, {"sample_id": sample.id})]

    def test_what_another_company_keeps_is_not_told(self):
        other = self.env["res.company"].create({"name": "Somebody else"})
        draft = self._draft_for(LOOSER)
        draft.action_expect()
        self.golden.sudo().company_id = other
        stranger = self._create_user("stranger", "integration_admin", company=self.company)
        self.assertFalse(draft.with_user(stranger).expectation_ids)
        self.assertNotIn("Delivered", draft.with_user(stranger).checklist_html)
        self.assertIn("Other expectations", draft.with_user(stranger).checklist_html)

    # === Delivered === #

    def test_every_delivered_profile_has_a_golden_sample_that_it_reads(self):
        samples = self.env["logistics.mapping.sample"].search([("origin", "=", "file")])
        self.assertGreater(len(samples), 80)
        failing = samples.filtered(lambda sample: not sample.passed)
        self.assertEqual(failing.mapped("result"), [])
        self.assertFalse(self.env["logistics.mapping"].search([("golden_trouble", "!=", False)]))

    def test_a_sample_may_answer_a_question(self):
        answers = self.env["logistics.mapping.sample"].search([("asked_number", "!=", False)])
        self.assertTrue(answers.filtered("passed"))
        answers[0].sudo().asked_number = False
        self.assertFalse(answers[0].passed)

    def test_an_upgrade_brings_what_is_delivered_back_and_tells_what_fails(self):
        gls = self.env["logistics.mapping"].search([("code", "=", "gls")])
        sample = gls.sample_ids.filtered(lambda each: each.origin == "file")
        sample.sudo().write({"expected": "[]", "active": False})
        kept = self._sample("PU", mapping_id=gls.id)
        kept.sudo().expected = "[]"
        self.env["logistics.mapping"]._load_profiles()
        self.assertTrue(sample.passed)
        self.assertFalse(sample.active)
        self.assertIn("1 of 1 golden samples", gls.golden_trouble)
        kept.sudo().unlink()
        self.env["logistics.mapping"]._load_profiles()
        self.assertFalse(gls.golden_trouble)

    def test_loading_the_samples_twice_changes_nothing(self):
        samples = self.env["logistics.mapping.sample"].search([("origin", "=", "file")])
        before = samples.mapped("write_date")
        self.env["logistics.mapping"]._load_samples()
        self.assertEqual(samples.mapped("write_date"), before)
        self.assertEqual(samples.search_count([("origin", "=", "file")]), len(samples))

    def test_a_question_is_kept_with_the_answer(self):
        message = self._take(self._body("PU"))
        message.sudo().asked = ["1ZASKED"]
        action = message.with_user(self.admin).action_keep_as_sample()
        sample = self.env["logistics.mapping.sample"].browse(action["res_id"])
        self.assertEqual(sample.asked_number, "1ZASKED")

    def test_delivered_samples_are_whole(self):
        for code, content, _asked, facts in message_reader.delivered_samples(file_path(FOLDER)):
            with self.subTest(code=code):
                self.assertTrue(content)
                self.assertTrue(facts)
