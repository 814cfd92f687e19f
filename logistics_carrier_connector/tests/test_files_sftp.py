import io
import os
import socket
from datetime import UTC, datetime

import paramiko

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..core.exchange_place import parse_place
from ..core.outbound import OutboundPolicy
from ..models.outbound_http import PRIVATE_HOSTS
from ..models.place_files import FileMissing, NotLetIn, PlaceError, TooBig
from ..models.place_opening import Access, open_place
from .files_common import FilesCase
from .sftp_server import FakeSftp

INSIDE = OutboundPolicy(private=frozenset({"127.0.0.1"}))


class SftpCase(FilesCase):
    """The test carrier has an SFTP server on this machine."""

    def setUp(self):
        super().setUp()
        self.sftp = FakeSftp(self.base)
        self.addCleanup(self.sftp.close)
        self.env["ir.config_parameter"].set_param(PRIVATE_HOSTS, "127.0.0.1")

    def _sftp_folder(self, **values):
        return self._folder(
            **{
                "url": self.sftp.url(),
                "host_key": self.sftp.shown_key,
                "secret": self.sftp.password,
                "settle_seconds": 0,
                **values,
            }
        )

    def _visit(self, folder, times=2):
        """Let the worker look, in the time of the real clock."""
        for _ in range(times):
            folder.next_look_at = fields.Datetime.now()
            self.env.flush_all()
            with self.enter_registry_test_mode():
                self.files_cron.method_direct_trigger()
            self.env.invalidate_all()


@tagged("post_install", "-at_install", "logistics")
class TestFilesSftp(SftpCase):
    """Files over SFTP, from a real server behind a real socket."""

    def test_a_file_becomes_a_message_and_goes_to_the_archive(self):
        folder = self._sftp_folder()
        body = self._body("PU")
        self._put("status.json", body)
        self._visit(folder)
        self.assertFalse(folder.last_error)
        [file] = folder.file_ids
        self.assertEqual(file.state, "done")
        self.assertEqual(self._raw(file.message_id), body)
        self.assertEqual(file.message_id.remote_addr, f"sftp://127.0.0.1:{self.sftp.port}/")
        self.assertEqual(file.message_id.origin, "file")
        self.assertEqual(self._found(), [])
        self.assertEqual(self._found("archive"), [f"status.{file.id}.json"])

    def test_a_key_opens_the_server_as_well(self):
        for key in (paramiko.RSAKey.generate(2048), paramiko.ECDSAKey.generate()):
            self.sftp.client_key = key
            text = io.StringIO()
            key.write_private_key(text)
            folder = self._sftp_folder(secret=text.getvalue())
            self._put(f"{key.get_name()}.json", self._body("PU", key=key.get_name()))
            self._visit(folder)
            self.assertEqual(folder.file_ids.state, "done", folder.last_error)
            folder.action_pause()

    def test_a_server_with_another_host_key_gets_no_password(self):
        folder = self._sftp_folder()
        self.sftp.host_key = paramiko.ECDSAKey.generate()
        self._put("status.json")
        self._visit(folder, 1)
        self.assertIn("another host key", folder.last_error)
        self.assertEqual(self.sftp.calls, [])
        self.assertFalse(folder.file_ids)
        [activity] = self.connection.activity_ids
        self.assertIn("another host key", activity.note)

    def test_a_wrong_password_is_told_at_once_and_once(self):
        folder = self._sftp_folder(secret="wrong")
        self._visit(folder, 3)
        self.assertIn("refuses the user name", folder.last_error)
        self.assertEqual(len(self.connection.activity_ids), 1)
        folder.secret = self.sftp.password
        self._visit(folder, 1)
        self.assertFalse(folder.last_error)
        self.assertFalse(self.connection.activity_ids)

    def test_the_host_key_is_asked_for_without_logging_in(self):
        folder = self._sftp_folder(start=False, host_key=False)
        with self.assertRaisesRegex(UserError, "host key"):
            folder.action_start()
        told = folder.action_fetch_host_key()["params"]["message"]
        self.assertEqual(folder.host_key, self.sftp.shown_key)
        self.assertIn(folder.host_fingerprint, told)
        self.assertRegex(folder.host_fingerprint, r"^SHA256:[\w+/]{43}$")
        self.assertEqual(self.sftp.calls, [])

    def test_a_test_of_the_place_counts_its_files_and_takes_none(self):
        folder = self._sftp_folder(start=False)
        for name in ("a.json", "b.json", "c.txt"):
            self._put(name)
        told = folder.action_test()["params"]["message"]
        self.assertIn("3 files, 2 of them", told)
        self.assertFalse(folder.file_ids)
        self.assertEqual(self._found(), ["a.json", "b.json", "c.txt"])

    def test_an_address_inside_the_network_is_not_called(self):
        self.env["ir.config_parameter"].set_param(PRIVATE_HOSTS, False)
        folder = self._sftp_folder()
        self._visit(folder, 1)
        self.assertIn("inside the network", folder.last_error)
        self.assertEqual(self.sftp.logins, 0)
        for action in (folder.action_test, folder.action_fetch_host_key):
            with self.assertRaisesRegex(UserError, "inside the network"):
                action()

    def test_names_that_lead_elsewhere_are_never_asked_for(self):
        self.sftp.invented_names = ["../../etc/passwd.json", "/etc/shadow.json", "a\nb.json"]
        folder = self._sftp_folder()
        self._put("fine.json")
        self._visit(folder)
        self.assertEqual(folder.unusable_count, 3)
        self.assertEqual(folder.file_ids.mapped("name"), ["fine.json"])
        asked = {str(argument) for call in self.sftp.calls for argument in call[1:]}
        self.assertFalse([path for path in asked if "etc" in path])

    def test_a_file_that_is_listed_and_not_there_disappears(self):
        self.sftp.invented_names = ["ghost.json"]
        folder = self._sftp_folder()
        self._visit(folder)
        self.assertEqual(folder.file_ids[-1:].state, "gone")
        self.assertFalse(self._messages())

    def test_links_of_the_server_are_not_followed(self):
        secret = self.root / "secret.json"
        secret.write_bytes(b"{}")
        self.addCleanup(secret.unlink)
        os.symlink(secret, self.base / "link.json")
        folder = self._sftp_folder()
        self._visit(folder)
        self.assertFalse(folder.file_ids)

    def test_a_server_that_does_not_answer_is_tried_later(self):
        folder = self._sftp_folder()
        self.sftp.close()
        self._visit(folder, 1)
        self.assertEqual(folder.failures, 1)
        self.assertIn("does not answer as it should", folder.last_error)
        self.assertGreater(folder.next_look_at, fields.Datetime.now())

    def test_the_archive_and_the_error_folder_are_made_with_what_is_above_them(self):
        self.connection.max_bytes = 1000
        folder = self._sftp_folder(archive_folder="done/ours", error_folder="bad/ours")
        self._put("small.json", b"{}")
        self._put("big.json", b" " * 2000)
        self._visit(folder)
        self.assertEqual(len(self._found("done", "ours")), 1)
        kept, reason = self._found("bad", "ours")
        self.assertEqual(reason, f"{kept}.reason.txt")
        text = (self.base / "bad" / "ours" / reason).read_text()
        self.assertTrue(text.startswith("big.json\nIt has more than 1000 bytes"))

    def test_a_folder_of_hundreds_of_files_is_taken_whole(self):
        folder = self._sftp_folder()
        for number in range(150):
            self._put(f"{number:03}.json", self._body("PU", number=number))
        self._visit(folder)
        self.assertEqual(set(folder.file_ids.mapped("state")), {"done"})
        self.assertEqual(len(self._messages()), 150)
        self.assertEqual(len(self._found("archive")), 150)


