import json

from odoo.tests import tagged

from .common import SECRET
from .test_doors import DoorCase


class ApiCase(DoorCase):
    """Speaks the canonical API as the warehouse does."""

    def _headers(self, connection=None, **headers):
        connection = connection or self.wms_connection
        return {
            "Content-Type": "application/json",
            "X-Logistics-Connection": connection.token,
            "Authorization": f"Bearer {SECRET}",
        } | {name.replace("_", "-"): value for name, value in headers.items()}

    def _events(self, body, connection=None, **headers):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.url_open(
            "/logistics/v1/events", data=data, headers=self._headers(connection, **headers)
        )

    def _get(self, path, connection=None, **headers):
        return self.url_open(f"/logistics/v1/{path}", headers=self._headers(connection, **headers))

    def _event(self, milestone="picked", reference="PO-77", **values):
        return {
            "milestone": milestone,
            "occurred_at": "2026-03-02T08:00:00+01:00",
            "references": [{"scheme": "purchase_order", "value": reference}],
            **values,
        }


@tagged("post_install", "-at_install", "logistics")
class TestEventsApi(ApiCase):
    def test_an_event_is_accepted_recorded_and_its_fate_can_be_asked_for(self):
        shipment = self._create_shipment(client_order_ref="PO-77")
        answer = self._events(self._event())
        self.assertEqual(answer.status_code, 202)
        self.assertEqual(answer.json()["items"], [{"index": 0, "status": "accepted"}])
        self._work_off()
        fate = self._get(f"messages/{answer.json()['id']}").json()
        self.assertEqual((fate["state"], fate["items"][0]["status"]), ("processed", "recorded"))
        self.assertEqual(fate["items"][0]["shipment"], shipment.name)
        self.assertEqual(shipment.status_id.code, "picked")

    def test_each_event_gets_its_own_answer(self):
        body = {"events": [self._event(), self._event("teleported"), {"nonsense": 1}]}
        answer = self._events(body)
        self.assertEqual(answer.status_code, 202)
        items = answer.json()["items"]
        self.assertEqual([item["status"] for item in items], ["parked", "rejected", "rejected"])
        self.assertTrue(items[1]["problems"][0]["reason"])

    def test_nothing_valid_is_refused_and_not_stored(self):
        stored = self.env["logistics.message"].search_count([])
        for body in (
            {},
            {"events": []},
            [],
            {"events": [{"nonsense": 1}]},
            self._event("teleported"),
        ):
            self.assertProblem(self._events(body), 422)
        for body in (b"{", b"nonsense", b'{"a": "\x00"}', b'{"a": NaN}', b"\xff"):
            self.assertProblem(self._events(body), 400)
        self.assertEqual(self.env["logistics.message"].search_count([]), stored)

    def test_the_same_content_again_is_a_duplicate(self):
        first, again = self._events(self._event()), self._events(self._event())
        self.assertEqual((first.status_code, again.status_code), (202, 200))
        self.assertEqual(again.json(), first.json() | {"status": "duplicate"})

    def test_the_proof_is_needed_for_everything(self):
        for path in ("messages/x", "shipments/x"):
            self.assertProblem(self._get(path, Authorization="Bearer wrong"), 401)
            self.assertProblem(self._get(path, X_Logistics_Connection="nobody"), 401)
        self.assertProblem(self._events(self._event(), Authorization="Bearer wrong"), 401)
        self.assertProblem(self._events(self._event(), X_Logistics_Connection=""), 401)

    def test_a_carriers_connection_does_not_speak_canonical(self):
        self.connection.verifier_kind = "bearer"
        self.assertProblem(self._events(self._event(), self.connection), 403)

    def test_nobody_sees_another_connections_message(self):
        message = self._events(self._event()).json()["id"]
        other = self._create_connection(self.carrier, verifier_kind="bearer")
        self.assertProblem(self._get(f"messages/{message}", other), 404)

    def test_a_shipment_is_found_by_any_of_its_numbers(self):
        shipment = self._create_shipment(client_order_ref="PO-77")
        for number in ("po-77", shipment.name, shipment.picking_ids.name.replace("/", "%2F")):
            answer = self._get(f"shipments/{number}")
            self.assertEqual(answer.status_code, 200, number)
            self.assertEqual(answer.json()["shipments"][0]["shipment"], shipment.name)
        self.assertProblem(self._get("shipments/unheard-of"), 404)

    def test_a_carrier_sees_only_shipments_it_has_spoken_of(self):
        self._create_shipment(client_order_ref="PO-78")
        carrier = self._create_connection(self.carrier, verifier_kind="bearer")
        self.assertProblem(self._get("shipments/PO-78", carrier), 404)
        self._state(self.carrier, ("purchase_order", "PO-78"), "dispatched")
        self.assertEqual(self._get("shipments/PO-78", carrier).status_code, 200)

    def test_a_clients_connection_sees_only_its_own_shipments(self):
        shipment = self._create_shipment(client_order_ref="PO-79")
        client = self.env["res.partner"].create({"name": "3PL client"})
        self.wms.client_id = client
        self.assertProblem(self._get("shipments/PO-79"), 404)
        shipment.client_id = client
        self.assertEqual(self._get("shipments/PO-79").status_code, 200)

    def test_another_companys_shipment_does_not_exist(self):
        self._create_shipment(client_order_ref="PO-80")
        other = self.env["res.company"].create({"name": "Somebody else"})
        foreign = self._create_connection(
            self._create_system("foreign", "wms", company=other), verifier_kind="bearer"
        )
        self.assertProblem(self._get("shipments/PO-80", foreign), 404)
