import json

from odoo.tests import tagged

from odoo.addons.logistics_carrier_connector.models.logistics_message_inbox import Arrival

from .common import AuditCase


@tagged("post_install", "-at_install", "logistics")
class TestMessage(AuditCase):
    """What became of a raw message, with the digest of its bytes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connection = cls.env["logistics.connection"].create(
            {
                "name": "Warehouse",
                "system_id": cls.wms.id,
                "mapping_id": cls.env.ref(
                    "logistics_carrier_connector.logistics_mapping_canonical"
                ).id,
                "verifier_kind": "bearer",
                "secret": "a-secret-of-the-tests",
            }
        )
        cls.connection.action_activate()

    def _process(self, *items):
        token = self.connection.token
        self.env.flush_all()
        raw = json.dumps({"events": items}).encode()
        door = self.env["logistics.connection"]._find_door(token)
        receipt = self.env["logistics.message"]._accept(
            Arrival(door, raw, {}, "application/json", "192.0.2.1")
        )
        message = self.env["logistics.message"].browse(receipt.message_id)
        message._process()
        return message

    def _event(self, shipment_name, milestone, **values):
        return {
            "event_id": f"{shipment_name}-{milestone}",
            "milestone": milestone,
            "occurred_at": "2026-03-02T10:00:00+01:00",
            "references": [{"scheme": "shipment", "value": shipment_name}],
            **values,
        }

    def test_a_processed_message_tells_what_became_of_its_facts(self):
        shipment = self._create_shipment()
        mark = self._mark()
        message = self._process(self._event(shipment.name, "picked"))
        self.assertEqual(message.state, "processed")
        entry = self._entries_since(mark, kind="message")
        self.assertEqual((entry.res_model, entry.res_id), ("logistics.message", message.id))
        self.assertEqual(entry.shipment_id, shipment)
        after = self._after(entry)
        self.assertEqual(after["facts"], "1 recorded")
        self.assertEqual(after["sha256"], message.sha256)
        self.assertIn(f"Message {message.public_id} from Warehouse: processed", entry.summary)

    def test_the_milestone_and_the_message_point_at_each_other(self):
        shipment = self._create_shipment()
        mark = self._mark()
        message = self._process(self._event(shipment.name, "picked"))
        event = self._entries_since(mark, kind="event")
        self.assertEqual(event.source, f"logistics.message,{message.id}")

    def test_a_message_about_an_unknown_shipment_says_that_it_waits(self):
        mark = self._mark()
        message = self._process(self._event("SHP/UNKNOWN", "picked"))
        self.assertEqual(message.state, "parked")
        entry = self._entries_since(mark, kind="message")
        self.assertEqual(self._after(entry)["state"], "parked")
        self.assertFalse(entry.shipment_id)
        self.assertTrue(self._after(entry)["error"])

    def test_a_refused_message_says_why(self):
        mark = self._mark()
        message = self._process({"milestone": "picked"})
        self.assertEqual(message.state, "dead")
        entry = self._entries_since(mark, kind="message")
        self.assertEqual(self._after(entry)["error_class"], "permanent")

    def test_a_batch_of_messages_is_one_insert_of_entries(self):
        shipment = self._create_shipment()
        messages = self._process(self._event(shipment.name, "picked"))
        messages |= self._process(self._event(shipment.name, "packed"))
        self.env.flush_all()
        messages.mapped("connection_id.name")
        messages.mapped("mapping_version_id.display_name")
        with self.assertQueryCount(2):  # fetch the messages, write the entries
            messages._fates_recorded()

    def test_who_was_shown_a_message_in_full_is_told_with_his_reason(self):
        message = self._process()
        mark = self._mark()
        self.env.user.group_ids |= self.env.ref(
            "logistics_carrier_connector.logistics_carrier_connector_group_personal_data"
        )
        message._disclose("the receiver denies the delivery")
        entry = self._entries_since(mark, kind="message")
        self.assertEqual((entry.res_model, entry.res_id), ("logistics.message", message.id))
        after = self._after(entry)
        self.assertEqual(after["shown_to"], self.env.user.login)
        self.assertEqual(after["reason"], "the receiver denies the delivery")

    def test_a_replay_is_told_with_its_reason_and_each_of_its_messages(self):
        shipment = self._create_shipment()
        message = self._process(self._event(shipment.name, "picked"))
        mark = self._mark()
        admin = self._create_user("replay-admin", "integration_admin")
        replays = self.env["logistics.replay"].with_user(admin)
        replay = replays._ask(message, "the table was wrong", 60, "one message")
        replay.sudo()._examine_now()
        self.assertFalse(self._entries_since(mark, kind="message"))
        replay.action_replay()
        replay.sudo()._step()
        replay.sudo()._step()
        self.assertEqual(replay.state, "done")
        told = self._entries_since(mark, kind="configuration")
        self.assertTrue(all(entry.res_model == "logistics.replay" for entry in told))
        reasons = {self._after(entry).get("reason") for entry in told}
        self.assertIn("the table was wrong", reasons)
        states = [self._after(entry).get("state") for entry in told]
        self.assertTrue({"examined", "replaying", "done"} <= set(states))
        again = self._entries_since(mark, kind="message")
        self.assertEqual(self._after(again)["facts"], "1 duplicate")
        self.assertEqual(self._after(again)["replay"], replay.line_ids.nonce)
