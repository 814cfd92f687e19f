from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ConnectorCase


@tagged("post_install", "-at_install", "logistics")
class TestConnection(ConnectorCase):
    def test_it_cannot_be_activated_without_a_secret(self):
        connection = self._create_connection(self.carrier, activate=False, secret=False)
        with self.assertRaises(UserError):
            connection.action_activate()
        self.assertEqual(connection.state, "draft")

    def test_a_draft_takes_no_messages_and_a_suspended_one_does(self):
        draft = self._create_connection(self.carrier, activate=False)
        self.env.flush_all()
        self.assertIsNone(draft._find_door(draft.token))
        self.connection.action_suspend()
        self.env.flush_all()
        self.assertEqual(self.connection._find_door(self.connection.token)["state"], "suspended")

    def test_an_archived_connection_takes_no_messages(self):
        self.connection.action_archive()
        self.env.flush_all()
        self.assertIsNone(self.connection._find_door(self.connection.token))

    def test_tokens_are_long_and_never_the_same(self):
        other = self._create_connection(self.carrier)
        self.assertGreaterEqual(len(other.token), 32)
        self.assertNotEqual(other.token, self.connection.token)
        self.assertNotEqual(other.copy().token, other.token)

    @mute_logger("odoo.sql_db")
    def test_a_token_belongs_to_one_connection(self):
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self._create_connection(self.carrier, token=self.connection.token)
            self.env.flush_all()

    def test_a_new_token_closes_the_old_address(self):
        old = self.connection.token
        self.connection.action_new_token()
        self.env.flush_all()
        self.assertIsNone(self.connection._find_door(old))
        self.assertTrue(self.connection._find_door(self.connection.token))

    def test_a_signature_needs_to_know_its_header(self):
        with self.assertRaises(ValidationError):
            self.connection.verifier_header = False

    def test_a_version_of_another_profile_cannot_be_pinned(self):
        canonical = self.env.ref("logistics_carrier_connector.logistics_mapping_canonical")
        with self.assertRaises(ValidationError):
            self.wms_connection.mapping_version_id = self.mapping.active_version_id
        self.assertTrue(canonical)

    def test_a_connection_with_messages_cannot_be_deleted(self):
        self._send(self._body("PU"))
        with self.assertRaises(UserError):
            self.connection.unlink()

    def test_a_connection_with_messages_keeps_its_system(self):
        self.connection.system_id = self.other_carrier
        self._send(self._body("PU"))
        with self.assertRaises(UserError):
            self.connection.system_id = self.carrier

    def test_the_address_is_the_hook_or_the_canonical_api(self):
        self.assertTrue(self.connection.hook_url.endswith(f"/hooks/{self.connection.token}"))
        self.assertTrue(self.wms_connection.hook_url.endswith("/logistics/v1/events"))

    def test_the_client_is_the_one_of_the_system(self):
        self.carrier.client_id = self.customer
        self.assertEqual(self.connection.client_id, self.customer)

    def test_nobody_outside_speaks_in_the_name_of_this_database(self):
        voice = self.env["logistics.system"]._odoo_system(self.company)
        with self.assertRaisesRegex(ValidationError, "this database itself"):
            self._create_connection(voice, activate=False)

    def test_nobody_opens_a_door_past_its_secret_or_chooses_its_address(self):
        admin = self._create_user("door-admin", "integration_admin")
        connection = self._create_connection(self.carrier, activate=False, secret=False)
        for values in ({"state": "active"}, {"token": "guessed"}):
            with self.subTest(values=values), self.assertRaises(AccessError):
                connection.with_user(admin).write(values)
        with self.assertRaises(AccessError):
            connection.with_user(admin).copy({"state": "active"})
        before = connection.token
        connection.with_user(admin).action_new_token()
        self.assertNotEqual(connection.token, before)
