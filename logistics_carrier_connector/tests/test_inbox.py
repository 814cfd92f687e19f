from contextlib import suppress
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from ..core.recent import Recent
from ..models import logistics_message_inbox
from .common import ConnectorCase


@tagged("post_install", "-at_install", "logistics")
class TestInbox(ConnectorCase, CronMixinCase):
    def test_the_bytes_are_kept_exactly(self):
        body = b'{"a": "\xc3\xa9"} \r\n\x00\xff'
        message = self._message(self._send(body))
        self.assertEqual(message._raw_bodies()[message.id], body)
        self.assertEqual((message.state, message.size), ("received", len(body)))

    def test_equal_content_without_an_id_is_the_same_message(self):
        first = self._send(b"{}")
        again = [self._send(b"{}") for _turn in range(3)]
        self.assertEqual(first.status, "accepted")
        self.assertEqual({receipt.status for receipt in again}, {"duplicate"})
        self.assertEqual({receipt.public_id for receipt in again}, {first.public_id})
        self.assertEqual(self._message(first).duplicate_count, 3)

    def test_equal_content_on_another_connection_is_another_message(self):
        other = self._create_connection(self.other_carrier)
        self.assertEqual(self._send(b"{}").status, "accepted")
        self.assertEqual(self._send(b"{}", other).status, "accepted")

    def test_the_senders_id_decides_where_there_is_one(self):
        first = self._send(b'{"a": 1}', **{"Idempotency-Key": "7"})
        again = self._send(b'{"a": 1}', **{"Idempotency-Key": "7"})
        other = self._send(b'{"a": 1}', **{"Idempotency-Key": "8"})
        self.assertEqual(
            [first.status, again.status, other.status], ["accepted", "duplicate", "accepted"]
        )

    def test_a_known_id_with_other_content_is_kept_as_a_conflict(self):
        first = self._send(b'{"a": 1}', **{"Idempotency-Key": "7"})
        second = self._send(b'{"a": 2}', **{"Idempotency-Key": "7"})
        self.assertEqual(second.status, "conflict")
        conflict = self._message(second)
        self.assertEqual(
            (conflict.state, conflict.conflict_of_id), ("conflict", self._message(first))
        )
        self.assertEqual(conflict._raw_bodies()[conflict.id], b'{"a": 2}')
        self.assertEqual(self._message(first)._raw_bodies()[first.message_id], b'{"a": 1}')

    def test_the_same_conflict_again_is_counted(self):
        self._send(b'{"a": 1}', **{"Idempotency-Key": "7"})
        conflicts = [self._send(b'{"a": 2}', **{"Idempotency-Key": "7"}) for _turn in range(3)]
        self.assertEqual({receipt.status for receipt in conflicts}, {"conflict"})
        self.assertEqual(len({receipt.message_id for receipt in conflicts}), 1)
        self.assertEqual(self._message(conflicts[0]).duplicate_count, 2)

    def test_headers_that_carry_a_proof_are_not_kept(self):
        receipt = self._send(
            b"{}", **{"X-Signature": "ab", "Authorization": "Bearer x", "User-Agent": "carrier/1"}
        )
        self.assertEqual(self._message(receipt).headers, {"User-Agent": "carrier/1"})

    def test_many_messages_wake_the_lane_once(self):
        self.env["ir.cron.trigger"].search([("cron_id", "=", self.lane_cron.id)]).unlink()
        for number in range(5):
            self._send(b'{"n": %d}' % number)
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", self.lane_cron.id)])
        self.assertEqual(len(triggers), 1)

    def test_a_wake_up_that_nobody_heard_is_repeated(self):
        self._send(b'{"n": 1}')
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", self.lane_cron.id)])
        triggers.write({"call_at": fields.Datetime.now() - timedelta(minutes=1)})
        self.env.flush_all()
        self._send(b'{"n": 2}')
        again = self.env["ir.cron.trigger"].search([("cron_id", "=", self.lane_cron.id)])
        self.assertEqual(len(again - triggers), 1)

    def test_a_duplicate_wakes_nobody(self):
        self._send(b"{}")
        self.env["ir.cron.trigger"].search([("cron_id", "=", self.lane_cron.id)]).unlink()
        self._send(b"{}")
        self.assertFalse(self.env["ir.cron.trigger"].search([("cron_id", "=", self.lane_cron.id)]))

    def test_every_active_worker_of_the_lane_is_woken(self):
        second = self.env.ref("logistics_carrier_connector.ir_cron_lane_visibility_2")
        second.action_unarchive()
        self.env["ir.cron.trigger"].search([]).unlink()
        self._send(b"{}")
        woken = self.env["ir.cron.trigger"].search([]).cron_id
        self.assertEqual(woken, self.lane_cron | second)
        second.action_archive()
        self.assertNotIn(second.id, self.env["ir.cron"]._of_lane("visibility"))

    def test_a_message_of_another_lane_leaves_this_one_asleep(self):
        self.connection.lane = "batch"
        self.env["ir.cron.trigger"].search([]).unlink()
        self._send(b"{}")
        batch = self.env.ref("logistics_carrier_connector.ir_cron_lane_batch")
        self.assertEqual(self.env["ir.cron.trigger"].search([]).cron_id, batch)

    def test_accepting_costs_one_insert_and_one_look_at_the_lane(self):
        self._send(b"[]")  # the connection is remembered, the lane is awake
        with self.assertQueryCount(2):
            self._send(b"{}")

    def test_recognising_a_duplicate_costs_no_more(self):
        self._send(b"{}")
        with self.assertQueryCount(1):
            self.assertEqual(self._send(b"{}").status, "duplicate")

    def test_so_does_one_that_another_process_took(self):
        self._send(b"{}")
        with patch.object(logistics_message_inbox, "_recent", Recent(5)), self.assertQueryCount(2):
            self.assertEqual(self._send(b"{}").status, "duplicate")

    def test_what_was_seen_and_rolled_back_is_stored_when_it_comes_again(self):
        with suppress(ZeroDivisionError), self.env.cr.savepoint():
            self._send(b"{}")
            raise ZeroDivisionError
        self.assertEqual(self._send(b"{}").status, "accepted")
