import base64

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..models.logistics_message_disclosure import GROUP
from .common import ConnectorCase

_RAW = (
    b'{"events": [], "recipient": {"name": "Ann Lee", "city": "Ulm"}, "phone": "+49 731 12345",'
    b' "note": "left with Ann Lee", "contact": "ann@lee.example"}'
)


@tagged("post_install", "-at_install", "logistics")
class TestDisclosure(ConnectorCase):
    """Personal data is hidden; who has the right sees it, and that is noted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls._create_user("plain-admin", "integration_admin")
        cls.keeper = cls._create_user("data-keeper", "integration_admin")
        cls.keeper.group_ids |= cls.env.ref(GROUP)

    def _reveal(self, message, user=None, **values):
        reveals = self.env["logistics.message.reveal"].with_user(user or self.keeper)
        return reveals.with_context(active_id=message.id).create(
            {"reason": "the receiver denies it", **values}
        )

    def test_people_are_hidden_wherever_the_message_names_them(self):
        message = self._take(_RAW).with_user(self.keeper)
        for shown in (message.raw_text, message.tree_text, message.tree_html):
            for hidden in ("Ann Lee", "731", "ann@lee"):
                self.assertNotIn(hidden, shown)
            self.assertIn("Ulm", shown)

    def test_what_cannot_be_decoded_is_hidden_as_well_as_it_can_be(self):
        message = self._take(_RAW[:-1]).with_user(self.keeper)
        self.assertEqual(message.state, "dead")
        for hidden in ("731", "ann@lee"):
            self.assertNotIn(hidden, message.raw_text)

    def test_who_has_the_right_sees_it_after_he_said_why_and_that_is_noted(self):
        message = self._take(_RAW)
        reveal = self._reveal(message)
        self.assertFalse(reveal.is_shown or reveal.raw_text or reveal.raw_file)
        self.assertEqual(reveal.action_confirm()["res_id"], reveal.id)
        reveal.invalidate_recordset()
        self.assertIn("Ann Lee", reveal.raw_text)
        self.assertEqual(base64.b64decode(reveal.raw_file), _RAW)
        noted = message.disclosure_ids
        self.assertEqual((noted.user_id, noted.reason), (self.keeper, "the receiver denies it"))
        auditor = self._create_user("auditor-test", "auditor")
        self.assertEqual(message.with_user(auditor).disclosure_ids.user_id, self.keeper)

    def test_nothing_is_shown_without_a_reason(self):
        reveal = self._reveal(self._take(_RAW), reason=" ")
        with self.assertRaisesRegex(UserError, "noted"):
            reveal.action_confirm()

    def test_the_role_alone_is_no_right_to_it(self):
        message = self._take(_RAW)
        for user in (self.admin, self._create_user("auditor-test", "auditor")):
            with self.assertRaises(AccessError):
                self._reveal(message, user)
            with self.assertRaises(AccessError):
                message.with_user(user)._disclose("curious")
        self.assertFalse(message.disclosure_ids)

    def test_one_persons_disclosure_shows_nothing_to_another(self):
        message = self._take(_RAW)
        self._reveal(message).action_confirm()
        other = self._create_user("other-keeper", "integration_admin")
        other.group_ids |= self.env.ref(GROUP)
        self.assertFalse(self._reveal(message, other).raw_text)

    def test_it_is_shown_for_a_while_and_then_asks_again(self):
        message = self._take(_RAW)
        reveal = self._reveal(message)
        reveal.action_confirm()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE logistics_message_disclosure SET shown_at = shown_at - interval '16 minutes'"
        )
        self.env.invalidate_all()
        self.assertFalse(reveal.raw_text)

    def test_nobody_writes_the_notes(self):
        message = self._take(_RAW)
        self._reveal(message).action_confirm()
        for user in (self.keeper, self.admin):
            noted = message.with_user(user).disclosure_ids
            with self.assertRaises(AccessError):
                noted.write({"reason": "another"})
            with self.assertRaises(AccessError):
                noted.unlink()
            with self.assertRaises(AccessError):
                noted.create({"message_id": message.id, "user_id": user.id, "reason": "x"})

    def test_another_companys_message_is_not_shown(self):
        other = self.env["res.company"].create({"name": "Somebody else"})
        stranger = self._create_user("stranger", "integration_admin", company=other)
        stranger.group_ids |= self.env.ref(GROUP)
        message = self._take(_RAW)
        with self.assertRaises(AccessError):
            self._reveal(message, stranger).action_confirm()
        self.assertFalse(message.disclosure_ids)

    def test_timings_tell_each_step(self):
        message = self._take(_RAW)
        self.assertIn("Processing began", message.timings_html)
        self.assertIn("In all", message.timings_html)
        self.assertLessEqual(message.received_at, message.started_at)
        self.assertLessEqual(message.started_at, message.processed_at)
        waiting = self._message(self._send(b"{}"))
        self.assertNotIn("In all", waiting.timings_html)

    def test_durations_are_said_in_a_unit_that_fits(self):
        message = self.env["logistics.message"]
        for seconds, said in (
            (0.0123, "12 ms"),
            (12.34, "12.3 s"),
            (3600, "60 min"),
            (864000, "10.0 days"),
            (None, ""),
            (-1, ""),
        ):
            self.assertEqual(message._duration(seconds), said)
