from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .replay_common import LEARNED, ReplayCase


@tagged("post_install", "-at_install", "logistics")
class TestReplayWorker(ReplayCase):
    """So many per minute, stopped at any time, and never alone with too many."""

    def _messages(self, count):
        found = self.env["logistics.message"]
        for number in range(count):
            found |= self._message(self._send(self._body("PU", n=number)))
        self._work_off()
        return found

    def test_a_replay_keeps_its_pace(self):
        self._tracked_shipment("1ZTEST")
        replay = self._ask(self._messages(5), per_minute=2)
        replay.action_replay()
        self._let_run()
        self.assertEqual(
            (replay.state, replay.reached_count, replay.progress), ("replaying", 2, 40)
        )
        self.assertTrue(replay.next_at)
        self._let_run()
        self.assertEqual(replay.reached_count, 2)
        triggers = self.env["ir.cron.trigger"].search(
            [("cron_id", "=", self.env.ref("logistics_carrier_connector.ir_cron_replay").id)]
        )
        self.assertIn(replay.next_at, triggers.mapped("call_at"))
        for reached in (4, 5):
            self._pass_a_minute(replay)
            self._let_run()
            self.assertEqual(replay.reached_count, reached)
        self._pass_a_minute(replay)
        self._let_run()
        self.assertEqual((replay.state, replay.progress), ("done", 100))

    def _pass_a_minute(self, replay):
        minute = timedelta(minutes=1)
        replay_sudo = replay.sudo()
        replay_sudo.minute_began_at -= minute
        if replay_sudo.next_at:
            replay_sudo.next_at -= minute

    def test_a_slow_replay_holds_up_no_other(self):
        self._tracked_shipment("1ZTEST")
        messages = self._messages(4)
        slow = self._ask(messages[:3], per_minute=1)
        slow.action_replay()
        self._let_run()
        quick = self._replay(messages[3:])
        self.assertEqual((slow.state, quick.state), ("replaying", "done"))

    def test_what_nobody_started_waits(self):
        self._take(b"{")
        replay = self._ask(connection_ids=self.connection.ids)
        self._let_run()
        self.assertEqual((replay.state, replay.line_ids.state), ("examined", "ready"))

    def test_many_messages_are_examined_in_the_background(self):
        self._tracked_shipment("1ZTEST")
        messages = self._messages(30)
        replay = self._ask(messages)
        self.assertEqual((replay.state, replay.progress), ("waiting", 0))
        self._let_run()
        self.assertEqual((replay.state, replay.progress), ("examined", 100))

    def test_large_messages_are_taken_a_few_at_a_time(self):
        messages = self._messages(3)
        replay = self._ask(messages)
        self.env.cr.execute(
            "UPDATE logistics_message SET size = 1500000 WHERE id = ANY(%s)", [messages.ids]
        )
        self.env.invalidate_all()
        self.assertEqual(replay.sudo()._lines_in("ready", 100), replay.line_ids[:1])
        self.env.cr.execute(
            "UPDATE logistics_message SET size = 900000 WHERE id = ANY(%s)", [messages.ids]
        )
        self.env.invalidate_all()
        self.assertEqual(replay.sudo()._lines_in("ready", 100), replay.line_ids[:2])

    def test_it_can_be_stopped_and_what_was_done_stays(self):
        self._tracked_shipment("1ZTEST")
        replay = self._ask(self._messages(3), per_minute=1)
        replay.action_replay()
        self._let_run()
        replay.action_cancel()
        self._let_run()
        states = sorted(replay.line_ids.mapped("state"))
        self.assertEqual((replay.state, states), ("cancelled", ["done", "ready", "ready"]))
        with self.assertRaisesRegex(UserError, "dry run is over, and once"):
            replay.action_replay()

    def test_it_is_started_once(self):
        replay = self._replay(self._take(b"{"))
        with self.assertRaisesRegex(UserError, "once"):
            replay.action_replay()

    def test_a_message_that_breaks_the_processing_fails_alone(self):
        self._tracked_shipment("1ZTEST")
        messages = self._messages(2) | self._take(self._body("INFO"))
        self.env.cr.execute(
            "ALTER TABLE logistics_milestone_event ADD CONSTRAINT poison"
            " CHECK (raw_code IS NULL OR raw_code <> 'INFO') NOT VALID"
        )
        self._learn(LEARNED)
        replay = self._ask(messages)
        replay.action_replay()
        with self.assertLogs("odoo.addons.logistics_carrier_connector", "ERROR"):
            self._let_run()
        states = replay.line_ids.mapped("state")
        self.assertEqual((replay.state, states), ("done", ["done", "done", "failed"]))
        self.assertIn("internal error", replay.line_ids[2].note)
        self.assertEqual(messages[2].state, "ignored")
        self.assertEqual(messages.mapped("attempt_ids.message_id"), messages[:2])

    def test_what_happened_meanwhile_is_told(self):
        self._tracked_shipment("1ZTEST")
        messages = self._take(self._body("OK", tracking="1ZLATE")) | self._take(b"{")
        replay = self._ask(messages)
        self._tracked_shipment("1ZLATE")
        messages[1].with_user(self.admin).action_dismiss("resent")
        replay.action_replay()
        self._let_run()
        first, second = replay.line_ids
        self.assertEqual((first.foreseen_state, first.state_after), ("parked", "processed"))
        self.assertTrue(first.is_otherwise)
        self.assertEqual((second.state, messages[1].state), ("refused", "dismissed"))
        self.assertEqual(replay.otherwise_count, 1)

    def test_an_outdated_dry_run_is_not_acted_upon(self):
        shipment = self._tracked_shipment("1ZTEST")
        replay = self._ask(self._take(self._body("INFO")))
        self.assertEqual(replay.line_ids.foreseen_state, "ignored")
        self.assertFalse(replay.is_outdated)
        self._learn(LEARNED)
        self.env.invalidate_all()
        self.assertTrue(replay.is_outdated)
        with self.assertRaisesRegex(UserError, "once more"):
            replay.action_replay()
        replay.action_examine_again()
        self._let_run()
        self.assertEqual(replay.line_ids.foreseen_state, "processed")
        self.assertEqual(replay.shipment_ids.shipment_id, shipment)
        replay.action_replay()
        self._let_run()
        self.assertEqual(replay.line_ids.state_after, "processed")

    def test_an_exception_from_a_code_table_outdates_the_dry_run_as_well(self):
        replay = self._ask(self._take(self._body("PU", tracking="1ZLATE")))
        override = self.env["logistics.mapping.override"].create(
            {
                "mapping_id": self.mapping.id,
                "connection_id": self.connection.id,
                "code": "HUB",
                "ignore": True,
            }
        )
        override.action_submit()
        self._approve(override)
        self.env.invalidate_all()
        self.assertTrue(replay.is_outdated)

    def test_many_messages_need_a_second_person(self):
        self._tracked_shipment("1ZTEST")
        self.company.logistics_replay_alone = 2
        replay = self._ask(self._messages(3))
        self.assertEqual(replay.action_replay()["tag"], "display_notification")
        approval = replay.pending_approval_id
        self.assertEqual((replay.state, approval.kind), ("examined", "replay"))
        self.assertIn("the table was wrong", approval.note)
        with self.assertRaisesRegex(UserError, "already"):
            replay.action_replay()
        with self.assertRaisesRegex(UserError, "waits for a decision"):
            replay.action_examine_again()
        with self.assertRaises(AccessError):
            approval.with_user(self.admin).action_approve()
        self._approve(replay)
        self._let_run()
        self.assertEqual((replay.state, replay.started_by_id), ("done", self.admin))

    def test_the_second_person_may_refuse_and_the_first_may_take_it_back(self):
        self._tracked_shipment("1ZTEST")
        self.company.logistics_replay_alone = 1
        replay = self._ask(self._messages(2))
        replay.action_replay()
        replay.action_take_back()
        self.assertFalse(replay.pending_approval_id)
        replay.action_replay()
        self._learn(LEARNED)
        with self.assertRaisesRegex(UserError, "once more"):
            self._approve(replay)
        self.assertEqual(replay.state, "examined")
        asked = replay.pending_approval_id
        replay.action_cancel()
        self.assertEqual((replay.state, asked.state), ("cancelled", "withdrawn"))

    def test_without_a_limit_one_person_is_enough(self):
        self._tracked_shipment("1ZTEST")
        self.company.logistics_replay_alone = 0
        self.assertEqual(self._replay(self._messages(3)).state, "done")

    def test_the_number_of_queries_does_not_depend_on_the_number_of_messages(self):
        spent = []
        for count in (3, 12):
            messages = self.env["logistics.message"]
            for number in range(count):
                tracking = f"1Z{count}{number}"
                self._tracked_shipment(tracking)
                messages |= self._message(
                    self._send(self._body("PU", "OK", tracking=tracking, n=number))
                )
            self._work_off()
            replay = self.env["logistics.replay"].with_user(self.admin)
            replay = replay._ask(messages, "measured", 1000, "")
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            replay.sudo()._examine_now()
            replay.action_replay()
            self.assertEqual(replay.sudo()._step(), count)
            self.env.flush_all()
            spent.append(self.env.cr.sql_log_count - before)
            self.assertEqual(replay.mapped("line_ids.state"), ["done"] * count)
        self.assertLessEqual(spent[1], spent[0], "the first one also fills caches")

    def test_a_message_that_another_worker_holds_is_left_for_later(self):
        self._tracked_shipment("1ZTEST")
        message = self._messages(1)
        replay = self._ask(message)
        replay.action_replay()
        lines = replay.sudo().line_ids
        held = lines._claim()
        self.assertEqual(held, lines)
        replay.sudo().write({"next_at": fields.Datetime.now() + timedelta(minutes=1)})
        self._let_run()
        self.assertEqual(replay.state, "replaying")
