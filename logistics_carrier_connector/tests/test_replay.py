import random
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .replay_common import LEARNED, ReplayCase


@tagged("post_install", "-at_install", "logistics")
class TestReplay(ReplayCase):
    """Messages are read once more: told first what would change, then done, never twice."""

    def test_the_dry_run_says_what_would_change_and_changes_nothing(self):
        shipment = self._tracked_shipment("1ZTEST")
        message = self._take(self._body("PU", "INFO"))
        ledger = self._ledger()
        self._learn(LEARNED)
        replay = self._ask(message)
        line = replay.line_ids
        self.assertEqual((replay.state, line.state), ("examined", "ready"))
        self.assertEqual((line.state_before, line.foreseen_state), ("processed", "processed"))
        self.assertEqual((line.foreseen_new, line.foreseen_known), (1, 1))
        self.assertIn("Out for delivery", line.foreseen_html)
        moved = replay.shipment_ids
        self.assertEqual(moved.shipment_id, shipment)
        self.assertEqual(
            (moved.milestone_before, moved.milestone_after), ("Dispatched", "Out for delivery")
        )
        self.assertEqual(replay.milestone_changed_count, 1)
        self.assertEqual((self._ledger(), message.state), (ledger, "processed"))
        self.assertEqual(shipment.status_id.code, "dispatched")

    def test_the_replay_does_what_the_dry_run_said(self):
        shipment = self._tracked_shipment("1ZTEST")
        message = self._take(self._body("PU", "INFO"))
        self._learn(LEARNED)
        replay = self._replay(message)
        line = replay.line_ids
        self.assertEqual((replay.state, line.state), ("done", "done"))
        self.assertEqual((line.state_before, line.state_after), ("processed", "processed"))
        self.assertEqual((line.became_new, line.became_known), (1, 1))
        self.assertFalse(line.is_otherwise)
        self.assertEqual(shipment.status_id.code, "out_for_delivery")
        self.assertEqual(message.replay_line_id, line)
        self.assertEqual(replay.started_by_id, self.admin)
        told = replay.message_ids.filtered(lambda told: "were replayed" in told.body)
        self.assertIn("1 of 1 messages", told.body)

    def test_a_message_that_was_recorded_is_recorded_once(self):
        shipment = self._tracked_shipment("1ZTEST")
        message = self._take(self._body("PU", "OK"))
        ledger = self._ledger()
        replay = self._ask(message)
        self.assertEqual((replay.line_ids.foreseen_new, replay.line_ids.foreseen_known), (0, 2))
        self.assertFalse(replay.shipment_ids)
        replay.action_replay()
        self._let_run()
        self.assertEqual(self._ledger(), ledger)
        self.assertEqual(replay.line_ids.became_known, 2)
        self.assertEqual((message.state, shipment.status_id.code), ("processed", "delivered"))

    def test_any_order_and_any_number_of_replays_records_the_same(self):
        shipments = [self._tracked_shipment(f"1ZSAME{number}") for number in range(4)]
        messages = self.env["logistics.message"]
        for number in range(4):
            for codes in (("PU",), ("PU", "HUB"), ("HUB", "OK"), ("OK",)):
                messages |= self._take(self._body(*codes, tracking=f"1ZSAME{number}", n=codes))
        ledger = self._ledger()
        states = [shipment.status_id.code for shipment in shipments]
        order = random.Random(19)
        for _round in range(4):
            some = order.sample(messages.ids, order.randint(1, len(messages)))
            self._replay(self.env["logistics.message"].browse(some), per_minute=1000)
        self.assertEqual(self._ledger(), ledger)
        self.assertEqual([shipment.status_id.code for shipment in shipments], states)
        nonces = self.env["logistics.replay.line"].search([]).mapped("nonce")
        self.assertEqual(len(nonces), len(set(nonces)))

    def test_two_messages_with_the_same_news_bring_it_once(self):
        self._tracked_shipment("1ZTEST")
        twins = self._take(self._body("INFO", n=1)) | self._take(self._body("INFO", n=2))
        self._learn(LEARNED)
        replay = self._ask(twins)
        self.assertEqual(sum(replay.line_ids.mapped("foreseen_new")), 1)
        replay.action_examine_again()
        self.assertEqual(replay.state, "waiting")
        replay.sudo()._step()  # begins: both are examined in one batch
        self.assertEqual(sum(replay.line_ids.mapped("foreseen_new")), 1)
        news = replay.line_ids.filtered("foreseen_new")
        rest = (replay.line_ids - news).sudo()
        rest._forget()
        rest._examine()  # as a later batch would
        self.assertEqual((rest.foreseen_new, rest.foreseen_known), (0, 1))

    def test_what_waits_for_its_shipment_would_go_on_waiting(self):
        message = self._take(self._body("OK", tracking="1ZNOBODY"))
        replay = self._replay(message)
        line = replay.line_ids
        self.assertEqual((line.foreseen_state, line.state_after), ("parked", "parked"))
        self.assertEqual((line.foreseen_waiting, line.became_waiting), (1, 1))
        parked = self.env["logistics.parked.fact"].search([("system_id", "=", self.carrier.id)])
        self.assertEqual(len(parked), 1)

    def test_what_the_source_does_not_own_would_only_be_noted(self):
        self._tracked_shipment("1ZTEST")
        message = self._take(self._body("INFO"))
        self._learn(LEARNED.replace("out_for_delivery", "picked"))
        line = self._replay(message).line_ids
        self.assertEqual((line.foreseen_noted, line.foreseen_new), (1, 0))
        self.assertEqual((line.became_noted, line.became_new), (1, 0))

    def test_an_unmapped_code_goes_its_usual_way(self):
        message = self._take(self._body("NEW"))
        replay = self._replay(message)
        self.assertEqual(replay.line_ids.state_after, "held")
        item = self.env["logistics.unmapped.code"].search(
            [("mapping_id", "=", self.mapping.id), ("code", "=", "NEW")]
        )
        self.assertEqual(len(item), 1)

    def test_dead_letters_may_be_replayed_and_stay_dead_if_nothing_changed(self):
        message = self._take(b"{")
        line = self._replay(message).line_ids
        self.assertEqual(
            (line.state_before, line.state_after, line.state), ("dead", "dead", "done")
        )
        self.assertTrue(line.note)

    def test_earlier_attempts_are_kept_with_what_became_of_them(self):
        self._tracked_shipment("1ZTEST")
        message = self._take(self._body("PU"))
        self.assertFalse(message.attempt_ids)
        first = self._replay(message).line_ids
        second = self._replay(message).line_ids
        newest, oldest = message.attempt_ids
        self.assertEqual((oldest.replay_line_id.id, newest.replay_line_id), (False, first))
        self.assertEqual(message.replay_line_id, second)
        self.assertEqual([item["status"] for item in oldest.outcomes], ["recorded"])
        self.assertEqual([item["status"] for item in newest.outcomes], ["duplicate"])
        self.assertLessEqual(oldest.processed_at, newest.processed_at)
        self.assertEqual(message.replay_count, 2)
        self.assertIn(("message_id", "in", message.ids), message.action_open_replays()["domain"])

    def test_a_retry_is_no_replay(self):
        message = self._take(self._body("NEW"))
        self._replay(message)
        message.with_user(self.admin).action_retry()
        self._work_off()
        self.assertFalse(message.replay_line_id)
        self.assertEqual(len(message.attempt_ids), 2)

    def test_news_of_an_answer_stay_news_when_it_is_read_again(self):
        message = self._take(self._body("PU"))
        message.sudo().write({"new_facts": 3, "missed_by_push": 2})
        poll = self.env["logistics.poll"].browse()
        message._note_news(poll)
        self.assertEqual((message.new_facts, message.missed_by_push), (3, 2))


