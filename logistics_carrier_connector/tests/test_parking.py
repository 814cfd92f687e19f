from datetime import timedelta

from odoo import fields
from odoo.tests import freeze_time, tagged

from .common import ConnectorCase


@tagged("post_install", "-at_install", "logistics")
class TestParking(ConnectorCase):
    def _match(self):
        self.env["logistics.parked.fact"]._matchable()._rematch()

    def test_an_unknown_shipment_parks_the_message_and_says_which_number(self):
        message = self._take(self._body("PU"))
        self.assertEqual((message.state, message.error_class), ("parked", "business"))
        self.assertIn("1ZTEST", message.error_message)

    def test_the_message_is_done_when_its_shipment_appears(self):
        message = self._take(self._body("PU", "OK"))
        shipment = self._tracked_shipment("1ZTEST")
        self._match()
        self.assertEqual((message.state, message.error_message), ("processed", False))
        self.assertEqual([item["status"] for item in message.outcomes], ["recorded"] * 2)
        self.assertEqual((message.shipment_ids, shipment.phase), (shipment, "delivered"))

    def test_a_message_about_two_shipments_waits_for_both(self):
        body = self._body("PU", "PU").replace(b"1ZTEST", b"1ZOTHER", 1)
        message = self._take(body)
        self._tracked_shipment("1ZTEST")
        self._match()
        self.assertEqual(message.state, "parked")
        self.assertEqual([i["status"] for i in message.outcomes], ["parked", "recorded"])
        self._tracked_shipment("1ZOTHER")
        self._match()
        self.assertEqual(message.state, "processed")

    def test_every_message_that_said_the_same_is_done(self):
        first = self._take(self._body("PU"))
        second = self._take(self._body("PU", resent=True))
        self.assertEqual((first.state, second.state), ("parked", "parked"))
        self._tracked_shipment("1ZTEST")
        self._match()
        self.assertEqual((first.state, second.state), ("processed", "processed"))

    def test_what_the_warehouse_parked_by_hand_concerns_no_message(self):
        self._state(self.carrier, ("tracking", "1ZHAND"), "delivered")
        message = self._take(self._body("PU"))
        self._tracked_shipment("1ZHAND")
        self._match()
        self.assertEqual(message.state, "parked")

    def _hub_scans_in_batches(self):
        """Departures from hubs are recorded once an hour."""
        milestone = self.env["logistics.milestone"].search([("code", "=", "dispatched")])
        return self.env["logistics.flow.policy"].create(
            {
                "name": "By the hour",
                "category": "operational",
                "milestone_ids": [(6, 0, milestone.ids)],
                "latency_minutes": 120,
                "processing": "batch",
                "batch_minutes": 60,
            }
        )

    def _run_batches(self):
        with freeze_time(fields.Datetime.now() + timedelta(hours=2)):
            self._run_cron("ir_cron_record_deferred")

    def test_a_message_whose_fact_waits_for_its_batch_is_done_with_the_batch(self):
        self._hub_scans_in_batches()
        shipment = self._tracked_shipment("1ZTEST")
        message = self._take(self._body("PU"))
        self.assertEqual((message.state, message.error_class), ("deferred", False))
        self.assertIn("batch of", message.error_message)
        self.assertIn("Waiting for its batch", message.outcomes_html)
        self._run_batches()
        self.assertEqual((message.state, message.error_message), ("processed", False))
        self.assertEqual([i["status"] for i in message.outcomes], ["recorded"])
        self.assertEqual(shipment.phase, "transit")

    def test_a_batch_without_a_shipment_parks_the_message(self):
        self._hub_scans_in_batches()
        message = self._take(self._body("PU"))
        self._run_batches()
        self.assertEqual((message.state, message.error_class), ("parked", "business"))
        self.assertIn("1ZTEST", message.error_message)
        self._tracked_shipment("1ZTEST")
        self._match()
        self.assertEqual((message.state, message.error_class), ("processed", False))

    def test_the_retries_follow_the_flow_policy_of_the_lane(self):
        message = self._take(self._body("PU"))
        policy = self.env.ref("logistics_milestone_sync.flow_policy_operational")
        policy.retry_schedule = "10m"
        now = fields.Datetime.now()
        with freeze_time(now):
            message._retry_later({"attempts": 1})
        wait = message.next_attempt_at - now
        self.assertTrue(timedelta(minutes=7) < wait <= timedelta(minutes=10), wait)
