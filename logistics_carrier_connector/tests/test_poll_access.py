from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import file_open

from . import fake_carrier as fake
from .poll_common import KEY, PollCase

_OTHERS = ("user", "manager", "finance_preparer", "finance_approver", "auditor")


@tagged("post_install", "-at_install", "logistics")
class TestPollAccess(PollCase):
    def test_only_integration_administrators_make_change_and_run_plans(self):
        self._tracked_shipment("1ZTEST")
        poll = self._create_poll()
        for role in _OTHERS:
            theirs = poll.with_user(self._create_user(f"poll-{role}", role))
            for refused in (
                lambda theirs=theirs: theirs.write({"url": "https://evil.example/{number}"}),
                lambda theirs=theirs: theirs.copy(),
                lambda theirs=theirs: theirs.unlink(),
                lambda theirs=theirs: theirs.action_pause(),
                lambda theirs=theirs: theirs.action_start(),
                lambda theirs=theirs: theirs.action_ask_now(),
                lambda theirs=theirs: theirs.action_from_profile(),
                lambda theirs=theirs: theirs.connection_id.action_ask_now(),
            ):
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    refused()

    def test_nobody_sets_by_hand_what_the_worker_sets(self):
        poll = self._create_poll().with_user(self.admin)
        for name, value in (
            ("state", "paused"),
            ("failures", 0),
            ("next_run_at", False),
            ("watched_at", False),
            ("token_expires_at", False),
            ("last_error", "all is well"),
        ):
            with self.assertRaises(AccessError):
                poll.write({name: value})
        for name in ("sealed_secret", "sealed_token"):
            with self.assertRaises(AccessError):
                poll.write({name: "x"})
            with self.assertRaises(AccessError):
                poll.read([name])

    def test_nobody_writes_numbers_attempts_and_the_counts_of_runs(self):
        self._tracked_shipment("1ZTEST")
        poll = self._create_poll()
        self._ask()
        poll.action_ask_now()
        for records, values in (
            (poll.number_ids, {"number": "1ZOTHER"}),
            (poll.attempt_ids, {"result": "answered"}),
            (poll.run_ids, {"new_facts": 9}),
            (poll.run_ids, {"state": "done"}),
        ):
            with self.assertRaises(AccessError):
                records.with_user(self.admin).write(values)
            with self.assertRaises(AccessError):
                records.with_user(self.admin).unlink()

    def test_what_came_instead_is_for_administrators_and_auditors(self):
        self._tracked_shipment("1ZTEST")
        poll = self._create_poll()
        self.fake.behaviors = [fake.status(500, b"something odd")]
        self._ask()
        for role in ("integration_admin", "auditor"):
            reader = self._create_user(f"reads-{role}", role)
            self.assertEqual(poll.attempt_ids.with_user(reader).excerpt, "something odd")
        user = self._create_user("reads-not", "user")
        with self.assertRaises(AccessError):
            poll.attempt_ids.with_user(user).read(["excerpt"])

    def test_a_secret_is_set_by_administrators_and_copied_by_nobody(self):
        poll = self._create_poll(start=False, proof_kind="header", proof_name="X-Key")
        with self.assertRaises(AccessError):
            poll.with_user(self._create_user("sets-not", "manager")).secret = KEY
        poll.with_user(self.admin).secret = KEY
        self.assertFalse(poll.copy().has_secret)
        stolen = self._create_poll(start=False)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE logistics_poll SET sealed_secret = p.sealed_secret FROM logistics_poll p"
            " WHERE p.id = %s AND logistics_poll.id = %s",
            [poll.id, stolen.id],
        )
        self.env.invalidate_all()
        stolen.write({"proof_kind": "header", "proof_name": "X-Key"})
        with self.assertRaises(Exception) as caught:
            stolen.action_start()
        self.assertIn("cannot open the secret", str(caught.exception))

    def test_another_company_sees_and_asks_nothing(self):
        other = self.env["res.company"].create({"name": "Somebody else"})
        stranger = self._create_user("poll-stranger", "integration_admin", "user", company=other)
        shipment = self._tracked_shipment("1ZTEST")
        poll = self._create_poll()
        self._ask()
        poll.action_ask_now()
        for records in (poll, poll.number_ids, poll.attempt_ids, poll.run_ids):
            self.assertTrue(records)
            self.assertFalse(self.env[records._name].with_user(stranger).search([]))
        for refused in (
            poll.with_user(stranger).action_pause,
            poll.run_ids.with_user(stranger).action_cancel,
            shipment.with_user(stranger).action_ask_now,
        ):
            with self.assertRaises(AccessError):
                refused()

    def test_a_client_of_the_portal_asks_nobody(self):
        shipment = self._tracked_shipment("1ZTEST")
        self._create_poll()
        nobody = self._create_user("poll-nobody")
        with self.assertRaises(AccessError):
            shipment.with_user(nobody).action_ask_now()

    def test_a_copy_of_the_database_asks_nobody(self):
        self._tracked_shipment("1ZTEST")
        poll = self._create_poll(start=False, proof_kind="header", proof_name="X-Key")
        poll.secret = KEY
        poll.action_start()
        self.env.flush_all()
        with file_open("logistics_carrier_connector/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()
        self.assertEqual((poll.state, poll.has_secret), ("paused", False))


@tagged("post_install", "-at_install", "logistics")
class TestPollGoesLive(PollCase):
    """Who answers a plan speaks as the carrier: nobody alone chooses whom we ask."""

    def setUp(self):
        super().setUp()
        self.manager = self._create_user("poll-manager", "manager")
        self._tracked_shipment("1ZTEST")
        self.poll = self._create_poll(start=False).with_user(self.admin)

    def _start(self):
        told = self.poll.action_start()
        self.poll.invalidate_recordset()
        return told

    def _approve(self):
        self.poll.pending_approval_id.with_user(self.manager).action_approve()
        self.poll.invalidate_recordset()

    def test_a_manager_starts_what_an_administrator_asked_for(self):
        self.assertIn("second person", self._start()["params"]["message"])
        self._ask()
        self.assertEqual((self.poll.state, self.fake.asked), ("paused", []))
        self.assertIn(self.fake.url, self.poll.pending_approval_id.note)
        self._approve()
        self._ask()
        self.assertEqual((self.poll.state, len(self.fake.asked)), ("active", 1))

    def test_whoever_asked_does_not_approve(self):
        self.admin.group_ids += self.manager.group_ids
        self._start()
        with self.assertRaises(AccessError):
            self.poll.pending_approval_id.action_approve()

    def test_it_is_asked_for_once(self):
        self._start()
        with self.assertRaisesRegex(UserError, "submitted"):
            self._start()

    def test_what_was_changed_after_it_was_asked_for_is_not_approved(self):
        self._start()
        self.poll.url = "https://evil.example/{number}"
        with self.assertRaisesRegex(UserError, "was changed after"):
            self._approve()
        self.assertEqual(self.poll.state, "paused")

    def test_a_pause_needs_no_second_person_to_end(self):
        self._start()
        self._approve()
        self.poll.action_pause()
        self.assertIsNone(self._start())
        self.assertEqual(self.poll.state, "active")

    def test_another_rhythm_or_key_needs_no_second_person(self):
        self._start()
        self._approve()
        self.poll.write(
            {
                "every_minutes": 30,
                "quota_calls": 9,
                "proof_kind": "header",
                "proof_name": "X-Key",
                "secret": KEY,
            }
        )
        self.assertEqual(self.poll.state, "active")

    def test_an_active_plan_that_asks_otherwise_stops_until_somebody_looked(self):
        for name, value in (
            ("url", "https://evil.example/{number}"),
            ("allowed_hosts", "evil.example"),
            ("token_url", "https://evil.example/token"),
        ):
            with self.subTest(changed=name):
                self._start()
                if self.poll.pending_approval_id:
                    self._approve()
                self.assertEqual(self.poll.state, "active")
                before = self.poll[name]
                self.poll[name] = value
                self.assertEqual(self.poll.state, "paused")
                self.assertIn("second look", self.poll.last_error)
                self.poll[name] = before
        self._ask()
        self.assertFalse(self.fake.asked)

    def test_test_connections_and_companies_that_do_without_start_at_once(self):
        self.connection.environment = "test"
        self._start()
        self.assertEqual(self.poll.state, "active")
        self.connection.environment = "production"
        self.company.logistics_second_person_live = False
        second = self._create_poll(start=False, name="Second").with_user(self.admin)
        second.action_start()
        self.assertEqual(second.state, "active")

    def test_a_key_is_sealed_anew_with_a_new_key_of_the_server(self):
        self.poll.write({"proof_kind": "header", "proof_name": "X-Key", "secret": KEY})
        self.env.flush_all()
        before = self.poll.sudo().sealed_secret
        self._use_secret_key(f"{'n' * 40},{'k' * 40}")
        with self.enter_registry_test_mode(), self.registry.cursor() as cursor:
            secrets = self.env(cr=cursor)["logistics.connection.secret"]
            _done, unreadable = secrets._reseal_all()
        self.env.invalidate_all()
        self.assertNotIn("logistics.poll", str(unreadable))
        self.assertNotEqual(self.poll.sudo().sealed_secret, before)
        self._use_secret_key("n" * 40)
        self.assertEqual(self.poll.sudo()._credentials().secret, KEY)

    def test_a_connection_that_became_one_for_production_is_looked_at_again(self):
        connection = self._create_connection(
            self.other_carrier, activate=False, environment="test"
        ).with_user(self.admin)
        poll = self._create_poll(start=False, connection_id=connection.id).with_user(self.admin)
        poll.action_start()
        self.assertEqual(poll.state, "active")
        connection.environment = "production"
        connection.sudo().action_activate()
        self._ask()
        self.assertEqual((poll.state, self.fake.asked), ("paused", []))
        self.assertIn("second look", poll.last_error)
