from odoo.tests import tagged

from .test_events_api import ApiCase


@tagged("post_install", "-at_install", "logistics")
class TestIdempotency(ApiCase):
    def _stored(self):
        return self.env["logistics.message"].search_count([])

    def test_the_same_key_with_the_same_content_gets_the_first_answer_again(self):
        first = self._events(self._event(), Idempotency_Key="K1")
        self._create_shipment(client_order_ref="PO-77")  # what is known of it changes meanwhile
        self._work_off()
        stored = self._stored()
        again = self._events(self._event(), Idempotency_Key="K1")
        self.assertEqual((again.status_code, again.json()), (202, first.json()))
        self.assertEqual(again.headers["Idempotent-Replayed"], "true")
        self.assertNotIn("Idempotent-Replayed", first.headers)
        self.assertEqual(self._stored(), stored)

    def test_the_first_answer_is_told_again_item_by_item(self):
        self._create_shipment(client_order_ref="PO-1")
        body = {"events": [self._event(reference="PO-1"), {"nonsense": 1}, self._event()]}
        first = self._events(body, Idempotency_Key="K1").json()
        self.assertEqual(
            [item["status"] for item in first["items"]], ["accepted", "rejected", "parked"]
        )
        self._work_off()
        self.assertEqual(self._events(body, Idempotency_Key="K1").json(), first)

    def test_an_answer_survives_that_its_milestone_is_no_more(self):
        own = self.env["logistics.milestone"].create(
            {"code": "weighed_twice", "name": "Weighed twice", "rank": 45, "phase": "transit"}
        )
        first = self._events(self._event("weighed_twice"), Idempotency_Key="K1")
        self.assertEqual(first.status_code, 202)
        own.unlink()
        again = self._events(self._event("weighed_twice"), Idempotency_Key="K1")
        self.assertEqual((again.status_code, again.json()), (202, first.json()))

    def test_the_same_key_with_other_content_is_refused_and_kept_for_people(self):
        first = self._events(self._event(), Idempotency_Key="K1")
        for _time in range(2):
            other = self._events(self._event("packed"), Idempotency_Key="K1")
            document = self.assertProblem(other, 422)
            self.assertEqual(document["type"], "/logistics/v1/docs#idempotency-key-reused")
        kept = self.env["logistics.message"].search([("public_id", "=", document["message"])])
        self.assertEqual(
            (kept.state, kept.conflict_of_id.public_id), ("conflict", first.json()["id"])
        )

    def test_the_senders_own_id_of_a_message_is_no_idempotency_key(self):
        self.wms_connection.message_id_header = "X-Message-Id"
        first = self._events(self._event(), X_Message_Id="M1")
        again = self._events(self._event(), X_Message_Id="M1")
        other = self._events(self._event("packed"), X_Message_Id="M1")
        self.assertEqual((again.status_code, again.json()["status"]), (200, "duplicate"))
        self.assertNotIn("Idempotent-Replayed", again.headers)
        self.assertEqual((other.status_code, other.json()["status"]), (202, "conflict"))
        self.assertNotEqual(other.json()["id"], first.json()["id"])

    def test_a_key_is_understood_whatever_header_the_connection_names(self):
        for header in ("X-Message-Id", False):
            self.wms_connection.message_id_header = header
            key = f"K-{header}"
            first = self._events(self._event(reference=key), Idempotency_Key=key)
            again = self._events(self._event(reference=key), Idempotency_Key=key)
            self.assertEqual(again.json(), first.json())
            self.assertEqual(again.headers["Idempotent-Replayed"], "true")
            self.assertProblem(self._events(self._event("packed"), Idempotency_Key=key), 422)

    def test_a_request_with_two_different_names_is_refused(self):
        self.wms_connection.message_id_header = "X-Message-Id"
        stored = self._stored()
        answer = self._events(self._event(), Idempotency_Key="K1", X_Message_Id="M1")
        document = self.assertProblem(answer, 400)
        self.assertEqual(document["problems"][0]["path"], "Idempotency-Key")
        self.assertEqual(self._stored(), stored)
        same = self._events(self._event(), Idempotency_Key="K1", X_Message_Id="K1")
        self.assertEqual(same.status_code, 202)

    def test_a_key_that_is_none_is_refused(self):
        stored = self._stored()
        for key in ("", "x" * 201, "schlüssel".encode("latin-1"), "a\tb"):
            answer = self._events(self._event(), Idempotency_Key=key)
            document = self.assertProblem(answer, 400)
            self.assertEqual(document["type"], "/logistics/v1/docs#invalid-parameter")
        self.assertEqual(self._stored(), stored)
        for key in ("x" * 200, '"8e03978e-40d5"', "two words"):
            self.assertEqual(self._events(self._event(), Idempotency_Key=key).status_code, 202)

    def test_the_key_is_kept_with_the_message(self):
        self.wms_connection.message_id_header = "X-Message-Id"
        public_id = self._events(self._event(), Idempotency_Key="K1").json()["id"]
        kept = self.env["logistics.message"].search([("public_id", "=", public_id)])
        self.assertEqual(kept.headers["Idempotency-Key"], "K1")

    def test_a_webhook_under_a_known_id_with_other_content_is_taken_as_ever(self):
        key = {"Idempotency_Key": "K1"}
        self.assertEqual(self._post(self._body("PU"), **key).status_code, 202)
        other = self._post(self._body("OK"), **key)
        self.assertEqual((other.status_code, other.json()["status"]), (202, "conflict"))

    def test_a_refused_request_uses_no_key_up(self):
        self.assertProblem(self._events({"nonsense": 1}, Idempotency_Key="K1"), 422)
        self.assertEqual(self._events(self._event(), Idempotency_Key="K1").status_code, 202)

    def test_keys_of_two_connections_are_not_the_same_key(self):
        other = self._create_connection(
            self._create_system("wms2", "wms"),
            mapping_id=self.wms_connection.mapping_id.id,
            verifier_kind="bearer",
        )
        first = self._events(self._event(), Idempotency_Key="K1")
        second = self._events(self._event("packed"), other, Idempotency_Key="K1")
        self.assertEqual((first.status_code, second.status_code), (202, 202))
        self.assertNotEqual(first.json()["id"], second.json()["id"])

    def test_what_is_known_already_is_told_at_once(self):
        self._create_shipment(client_order_ref="PO-77")
        self._events(self._event())
        self._work_off()
        body = {"events": [self._event(), self._event("packed")]}
        items = self._events(body).json()["items"]
        self.assertEqual([item["status"] for item in items], ["duplicate", "accepted"])

    def test_a_test_connection_is_told_nothing_of_what_is_known(self):
        self.wms_connection.environment = "test"
        self.assertEqual(self._events(self._event()).json()["items"][0]["status"], "accepted")
