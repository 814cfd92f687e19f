import json
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from . import fake_carrier as fake
from .poll_common import KEY, PollCase


@tagged("post_install", "-at_install", "logistics")
class TestPoll(PollCase):
    def test_an_answer_moves_its_shipment_and_is_a_message_like_any_other(self):
        shipment = self._tracked_shipment("1ZTEST")
        self.fake.parcels["1ZTEST"] = [self._event("PU", 5), self._event("OK", 1)]
        poll = self._create_poll()
        self._ask()
        self.assertEqual(self.fake.numbers(), ["1ZTEST"])
        self.assertEqual(shipment.phase, "delivered")
        attempt = poll.attempt_ids
        self.assertEqual((attempt.result, attempt.status, attempt.calls), ("answered", 200, 1))
        message = attempt.message_ids
        self.assertEqual((message.origin, message.asked), ("poll", ["1ZTEST"]))
        self.assertEqual((message.state, message.new_facts), ("processed", 2))
        self.assertEqual(message._raw_bodies()[message.id], self.fake.answer("1ZTEST"))

    def test_messages_that_came_by_themselves_say_so(self):
        self.assertEqual(self._take(b"{").origin, "push")

    def test_a_number_is_asked_for_again_in_its_rhythm_only(self):
        self._tracked_shipment("1ZTEST")
        self.fake.parcels["1ZTEST"] = [self._event("PU")]
        poll = self._create_poll(every_minutes=100)
        self._ask()
        self._ask()
        self.assertEqual(len(self.fake.asked), 1)
        number = self._number(poll)
        self.assertTrue(95 < self._minutes_until(number.next_ask_at) < 112)
        self.assertEqual((number.answer, number.quiet), ("answered", 0))

    def test_answers_without_news_make_the_waits_longer_and_news_make_them_short_again(self):
        self._tracked_shipment("1ZTEST")
        poll = self._create_poll(every_minutes=100, quiet_factor=2, before_minutes=100)
        for quiet in (1, 2, 3):
            self._make_due(poll)
            self._ask()
            number = self._number(poll)
            self.assertEqual(number.quiet, quiet)
            self.assertGreater(self._minutes_until(number.next_ask_at), 100 * 2**quiet - 5)
        self.fake.parcels["1ZTEST"] = [self._event("PU")]
        self._make_due(poll)
        self._ask()
        self.assertEqual(number.quiet, 0)
        self.assertLess(self._minutes_until(number.next_ask_at), 115)

    def test_the_same_answer_twice_is_one_message(self):
        self._tracked_shipment("1ZTEST")
        self.fake.parcels["1ZTEST"] = [self._event("PU")]
        poll = self._create_poll()
        self._ask()
        self._make_due(poll)
        self._ask()
        message = poll.attempt_ids.message_ids
        self.assertEqual((len(poll.attempt_ids), len(message)), (2, 1))
        self.assertEqual(message.duplicate_count, 1)

    def test_equal_answers_about_two_numbers_are_two_messages(self):
        for number in ("1ZA", "1ZB"):
            self._tracked_shipment(number)
        poll = self._create_poll()
        self._ask()
        self.assertEqual(len(poll.attempt_ids.message_ids), 2)

    def test_an_answer_that_does_not_repeat_the_number_is_about_the_one_asked_for(self):
        text = self.connection.mapping_id.active_version_id.content
        silent = text.replace("value: event.tracking", "value: event.tracking || asked.number")
        self.env["logistics.mapping.version"]._load(self.mapping, silent)
        shipment = self._tracked_shipment("1ZTEST")
        self._create_poll()
        body = json.dumps({"events": [self._event("PU")]}).encode()
        self.fake.behaviors = [fake.status(200, body)]
        self._ask()
        self.assertEqual(shipment.phase, "transit")

    def test_several_numbers_go_into_one_question(self):
        shipments = [self._tracked_shipment(f"1Z{n}") for n in range(5)]
        for n in range(5):
            self.fake.parcels[f"1Z{n}"] = [self._event("PU")]
        poll = self._create_poll(url=f"{self.fake.url}/track?n={{numbers}}", batch_size=3)
        self._ask()
        asked = [set(numbers.split(",")) for numbers in self.fake.numbers()]
        self.assertEqual(sorted(map(len, asked)), [2, 3])
        self.assertEqual({shipment.phase for shipment in shipments}, {"transit"})
        self.assertEqual(sum(poll.attempt_ids.mapped("number_count")), 5)

    def test_further_pages_are_messages_of_the_same_attempt(self):
        shipment = self._tracked_shipment("1ZTEST")
        poll = self._create_poll(paging_kind="link")
        pages = [
            json.dumps({"events": [self._event(code, 3, tracking="1ZTEST")]}).encode()
            for code in ("PU", "HUB", "OK")
        ]
        self.fake.behaviors = fake.in_pages(*pages)
        self._ask()
        self.assertEqual((poll.attempt_ids.calls, poll.attempt_ids.message_count), (3, 3))
        self.assertEqual(shipment.phase, "delivered")
        self.assertEqual(len(shipment.event_ids.filtered("source")), len(shipment.event_ids))

    def test_pages_that_the_content_tells_are_followed(self):
        self._tracked_shipment("1ZTEST")
        self._create_poll(
            paging_kind="cursor", paging_more="meta.cursor", paging_parameter="cursor"
        )
        first = json.dumps({"events": [], "meta": {"cursor": "x&y"}}).encode()
        self.fake.behaviors = [fake.status(200, first), None]
        self._ask()
        self.assertTrue(self.fake.asked[1][1].endswith("cursor=x%26y"))

    # === Which numbers === #

    def test_only_open_shipments_are_asked_for(self):
        self._tracked_shipment("1ZOPEN")
        done = self._tracked_shipment("1ZDONE")
        self._state(self.carrier, done, "dispatched", "delivered")
        self._tracked_shipment("1ZARCHIVED").active = False
        self._create_poll()
        self._ask()
        self.assertEqual(self.fake.numbers(), ["1ZOPEN"])

    def test_a_delivered_shipment_is_let_go_after_a_while(self):
        shipment = self._tracked_shipment("1ZTEST")
        self.fake.parcels["1ZTEST"] = [self._event("PU", 80), self._event("OK", 70)]
        poll = self._create_poll(after_end_hours=48)
        self._ask()
        self.assertEqual(shipment.phase, "delivered")
        self._make_due(poll)
        self._ask()
        self.assertEqual(len(self.fake.asked), 1)
        self.assertFalse(self._number(poll).next_ask_at)

    def test_a_number_of_which_nothing_is_heard_is_given_up(self):
        self._tracked_shipment("1ZTEST")
        poll = self._create_poll(age_out_days=3)
        self._ask()
        self._make_due(poll, since=fields.Datetime.now() - timedelta(days=4))
        self._number(poll).shipment_id.sudo().last_event_at = False
        self._ask()
        self.assertEqual(len(self.fake.asked), 1)

    def test_the_plan_says_which_numbers_are_the_carriers(self):
        for number in ("1ZA", "9400B", "9400CB"):
            self._tracked_shipment(number)
        both = self._create_poll(number_pattern="1Z*, 94??B")
        postal = self._create_poll(number_pattern="94*", name="Postal")
        self._ask()
        self.assertEqual(set(both.number_ids.mapped("number")), {"1ZA", "9400B"})
        self.assertEqual(set(postal.number_ids.mapped("number")), {"9400B", "9400CB"})

    def test_only_the_chosen_delivery_methods_are_asked_for(self):
        method = self.env["delivery.carrier"].search([], limit=1)
        self.assertTrue(method)
        mine = self._tracked_shipment("1ZMINE")
        self._tracked_shipment("1ZOTHER")
        mine.consignment_ids.sudo().delivery_carrier_id = method
        mine.delivery_carrier_id = method
        poll = self._create_poll(delivery_carrier_ids=method.ids)
        self._ask()
        self.assertEqual(poll.number_ids.mapped("number"), ["1ZMINE"])

    def test_numbers_of_other_companies_are_never_asked_for(self):
        other = self.env["res.company"].create({"name": "Somebody else"})
        foreign = self.env["logistics.shipment"].create({"company_id": other.id})
        self.env["logistics.reference"].create(
            {"shipment_id": foreign.id, "scheme": "tracking", "value": "1ZFOREIGN"}
        )
        self._tracked_shipment("1ZOWN")
        self._create_poll()
        self._ask()
        self.assertEqual(self.fake.numbers(), ["1ZOWN"])

    def test_asking_takes_as_many_queries_for_many_numbers_as_for_few(self):
        poll = self._create_poll(url=f"{self.fake.url}/track?n={{numbers}}", batch_size=50)
        shipment = self._tracked_shipment("1Z0")
        counts = []
        for size in (2, 40):
            for n in range(size):
                self.env["logistics.reference"].create(
                    {"shipment_id": shipment.id, "scheme": "tracking", "value": f"1Z{size}-{n}"}
                )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["logistics.poll"]._take_in_numbers()
            work = self.env["logistics.poll"]._next_work()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertGreaterEqual(len(work.number_ids), size)
            poll.attempt_ids.write({"result": "answered"})
        self.assertLessEqual(counts[1], counts[0] + 3)

    # === By hand === #

    def test_a_user_has_the_carrier_asked_about_one_shipment_now(self):
        shipment = self._tracked_shipment("1ZTEST")
        self._create_poll()
        self._ask()
        self.fake.parcels["1ZTEST"] = [self._event("PU")]
        user = self._create_user("ops-poll", "user")
        shipment.with_user(user).action_ask_now()
        self._ask()
        self.assertEqual((len(self.fake.asked), shipment.phase), (2, "transit"))

    def test_a_shipment_that_nobody_asks_for_says_what_is_missing(self):
        shipment = self._create_shipment()
        self._create_poll()
        with self.assertRaises(UserError) as caught:
            shipment.action_ask_now()
        self.assertIn("tracking number", str(caught.exception))

    def test_a_paused_plan_asks_nothing(self):
        self._tracked_shipment("1ZTEST")
        poll = self._create_poll()
        poll.action_pause()
        self._ask()
        self.assertFalse(self.fake.asked)
        poll.action_start()
        self._ask()
        self.assertTrue(self.fake.asked)

    def test_a_suspended_connection_is_not_asked(self):
        self._tracked_shipment("1ZTEST")
        self._create_poll()
        self.connection.action_suspend()
        self._ask()
        self.assertFalse(self.fake.asked)

    def test_answers_over_a_test_connection_record_nothing(self):
        shipment = self._tracked_shipment("1ZTEST")
        self.connection.environment = "test"
        self.fake.parcels["1ZTEST"] = [self._event("PU")]
        poll = self._create_poll()
        self._ask()
        self.assertEqual(poll.attempt_ids.message_ids.state, "tested")
        self.assertFalse(shipment.dispatched_at)

    def test_a_carrier_that_is_only_asked_needs_no_secret_to_be_sent(self):
        connection = self._create_connection(self.other_carrier, activate=False, secret=False)
        with self.assertRaises(UserError):
            connection.action_activate()
        self._create_poll(start=False, connection_id=connection.id)
        connection.action_activate()
        self.assertEqual(connection.state, "active")

    # === What cannot be meant === #

    def test_a_plan_that_cannot_ask_is_not_started(self):
        for values in (
            {"url": False},
            {"proof_kind": "header", "proof_name": "X-Key"},
            {"proof_kind": "oauth2", "username": "me", "token_url": "http://10.0.0.1/token"},
        ):
            poll = self._create_poll(start=False, **values)
            with self.assertRaises(UserError):
                poll.action_start()
            self.assertEqual(poll.state, "paused")

    def test_a_template_that_cannot_be_meant_is_refused_when_it_is_written(self):
        for values in (
            {"url": "http://api.carrier.example/{number}"},
            {"url": "https://api.carrier.example/"},
            {"url": "https://{number}/"},
            {"url": "https://api.carrier.example/{secret}/{number}"},
            {"headers": "nonsense"},
            {"headers": "Host: evil.example"},
            {"body": "{"},
            {"paging_kind": "cursor"},
            {"number_pattern": "*"},
        ):
            with self.assertRaises(ValidationError, msg=values), self.env.cr.savepoint():
                self._create_poll(start=False, **values)

    def test_our_own_format_is_asked_of_nobody(self):
        with self.assertRaises(ValidationError):
            self._create_poll(start=False, connection_id=self.wms_connection.id)

    def test_a_new_plan_starts_from_what_the_profile_says(self):
        text = self.mapping.active_version_id.content + (
            "poll:\n  url: https://api.carrier.example/v1/{account}/{numbers}\n  batch: 10\n"
            "  every: 30\n  quota: 250/60\n  keep_days: 7\n  headers: {Accept: application/json}\n"
            "  proof: {kind: oauth2, token_url: https://api.carrier.example/token}\n"
            "  paging: {kind: cursor, more: next, parameter: cursor}\n"
        )
        self.env["logistics.mapping.version"]._load(self.mapping, text)
        with Form(self.env["logistics.poll"]) as form:
            form.connection_id = self.connection
            form.username = "me"
        poll = form.record
        self.assertEqual(
            (poll.batch_size, poll.every_minutes, poll.quota_calls, poll.keep_days),
            (10, 30, 250, 7),
        )
        self.assertEqual((poll.proof_kind, poll.paging_more), ("oauth2", "next"))
        poll.write({"url": "https://api.carrier.example/{number}", "batch_size": 1})
        poll.action_from_profile()
        self.assertEqual(poll.batch_size, 10)

    def test_a_profile_that_does_not_say_how_to_ask_says_so(self):
        poll = self._create_poll(start=False)
        with self.assertRaises(UserError):
            poll.action_from_profile()

    def test_every_delivered_profile_that_says_how_to_ask_makes_a_plan(self):
        mappings = self.env["logistics.mapping"].search([("format", "!=", "canonical")])
        told = 0
        for mapping in mappings:
            connection = self._create_connection(
                self.other_carrier, activate=False, mapping_id=mapping.id
            )
            values = self.env["logistics.poll"]._profile_values(connection)
            if values:
                told += 1
                values["username"] = "me"
                poll = self.env["logistics.poll"].create({"connection_id": connection.id, **values})
                self.assertEqual(poll.url.split(":")[0], "https", mapping.code)
                self.assertTrue(poll._endpoint().request(["1ZTEST"], poll.account or "x").url)
        self.assertGreaterEqual(told, 8)

    # === Facts that were told already === #

    def test_what_push_told_already_is_no_news(self):
        self._tracked_shipment("1ZTEST")
        event = self._event("PU", 5)
        self._take(json.dumps({"events": [{"tracking": "1ZTEST", **event}]}).encode())
        self.fake.parcels["1ZTEST"] = [event]
        poll = self._create_poll(push_connection_id=self.connection.id)
        self._ask()
        message = poll.attempt_ids.message_ids
        self.assertEqual((message.new_facts, message.missed_by_push), (0, 0))

    def test_what_push_should_have_told_is_counted_as_missed(self):
        self.env.cr.execute(
            "UPDATE logistics_connection SET create_date = create_date - interval '9 days'"
        )
        self.env.invalidate_all()
        self._tracked_shipment("1ZTEST")
        self.fake.parcels["1ZTEST"] = [self._event("PU", 5), self._event("HUB", 0)]
        poll = self._create_poll(push_connection_id=self.connection.id)
        self._ask()
        message = poll.attempt_ids.message_ids
        self.assertEqual((message.new_facts, message.missed_by_push), (2, 1))
        self.assertEqual((poll.missed_count, self.connection.missed_by_push), (1, 1))

    def test_without_pushes_nothing_is_missed_by_them(self):
        self._tracked_shipment("1ZTEST")
        self.fake.parcels["1ZTEST"] = [self._event("PU", 5)]
        poll = self._create_poll()
        self._ask()
        self.assertEqual(poll.attempt_ids.message_ids.missed_by_push, 0)

    # === Proofs === #

    def test_a_key_is_sent_and_never_shown(self):
        self._tracked_shipment("1ZTEST")
        poll = self._create_poll(
            start=False, proof_kind="header", proof_name="X-Key", proof_prefix="Token"
        )
        poll.with_user(self.admin).secret = KEY
        poll.action_start()
        self._ask()
        self.assertEqual(self.fake.asked[0][2]["X-Key"], f"Token {KEY}")
        self.assertFalse(poll.secret)
        self.assertTrue(poll.has_secret)
        self.env.cr.execute("SELECT * FROM logistics_poll WHERE id = %s", [poll.id])
        self.assertNotIn(KEY, str(self.env.cr.fetchall()))
        self.assertNotIn(KEY, str(poll.message_ids.mapped("body")))

    def test_a_token_is_fetched_once_and_kept(self):
        for n in range(3):
            self._tracked_shipment(f"1Z{n}")
        poll = self._with_tokens()
        self._ask()
        tokens = [path for _m, path, _h, _b in self.fake.asked if path.startswith("/token")]
        self.assertEqual((len(tokens), len(self.fake.asked)), (1, 4))
        self.env.cr.execute("SELECT sealed_token FROM logistics_poll WHERE id = %s", [poll.id])
        self.assertNotIn("token-", self.env.cr.fetchone()[0])

    def test_a_token_that_ended_early_is_replaced_and_the_question_asked_again(self):
        self._tracked_shipment("1ZTEST")
        poll = self._with_tokens()
        self._ask()
        self.fake.tokens = {"another"}
        self._make_due(poll)
        self._ask()
        self.assertEqual(poll.attempt_ids[0].result, "answered")
        self.assertEqual(poll.failures, 0)

    def test_a_new_secret_forgets_the_token(self):
        self._tracked_shipment("1ZTEST")
        poll = self._with_tokens()
        self._ask()
        poll.secret = "another key that only tests know"
        self.assertFalse(poll.sudo().token_expires_at)

    def _with_tokens(self):
        poll = self._create_poll(
            start=False,
            proof_kind="oauth2",
            username="me",
            token_url=f"{self.fake.url}/token",
        )
        poll.secret = KEY
        poll.action_start()
        return poll
