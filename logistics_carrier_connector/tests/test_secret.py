import os
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import config

from ..models.logistics_connection_verifier import open_secrets, valid
from ..models.secret_box import SecretBox, SecretKeyMissing, SecretUnreadable
from .common import SECRET, ConnectorCase

PLACE = "logistics.connection.secret,1,sealed"


@tagged("post_install", "-at_install", "logistics")
class TestSecretBox(ConnectorCase):
    def test_a_secret_opens_where_it_was_sealed(self):
        box = SecretBox(["a" * 32])
        self.assertEqual(box.open(box.seal("pässword", PLACE), PLACE), "pässword")

    def test_a_secret_copied_to_another_record_does_not_open(self):
        box = SecretBox(["a" * 32])
        sealed = box.seal("password", PLACE)
        with self.assertRaises(SecretUnreadable):
            box.open(sealed, "logistics.connection.secret,2,sealed")

    def test_the_same_secret_never_looks_the_same_twice(self):
        box = SecretBox(["a" * 32])
        self.assertNotEqual(box.seal("password", PLACE), box.seal("password", PLACE))

    def test_another_key_does_not_open_it(self):
        sealed = SecretBox(["a" * 32]).seal("password", PLACE)
        with self.assertRaises(SecretUnreadable):
            SecretBox(["b" * 32]).open(sealed, PLACE)

    def test_an_old_key_still_opens_while_the_new_one_seals(self):
        sealed = SecretBox(["a" * 32]).seal("password", PLACE)
        both = SecretBox(["b" * 32, "a" * 32])
        self.assertEqual(both.open(sealed, PLACE), "password")
        self.assertEqual(SecretBox(["b" * 32]).open(both.seal("new", PLACE), PLACE), "new")

    def test_damaged_ciphertext_is_unreadable_and_nothing_else(self):
        box = SecretBox(["a" * 32])
        for damaged in ("", "v1.", "v1.AAAA", "v1.%%%", box.seal("x", PLACE)[:-4] + "AAAA"):
            with self.assertRaises(SecretUnreadable):
                box.open(damaged, PLACE)

    def test_no_key_and_a_short_key_are_refused(self):
        for keys in ([], ["short"], ["a" * 32, "short"]):
            with self.assertRaises(SecretKeyMissing):
                SecretBox(keys)


@tagged("post_install", "-at_install", "logistics")
class TestConnectionSecret(ConnectorCase):
    def _sealed(self):
        self.env.flush_all()
        rows = [row[1:] for row in self.connection._sealed_secrets()]
        return valid(rows, datetime.now(UTC))

    def test_the_database_holds_no_secret_in_clear(self):
        self.env.flush_all()
        self.env.cr.execute("SELECT sealed FROM logistics_connection_secret")
        rows = [row[0] for row in self.env.cr.fetchall()]
        self.assertTrue(rows)
        self.assertFalse([row for row in rows if SECRET in row])

    def test_nobody_reads_a_secret_back(self):
        admin = self._create_user("integration", "integration_admin")
        connection = self.connection.with_user(admin)
        self.assertFalse(connection.secret)
        self.assertTrue(connection.has_secret)
        with self.assertRaises(AccessError):
            connection.secret_ids.read(["sealed"])

    def test_nobody_writes_secret_rows_directly(self):
        admin = self._create_user("integration", "integration_admin")
        with self.assertRaises(AccessError):
            self.env["logistics.connection.secret"].with_user(admin).create(
                {"connection_id": self.connection.id}
            )

    def test_a_new_secret_leaves_the_old_one_a_day(self):
        self.connection.secret = "another secret for tests"
        self.assertEqual(open_secrets(self._sealed()), ("another secret for tests", SECRET))
        old = self.connection.secret_ids.filtered("expires_at")
        left = old.expires_at - fields.Datetime.now()
        self.assertTrue(timedelta(hours=23) < left <= timedelta(hours=24))

    def test_a_replaced_secret_is_forgotten_when_its_day_is_over(self):
        self.connection._set_secret("another secret for tests", overlap=timedelta(hours=-1))
        self.assertEqual(open_secrets(self._sealed()), ("another secret for tests",))
        self.env["logistics.connection"]._gc_expired_secrets()
        self.assertEqual(len(self.connection.secret_ids), 1)

    def test_a_short_secret_is_refused(self):
        with self.assertRaises(UserError):
            self.connection.secret = "short"

    def test_without_a_server_key_no_secret_can_be_set(self):
        before = config["logistics_secret_key"]
        config["logistics_secret_key"] = ""
        self.addCleanup(config.__setitem__, "logistics_secret_key", before)
        self.startPatcher(patch.dict(os.environ, {"LOGISTICS_SECRET_KEY": ""}))
        with self.assertRaises(UserError):
            self.connection.secret = "another secret for tests"
