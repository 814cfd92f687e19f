import base64
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged
from odoo.tools import config

from ..models.logistics_connection_secret import place_of
from ..models.secret_box import SecretBox, SecretKeyMissing, SecretUnreadable
from .common import SECRET, ConnectorCase

NOW = "2026-03-02 08:00:00"


@tagged("post_install", "-at_install", "logistics")
class TestSecretEnds(ConnectorCase):
    def setUp(self):
        super().setUp()
        self.type = self.env.ref("logistics_carrier_connector.mail_activity_secret")
        self.connection.user_id = self._create_user("secret-keeper", "integration_admin")

    def _told(self):
        return self.connection.activity_ids.filtered(
            lambda each: each.activity_type_id == self.type
        )

    def _remind(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(
                "logistics_carrier_connector.ir_cron_remind_secrets"
            ).method_direct_trigger()
        self.env.invalidate_all()

    def test_people_are_told_30_7_and_1_days_before_and_each_time_once(self):
        with freeze_time(NOW):
            ends = fields.Datetime.now() + timedelta(days=60)
            self.connection._set_secret("a secret that ends", expires_at=ends)
        for days, told in ((31, 0), (30, 1), (29, 1), (8, 1), (7, 1), (2, 1), (1, 1), (0, 1)):
            with self.subTest(days=days), freeze_time(ends - timedelta(days=days)):
                before = self._told()
                self._remind()
                after = self._told()
                self.assertEqual(len(after), told)
                self.assertEqual(after != before, days in (30, 7, 1))
        self.assertEqual(self._told().date_deadline, ends.date())
        self.assertEqual(self._told().user_id, self.connection.user_id)
        self.assertIn("ends on", self._told().note)
        self.assertNotIn("a secret that ends", self._told().note)

    def test_a_new_secret_settles_the_notice(self):
        with freeze_time(NOW):
            soon = fields.Datetime.now() + timedelta(days=3)
            self.connection._set_secret("a secret that ends", expires_at=soon)
            self._remind()
            self.assertTrue(self._told())
            self.connection.secret = "a secret that does not end"
            self.assertFalse(self._told())
            self._remind()
            self.assertFalse(self._told())

    def test_without_a_responsible_the_managers_are_told(self):
        self.connection.user_id = False
        with freeze_time(NOW):
            soon = fields.Datetime.now() + timedelta(days=3)
            self.connection._set_secret("a secret that ends", expires_at=soon)
            self._remind()
        self.assertEqual(self._told().user_id, self.company._logistics_managers())

    def test_a_secret_ends_by_itself_and_nothing_gets_in_after_that(self):
        with freeze_time(NOW):
            hour = fields.Datetime.now() + timedelta(hours=1)
            self.connection._set_secret("a secret that ends", timedelta(minutes=10), hour)
            self.assertEqual(self.connection.secret_expires_at, hour)
            self.assertFalse(self.connection._why_unprovable())
        with freeze_time("2026-03-02 09:00:01"):
            self.assertIn("Set a secret", self.connection._why_unprovable())
            self.connection.secret_ids.invalidate_recordset(["state"])
            self.assertEqual(set(self.connection.secret_ids.mapped("state")), {"ended"})

    def test_an_end_that_was_agreed_is_not_put_off_by_replacing(self):
        with freeze_time(NOW):
            hour = fields.Datetime.now() + timedelta(hours=1)
            self.connection._set_secret("a secret that ends", expires_at=hour)
            old = self.connection.secret_ids[0]
            self.connection._set_secret("the next secret", timedelta(days=30))
            self.assertEqual(old.expires_at, hour)
            self.assertTrue(old.replaced)

    def test_who_set_it_and_when_stays(self):
        admin = self.connection.user_id
        self.connection.with_user(admin).secret = "another secret for tests"
        self.assertEqual(self.connection.secret_ids[0].create_uid, admin)
        self.assertTrue(self.connection.secret_ids[0].create_date)

    def test_no_way_leads_back_to_a_secret(self):
        admin = self.connection.user_id
        admin.group_ids += self.env.ref("base.group_allow_export")
        plain = "another secret for tests"
        self.connection.with_user(admin).secret = plain
        connection = self.connection.with_user(admin)
        readable = [
            name
            for name in connection._fields
            if connection._has_field_access(connection._fields[name], "read")
        ]
        seen = [connection.read(readable), connection.export_data(["secret", "secret_ids/id"])]
        seen += [connection.copy().read(["secret"]), connection.read_setup()]
        seen += connection.message_ids.mapped("body")
        seen += self.env["mail.tracking.value"].sudo().search([]).mapped("new_value_char")
        secrets = connection.secret_ids
        seen.append(secrets.read([name for name in secrets._fields if name != "sealed"]))
        self.assertNotIn(plain, str(seen))
        for door in (
            lambda: secrets.read(["sealed"]),
            lambda: secrets.export_data(["sealed"]),
            lambda: secrets.search([("sealed", "!=", False)]),
            lambda: secrets.write({"sealed": "x"}),
            lambda: secrets.copy(),
        ):
            with self.assertRaises(AccessError):
                door()


@tagged("post_install", "-at_install", "logistics")
class TestAnotherKey(ConnectorCase):
    def _rows(self):
        self.env.flush_all()
        self.env.cr.execute("SELECT id, sealed FROM logistics_connection_secret WHERE sealed <> ''")
        return dict(self.env.cr.fetchall())

    def _reseal(self):
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cursor:
            return self.env(cr=cursor)["logistics.connection.secret"]._reseal_all()

    def test_everything_is_encrypted_anew_under_the_first_key(self):
        before = self._rows()
        config["logistics_secret_key"] = "n" * 40 + "," + "k" * 40
        done, unreadable = self._reseal()
        after = self._rows()
        mine = set(self.connection.secret_ids.ids + self.wms_connection.secret_ids.ids)
        self.assertGreaterEqual(done, len(mine))
        for secret_id in mine:
            self.assertNotEqual(before[secret_id], after[secret_id])
            opened = SecretBox(["n" * 40]).open(after[secret_id], place_of(secret_id))
            self.assertEqual(opened, SECRET)
            self.assertNotIn(place_of(secret_id), unreadable)

    def test_begun_again_it_changes_only_what_is_left(self):
        config["logistics_secret_key"] = "n" * 40 + "," + "k" * 40
        self.connection.secret = "sealed under the new key already"
        again = self._rows()
        done, _unreadable = self._reseal()
        newest = max(self.connection.secret_ids.ids)
        self.assertEqual(self._rows()[newest], again[newest])
        self.assertGreaterEqual(done, 2)
        self.assertEqual(self._reseal()[0], 0)

    def test_what_no_key_opens_is_named_and_left_alone(self):
        before = self._rows()
        config["logistics_secret_key"] = "x" * 40
        done, unreadable = self._reseal()
        self.assertEqual(done, 0)
        self.assertIn(place_of(self.connection.secret_ids.id), unreadable)
        self.assertEqual(self._rows(), before)

    def test_without_a_key_nothing_is_touched(self):
        config["logistics_secret_key"] = "short"
        with self.assertRaises(SecretKeyMissing):
            self._reseal()

    def test_a_moved_secret_is_not_sealed_into_its_new_place(self):
        box = SecretBox(["n" * 40, "k" * 40])
        sealed = SecretBox(["k" * 40]).seal(SECRET, place_of(1))
        with self.assertRaises(SecretUnreadable):
            box.reseal(sealed, place_of(2))
        damaged = base64.b64encode(b"0" * 40).decode()
        with self.assertRaises(SecretUnreadable):
            box.reseal("v1." + damaged, place_of(1))

    def setUp(self):
        super().setUp()
        self.addCleanup(config.__setitem__, "logistics_secret_key", config["logistics_secret_key"])
