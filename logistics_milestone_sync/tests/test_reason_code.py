from psycopg2 import errors

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import LogisticsCase


@tagged("post_install", "-at_install", "logistics")
class TestReasonCode(LogisticsCase):
    def test_every_purpose_has_reasons_to_choose_from(self):
        purposes = self.env["logistics.reason.code"]._fields["purpose"].get_values(self.env)
        for purpose in purposes:
            with self.subTest(purpose=purpose):
                self.assertTrue(self.env["logistics.reason.code"]._find(purpose, "other"))

    def test_a_code_may_be_used_once_per_purpose(self):
        reasons = self.env["logistics.reason.code"]
        values = {"name": "Twice", "code": "twice"}
        reasons.create([values | {"purpose": "override"}, values | {"purpose": "approval"}])
        with (
            self.assertRaises(errors.UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            reasons.create(values | {"purpose": "override"})

    def test_an_archived_reason_is_still_known_by_its_code(self):
        reason = self.env["logistics.reason.code"]._find("override", "other")
        reason.active = False
        self.assertEqual(self.env["logistics.reason.code"]._find("override", "other"), reason)
        self.assertFalse(self.env["logistics.reason.code"]._find("override", "unheard_of"))