@tagged("post_install", "-at_install", "logistics")
class TestReplayStart(ReplayCase):
    """Which messages are chosen, and who may."""

    def test_messages_are_chosen_by_what_they_have_in_common(self):
        self._tracked_shipment("1ZTEST")
        processed = self._take(self._body("PU"))
        held = self._take(self._body("NEW"))
        dead = self._take(b"{")
        other = self._create_connection(self.other_carrier)
        elsewhere = self._take(self._body("PU", tracking="1ZX"), other)
        day = timedelta(days=1)
        now = fields.Datetime.now()
        mine = {"connection_ids": self.connection.ids}
        for values, expected in (
            (mine, processed | held | dead),
            (mine | {"message_state": "held"}, held),
            (mine | {"error_class": "permanent"}, dead),
            ({"mapping_id": self.mapping.id}, processed | held | dead | elsewhere),
            (
                mine | {"received_from": now - day, "received_to": now + day},
                processed | held | dead,
            ),
            (mine | {"received_to": now - day}, self.env["logistics.message"]),
            (mine | {"further": f"[('id', '>=', {dead.id})]"}, dead),
        ):
            start = self._start(**values)
            self.assertEqual(start.match_count, len(expected), values)
            if expected:
                self.assertEqual(self._ask(**values).line_ids.message_id, expected, values)
            else:
                with self.assertRaisesRegex(UserError, "No message"):
                    start.action_confirm()

    def test_the_scope_says_how_they_were_chosen(self):
        self._take(b"{")
        replay = self._ask(connection_ids=self.connection.ids, message_state="dead")
        self.assertEqual(replay.scope, f"{self.connection.display_name}, Dead Letter")
        one = self._take(b"[")
        self.assertEqual(self._ask(one).scope, f"Message {one.public_id}")

    def test_the_dialogue_opens_on_the_chosen_messages(self):
        messages = self._take(b"{") | self._take(b"[")
        starts = self.env["logistics.replay.start"].with_user(self.admin)
        chosen = starts.with_context(active_model="logistics.message", active_ids=messages.ids)
        with Form(chosen) as form:
            self.assertEqual(form.match_count, 2)
            form.reason = "resent"
        self.assertEqual(form.record.message_ids, messages)

    def test_all_messages_are_never_meant(self):
        self._take(b"{")
        with self.assertRaisesRegex(UserError, "all of them is never meant"):
            self._start().action_confirm()
        self.assertFalse(self._start().has_filter)

    def test_a_replay_needs_a_reason_and_a_pace(self):
        message = self._take(b"{")
        with self.assertRaisesRegex(UserError, "why"):
            self._start(message, reason="  ").action_confirm()
        with self.assertRaisesRegex(UserError, "At least one"):
            self._start(message, per_minute=0).action_confirm()

    def test_conditions_that_cannot_be_read_are_refused_in_words(self):
        for further in ("[('id', '=', uid)]", "nonsense", "[("):
            with self.assertRaisesRegex(UserError, "cannot be read"):
                self._start(connection_ids=self.connection.ids, further=further).action_confirm()

    def test_conditions_cannot_look_into_the_raw_content(self):
        self._take(b"{")
        with self.assertRaises(AccessError):
            self._ask(connection_ids=self.connection.ids, further="[('body', '!=', False)]")

    def test_what_may_not_be_replayed_is_left_out_and_says_why(self):
        self._tracked_shipment("1ZTEST")
        good = self._take(self._body("PU"))
        trial = self._create_connection(self.carrier, environment="test")
        test = self._take(self._body("OK"), trial)
        dismissed = self._take(b"{")
        dismissed.with_user(self.admin).action_dismiss("resent")
        self._send(self._body("PU", n=1), **{"Idempotency-Key": "a"})
        conflict = self._message(self._send(self._body("OK", n=2), **{"Idempotency-Key": "a"}))
        closed = self._create_connection(self.other_carrier)
        stopped = self._take(b"{", closed)
        closed.sudo().active = False
        waiting = self._message(self._send(self._body("HUB")))
        everything = good | test | waiting | dismissed | conflict | stopped
        replay = self._ask(everything)
        notes = {line.message_id: line.note for line in replay.line_ids}
        self.assertIn("stays a test", notes[test])
        self.assertIn("anyway", notes[waiting])
        self.assertIn("dismissed", notes[dismissed])
        self.assertIn("contradicts", notes[conflict])
        self.assertIn("not active", notes[stopped])
        self.assertEqual(
            replay.line_ids.filtered(lambda line: line.state == "ready").message_id, good
        )
        self.assertEqual(replay.trouble_count, 5)
        replay.action_replay()
        self._let_run()
        self.assertEqual((test.state, replay.state), ("tested", "done"))

    def test_tests_never_count_however_often_they_are_asked_for(self):
        shipment = self._tracked_shipment("1ZTEST")
        trial = self._create_connection(self.carrier, environment="test")
        test = self._take(self._body("PU"), trial)
        events = shipment.event_ids
        replay = self._ask(test)
        with self.assertRaisesRegex(UserError, "None of these"):
            replay.action_replay()
        self.assertEqual(shipment.event_ids, events)
        start = self._start(connection_ids=trial.ids)
        self.assertEqual(start.match_count, 0)

    def test_messages_of_two_companies_are_two_replays(self):
        other = self.env["res.company"].create({"name": "Abroad"})
        both = self._create_user("both", "integration_admin")
        both.company_ids |= other
        system = self._create_system("abroad", "carrier", company=other)
        connection = self._create_connection(system)
        messages = self._take(b"{") | self._take(b"{", connection)
        with self.assertRaisesRegex(UserError, "one company"):
            self._ask(
                messages.with_context(allowed_company_ids=[self.company.id, other.id]), user=both
            )

    def test_only_integration_administrators_replay(self):
        message = self._take(b"{")
        replay = self._ask(message)
        for role in ("user", "manager", "finance_approver", "auditor"):
            user = self._create_user(f"replay-{role}", role)
            with self.assertRaises(AccessError):
                self._start(message, user=user)
            with self.assertRaises(AccessError):
                self.env["logistics.replay"].with_user(user)._ask(message, "why", 10, "")
            for action in ("action_replay", "action_cancel", "action_examine_again"):
                with self.assertRaises(AccessError):
                    getattr(replay.with_user(user), action)()
        with self.assertRaises(AccessError):
            replay.write({"per_minute": 100_000})
        with self.assertRaises(AccessError):
            replay.write({"state": "replaying"})
        with self.assertRaises(AccessError):
            self.env["logistics.replay"].with_user(self.admin).create(
                {"company_id": self.company.id, "reason": "mine"}
            )
        with self.assertRaises(AccessError):
            replay.line_ids.write({"state": "ready"})

    def test_an_auditor_reads_what_was_replayed_and_a_stranger_does_not(self):
        self._tracked_shipment("1ZTEST")
        message = self._take(self._body("INFO"))
        self._learn(LEARNED)
        replay = self._replay(message)
        auditor = self._create_user("auditor-test", "auditor")
        self.assertEqual(replay.with_user(auditor).line_ids.mapped("state_after"), ["processed"])
        self.assertTrue(replay.with_user(auditor).shipment_ids.mapped("milestone_after"))
        other = self.env["res.company"].create({"name": "Somebody else"})
        stranger = self._create_user("stranger", "integration_admin", company=other)
        for records in (replay, replay.line_ids, replay.shipment_ids, message.attempt_ids):
            self.assertTrue(records)
            found = self.env[records._name].with_user(stranger).search([("id", "in", records.ids)])
            self.assertFalse(found)

    def test_messages_that_one_may_not_see_are_not_replayed(self):
        message = self._take(b"{")
        other = self.env["res.company"].create({"name": "Somebody else"})
        stranger = self._create_user("stranger", "integration_admin", company=other)
        with self.assertRaises(AccessError):
            self._ask(message, user=stranger)

    def test_processed_messages_are_replayed_and_not_just_tried_again(self):
        self._tracked_shipment("1ZTEST")
        message = self._take(self._body("PU"))
        with self.assertRaisesRegex(UserError, "needs a reason"):
            message.with_user(self.admin).action_retry()
