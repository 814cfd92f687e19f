import json

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ConnectorCase

LANE = "odoo.addons.logistics_carrier_connector.models.logistics_message_lane"


@tagged("post_install", "-at_install", "logistics")
class TestPoison(ConnectorCase):
    """A fault deep in the processing, made with a real one: the database refuses a row."""

    def setUp(self):
        super().setUp()
        self.env.flush_all()
        self.env.cr.execute(
            "ALTER TABLE logistics_milestone_event ADD CONSTRAINT test_poison"
            " CHECK (raw_text IS NULL OR raw_text <> 'poison') NOT VALID"
        )
        self.shipment = self._tracked_shipment("1ZTEST")

    def _poisoned(self):
        tree = json.loads(self._body("OK"))
        tree["events"][0]["text"] = "poison"
        return json.dumps(tree).encode()

    def _send_with_poison(self, position, count=9):
        return [
            self._message(self._send(self._poisoned() if n == position else self._body("HUB", n=n)))
            for n in range(count)
        ]

    @mute_logger("odoo.sql_db", LANE)
    def test_one_bad_message_never_stops_the_others_wherever_it_stands(self):
        for position in (0, 4, 8):
            messages = self._send_with_poison(position)
            self._work_off()
            bad = messages.pop(position)
            self.assertEqual({message.state for message in messages}, {"processed"})
            self.assertEqual((bad.state, bad.error_class), ("received", "poison"))
            self.assertTrue(bad.next_attempt_at)
            # Out of the way, so that the next round is about another place in the batch.
            bad.write({"state": "dismissed", "message_key": f"round {position}"})

    @mute_logger("odoo.sql_db", LANE)
    def test_it_gets_three_chances_and_is_a_dead_letter_then(self):
        message = self._message(self._send(self._poisoned()))
        for attempt in (1, 2, 3):
            message.next_attempt_at = False
            self._work_off()
            self.assertEqual(message.attempts, attempt)
        self.assertEqual((message.state, message.error_class), ("dead", "poison"))
        self.assertFalse(self.shipment.delivered_at)

    @mute_logger("odoo.sql_db", LANE)
    def test_it_goes_through_once_the_fault_is_gone(self):
        message = self._message(self._send(self._poisoned()))
        self._work_off()
        self.env.cr.execute("ALTER TABLE logistics_milestone_event DROP CONSTRAINT test_poison")
        message.next_attempt_at = False
        self._work_off()
        self.assertEqual((message.state, self.shipment.phase), ("processed", "delivered"))
        self.assertFalse(message.error_class)
