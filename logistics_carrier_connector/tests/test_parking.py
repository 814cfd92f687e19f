from odoo.tests import tagged

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
