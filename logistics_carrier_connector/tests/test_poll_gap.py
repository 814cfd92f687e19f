from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from . import fake_carrier as fake
from .poll_common import PollCase


@tagged("post_install", "-at_install", "logistics")
class TestPollGap(PollCase):
    """Push that stopped is found by its silence, and what it missed is asked for."""

    def setUp(self):
        super().setUp()
        self.connection.user_id = self.admin

    def _pushed(self, count=30, gap_minutes=6, last_hours_ago=9.0):
        """Pushes at an even pace, the last one so many hours ago."""
        for n in range(count):
            message = self._message(self._send(self._body("INFO", n=n)))
            age = timedelta(minutes=(count - 1 - n) * gap_minutes, hours=last_hours_ago)
            message.received_at = fields.Datetime.now() - age
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE logistics_connection SET create_date = create_date - interval '9 days'"
        )
        self.env.invalidate_all()

    def _plan(self, **values):
        return self._create_poll(push_connection_id=self.connection.id, keep_days=7, **values)

    def _everything_asked(self, poll):
        self._ask()
        self._poll_only()
        return poll.run_ids

    def test_after_a_silence_all_open_numbers_are_asked_for_and_the_missed_is_counted(self):
        self._pushed()
        for number in ("1ZA", "1ZB"):
            self._tracked_shipment(number)
        self.fake.parcels = {"1ZA": [self._event("PU", 5), self._event("HUB", 0)]}
        poll = self._plan()
        run = self._everything_asked(poll)
        self.assertEqual((run.kind, run.state), ("silence", "done"))
        self.assertEqual((run.asked, run.answered, run.failed), (2, 2, 0))
        self.assertEqual((run.new_facts, run.missed), (2, 1))
        activity = self.connection.activity_ids
        self.assertIn("should have been pushed", activity.note)
        self.assertEqual(activity.user_id, self.admin)

    def test_one_silence_is_one_round(self):
        self._pushed()
        self._tracked_shipment("1ZA")
        poll = self._plan()
        self._everything_asked(poll)
        poll.watched_at = False
        self._make_due(poll)
        self._everything_asked(poll)
        self.assertEqual(len(poll.run_ids), 1)

    def test_a_carrier_that_speaks_is_not_silent(self):
        self._pushed(last_hours_ago=1)
        self._tracked_shipment("1ZA")
        poll = self._plan()
        self.assertFalse(self._everything_asked(poll))

    def test_silence_without_open_shipments_is_natural(self):
        self._pushed()
        self.assertFalse(self._everything_asked(self._plan()))

    def test_silence_is_not_watched_where_nobody_wants_it(self):
        self._pushed()
        self._tracked_shipment("1ZA")
        self.assertFalse(self._everything_asked(self._plan(silence_factor=0)))

    def test_answers_are_no_sign_that_push_works(self):
        self._pushed()
        self._tracked_shipment("1ZA")
        self.fake.parcels = {"1ZA": [self._event("PU", 5)]}
        poll = self._plan(silence_factor=0)
        self._ask()
        poll.write({"silence_factor": 5})
        poll.watched_at = False
        self.assertEqual(self._everything_asked(poll).kind, "silence")

    def test_after_a_standstill_of_ours_history_is_asked_for_since_then(self):
        self._tracked_shipment("1ZA")
        poll = self._plan(silence_factor=0, url=f"{self.fake.url}/track?n={{number}}&d={{since}}")
        self._ask()
        two_days = fields.Datetime.now() - timedelta(days=2)
        poll.watched_at = two_days
        run = self._everything_asked(poll)
        self.assertEqual((run.kind, run.state), ("downtime", "done"))
        self.assertIn(f"d={two_days.date().isoformat()}", self.fake.asked[-1][1])

    def test_history_is_asked_for_as_far_back_as_the_carrier_remembers(self):
        self._tracked_shipment("1ZA")
        poll = self._plan(silence_factor=0)
        self._ask()
        poll.watched_at = fields.Datetime.now() - timedelta(days=30)
        run = self._everything_asked(poll)
        self.assertEqual(run.since, fields.Date.today() - timedelta(days=7))

    def test_a_silence_says_that_subscriptions_may_have_ended(self):
        self._pushed()
        self._tracked_shipment("1ZA")
        self._everything_asked(self._plan(subscription_days=14))
        self.assertIn("14 days", self.connection.activity_ids.note)

    def test_a_round_by_hand_asks_for_everything_at_once(self):
        self._tracked_shipment("1ZA")
        poll = self._plan()
        self._ask()
        poll.with_user(self.admin).action_ask_now()
        with self.assertRaises(UserError):
            poll.action_ask_now()
        run = self._everything_asked(poll)
        self.assertEqual((run.kind, run.user_id, run.state), ("manual", self.admin, "done"))
        self.assertEqual(len(self.fake.asked), 2)
        self.assertFalse(self.connection.activity_ids)

    def test_a_connection_asks_by_all_its_active_plans(self):
        self._tracked_shipment("1ZA")
        with self.assertRaises(UserError):
            self.connection.action_ask_now()
        polls = self._plan() + self._plan(name="Second")
        self._ask()
        self.connection.with_user(self.admin).action_ask_now()
        self.assertEqual(polls.run_ids.mapped("state"), ["asking", "asking"])

    def test_with_nothing_to_ask_for_a_round_by_hand_says_so(self):
        poll = self._plan()
        with self.assertRaises(UserError) as caught:
            poll.action_ask_now()
        self.assertIn("No open shipment", str(caught.exception))

    def test_a_paused_plan_has_no_rounds(self):
        self._tracked_shipment("1ZA")
        poll = self._plan()
        poll.action_pause()
        with self.assertRaises(UserError):
            poll.action_ask_now()

    def test_a_round_goes_on_after_failures_and_counts_them(self):
        for number in ("1ZA", "1ZB"):
            self._tracked_shipment(number)
        poll = self._plan()
        self._ask()
        poll.action_ask_now()
        self.fake.behaviors = [fake.status(503)]
        self._ask()
        run = poll.run_ids
        self.assertEqual((run.state, run.open_count), ("asking", 2))
        self._make_due(poll)
        self._everything_asked(poll)
        self.assertEqual((run.state, run.answered, run.failed), ("done", 2, 1))

    def test_a_round_that_comes_to_no_end_is_ended_after_a_day(self):
        self._tracked_shipment("1ZA")
        poll = self._plan()
        self._ask()
        poll.action_ask_now()
        run = poll.run_ids
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE logistics_poll_run SET create_date = create_date - interval '25 hours'"
        )
        self.env.invalidate_all()
        poll.action_pause()
        self._poll_only()
        self.assertEqual(run.state, "done")
        self.assertFalse(poll.number_ids.run_id)

    def test_a_round_can_be_cancelled(self):
        self._tracked_shipment("1ZA")
        poll = self._plan()
        self._ask()
        poll.action_ask_now()
        run = poll.run_ids
        run.with_user(self.admin).action_cancel()
        self.assertEqual((run.state, run.open_count), ("cancelled", 0))
        with self.assertRaises(UserError):
            run.action_cancel()
