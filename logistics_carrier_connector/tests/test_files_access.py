from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import config, file_open

from .files_common import FilesCase

_OTHERS = ("user", "manager", "finance_preparer", "finance_approver", "auditor")
SFTP = "sftp://acme@edi.example.com/out"


@tagged("post_install", "-at_install", "logistics")
class TestFilesAccess(FilesCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls._create_user("files-admin", "integration_admin")

    def test_only_integration_administrators_make_change_and_run_exchanges(self):
        folder = self._folder()
        for role in _OTHERS:
            theirs = folder.with_user(self._create_user(f"files-{role}", role))
            for refused in (
                lambda theirs=theirs: theirs.write({"url": "file:///elsewhere"}),
                lambda theirs=theirs: theirs.copy(),
                lambda theirs=theirs: theirs.unlink(),
                lambda theirs=theirs: theirs.action_pause(),
                lambda theirs=theirs: theirs.action_start(),
                lambda theirs=theirs: theirs.action_look_now(),
                lambda theirs=theirs: theirs.action_test(),
                lambda theirs=theirs: theirs.action_fetch_host_key(),
                lambda theirs=theirs: theirs.connection_id.action_look_now(),
            ):
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    refused()

    def test_nobody_sets_by_hand_what_the_worker_sets(self):
        folder = self._folder().with_user(self.admin)
        for name, value in (
            ("state", "paused"),
            ("failures", 0),
            ("next_look_at", False),
            ("last_error", "all is well"),
            ("unusable_count", 0),
        ):
            with self.assertRaises(AccessError):
                folder.write({name: value})
        for name in ("sealed_secret", "approved_digest"):
            with self.assertRaises(AccessError):
                folder.write({name: "x"})
            with self.assertRaises(AccessError):
                folder.read([name])

    def test_nobody_writes_what_became_of_a_file(self):
        folder = self._folder()
        self._put("status.json")
        self._look(2)
        files = folder.file_ids.with_user(self.admin)
        for refused in (
            lambda: files.write({"state": "failed"}),
            lambda: files.copy(),
            lambda: files.unlink(),
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                refused()

    def test_a_place_with_messages_stays(self):
        folder = self._folder()
        self._put("status.json")
        self._look(2)
        with self.assertRaisesRegex(UserError, "archive it instead"):
            folder.unlink()
        folder.active = False
        self._put("later.json")
        self._look(3)
        self.assertEqual(self._found(), ["later.json"])
        self._folder(start=False, url=SFTP).unlink()

    def test_another_company_sees_and_runs_nothing(self):
        other = self.env["res.company"].create({"name": "Somebody else"})
        stranger = self._create_user("files-stranger", "integration_admin", "user", company=other)
        folder = self._folder()
        self._put("status.json")
        self._look(2)
        for records in (folder, folder.file_ids):
            self.assertTrue(records)
            self.assertFalse(self.env[records._name].with_user(stranger).search([]))
        with self.assertRaises(AccessError):
            folder.with_user(stranger).action_pause()

    def test_a_copy_of_the_database_takes_no_files(self):
        folder = self._folder(secret="of no use here")
        self._put("status.json")
        self.env.flush_all()
        with file_open("logistics_carrier_connector/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()
        self.assertEqual((folder.state, folder.has_secret), ("paused", False))
        self._look(3)
        self.assertEqual(self._found(), ["status.json"])


@tagged("post_install", "-at_install", "logistics")
class TestFilesSecret(FilesCase):
    """Passwords and keys: set by people, read by nobody, sent to whom they are meant for."""

    def test_a_secret_is_set_and_never_read_back(self):
        folder = self._folder(start=False, url=SFTP, secret="correct horse")
        self.assertTrue(folder.has_secret)
        self.assertFalse(folder.secret)
        self.assertNotIn("horse", folder.sudo().sealed_secret)
        self.assertEqual(folder.sudo()._access().secret, "correct horse")
        self.assertNotIn("horse", repr(folder.sudo()._access()))

    def test_it_is_set_by_administrators_and_copied_by_nobody(self):
        folder = self._folder(start=False, url=SFTP, secret="correct horse")
        with self.assertRaises(AccessError):
            folder.with_user(self._create_user("sets-not", "manager")).secret = "mine"
        self.assertFalse(folder.copy().has_secret)

    def test_one_that_was_copied_to_another_row_does_not_open(self):
        folder = self._folder(start=False, url=SFTP, secret="correct horse")
        thief = self._folder(start=False, url="sftp://acme@evil.example/out")
        thief.sudo().sealed_secret = folder.sudo().sealed_secret
        with self.assertRaisesRegex(UserError, "cannot open the secret"):
            thief.action_start()

    def test_it_is_forgotten_when_another_server_or_user_is_named(self):
        for url in ("sftp://acme@evil.example/out", "sftp://evil@edi.example.com/out"):
            folder = self._folder(start=False, url=SFTP, secret="correct horse")
            folder.url = SFTP + "/deeper"
            self.assertTrue(folder.has_secret)
            folder.url = url
            self.assertFalse(folder.has_secret)
            folder.write({"url": SFTP, "secret": "another"})
            self.assertEqual(folder.sudo()._access().secret, "another")

    def test_a_private_key_that_nobody_can_use_is_refused(self):
        folder = self._folder(start=False, url=SFTP)
        key = "-----BEGIN OPENSSH PRIVATE KEY-----\nnonsense\n-----END OPENSSH PRIVATE KEY-----\n"
        with self.assertRaisesRegex(UserError, "unreadable, or protected by a passphrase"):
            folder.secret = key

    def test_it_is_sealed_anew_with_a_new_key_of_the_server(self):
        folder = self._folder(start=False, url=SFTP, secret="correct horse")
        self.env.flush_all()
        before = folder.sudo().sealed_secret
        self._use_secret_key(f"{'n' * 40},{'k' * 40}")
        with self.enter_registry_test_mode(), self.registry.cursor() as cursor:
            secrets = self.env(cr=cursor)["logistics.connection.secret"]
            _done, unreadable = secrets._reseal_all()
        self.env.invalidate_all()
        self.assertNotIn("logistics.folder", str(unreadable))
        self.assertNotEqual(folder.sudo().sealed_secret, before)
        self._use_secret_key("n" * 40)
        self.assertEqual(folder.sudo()._access().secret, "correct horse")

    def test_without_a_key_of_the_server_nothing_is_kept(self):
        self._use_secret_key("")
        with self.assertRaisesRegex(UserError, "logistics_secret_key"):
            self._folder(start=False, url=SFTP, secret="correct horse")


@tagged("post_install", "-at_install", "logistics")
class TestFilesSettings(FilesCase):
    """What cannot work is refused when it is typed, what is missing when it is started."""

    def test_folders_and_addresses_that_cannot_work_are_refused(self):
        for wrong, why in (
            ({"url": "ftp://acme@example.com/x"}, "begins with"),
            ({"url": "sftp://acme:secret@example.com/x"}, "does not belong into the address"),
            ({"url": "sftp://example.com/x"}, "names no user"),
            ({"url": "file:///exchange/../../etc"}, "lead up"),
            ({"archive_folder": "../elsewhere"}, "lead up"),
            ({"archive_folder": "error"}, "different folders"),
            ({"archive_folder": False}, "different folders"),
            ({"in_folder": "archive"}, "different folders"),
            ({"out_folder": "/"}, "different folders"),
            ({"marker": "."}, "marker ending"),
        ):
            with (
                self.subTest(**wrong),
                self.assertRaisesRegex(ValidationError, why),
                self.env.cr.savepoint(),
            ):
                self._folder(start=False, **wrong)

    def test_a_place_starts_when_it_can_be_opened(self):
        for values, why in (
            ({"url": SFTP}, "host key"),
            ({"url": SFTP, "host_key": "nonsense"}, "host key"),
            ({"url": "file:///etc"}, "have to be below"),
        ):
            folder = self._folder(start=False, **values)
            with self.subTest(**values), self.assertRaisesRegex(UserError, why):
                folder.action_start()
            self.assertEqual(folder.state, "paused")

    def test_local_folders_need_a_folder_of_the_server_for_them(self):
        folder = self._folder(start=False)
        config["logistics_file_root"] = ""
        self.addCleanup(config.__setitem__, "logistics_file_root", str(self.root))
        with self.assertRaisesRegex(UserError, "logistics_file_root"):
            folder.action_start()

    def test_a_place_that_is_paused_is_not_looked_at(self):
        folder = self._folder(start=False)
        self._put("status.json")
        self._look(2)
        self.assertFalse(folder.file_ids)
        with self.assertRaisesRegex(UserError, "Start it first"):
            folder.action_look_now()
        with self.assertRaisesRegex(UserError, "no active file exchange"):
            self.connection.action_look_now()
        folder.action_start()
        self.connection.action_look_now()
