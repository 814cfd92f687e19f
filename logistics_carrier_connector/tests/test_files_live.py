from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from .files_common import FilesCase


@tagged("post_install", "-at_install", "logistics")
class TestFilesGoLive(FilesCase):
    """Who puts files there speaks as the carrier: nobody alone chooses the place."""

    def setUp(self):
        super().setUp()
        self.manager = self._create_user("files-manager", "manager")
        self.admin = self._create_user("files-admin", "integration_admin")
        self.folder = self._folder(start=False).with_user(self.admin)
        self._put("status.json")

    def _start(self):
        with freeze_time(self.now):
            told = self.folder.action_start()
        self.folder.invalidate_recordset()
        return told

    def _approve(self):
        with freeze_time(self.now):
            self.folder.pending_approval_id.with_user(self.manager).action_approve()
        self.folder.invalidate_recordset()

    def test_a_manager_starts_what_an_administrator_asked_for(self):
        self.assertIn("second person", self._start()["params"]["message"])
        self._look(2)
        self.assertEqual((self.folder.state, len(self.folder.file_ids)), ("paused", 0))
        self.assertIn(str(self.base), self.folder.pending_approval_id.note)
        self._approve()
        self._look(2)
        self.assertEqual(self.folder.state, "active")
        self.assertEqual(self.folder.file_ids.state, "done")

    def test_whoever_asked_does_not_approve(self):
        self.admin.group_ids += self.manager.group_ids
        self._start()
        with self.assertRaises(AccessError):
            self.folder.pending_approval_id.action_approve()

    def test_what_was_changed_after_it_was_asked_for_is_not_approved(self):
        self._start()
        self.folder.in_folder = "elsewhere"
        with self.assertRaisesRegex(UserError, "was changed after"):
            self._approve()
        self.assertEqual(self.folder.state, "paused")

    def test_a_pause_needs_no_second_person_to_end(self):
        self._start()
        self._approve()
        self.folder.action_pause()
        self.assertIsNone(self._start())
        self.assertEqual(self.folder.state, "active")

    def test_another_rhythm_archive_or_password_needs_no_second_person(self):
        self._start()
        self._approve()
        self.folder.write(
            {
                "interval_minutes": 5,
                "archive_folder": "done",
                "settle_seconds": 60,
                "secret": "another",
            }
        )
        self.assertEqual(self.folder.state, "active")

    def test_an_active_exchange_with_another_place_stops_until_somebody_looked(self):
        for name, value in (
            ("url", f"file://{self.root}"),
            ("in_folder", "elsewhere"),
            ("pattern", "*"),
            ("host_key", "ssh-ed25519 AAAA"),
            ("server_url", "https://evil.example"),
            ("out_folder", "out"),
        ):
            with self.subTest(changed=name):
                self._start()
                if self.folder.pending_approval_id:
                    self._approve()
                self.assertEqual(self.folder.state, "active")
                before = self.folder[name]
                self.folder[name] = value
                self.assertEqual(self.folder.state, "paused")
                self.assertIn("second look", self.folder.last_error)
                self.folder[name] = before
        self._look(2)
        self.assertFalse(self.folder.file_ids)

    def test_test_connections_and_companies_that_do_without_start_at_once(self):
        self.connection.environment = "test"
        self._start()
        self.assertEqual(self.folder.state, "active")
        self.connection.environment = "production"
        self.company.logistics_second_person_live = False
        second = self._folder(start=False, in_folder="second").with_user(self.admin)
        second.action_start()
        self.assertEqual(second.state, "active")

    def test_a_connection_that_became_one_for_production_is_looked_at_again(self):
        connection = self._create_connection(
            self.carrier, activate=False, environment="test", name="Was for tests"
        ).with_user(self.admin)
        self.folder.connection_id = connection
        self._start()
        self.assertEqual(self.folder.state, "active")
        connection.environment = "production"
        connection.sudo().action_activate()
        self._look(2)
        self.assertEqual((self.folder.state, len(self.folder.file_ids)), ("paused", 0))
        self.assertIn("second look", self.folder.last_error)


@tagged("post_install", "-at_install", "logistics")
class TestFilesBreaker(FilesCase):
    """Failures pause a connection that has nothing but files, and leave others alone."""

    def _only_files(self):
        """A connection without a secret, that nobody can send to."""
        connection = self.env["logistics.connection"].create(
            {
                "name": "Files only",
                "system_id": self.carrier.id,
                "mapping_id": self.mapping.id,
                "breaker_threshold": 2,
                "breaker_wait": 60,
            }
        )
        folder = self._folder(start=False, connection_id=connection.id, in_folder="missing")
        return connection, folder

    def _start(self, folder):
        with freeze_time(self.now):
            folder.action_start()

    def test_a_connection_with_nothing_but_files_needs_no_secret(self):
        connection, folder = self._only_files()
        folder.in_folder = False
        self._start(folder)
        connection.action_activate()
        self.assertEqual(connection.state, "active")
        self._put("status.json")
        self._look(2)
        self.assertEqual(folder.file_ids.state, "done")

    def test_failures_in_a_row_pause_it_and_one_visit_that_works_ends_that(self):
        connection, folder = self._only_files()
        self._start(folder)
        connection.action_activate()
        self._look(5)
        self.assertEqual((folder.failures, connection.breaker_state), (2, "open"))
        self.assertIn("does not exist", connection.breaker_reason)
        self._look(20)
        self.assertEqual(folder.failures, 2, "nothing is tried while it is paused")
        (self.base / "missing").mkdir()
        self._put("missing/status.json")
        self.now += timedelta(hours=1)
        self._look(2)
        self.assertEqual(connection.breaker_state, "closed")
        self.assertEqual((folder.failures, folder.last_error), (0, False))
        self.assertEqual(folder.file_ids.state, "done")

    def test_look_now_tries_in_spite_of_the_pause(self):
        connection, folder = self._only_files()
        self._start(folder)
        connection.action_activate()
        self._look(5)
        self.assertEqual(connection.breaker_state, "open")
        (self.base / "missing").mkdir()
        self._look_now(folder)
        self._look()
        self.assertEqual((folder.failures, connection.breaker_state), (0, "closed"))

    def test_pushes_go_on_however_badly_the_picking_up_goes(self):
        self.connection.breaker_threshold = 2
        folder = self._folder(in_folder="missing")
        self._look(60)
        self.assertGreaterEqual(folder.failures, 5)
        self.assertEqual(self.connection.breaker_state, "closed")
        [activity] = self.connection.activity_ids
        self.assertIn("does not exist", activity.note)
        self.assertEqual(self._take(self._body("PU")).state, "parked")
        (self.base / "missing").mkdir()
        self._look_now(folder)
        self._look()
        self.assertFalse(self.connection.activity_ids)
