import hashlib
import hmac
import time

from odoo.tests import HttpCase, tagged
from odoo.tools import config

from ..models import logistics_connection_verifier, logistics_rate_bucket
from .common import SECRET, ConnectorCase

PROBLEM = "application/problem+json"


class DoorCase(ConnectorCase, HttpCase):
    """Posts the way a carrier does."""

    def setUp(self):
        super().setUp()
        # Tests share one process, and with it what it holds of rate limits.
        logistics_rate_bucket._leases._held.clear()

    def _work_off(self):
        # HttpCase has the registry in test mode for good.
        self.env.flush_all()
        self.assertIs(self.lane_cron.method_direct_trigger(), True)
        self.env.invalidate_all()

    def _sign(self, body, secret=SECRET):
        return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()

    def _post(self, body, token=None, **headers):
        headers = {
            "Content-Type": "application/json",
            "X-Signature": self._sign(body),
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        return self.url_open(
            f"/logistics/v1/hooks/{token or self.connection.token}",
            data=body,
            headers={name: value for name, value in headers.items() if value is not None},
        )

    def assertProblem(self, response, status):
        self.assertEqual(response.status_code, status, response.text)
        self.assertEqual(response.headers["Content-Type"], PROBLEM)
        document = response.json()
        self.assertEqual(document["status"], status)
        self.assertNotIn("Traceback", response.text)
        return document


@tagged("post_install", "-at_install", "logistics")
class TestDoors(DoorCase):
    def _stored(self):
        return self.env["logistics.message"].search_count([])

    def test_a_signed_message_is_accepted_and_its_copy_is_a_duplicate(self):
        body = self._body("PU")
        first, second = self._post(body), self._post(body)
        self.assertEqual((first.status_code, first.json()["status"]), (202, "accepted"))
        self.assertEqual((second.status_code, second.json()["status"]), (200, "duplicate"))
        self.assertEqual(first.json()["id"], second.json()["id"])

    def test_no_cookie_is_set(self):
        self.assertNotIn("Set-Cookie", self._post(b"{}").headers)

    def test_unknown_missing_and_wrong_look_exactly_the_same(self):
        stored = self._stored()
        body = b"{}"
        answers = [
            self._post(body, token="nobody"),
            self._post(body, X_Signature=None),
            self._post(body, X_Signature=self._sign(b"other")),
            self._post(body, X_Signature="not hex"),
            self._post(body, X_Signature=self._sign(body, "another secret")),
        ]
        for answer in answers:
            self.assertProblem(answer, 401)
        self.assertEqual(len({answer.text for answer in answers}), 1)
        self.assertEqual(self._stored(), stored)

    def test_a_draft_and_an_archived_connection_are_unknown(self):
        draft = self._create_connection(self.carrier, activate=False)
        self.assertProblem(self._post(b"{}", token=draft.token), 401)
        self.connection.action_archive()
        self.assertProblem(self._post(b"{}"), 401)

    def test_a_connection_that_lost_its_secrets_lets_nobody_in(self):
        self.env.cr.execute("DELETE FROM logistics_connection_secret")
        self.connection._forget_doors()
        self.assertProblem(self._post(b"{}"), 401)

    def test_a_stale_timestamp_is_refused_and_a_fresh_one_taken(self):
        self.connection.verifier_timestamp_header = "X-Timestamp"
        for age, status in ((0, 202), (3600, 401), (-3600, 401)):
            stamp = str(int(time.time()) - age)
            signature = self._sign(stamp.encode() + b".{}")
            answer = self._post(b"{}", X_Timestamp=stamp, X_Signature=signature)
            self.assertEqual(answer.status_code, status)
        self.assertProblem(self._post(b"{}", X_Signature=self._sign(b"{}")), 401)

    def test_ten_megabytes_are_too_large(self):
        self.assertProblem(self._post(b" " * (10 * 1024 * 1024)), 413)

    def test_the_connection_may_allow_less(self):
        self.connection.max_bytes = 100
        self.assertProblem(self._post(b" " * 101), 413)
        self.assertEqual(self._post(b" " * 100).status_code, 202)

    def test_a_body_of_unknown_length_is_refused(self):
        answer = self.url_open(
            f"/logistics/v1/hooks/{self.connection.token}",
            data=iter([b"{", b"}"]),
            headers={"Content-Type": "application/json", "X-Signature": self._sign(b"{}")},
        )
        self.assertProblem(answer, 411)

    def test_another_type_and_a_compressed_body_are_refused(self):
        for kind in ("text/html", "application/x-www-form-urlencoded", "image/png", ""):
            self.assertProblem(self._post(b"{}", Content_Type=kind), 415)
        self.assertProblem(self._post(b"{}", Content_Encoding="gzip"), 415)

    def test_a_json_dialect_is_json(self):
        self.assertEqual(
            self._post(b"{}", Content_Type="application/vnd.carrier+json").status_code, 202
        )

    def test_too_many_messages_hear_when_to_come_back(self):
        self.connection.rate_per_minute = 6
        self.assertEqual(self._post(b'{"n": 1}').status_code, 202)
        answer = self._post(b'{"n": 2}')
        self.assertProblem(answer, 429)
        self.assertGreaterEqual(int(answer.headers["Retry-After"]), 1)
        self.assertEqual(answer.headers["RateLimit-Remaining"], "0")

    def test_broken_content_is_accepted_and_becomes_a_dead_letter(self):
        for body in (b'{"a', b'{"a": "\x00"}', b"\xff\xfe"):
            answer = self._post(body)
            self.assertEqual(answer.status_code, 202)
            self._work_off()
            message = self.env["logistics.message"].search(
                [("public_id", "=", answer.json()["id"])]
            )
            self.assertEqual(message.state, "dead")

    def test_without_a_server_key_senders_are_asked_to_come_back(self):
        before = config["logistics_secret_key"]
        self.addCleanup(config.__setitem__, "logistics_secret_key", before)
        config["logistics_secret_key"] = "too short"
        # As a server that was started without a key: nothing is open in its memory.
        for remembered in (
            logistics_connection_verifier.open_secrets,
            logistics_connection_verifier._all_of,
        ):
            remembered.cache_clear()
        self.assertProblem(self._post(b"{}"), 503)
        self.assertProblem(self.url_open("/logistics/v1/health"), 503)

    def test_a_new_secret_works_at_once_and_the_old_one_for_a_while(self):
        self.connection.secret = "a new secret for tests"
        for secret in (SECRET, "a new secret for tests"):
            body = secret.encode()
            answer = self._post(body, X_Signature=self._sign(body, secret))
            self.assertEqual(answer.status_code, 202)

    def test_api_keys_and_basic_credentials_are_proofs_too(self):
        self.connection.write({"verifier_kind": "api_key", "verifier_header": "X-Api-Key"})
        self.assertEqual(self._post(b"{}", X_Api_Key=SECRET).status_code, 202)
        self.assertProblem(self._post(b"{}", X_Api_Key="no"), 401)
        self.connection.write({"verifier_kind": "basic", "verifier_username": "carrier"})
        basic = "Basic Y2FycmllcjphIHNlY3JldCB0aGF0IG9ubHkgdGVzdHMga25vdw=="
        self.assertEqual(self._post(b"[]", Authorization=basic).status_code, 202)
        self.assertProblem(self._post(b"[]", Authorization="Basic ???"), 401)

    def test_health_and_unknown_addresses_speak_json(self):
        self.assertEqual(self.url_open("/logistics/v1/health").json(), {"status": "pass"})
        self.assertProblem(self.url_open("/logistics/v1/nothing/here"), 404)

    def test_another_method_hears_which_ones_there_are(self):
        address = f"/logistics/v1/hooks/{self.connection.token}"
        for path, method, allowed in (
            (address, "GET", "POST, OPTIONS"),
            ("/logistics/v1/health", "DELETE", "GET, HEAD, OPTIONS"),
            ("/logistics/v1/events", "PUT", "POST, OPTIONS"),
        ):
            answer = self.url_open(path, method=method)
            self.assertProblem(answer, 405)
            self.assertEqual(answer.headers["Allow"], allowed)
            asked = self.url_open(path, method="OPTIONS")
            self.assertEqual((asked.status_code, asked.headers["Allow"]), (204, allowed))
        self.assertProblem(self.url_open("/logistics/v1/nothing", method="OPTIONS"), 404)
