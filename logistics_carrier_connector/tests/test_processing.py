from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import NEW_CODE, PROFILE, ConnectorCase

UPS_DELIVERED = b"""{"trackingNumber": "1Z023E2X0214323462", "localActivityDate": "20260302",
 "localActivityTime": "101500", "activityLocation": {"city": "Reno", "country": "US"},
 "activityStatus": {"type": "D", "code": "FS", "description": "Delivered"},
 "gmtActivityDate": "20260302", "gmtActivityTime": "181500", "receivedBy": "MILLER"}"""


@tagged("post_install", "-at_install", "logistics")
class TestProcessing(ConnectorCase):
    def test_a_message_moves_its_shipment(self):
        shipment = self._tracked_shipment("1ZTEST")
        message = self._take(self._body("PU", "OK"))
        self.assertEqual((message.state, message.fact_count), ("processed", 2))
        self.assertEqual(shipment.phase, "delivered")
        self.assertEqual([item["status"] for item in message.outcomes], ["recorded"] * 2)
        self.assertEqual(message.shipment_ids, shipment)
        event = shipment.event_ids.filtered(lambda e: e.milestone_code == "delivered")
        self.assertEqual(event.source, f"logistics.message,{message.id}")
        self.assertEqual(event.received_at, message.received_at)

    def test_the_delivered_profile_of_a_parcel_carrier_reads_a_real_delivery(self):
        shipment = self._tracked_shipment("1Z023E2X0214323462")
        ups = self.env["logistics.mapping"].search([("code", "=", "ups_track_alert")])
        connection = self._create_connection(self.other_carrier, mapping_id=ups.id)
        message = self._take(UPS_DELIVERED, connection)
        self.assertEqual((message.state, shipment.phase), ("processed", "delivered"))
        self.assertEqual(shipment.pod_signer, "MILLER")

    def test_an_x12_file_with_a_wrong_segment_count_is_a_dead_letter_that_says_so(self):
        x12 = self.env["logistics.mapping"].search([("code", "=", "x12_214")])
        connection = self._create_connection(self.other_carrier, mapping_id=x12.id)
        isa = (
            "ISA*00*          *00*          *02*DMOL           *ZZ*DISTRIBUTOR    "
            "*260302*1015*U*00401*000000001*0*P*>~"
        )
        body = (
            isa + "GS*QM*DMOL*DISTRIBUTOR*20260302*1015*1*X*004010~ST*214*0001~"
            "B10*1234567*1234567*DMOL~LX*1~AT7*D1*NS***20260302*1015*LT~SE*9*0001~"
            "GE*1*1~IEA*1*000000001~"
        )
        message = self._take(body.encode(), connection)
        self.assertEqual((message.state, message.error_class), ("dead", "permanent"))
        self.assertIn("SE", message.error_message)

    def test_broken_json_and_a_nul_byte_are_dead_letters_with_a_reason(self):
        for body in (
            b'{"events": [',
            b'{"events": "\x00"}',
            b'{"events": "\\u0000"}',
            b"",
            b"\xff",
        ):
            message = self._take(body)
            self.assertEqual((message.state, message.error_class), ("dead", "permanent"), body)
            self.assertTrue(message.error_message)

    def test_the_same_statement_in_another_message_is_known_already(self):
        self._tracked_shipment("1ZTEST")
        self._take(self._body("OK"))
        again = self._take(self._body("OK", resent=True))
        self.assertEqual(again.state, "processed")
        self.assertEqual([item["status"] for item in again.outcomes], ["duplicate"])

    def test_codes_without_a_milestone_are_understood_and_record_nothing(self):
        message = self._take(self._body("INFO"))
        self.assertEqual((message.state, message.fact_count), ("ignored", 0))

    def test_one_bad_event_does_not_reject_the_others(self):
        shipment = self._tracked_shipment("1ZTEST")
        body = self._body("PU", "OK").replace(b"2026-03-02T09", b"when it suits us")
        message = self._take(body)
        self.assertEqual((message.state, message.problem_count), ("processed", 1))
        self.assertEqual([item["status"] for item in message.outcomes], ["recorded", "refused"])
        self.assertEqual(shipment.phase, "transit")

    def test_a_test_connection_shows_its_facts_and_records_none(self):
        shipment = self._tracked_shipment("1ZTEST")
        self.connection.environment = "test"
        message = self._take(self._body("OK"))
        self.assertEqual((message.state, message.fact_count), ("tested", 1))
        self.assertEqual(message.outcomes[0]["status"], "not_recorded")
        self.assertFalse(shipment.delivered_at)
        self.assertFalse(
            self.env["logistics.parked.fact"].search([("system_id", "=", self.carrier.id)])
        )

    def test_messages_wait_while_the_connection_is_suspended(self):
        self.connection.action_suspend()
        message = self._take(self._body("PU"))
        self.assertEqual(message.state, "received")
        self.connection.action_activate()
        self._work_off()
        self.assertEqual(message.state, "parked")

    def test_a_message_is_not_tried_before_its_time(self):
        message = self._message(self._send(self._body("PU")))
        message.next_attempt_at = fields.Datetime.now() + timedelta(hours=1)
        self._work_off()
        self.assertEqual((message.state, message.attempts), ("received", 0))

    def test_the_message_remembers_with_what_it_was_read(self):
        message = self._take(self._body("PU", number="M-77"))
        self.assertEqual(message.mapping_version_id, self.mapping.active_version_id)
        self.assertEqual(message.format_id, "M-77")

    def test_a_contract_is_checked_before_anything_is_recorded(self):
        contract = self.env["logistics.contract"].create({"name": "Agreed", "code": "agreed"})
        schema = '{"type": "object", "required": ["number"]}'
        self.env["logistics.contract.version"]._load(contract, schema)
        self.connection.contract_id = contract
        message = self._take(self._body("PU"))
        self.assertEqual((message.state, message.error_class), ("dead", "permanent"))
        self.assertIn("number", message.error_message)
        self.assertEqual(message.contract_version_id, contract.active_version_id)

    def test_connections_take_turns(self):
        other = self._create_connection(self.other_carrier)
        for number in range(30):
            self._send(self._body("PU", n=number))
        self._send(self._body("PU"), other)
        due = self.env["logistics.message"]._due_connections("visibility")
        self.assertLessEqual({self.connection.id, other.id}, set(due))
        self.assertEqual(len(self.env["logistics.message"]._due(other.id, 10)), 1)
        self.assertEqual(len(self.env["logistics.message"]._due(self.connection.id, 10)), 10)

    # === Held and released === #

    def test_an_unmapped_code_is_held_and_the_rest_of_the_message_recorded(self):
        shipment = self._tracked_shipment("1ZTEST")
        message = self._take(self._body("PU", "NEW"))
        self.assertEqual((message.state, message.error_class), ("held", "configuration"))
        self.assertEqual(message.unmapped, {"NEW": 1})
        self.assertIn("NEW", message.error_message)
        self.assertEqual(shipment.phase, "transit")

    def test_held_messages_go_on_when_the_code_gets_a_meaning(self):
        shipment = self._tracked_shipment("1ZTEST")
        message = self._take(self._body("PU", "NEW"))
        version = self.env["logistics.mapping.version"].create(
            {"mapping_id": self.mapping.id, "content": PROFILE + NEW_CODE}
        )
        version._activate()
        self.assertEqual(message.state, "received")
        self._work_off()
        self.assertEqual((message.state, message.unmapped), ("processed", False))
        self.assertEqual([item["status"] for item in message.outcomes], ["duplicate", "recorded"])
        self.assertEqual(shipment.status_id.code, "out_for_delivery")

    def test_the_responsible_is_told_once(self):
        self.connection.user_id = self.env.user
        self._take(self._body("NEW"))
        self._take(self._body("NEW", n=2))
        self.assertEqual(len(self.connection.activity_ids), 1)
        self.assertIn("NEW", self.connection.activity_ids.note)

    # === What people do === #

    def test_an_administrator_retries_and_nothing_doubles(self):
        shipment = self._tracked_shipment("1ZTEST")
        message = self._take(self._body("PU", "NEW"))
        admin = self._create_user("integration", "integration_admin")
        message.with_user(admin).action_retry()
        self.assertEqual(message.state, "received")
        self._work_off()
        self.assertEqual(message.state, "held")
        self.assertEqual(
            len(shipment.event_ids.filtered(lambda e: e.milestone_code == "dispatched")), 1
        )

    def test_a_processed_message_cannot_be_retried(self):
        self._tracked_shipment("1ZTEST")
        message = self._take(self._body("PU"))
        with self.assertRaises(UserError):
            message.action_retry()

    def test_dismissing_needs_a_reason_and_keeps_the_message(self):
        message = self._take(b"{")
        with self.assertRaises(UserError):
            message.action_dismiss("  ")
        message.action_dismiss("resent by the carrier")
        self.assertEqual(
            (message.state, message.dismiss_reason), ("dismissed", "resent by the carrier")
        )
        self.assertEqual(message._raw_bodies()[message.id], b"{")

    def test_a_conflict_can_be_taken_after_all(self):
        shipment = self._tracked_shipment("1ZTEST")
        self._take(self._body("PU"), **{"Idempotency-Key": "7"})
        conflict = self._take(self._body("OK"), **{"Idempotency-Key": "7"})
        self.assertEqual((conflict.state, shipment.phase), ("conflict", "transit"))
        conflict.action_retry()
        self._work_off()
        self.assertEqual((conflict.state, shipment.phase), ("processed", "delivered"))

    def test_only_integration_administrators_retry_and_dismiss(self):
        message = self._take(b"{")
        for group in ("user", "manager", "finance_approver", "auditor"):
            user = self._create_user(f"role-{group}", group)
            with self.assertRaises(AccessError):
                message.with_user(user).action_retry()
            with self.assertRaises(AccessError):
                message.with_user(user).action_dismiss("because")
