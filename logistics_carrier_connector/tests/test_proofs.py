import base64
import os
import time
from datetime import UTC, datetime
from unittest.mock import patch

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import config, mute_logger

from .common import SECRET
from .test_doors import DoorCase


@tagged("post_install", "-at_install", "logistics")
class TestProofs(DoorCase):
    """What a sender has to prove at the door of a running server."""

    def _further(self, **values):
        return self.env["logistics.connection.proof"].create(
            {"connection_id": self.connection.id, **values}
        )

    def _trust(self, networks):
        self.startPatcher(patch.dict(os.environ, {"LOGISTICS_TRUSTED_PROXIES": networks}))

    def _causes(self):
        self.env.invalidate_all()
        refusals = self.env["logistics.refusal"].search(
            [("connection_id", "=", self.connection.id)]
        )
        return dict(refusals.mapped(lambda each: (each.cause, each.count)))

    def test_every_kind_of_proof_can_be_the_first(self):
        stamp = str(int(time.time()))
        self.connection.write(
            {"verifier_header": "X-Sign", "verifier_signature_field": "v1"}
            | {"verifier_timestamp_field": "t"}
        )
        signature = self._sign(stamp.encode() + b".{}")
        self.assertEqual(self._post(b"{}", X_Sign=f"t={stamp},v1={signature}").status_code, 202)
        self.connection.write({"verifier_kind": "query", "verifier_parameter": "key"})
        url = f"/logistics/v1/hooks/{self.connection.token}?key="
        json = {"Content-Type": "application/json"}
        self.assertEqual(
            self.url_open(url + SECRET.replace(" ", "%20"), data=b"[1]", headers=json).status_code,
            202,
        )
        self.assertProblem(self.url_open(url + "no", data=b"[1]", headers=json), 401)
        self.connection.write({"verifier_kind": "network", "verifier_networks": "127.0.0.0/8"})
        self.assertEqual(self._post(b"[2]", X_Signature=None).status_code, 202)

    def test_all_proofs_have_to_be_right(self):
        self._further(verifier_kind="bearer", secret="a second secret of ours")
        right = {"Authorization": "Bearer a second secret of ours"}
        self.assertEqual(self._post(b"{}", **right).status_code, 202)
        self.assertProblem(self._post(b"{}"), 401)
        self.assertProblem(self._post(b"{}", **right, X_Signature=None), 401)
        self.assertProblem(self._post(b"{}", Authorization=f"Bearer {SECRET}"), 401)

    def test_a_signature_is_checked_with_the_public_keys_that_were_pinned(self):
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        self.connection.write(
            {
                "verifier_kind": "public_key",
                "verifier_public_keys": pem.decode(),
                "verifier_header": "X-Sign",
                "verifier_encoding": "base64",
                "verifier_timestamp_header": "X-Time",
                "verifier_timestamp_format": "rfc3339",
            }
        )
        self.assertFalse(self.connection.verifier_needs_secret)
        now = datetime.now(UTC).isoformat()

        def signed(body, stamp=now):
            raw = key.sign(stamp.encode() + b"." + body, PKCS1v15(), SHA256())
            return {"X_Sign": base64.b64encode(raw).decode(), "X_Time": stamp}

        self.assertEqual(self._post(b"{}", **signed(b"{}")).status_code, 202)
        self.assertProblem(self._post(b"[1]", **signed(b"{}")), 401)
        self.assertProblem(self._post(b"{}", **signed(b"{}", "2020-01-01T00:00:00Z")), 401)
        self.assertEqual(self._causes(), {"wrong": 1, "stale": 1})

    def test_a_public_key_that_cannot_be_read_is_not_pinned(self):
        settings = {"verifier_kind": "public_key", "verifier_header": "X-Sign"}
        for text in (False, "no key", "-----BEGIN PUBLIC KEY-----\nAA\n-----END PUBLIC KEY-----"):
            with self.subTest(text=text), self.assertRaisesRegex(ValidationError, "public key"):
                self.connection.write({**settings, "verifier_public_keys": text})

    def test_a_further_proof_without_its_secret_lets_nobody_in(self):
        self._further(verifier_kind="bearer")
        self.assertProblem(self._post(b"{}"), 401)
        self.assertEqual(self._causes(), {"unusable": 1})

    def test_the_secret_of_one_proof_is_not_the_secret_of_another(self):
        proof = self._further(verifier_kind="bearer", secret="a second secret of ours")
        self.assertTrue(proof.has_secret)
        proof.secret = "a third secret of ours"
        current = self.connection.secret_ids.filtered(lambda secret: not secret.replaced)
        self.assertEqual(len(current), 2)
        self.assertEqual(self._post(b"{}", Authorization="Bearer a third secret of ours").ok, True)

    def test_a_removed_proof_is_asked_for_no_longer(self):
        proof = self._further(verifier_kind="network", verifier_networks="192.0.2.0/24")
        self.assertProblem(self._post(b"{}"), 401)
        proof.unlink()
        self.assertEqual(self._post(b"{}").status_code, 202)

    def test_a_sender_cannot_write_his_own_address(self):
        self.connection.write({"verifier_kind": "network", "verifier_networks": "192.0.2.0/24"})
        told = {"X_Forwarded_For": "192.0.2.9", "X_Forwarded_Host": "odoo.example"}
        self.assertProblem(self._post(b"{}", **told), 401)

    def test_behind_a_proxy_of_ours_the_senders_address_is_what_the_proxy_says(self):
        self._trust("127.0.0.0/8 10.0.0.0/8")
        self.patch(config, "options", {**config.options, "proxy_mode": True})
        self.connection.write({"verifier_kind": "network", "verifier_networks": "192.0.2.0/24"})
        told = {"X_Forwarded_Host": "odoo.example"}
        answer = self._post(b"{}", X_Forwarded_For="1.1.1.1, 192.0.2.9, 10.0.0.3", **told)
        self.assertEqual(answer.status_code, 202)
        message = self.env["logistics.message"].search([("public_id", "=", answer.json()["id"])])
        self.assertEqual(message.remote_addr, "192.0.2.9")
        answer = self._post(b"{}", X_Forwarded_For="192.0.2.9, 1.1.1.1", **told)
        self.assertProblem(answer, 401)

    def test_a_certificate_is_believed_of_a_configured_proxy_only(self):
        self.connection.write(
            {
                "verifier_kind": "certificate",
                "verifier_header": "X-Client-Subject",
                "verifier_certificates": "CN=carrier,O=Carrier Inc",
            }
        )
        subject = {"X_Client_Subject": "CN=carrier,O=Carrier Inc"}
        self.assertProblem(self._post(b"{}", **subject), 401)
        self._trust("192.0.2.0/24")
        self.assertProblem(self._post(b"{}", **subject), 401)
        self.assertEqual(self._causes(), {"proxy": 2})
        self._trust("127.0.0.1")
        self.assertEqual(self._post(b"{}", **subject).status_code, 202)
        self.assertProblem(self._post(b"{}", X_Client_Subject="CN=other"), 401)

    def test_proxies_that_are_no_networks_close_the_doors_and_say_why_in_the_log_only(self):
        self._trust("the proxy next door")
        problem = self.assertProblem(self._post(b"{}"), 503)
        self.assertNotIn("next door", str(problem))

    def test_every_refusal_is_counted_with_its_cause_for_our_own_people(self):
        self.connection.write(
            {"verifier_timestamp_header": "X-Time", "verifier_timestamp_format": "seconds"}
        )
        stale = str(int(time.time()) - 3600)
        for headers in (
            {"X_Signature": None},
            {"X_Signature": "not hex"},
            {"X_Time": stale},
            {"X_Time": stale},
            {"X_Time": str(int(time.time()))},
        ):
            self.assertProblem(self._post(b"{}", **headers), 401)
        self.assertEqual(self._causes(), {"missing": 1, "malformed": 1, "stale": 2, "wrong": 1})
        self.assertEqual(self.connection.refusal_count, 5)
        opened = self.connection.action_open_refusals()
        self.assertEqual(self.env["logistics.refusal"].search_count(opened["domain"]), 4)

    def test_what_is_turned_away_for_its_size_or_type_is_counted_as_well(self):
        self.connection.max_bytes = 10
        self.assertProblem(self._post(b" " * 11), 413)
        self.assertProblem(self._post(b"{}", Content_Type="text/html"), 415)
        self.assertEqual(self._causes(), {"unsuitable": 2})

    def test_requests_to_unknown_addresses_are_counted_and_belong_to_no_company(self):
        before = self.env["logistics.refusal"].search([("connection_id", "=", False)])
        count = sum(before.mapped("count"))
        self._post(b"{}", token="nobody")
        self._post(b"{}", token="nobody else")
        self.env.invalidate_all()
        [refusal] = self.env["logistics.refusal"].search([("connection_id", "=", False)])
        self.assertEqual((refusal.count - count, refusal.cause), (2, "unknown"))
        self.assertFalse(refusal.company_id)

    def test_refusals_are_for_administrators_and_auditors_and_nobody_changes_them(self):
        self._post(b"{}", X_Signature=None)
        [refusal] = self.env["logistics.refusal"].search(
            [("connection_id", "=", self.connection.id)]
        )
        for role, sees in (("integration_admin", True), ("auditor", True), ("user", False)):
            user = self._create_user(f"refusal-{role}", role)
            self.assertEqual(refusal.with_user(user).has_access("read"), sees, role)
            self.assertFalse(refusal.with_user(user).has_access("write"), role)

    def test_refusals_are_forgotten_after_90_days(self):
        self._post(b"{}", X_Signature=None)
        [refusal] = self.env["logistics.refusal"].search(
            [("connection_id", "=", self.connection.id)]
        )
        refusal._gc_refusals()
        self.assertTrue(refusal.exists())
        self.env.cr.execute("UPDATE logistics_refusal SET day = day - 91")
        self.env.invalidate_all()
        refusal._gc_refusals()
        self.assertFalse(refusal.exists())

    @mute_logger("odoo.sql_db")
    def test_settings_that_prove_nothing_are_refused_with_the_reason(self):
        for values, reason in (
            ({"verifier_kind": "network"}, "at least one network"),
            ({"verifier_kind": "network", "verifier_networks": "0.0.0.0/0"}, "is everybody"),
            ({"verifier_kind": "certificate"}, "which certificate"),
            ({"verifier_signed": "{timestamp}"}, "cover the {body}"),
            ({"verifier_header": False}, "name of its header"),
        ):
            with (
                self.subTest(values=values),
                self.assertRaisesRegex(ValidationError, reason),
                self.env.cr.savepoint(),
            ):
                self.connection.write(values)
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.connection.verifier_tolerance = 0
            self.env.flush_all()

    def test_a_secret_has_to_be_in_the_agreed_form(self):
        self.connection.verifier_secret_form = "hex"
        with self.assertRaisesRegex(UserError, "not hex"):
            self.connection.secret = "no hexadecimal number"
        self.connection.write({"verifier_kind": "network", "verifier_networks": "192.0.2.1"})
        with self.assertRaisesRegex(UserError, "no secret"):
            self.connection.secret = "a secret that nobody asks for"

    def test_a_copy_has_the_proofs_and_none_of_the_secrets(self):
        self._further(verifier_kind="bearer", secret="a second secret of ours")
        twin = self.connection.copy()
        self.assertEqual(twin.proof_ids.mapped("verifier_kind"), ["bearer"])
        self.assertFalse(twin.secret_ids | twin.proof_ids.secret_ids)
        self.assertEqual(twin.state, "draft")

    def test_users_read_how_somebody_proves_himself_and_administrators_change_it(self):
        proof = self._further(verifier_kind="network", verifier_networks="192.0.2.0/24")
        user = self._create_user("proof-user", "user")
        self.assertEqual(proof.with_user(user).verifier_kind, "network")
        with self.assertRaises(AccessError):
            proof.with_user(user).verifier_networks = "198.51.100.0/24"
        admin = self._create_user("proof-admin", "integration_admin")
        self.connection.with_user(admin).proof_ids = [
            Command.create({"verifier_kind": "bearer", "secret": "a secret for further proof"})
        ]
        self.assertEqual(len(self.connection.proof_ids), 2)
        self.assertTrue(self.connection.proof_ids[-1].has_secret)

    def test_further_proofs_are_told_in_the_chatter(self):
        self._further(verifier_kind="network", verifier_networks="192.0.2.0/24")
        self.assertIn("allow-list", self.connection.message_ids[0].body)
