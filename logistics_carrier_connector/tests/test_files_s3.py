from importlib.util import find_spec
from unittest import skipUnless

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ..models.outbound_http import PRIVATE_HOSTS
from ..models.place_files import FileMissing, TooBig
from .files_common import FilesCase
from .s3_server import FakeS3


@skipUnless(find_spec("s3fs"), "buckets need s3fs")
@tagged("post_install", "-at_install", "logistics")
class TestFilesS3(FilesCase):
    """Files in a bucket, through the real client, in a store behind a real socket."""

    def setUp(self):
        super().setUp()
        self.store = FakeS3()
        self.addCleanup(self.store.close)
        self.env["ir.config_parameter"].set_param(PRIVATE_HOSTS, "127.0.0.1")

    def _bucket(self, **values):
        return self._folder(
            **{
                "url": f"s3://{self.store.key_id}@{self.store.bucket}/acme",
                "server_url": self.store.url,
                "secret": self.store.secret,
                "settle_seconds": 0,
                **values,
            }
        )

    def _visit(self, folder, times=2):
        for _ in range(times):
            folder.next_look_at = fields.Datetime.now()
            self.env.flush_all()
            with self.enter_registry_test_mode():
                self.files_cron.method_direct_trigger()
            self.env.invalidate_all()

    def test_an_object_becomes_a_message_and_goes_to_the_archive(self):
        folder = self._bucket()
        body = self._body("PU")
        self.store.put("acme/status.json", body)
        self._visit(folder)
        self.assertFalse(folder.last_error)
        [file] = folder.file_ids
        self.assertEqual(file.state, "done")
        self.assertEqual(self._raw(file.message_id), body)
        self.assertEqual(file.message_id.remote_addr, "s3://exchange/acme")
        self.assertEqual(self.store.names("acme/"), [])
        self.assertEqual(self.store.names("acme/archive/"), [f"status.{file.id}.json"])

    def test_a_bucket_of_several_pages_is_seen_whole_and_what_lies_deeper_is_not(self):
        folder = self._bucket()
        for number in range(10):
            self.store.put(f"acme/{number}.json", self._body("PU", number=number))
        self.store.put("acme/deeper/x.json", self._body("PU", number=99))
        self.store.put("acme/", b"")  # how consoles make a folder
        self._visit(folder)
        self.assertEqual(len(folder.file_ids), 10)
        self.assertEqual(set(folder.file_ids.mapped("state")), {"done"})
        self.assertEqual(len(self.store.names("acme/archive/")), 10)
        self.assertIn("acme/deeper/x.json", self.store.objects)

    def test_a_folder_without_objects_is_empty_and_a_bucket_that_is_missing_an_error(self):
        folder = self._bucket()
        self._visit(folder, 1)
        self.assertFalse(folder.last_error)
        folder.url = f"s3://{self.store.key_id}@elsewhere/acme"
        folder.secret = self.store.secret
        self._visit(folder, 1)
        self.assertIn("does not exist", folder.last_error)

    def test_a_key_that_the_store_does_not_know_is_told(self):
        folder = self._bucket(url=f"s3://WRONG@{self.store.bucket}/acme")
        self._visit(folder, 1)
        self.assertIn("not allowed", folder.last_error)

    def test_what_is_too_big_goes_to_the_refused_with_its_reason(self):
        self.connection.max_bytes = 1000
        folder = self._bucket()
        self.store.put("acme/big.json", b" " * 2000)
        self._visit(folder)
        kept, reason = self.store.names("acme/error/")
        self.assertEqual(reason, f"{kept}.reason.txt")
        self.assertIn(b"more than 1000 bytes", self.store.objects[f"acme/error/{reason}"][0])
        self.assertEqual(folder.file_ids.state, "failed")

    def test_a_move_that_broke_off_is_completed_and_removes_no_other_object(self):
        folder = self._bucket()
        self.store.put("acme/a.json", b"first")
        with folder.sudo()._open() as files:
            stamp = files.look("a.json").stamp
            self.store.put("acme/archive/a.1.json", b"first")  # copied, and then killed
            files.move("a.json", "archive/a.1.json", stamp)
            self.assertEqual(self.store.names("acme/"), [])
            self.store.put("acme/a.json", b"second")
            files.move("a.json", "archive/a.1.json", stamp)
            with self.assertRaises(FileMissing):
                files.move("b.json", "archive/b.2.json", stamp)
        self.assertEqual(self.store.objects["acme/a.json"][0], b"second")
        self.assertEqual(self.store.objects["acme/archive/a.1.json"][0], b"first")

    def test_content_is_read_up_to_its_limit_and_written_over_what_was_there(self):
        folder = self._bucket()
        self.store.put("acme/a.bin", b"x" * 300_000)
        with folder.sudo()._open() as files:
            self.assertEqual(files.content("a.bin", 300_000), b"x" * 300_000)
            with self.assertRaises(TooBig):
                files.content("a.bin", 299_999)
            files.put("out/ack.edi", b"older")
            files.put("out/ack.edi", b"newer")
            files.remove("out/nothing.edi")
        self.assertEqual(self.store.objects["acme/out/ack.edi"][0], b"newer")

    def test_a_store_inside_the_network_is_not_called(self):
        self.env["ir.config_parameter"].set_param(PRIVATE_HOSTS, False)
        with self.assertRaisesRegex(UserError, "only https addresses are called"):
            self._bucket()
        folder = self._bucket(start=False, server_url="https://127.0.0.1:1")
        with self.assertRaisesRegex(UserError, "inside the network"):
            folder.action_test()
        self.assertFalse(self.store.calls)

    def test_a_key_has_an_id_and_a_secret(self):
        for values in (
            {"secret": False},
            {"url": f"s3://{self.store.bucket}/acme"},
        ):
            with self.assertRaisesRegex(UserError, "a key has an id"):
                self._bucket(**values)
        with self.assertRaisesRegex(ValidationError, "does not belong into the address"):
            self._bucket(url="s3://KEY:secret@exchange/acme")
