import base64
from urllib.parse import urlsplit

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.logistics_milestone_sync.core.crosswalk import Row, read

from .common import LogisticsCase


class CrosswalkCase(LogisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lines = cls.env["logistics.milestone.crosswalk"]
        cls.delivered = cls.env.ref("logistics_milestone_sync.milestone_delivered")
        cls.returned = cls.env.ref("logistics_milestone_sync.milestone_returned")
        cls.auditor = cls._create_user("crosswalk-auditor", "auditor")

    def _line(self, code, milestone=None, **values):
        return self.lines.create(
            {
                "milestone_id": (milestone or self.delivered).id,
                "standard": "x12",
                "code": code,
                **values,
            }
        )

    def _exported(self, action):
        export_id = int(urlsplit(action["url"]).path.split("/")[4])
        export_sudo = self.env["logistics.crosswalk.export"].sudo().browse(export_id)
        return read(base64.b64decode(export_sudo.data).decode())


@tagged("post_install", "-at_install", "logistics")
class TestCrosswalk(CrosswalkCase):
    def test_the_standards_are_there_from_the_start(self):
        sent = self.delivered.crosswalk_ids.filtered("is_primary")
        self.assertEqual(
            {(line.standard, line.code) for line in sent},
            {("dcsa", "DROP"), ("epcis", "receiving"), ("x12", "D1"), ("edifact", "21")},
        )

    def test_one_code_of_a_standard_is_sent_for_a_milestone(self):
        self._line("ZZ", direction="out")
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self._line("ZY", is_primary=True)

    def test_a_code_that_comes_in_has_one_meaning(self):
        self._line("ZZ", direction="in")
        self._line("ZZ", self.returned, direction="out")
        self._line("ZZ", self.returned, qualifier="AT7-03")
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self._line("ZZ", self.returned)

    def test_a_code_that_is_only_understood_is_never_sent(self):
        self.delivered.crosswalk_ids.is_primary = False
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self._line("ZZ", direction="in", is_primary=True)

    def test_the_export_is_what_is_stored(self):
        line = self._line("ZZ", qualifier="AT7-03", direction="in", note="=1+1", source="https://x")
        [row] = self._exported(line.with_user(self.auditor).action_export_csv())
        self.assertEqual(
            row, Row("delivered", "x12", "ZZ", "AT7-03", "in", False, "=1+1", "https://x")
        )

    def test_without_a_choice_everything_is_exported(self):
        rows = self._exported(self.lines.with_user(self.auditor).action_export_csv())
        self.assertEqual(len(rows), self.lines.search_count([]))

    def test_a_milestone_exports_its_own_codes(self):
        rows = self._exported(self.delivered.with_user(self.auditor).action_export_crosswalk())
        self.assertEqual({row.milestone for row in rows}, {"delivered"})
        self.assertEqual(len(rows), len(self.delivered.crosswalk_ids))
        new = self.env["logistics.milestone"].create({"name": "Weighed in", "code": "weighed_in"})
        self.assertEqual(self._exported(new.action_export_crosswalk()), [])

    def test_an_export_can_be_entered_again(self):
        exported = self._exported(self.lines.action_export_csv())
        self.lines.search([]).unlink()
        entered = self.lines._create_from_rows(exported)
        self.assertEqual(
            sorted(line.to_row() for line in entered), sorted(exported), "nothing is lost"
        )

    def test_a_row_of_an_unknown_milestone_is_refused(self):
        with self.assertRaisesRegex(ValueError, "no such milestone: beamed_up"):
            self.lines._create_from_rows([Row("beamed_up", "x12", "ZZ")])

    def test_who_is_nobody_here_exports_nothing(self):
        stranger = self._create_user("crosswalk-stranger")
        with self.assertRaises(AccessError):
            self.lines.with_user(stranger).action_export_csv()
        with self.assertRaises(AccessError):
            self.delivered.with_user(stranger).action_export_crosswalk()

    def test_people_see_the_code_with_its_qualifier(self):
        self.assertEqual(self._line("ZZ", qualifier="AT7-03").display_name, "ZZ (AT7-03)")


@tagged("post_install", "-at_install", "logistics")
class TestCrosswalkDownload(HttpCase, CrosswalkCase):
    def test_the_browser_gets_the_file_of_the_one_who_asked(self):
        action = self.delivered.with_user(self.auditor).action_export_crosswalk()
        self.authenticate("crosswalk-auditor", "crosswalk-auditor")
        answer = self.url_open(action["url"])
        self.assertEqual(answer.status_code, 200)
        self.assertIn("milestone_codes.csv", answer.headers["Content-Disposition"])
        self.assertEqual({row.milestone for row in read(answer.text)}, {"delivered"})
        self._create_user("crosswalk-other", "user")
        self.authenticate("crosswalk-other", "crosswalk-other")
        self.assertNotEqual(self.url_open(action["url"]).status_code, 200)