@tagged("post_install", "-at_install", "logistics")
class TestSftpFiles(SftpCase):
    """What the worker relies on, of the files of an SFTP server."""

    def _files(self, **values):
        access = {
            "place": parse_place(self.sftp.url("/in")),
            "policy": INSIDE,
            "secret": self.sftp.password,
            "host_key": self.sftp.shown_key,
        }
        return open_place(Access(**(access | values)))

    def test_size_time_and_stamp_of_a_file_are_seen(self):
        path = self._put("in/a.json", b"12345")
        os.utime(path, (1_700_000_000, 1_700_000_000))
        with self._files() as files:
            [look] = files.looks("")
            self.assertEqual(files.look("a.json"), look)
        self.assertEqual((look.name, look.size), ("a.json", 5))
        self.assertEqual(look.modified_at, datetime(2023, 11, 14, 22, 13, 20, tzinfo=None))
        self.assertEqual(look.modified_at.replace(tzinfo=UTC).timestamp(), 1_700_000_000)

    def test_a_file_is_read_up_to_its_limit_and_no_further(self):
        content = os.urandom(300_000)
        self._put("in/a.bin", content)
        with self._files() as files:
            self.assertEqual(files.content("a.bin", 300_000), content)
            with self.assertRaises(TooBig):
                files.content("a.bin", 299_999)

    def test_a_move_that_broke_off_is_completed_and_takes_no_other_file(self):
        self._put("in/a.json", b"first")
        with self._files() as files:
            stamp = files.look("a.json").stamp
            files.move("a.json", "archive/a.1.json", stamp)
            self._put("in/a.json", b"second")
            files.move("a.json", "archive/a.1.json", stamp)
            with self.assertRaises(FileMissing):
                files.move("b.json", "archive/b.2.json", stamp)
        self.assertEqual((self.base / "in/a.json").read_bytes(), b"second")
        self.assertEqual((self.base / "in/archive/a.1.json").read_bytes(), b"first")

    def test_a_file_is_written_whole_over_an_older_one_whatever_the_server_can(self):
        (self.base / "in").mkdir()
        for replaces in (True, False):
            self.sftp.replaces = replaces
            with self._files() as files:
                files.put("out/ack.edi", b"older")
                files.put("out/ack.edi", b"newer")
            self.assertEqual((self.base / "in/out/ack.edi").read_bytes(), b"newer")
            self.assertEqual(self._found("in", "out"), ["ack.edi"])

    def test_something_else_than_a_host_key_is_no_host_key(self):
        for text in ("", "ssh-rsa", "ssh-rsa AAAA", "ssh-dss AAAA", "nonsense of two", "é é"):
            with self.assertRaisesRegex(Exception, "host key"), self._files(host_key=text):
                pass

    def test_a_server_that_is_no_sftp_server_is_an_error_with_a_reason(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            place = parse_place(f"sftp://acme@127.0.0.1:{port}/in")
            listener.close()
            with self.assertRaises(PlaceError), self._files(place=place):
                pass

    def test_a_wrong_key_is_not_let_in(self):
        text = io.StringIO()
        paramiko.ECDSAKey.generate().write_private_key(text)
        with self.assertRaises(NotLetIn), self._files(secret=text.getvalue()):
            pass
