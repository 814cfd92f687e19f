from odoo.exceptions import AccessError
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
