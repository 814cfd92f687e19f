from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..models import poll_caller
from . import fake_carrier as fake
from .poll_common import PollCase


@tagged("post_install", "-at_install", "logistics")
class TestPollTrouble(PollCase):
    """Carriers that misbehave: nothing is lost, nobody is flooded, somebody is told."""

    def _failing(self, *behaviors, number="1ZTEST", **values):
        """A plan whose next question meets these behaviors; after it was asked."""
        self._tracked_shipment(number)
        poll = self._create_poll(**values)
        self.fake.behaviors = list(behaviors)
        self._ask()
        return poll

    def test_a_carrier_that_is_busy_is_left_alone_for_longer_each_time(self):
        self.connection.user_id = self.admin
        poll = self._failing(fake.status(503))
        self.assertEqual((poll.attempt_ids.result, poll.failures), ("busy", 1))
        self.assertTrue(0.5 < self._minutes_until(poll.next_run_at) <= 1.1)
        for failures in (2, 3, 4, 5):
            self.fake.behaviors = [fake.status(500)]
            self._make_due(poll)
            self._ask()
            self.assertEqual(poll.failures, failures)
        self.assertGreater(self._minutes_until(poll.next_run_at), 10)
        self.assertEqual(len(self.connection.activity_ids), 1)
        self.assertFalse(poll.attempt_ids.message_ids)
        self._make_due(poll)
        self._ask()
        self.assertEqual((poll.failures, poll.last_error), (0, False))
        self.assertFalse(self.connection.activity_ids)

    def test_while_the_carrier_is_left_alone_nothing_is_asked(self):
        poll = self._failing(fake.status(503))
        self._ask()
        self.assertEqual(len(self.fake.asked), 1)
        self.assertTrue(poll.next_run_at)

    def test_a_carrier_that_says_for_how_long_is_left_alone_for_so_long(self):
        poll = self._failing(fake.status(429, Retry_After="1800"))
        self.assertEqual(poll.attempt_ids.result, "limited")
        self.assertTrue(29 < self._minutes_until(poll.next_run_at) < 31)

    def test_one_refusal_of_many_does_not_hold_the_others_up(self):
        for n in range(4):
            self._tracked_shipment(f"1Z{n}")
        poll = self._create_poll()
        self.fake.behaviors = [None, fake.status(400), None, None]
        self._ask()
        self.assertEqual(len(self.fake.asked), 4)
        results = sorted(poll.attempt_ids.mapped("result"))
        self.assertEqual(results, ["answered"] * 3 + ["bad_request"])
        self.assertEqual(poll.failures, 0)

    def test_a_plan_that_only_fails_stops_asking_for_a_while(self):
        for n in range(9):
            self._tracked_shipment(f"1Z{n}")
        poll = self._create_poll()
        self.fake.behaviors = [fake.status(400)] * 20
        self._ask()
        self.assertEqual((len(self.fake.asked), poll.failures), (5, 5))
        self.assertTrue(poll.next_run_at > fields.Datetime.now())

    def test_a_number_that_the_carrier_does_not_know_is_no_failure_and_no_dead_letter(self):
        poll = self._failing(fake.status(404, b'{"errors": [{"message": "No such number"}]}'))
        self.assertEqual((poll.attempt_ids.result, poll.failures), ("unknown", 0))
        self.assertIn("No such number", poll.attempt_ids.reason)
        self.assertFalse(poll.attempt_ids.message_ids)
        self.assertEqual(self._number(poll).answer, "unknown")

    def test_an_error_answer_with_status_200_is_recognized(self):
        body = b'{"errors": [{"code": "TV1002", "message": "No such number"}]}'
        poll = self._failing(fake.status(200, body))
        attempt = poll.attempt_ids
        self.assertEqual((attempt.result, poll.failures), ("carrier_error", 0))
        self.assertIn("No such number", attempt.reason)
        self.assertIn("TV1002", attempt.excerpt)
        self.assertFalse(attempt.message_ids)

    def test_a_page_for_people_is_unreadable_and_kept_with_the_attempt_only(self):
        poll = self._failing(
            fake.status(200, b"<html>Maintenance</html>", Content_Type="text/html")
        )
        attempt = poll.attempt_ids
        self.assertEqual((attempt.result, poll.failures), ("unreadable", 1))
        self.assertIn("Maintenance", attempt.excerpt)
        self.assertFalse(attempt.message_ids)

    def test_what_comes_instead_is_masked(self):
        poll = self._failing(fake.status(500, b'{"password": "hunter2", "mail": "a@b.example"}'))
        self.assertNotIn("hunter2", poll.attempt_ids.excerpt)
        self.assertNotIn("a@b.example", poll.attempt_ids.excerpt)

    def test_codes_that_the_profile_does_not_know_are_kept_and_held(self):
        self._tracked_shipment("1ZTEST")
        self.fake.parcels["1ZTEST"] = [self._event("NEW")]
        poll = self._create_poll()
        self._ask()
        self.assertEqual(poll.attempt_ids.message_ids.state, "held")

    def test_every_kind_of_broken_answer_is_a_failure_and_is_asked_again(self):
        kinds = {
            fake.truncated: "busy",
            fake.chunked_and_cut: "busy",
            fake.hangs_up: "busy",
            fake.drips: "busy",
            fake.endless: "unreadable",
            fake.gzip_bomb: "unreadable",
            fake.redirect("http://169.254.169.254/latest/meta-data/"): "refused",
            fake.redirect("http://127.0.0.1:5432/"): "refused",
        }
        self._tracked_shipment("1ZTEST")
        poll = self._create_poll(timeout_seconds=1)
        for behavior, kind in kinds.items():
            self.fake.behaviors = [behavior]
            self._make_due(poll)
            # Nothing but the question: a plan that failed five times asks less often.
            poll.failures = 0
            self._ask()
            self.assertEqual(poll.attempt_ids[0].result, kind)
        self.fake.parcels["1ZTEST"] = [self._event("PU")]
        self._make_due(poll)
        self._ask()
        self.assertEqual(self._number(poll).shipment_id.phase, "transit")
        self.assertFalse(poll.attempt_ids.filtered(lambda each: each.result == "asked"))

    def test_a_redirect_loop_ends_in_a_failure(self):
        poll = self._failing(*[fake.redirect("/track?n=1")] * 9)
        self.assertEqual(poll.attempt_ids.result, "unreadable")
        self.assertIn("without an end", poll.attempt_ids.reason)

    def test_a_next_page_on_another_host_is_refused_and_the_first_is_kept(self):
        self._tracked_shipment("1ZTEST")
        self.fake.parcels["1ZTEST"] = [self._event("PU")]
        poll = self._create_poll(paging_kind="next_url", paging_more="next")
        body = self.fake.answer("1ZTEST")[:-1] + b', "next": "https://evil.example/2"}'
        self.fake.behaviors = [fake.status(200, body)]
        self._ask()
        self.assertEqual((poll.attempt_ids.result, poll.attempt_ids.message_count), ("refused", 1))
        self.assertEqual(self._number(poll).shipment_id.phase, "transit")

    def test_a_key_that_is_refused_is_told_at_once_and_never_quoted(self):
        self.connection.user_id = self.admin
        self._tracked_shipment("1ZTEST")
        poll = self._create_poll(start=False, proof_kind="query", proof_name="key")
        poll.secret = "a very secret key"
        poll.action_start()
        self.fake.behaviors = [fake.status(403)]
        self._ask()
        self.assertEqual(poll.attempt_ids.result, "not_allowed")
        self.assertIn("cannot be asked", self.connection.activity_ids.summary)
        told = str([*poll.attempt_ids.read(), poll.last_error, self.connection.activity_ids.note])
        self.assertNotIn("secret", told)

    def test_a_token_that_is_refused_says_what_may_be_wrong(self):
        self._tracked_shipment("1ZTEST")
        poll = self._create_poll(
            start=False, proof_kind="oauth2", username="me", token_url=f"{self.fake.url}/token"
        )
        poll.secret = "a very secret key"
        poll.action_start()
        self.fake.behaviors = [fake.status(400)]
        self._ask()
        self.assertEqual(poll.attempt_ids.result, "not_allowed")
        self.assertIn("client id", poll.last_error)

    def test_a_host_that_is_no_longer_allowed_is_not_called(self):
        self._tracked_shipment("1ZTEST")
        poll = self._create_poll()
        self.env["ir.config_parameter"].set_param("logistics_connector_private_hosts", "")
        self._ask()
        self.assertFalse(self.fake.asked)
        self.assertEqual(poll.attempt_ids.result, "refused")

    # === Quotas === #

    def test_a_quota_is_never_exceeded_and_goes_on_by_itself(self):
        for n in range(5):
            self._tracked_shipment(f"1Z{n}")
        poll = self._create_poll(quota_calls=3, quota_minutes=60)
        self._ask()
        self.assertEqual(len(self.fake.asked), 3)
        self.assertTrue(55 < self._minutes_until(poll.next_run_at) <= 60)
        self.assertEqual(poll.failures, 0)
        poll.attempt_ids.write({"started_at": fields.Datetime.now() - timedelta(minutes=61)})
        poll.next_run_at = False
        self._ask()
        self.assertEqual(len(self.fake.asked), 5)

    def test_pages_and_tokens_count_towards_the_quota(self):
        for n in range(3):
            self._tracked_shipment(f"1Z{n}")
        poll = self._create_poll(quota_calls=3, paging_kind="link")
        self.fake.behaviors = fake.in_pages(b'{"events": []}', b'{"events": [], "p": 2}')
        self._ask()
        self.assertEqual((len(self.fake.asked), len(poll.attempt_ids)), (3, 2))

    # === Workers === #

    def test_what_another_worker_asks_is_not_asked_twice(self):
        self._tracked_shipment("1ZA")
        self._tracked_shipment("1ZB")
        poll = self._create_poll()
        polls = self.env["logistics.poll"]
        polls._take_in_numbers()
        first, second = polls._next_work(), polls._next_work()
        self.assertEqual(len({*first.number_ids, *second.number_ids}), 2)
        self.assertIsNone(polls._next_work())
        self.assertEqual(poll.attempt_ids.mapped("result"), ["asked", "asked"])

    def test_a_question_whose_worker_died_is_asked_again(self):
        self._tracked_shipment("1ZTEST")
        poll = self._create_poll()
        self.env["logistics.poll"]._take_in_numbers()
        self.env["logistics.poll"]._next_work()
        self._ask()
        self.assertFalse(self.fake.asked)
        hour = timedelta(hours=1)
        poll.attempt_ids.started_at -= hour
        poll.number_ids.next_ask_at -= hour
        self._ask()
        self.assertEqual(self.fake.numbers(), ["1ZTEST"])
        self.assertEqual(poll.attempt_ids.mapped("result"), ["answered", "lost"])

    def test_an_answer_that_is_stored_twice_is_stored_once(self):
        """As when a worker dies after its commit and before anybody knows."""
        shipment = self._tracked_shipment("1ZTEST")
        self.fake.parcels["1ZTEST"] = [self._event("PU")]
        poll = self._create_poll()
        self._ask()
        message = poll.attempt_ids.message_ids
        events = len(shipment.event_ids)
        self._make_due(poll)
        self._ask()
        self.assertEqual(poll.attempt_ids.message_ids, message)
        self.assertEqual(len(shipment.event_ids), events)

    def test_an_answer_for_a_plan_that_was_deleted_meanwhile_harms_nobody(self):
        self._tracked_shipment("1ZTEST")
        poll = self._create_poll()
        polls = self.env["logistics.poll"].sudo()
        polls._take_in_numbers()
        work = polls._next_work()
        poll.unlink()
        polls._note_result(work, poll_caller.ask(work.question))
        self.assertFalse(self.env["logistics.poll.attempt"].search([("id", "=", work.attempt_id)]))

    def test_old_attempts_without_answers_are_forgotten(self):
        poll = self._failing(fake.status(503))
        self._make_due(poll)
        self._ask()
        poll.attempt_ids.write({"started_at": fields.Datetime.now() - timedelta(days=31)})
        self.env["logistics.poll.attempt"]._gc_attempts()
        self.assertEqual(poll.attempt_ids.mapped("result"), ["answered"])

    def test_numbers_are_forgotten_some_time_after_their_shipments_ended(self):
        self._tracked_shipment("1ZDONE")
        self._tracked_shipment("1ZOPEN")
        self.fake.parcels["1ZDONE"] = [self._event("OK", 99)]
        poll = self._create_poll()
        self._ask()
        self._make_due(poll)
        self._ask()
        poll.number_ids.write({"asked_at": fields.Datetime.now() - timedelta(days=31)})
        self._number(poll, "1ZOPEN").next_ask_at = False
        self.env["logistics.poll.number"]._gc_numbers()
        self.assertEqual(poll.number_ids.mapped("number"), ["1ZOPEN"])

    def test_a_paused_connection_is_tried_with_a_single_question(self):
        for n in range(3):
            self._tracked_shipment(f"1Z{n}")
        poll = self._create_poll()
        self.connection.breaker_threshold = 1
        self.fake.behaviors = [fake.status(503)]
        self._ask()
        self.assertEqual(self.connection.breaker_state, "open")
        poll.next_run_at = False
        self._ask()
        self.assertEqual(len(self.fake.asked), 1)
        self.fake.behaviors = [fake.status(503)]
        self._make_due(poll)
        self._ask()
        self.assertEqual(len(self.fake.asked), 2)
        self._make_due(poll)
        self._ask()
        self.assertEqual((len(self.fake.asked), self.connection.breaker_state), (5, "closed"))

    def test_asking_that_fails_does_not_pause_what_the_carrier_sends(self):
        self.connection.breaker_threshold = 1
        self._failing(fake.status(503), push_connection_id=self.connection.id)
        self.assertEqual(self.connection.breaker_state, "closed")
        self.assertEqual(self._take(self._body("INFO")).state, "ignored")
