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
