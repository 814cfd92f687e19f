from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged

from .common import ConnectorCase

NOW = "2026-03-02 08:00:00"


@tagged("post_install", "-at_install", "logistics")
class TestBreaker(ConnectorCase):
    def setUp(self):
        super().setUp()
        self.type = self.env.ref("logistics_carrier_connector.mail_activity_breaker")
        self.connection.user_id = self._create_user("breaker-keeper", "integration_admin")
        self.connection.breaker_threshold = 3

    def _fail(self, times=1):
        for _ in range(times):
            self.connection._attempt_failed("The other side is down.")

    def _activities(self):
        return self.connection.activity_ids.filtered(
            lambda each: each.activity_type_id == self.type
        )

    def test_it_pauses_with_the_failure_that_is_too_many_and_tells_once(self):
        self._fail(2)
        self.assertEqual(self.connection.breaker_state, "closed")
        self.assertTrue(self.connection._may_attempt())
        with freeze_time(NOW):
            self._fail()
            self.assertEqual(self.connection.breaker_state, "open")
            self.assertFalse(self.connection._may_attempt())
            wait = self.connection.breaker_probe_at - fields.Datetime.now()
        self.assertEqual(wait, timedelta(minutes=1))
        self.assertEqual(self._activities().user_id, self.connection.user_id)
        self.assertIn("is down", self._activities().note)
        self._fail()
        self.assertEqual(len(self._activities()), 1)

    def test_a_success_in_between_begins_the_count_anew(self):
        self._fail(2)
        self.connection._attempt_succeeded()
        self._fail(2)
        self.assertEqual(self.connection.breaker_state, "closed")

    def test_one_probe_is_let_through_and_closes_it_by_itself(self):
        with freeze_time(NOW):
            self._fail(3)
        with freeze_time("2026-03-02 08:01:00"):
            self.assertTrue(self.connection._may_attempt())
            self.assertEqual(self.connection.breaker_state, "half_open")
            self.assertFalse(self.connection._may_attempt())
            self.connection._attempt_succeeded()
        self.assertEqual(self.connection.breaker_state, "closed")
        self.assertFalse(self.connection.breaker_opened_at)
        self.assertFalse(self._activities())
        self.assertIn("works again", self.connection.message_ids[0].body)

    def test_a_probe_that_fails_waits_twice_as_long(self):
        with freeze_time(NOW):
            self._fail(3)
        with freeze_time("2026-03-02 08:01:00"):
            self.connection._may_attempt()
            self._fail()
            wait = self.connection.breaker_probe_at - fields.Datetime.now()
        self.assertEqual((self.connection.breaker_state, wait), ("open", timedelta(minutes=2)))

    def test_the_other_side_may_ask_for_a_longer_wait(self):
        with freeze_time(NOW):
            self._fail(2)
            self.connection._attempt_failed("Too many requests.", timedelta(hours=2))
            wait = self.connection.breaker_probe_at - fields.Datetime.now()
        self.assertEqual(wait, timedelta(hours=2))

    def test_messages_of_a_paused_connection_wait_and_the_others_do_not(self):
        self._fail(3)
        receipt = self._send(self._body("PU"))
        other = self._create_connection(self.other_carrier)
        quick = self._take(self._body("PU"), other)
        self.assertEqual(self._message(receipt).state, "received")
        self.assertNotEqual(quick.state, "received")

    def test_the_probe_is_a_single_message_and_the_rest_follows_it(self):
        self._fail(3)
        receipts = [self._send(self._body("PU", number=str(n))) for n in range(3)]
        probe = self.env["logistics.message"]._next_of(self.connection.id, 100)
        self.assertFalse(probe)
        self.connection.breaker_probe_at = fields.Datetime.now() - timedelta(hours=1)
        self.env.flush_all()
        probe = self.env["logistics.message"]._next_of(self.connection.id, 100)
        self.assertEqual(len(probe), 1)
        self.connection.breaker_probe_at = fields.Datetime.now() - timedelta(hours=1)
        self._work_off()
        states = {self._message(receipt).state for receipt in receipts}
        self.assertEqual(states, {"parked"})
        self.assertEqual(self.connection.breaker_state, "closed")

    def test_people_may_try_again_now_and_set_nothing_else(self):
        admin = self.connection.user_id
        with freeze_time(NOW):
            self._fail(3)
            self.connection.with_user(admin).action_probe()
            self.assertTrue(self.connection._may_attempt())
        for name, value in (("breaker_state", "closed"), ("breaker_failures", 0)):
            with self.assertRaises(AccessError):
                self.connection.with_user(admin).write({name: value})
        user = self._create_user("breaker-user", "user")
        with self.assertRaises(AccessError):
            self.connection.with_user(user).action_probe()

    def test_a_connection_that_works_is_not_written_to(self):
        self.env.flush_all()
        with self.assertQueryCount(0):
            self.assertTrue(self.connection._may_attempt())
            self.connection._attempt_succeeded()
            self.env.flush_all()

    def test_a_copy_begins_as_one_that_works(self):
        self._fail(3)
        self.assertEqual(self.connection.copy().breaker_state, "closed")
