from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, HttpCase, tagged

from ..core.proof_keys import EXAMPLE
from .common import ConnectorCase
from .test_doors import DoorCase


@tagged("post_install", "-at_install", "logistics")
class TestConnect(ConnectorCase):
    def setUp(self):
        super().setUp()
        self.admin = self._create_user("connect-admin", "integration_admin")

    def _profile(self, code):
        return self.env["logistics.mapping"].search([("code", "=", code)])

    def _form(self, code="easypost", **values):
        wizard = self.env["logistics.connect"].with_user(self.admin)
        context = {"active_model": "logistics.mapping", "active_id": self._profile(code).id}
        form = Form(wizard.with_context(**context))
        for name, value in values.items():
            form[name] = value
        return form

    def _dialogue(self, code="easypost", **values):
        return self._form(code, **values).save()

    def _connected(self, dialogue):
        action = dialogue.action_connect()
        self.assertEqual(action["tag"], "logistics_first_message")
        return self.env["logistics.connection"].browse(action["context"]["active_id"])

    def test_a_carrier_is_connected_with_what_its_profile_knows(self):
        connection = self._connected(self._dialogue())
        self.assertEqual(connection.state, "draft")
        self.assertEqual(connection.environment, "test")
        self.assertEqual(connection.user_id, self.admin)
        self.assertEqual(connection.verifier_prefix, "hmac-sha256-hex=")
        self.assertEqual(connection.verifier_secret_form, "nfkd")
        self.assertEqual(connection.system_id.kind, "carrier")
        self.assertEqual(connection.system_id.name, "EasyPost Tracker")

    def test_the_proofs_of_all_profiles_can_be_used(self):
        for profile in self.env["logistics.mapping"].search([("active_version_id", "!=", False)]):
            with self.subTest(profile=profile.code), self.env.cr.savepoint():
                form = self._form(profile.code, system_id=self.carrier)
                if form.verifier_kind == "public_key":
                    form.verifier_public_keys = EXAMPLE
                self.assertTrue(form.save().verifier_kind)

    def test_public_keys_of_the_sender_are_pasted_before_he_is_connected(self):
        form = self._form("shipengine")
        self.assertEqual(form.verifier_header, "x-shipengine-rsa-sha256-signature")
        form.verifier_public_keys = EXAMPLE
        connection = self._connected(form.save())
        self.assertEqual(connection.verifier_key_header, "x-shipengine-rsa-sha256-key-id")
        self.assertFalse(connection._why_unprovable())

    def test_two_carriers_of_one_name_get_two_systems(self):
        first, second = (self._connected(self._dialogue()) for _ in range(2))
        self.assertNotEqual(first.system_id.code, second.system_id.code)
        chosen = self._connected(self._dialogue(system_id=self.carrier))
        self.assertEqual(chosen.system_id, self.carrier)

    def test_somebody_has_to_speak(self):
        dialogue = self._dialogue()
        dialogue.system_name = "  "
        with self.assertRaisesRegex(UserError, "who speaks"):
            dialogue.action_connect()

    def test_a_secret_that_is_made_is_told_once_and_fits_its_proof(self):
        connection = self._connected(self._dialogue()).with_user(self.admin)
        made = connection.action_set_secret()
        self.assertGreaterEqual(len(made["secret"]), 32)
        self.assertIn(made["secret"], made["curl"])
        self.assertTrue(connection.has_secret)
        self.assertNotIn(made["secret"], str(connection.read_setup()))
        for values in (
            {"verifier_secret_form": "hex"},
            {"verifier_secret_form": "base64"},
            {"verifier_kind": "standard"},
            {"verifier_kind": "basic", "verifier_username": "us"},
        ):
            connection.write(values)
            self.assertTrue(connection.action_set_secret()["secret"])

    def test_a_secret_of_the_sender_is_not_repeated(self):
        connection = self._connected(self._dialogue()).with_user(self.admin)
        made = connection.action_set_secret(" the carrier's own secret ", expires_on="2026-12-31")
        self.assertEqual(made["secret"], "")
        self.assertEqual(str(connection.secret_expires_at), "2026-12-31 00:00:00")
        with self.assertRaises(UserError):
            connection.action_set_secret("short")

    def test_the_old_secret_stays_as_long_as_was_chosen(self):
        self.connection.action_set_secret(keep_hours=0)
        self.assertEqual(self.connection.secret_ids.mapped("state"), ["current", "ended"])
        proof = self.env["logistics.connection.proof"].create(
            {"connection_id": self.connection.id, "verifier_kind": "bearer"}
        )
        made = self.connection.action_set_secret(proof_id=proof.id)
        self.assertIn(f"SECRET_2={made['secret']}", made["curl"])
        self.assertTrue(proof.has_secret)

    def test_the_page_is_for_administrators(self):
        for role in ("user", "manager", "auditor"):
            user = self._create_user(f"page-{role}", role)
            connection = self.connection.with_user(user)
            for door in (
                connection.read_setup,
                connection.action_set_secret,
                lambda mine=connection: mine.read_arrivals("2026-03-02 08:00:00"),
            ):
                with self.assertRaises(AccessError):
                    door()
            self.assertFalse(self.env["logistics.connect"].with_user(user).has_access("create"))

    def test_the_cards_say_how_many_are_connected(self):
        before = self._profile("easypost").connection_count
        self._connected(self._dialogue())
        self.assertEqual(self._profile("easypost").connection_count, before + 1)


@tagged("post_install", "-at_install", "logistics")
class TestFirstMessage(DoorCase):
    def _arrivals(self, since):
        self.env.invalidate_all()
        return self.connection.read_arrivals(since)

    def test_it_waits_and_then_shows_what_was_read(self):
        since = self.connection.read_setup()["now"]
        self.assertEqual(self._arrivals(since)["message"], False)
        self._post(self._body("PU"))
        waiting = self._arrivals(since)["message"]
        self.assertTrue(waiting["waiting"])
        self._work_off()
        read = self._arrivals(since)["message"]
        self.assertFalse(read["waiting"])
        self.assertEqual(read["items"][0]["what"], "Dispatched")
        self.assertIn("1ZTEST", read["items"][0]["about"])

    def test_it_explains_why_somebody_was_turned_away(self):
        since = self.connection.read_setup()["now"]
        self._post(b"{}", X_Signature=None)
        [refusal] = self._arrivals(since)["refusals"]
        self.assertEqual(refusal["cause"], "Proof is missing")
        self.assertIn("X-Signature", refusal["detail"])
        self.assertTrue(refusal["known"])


@tagged("post_install", "-at_install", "logistics")
class TestConnectTour(ConnectorCase, HttpCase):
    def test_a_newcomer_connects_a_carrier(self):
        admin = self._create_user("tour-connect", "integration_admin")
        self.start_tour(
            "/odoo/connect-carrier", "logistics_connect_carrier", login=admin.login, timeout=180
        )
        connection = self.env["logistics.connection"].search([("name", "=", "AfterShip in a tour")])
        self.assertEqual(connection.state, "active")
        self.assertEqual(connection.environment, "test")
        self.assertTrue(connection.has_secret)
        self.assertEqual(connection.verifier_encoding, "base64")
