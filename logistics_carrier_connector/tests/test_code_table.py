import base64

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import PROFILE, ConnectorCase


@tagged("post_install", "-at_install", "logistics")
class TestCodeTable(ConnectorCase):
    """The code table of a draft, edited as rows."""

    def _table(self, draft):
        action = draft.action_edit_codes()
        return self.env["logistics.code.table"].browse(action["res_id"])

    def test_rows_are_read_from_the_text_and_written_into_it(self):
        draft = self._draft(PROFILE)
        table = self._table(draft)
        self.assertEqual(table.line_ids.mapped("code"), ["PU", "HUB", "OK", "INFO"])
        with Form(table) as form, form.line_ids.new() as line:
            line.code = "NEW"
            line.milestone_id = self.env["logistics.milestone"].search(
                [("code", "=", "out_for_delivery")]
            )
            line.note = "on the van"
        table.action_save()
        self.assertEqual(draft._code_table()["NEW"].milestone, "out_for_delivery")
        self.assertEqual(draft._code_table()["OK"].milestone, "delivered")
        self.assertTrue(draft._code_table()["INFO"].ignore)
        self.assertIn("message_id: number", draft.content)

    def test_a_row_says_a_milestone_or_that_there_is_none(self):
        table = self._table(self._draft(PROFILE))
        table.line_ids[0].milestone_id = False
        with self.assertRaisesRegex(UserError, "Choose the milestone"):
            table.action_save()

    def test_a_code_has_one_row(self):
        draft = self._draft(PROFILE)
        table = self._table(draft)
        table.line_ids[1].code = "PU"
        with self.assertRaisesRegex(UserError, "PU has two rows"):
            table.action_save()

    def test_a_table_goes_to_a_spreadsheet_and_comes_back(self):
        draft = self._draft(PROFILE)
        table = self._table(draft)
        text = base64.b64decode(table.export_file).decode("utf-8-sig")
        self.assertIn("PU,dispatched,actual", text)
        table.csv_file = base64.b64encode(text.replace("PU,", "TAKEN,").encode())
        table.action_load()
        self.assertNotIn("TAKEN", draft.content, "nothing is saved yet")
        table.action_save()
        self.assertEqual(draft._code_table()["TAKEN"].milestone, "dispatched")
        self.assertNotIn("PU", draft._code_table())

    def test_a_file_that_is_no_code_table_is_refused_with_its_line(self):
        table = self._table(self._draft(PROFILE))
        for content, told in (
            (b"colour\nred\n", "code"),
            (b"code,milestone\nD,teleported\n", "teleported"),
            (b"code,milestone\n,delivered\n", "line 2"),
            (b"\xff\xfe", "UTF-8"),
        ):
            table.csv_file = base64.b64encode(content)
            with self.subTest(content=content), self.assertRaisesRegex(UserError, told):
                table.action_load()

    def test_a_version_in_use_keeps_its_table(self):
        table = self._table(self.mapping.active_version_id)
        with self.assertRaisesRegex(UserError, "cannot change any more"):
            table.action_save()

    def test_whoever_may_not_write_drafts_does_not_do_it_by_the_table(self):
        draft = self._draft(PROFILE)
        for group in ("user", "manager", "auditor"):
            user = self._create_user(f"codes-{group}", group)
            with self.assertRaises(AccessError):
                draft.with_user(user).action_edit_codes()

    def test_a_table_is_its_users_own(self):
        table = self._table(self._draft(PROFILE))
        other = self._create_user("other-admin", "integration_admin")
        with self.assertRaises(AccessError):
            table.with_user(other).read(["line_ids"])
        with self.assertRaises(AccessError):
            table.line_ids.with_user(other).read(["code"])
