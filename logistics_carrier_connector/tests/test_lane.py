import json

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.logistics_message_lane import _AMONG_OTHERS
from .common import ConnectorCase

LANE = "odoo.addons.logistics_carrier_connector.models.logistics_message_lane"


@tagged("post_install", "-at_install", "logistics")
class TestLane(ConnectorCase):
    """Several connections in one lane: who has little to say does not wait for who has much."""

    def setUp(self):
        super().setUp()
        self.quiet = self._create_connection(self.carrier, name="Quiet")
        self._tracked_shipment("1ZTEST")

    def _many(self, count):
        return [self._message(self._send(self._body("HUB", n=n))) for n in range(count)]

    def test_a_quiet_connection_waits_for_one_batch_of_a_loud_one(self):
        loud = self._many(2 * _AMONG_OTHERS + 5)
        late = self._message(self._send(self._body("PU"), self.quiet))
        self._work_off()
        before = [each for each in loud if each.processed_at < late.processed_at]
        self.assertLessEqual(len(before), _AMONG_OTHERS, "none, if its turn came first")
        self.assertEqual({each.state for each in [*loud, late]}, {"processed"})

    @mute_logger("odoo.sql_db", LANE)
    def test_a_quiet_connection_does_not_wait_for_the_search_for_a_bad_message(self):
        self.env.flush_all()
        self.env.cr.execute(
            "ALTER TABLE logistics_milestone_event ADD CONSTRAINT test_poison"
            " CHECK (raw_text IS NULL OR raw_text <> 'poison') NOT VALID"
        )
        tree = json.loads(self._body("OK"))
        tree["events"][0]["text"] = "poison"
        bad = self._message(self._send(json.dumps(tree).encode()))
        others = self._many(8)
        late = self._message(self._send(self._body("PU"), self.quiet))
        self._work_off()
        self.assertEqual((bad.state, bad.error_class), ("received", "poison"))
        self.assertEqual({each.state for each in [*others, late]}, {"processed"})
        self.assertTrue(all(late.processed_at < each.processed_at for each in others))

    @mute_logger("odoo.sql_db", LANE)
    def test_a_message_that_broke_is_tried_again_without_its_neighbours(self):
        messages = self._many(5)
        messages[2].write({"error_class": "poison", "attempts": 1})
        self.env.flush_all()
        sizes = []
        while claimed := self.env["logistics.message"]._due(self.connection.id, 10):
            sizes.append(len(claimed))
            claimed.write({"state": "ignored"})
            self.env.flush_all()
        self.assertEqual(sizes, [2, 1, 2])
