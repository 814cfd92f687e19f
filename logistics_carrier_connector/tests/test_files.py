import os
from pathlib import Path
from unittest.mock import patch

from odoo.tests import tagged

from ..models import logistics_folder_look
from .files_common import FilesCase

MB = 1024 * 1024


@tagged("post_install", "-at_install", "logistics")
class TestFiles(FilesCase):
    """A folder of this server."""

    def test_a_file_becomes_a_message_and_goes_to_the_archive(self):
        folder = self._folder()
        body = self._body("PU")
        self._put("status.json", body)
        self._look(2)
        [file] = folder.file_ids
        self.assertEqual((file.state, file.name, file.size), ("done", "status.json", len(body)))
        message = file.message_id
        self.assertEqual(self._raw(message), body)
        self.assertEqual(message.remote_addr, f"file://{self.base}")
        self.assertEqual(message.headers["File-Name"], "status.json")
        self.assertIn("File-Modified", message.headers)
        self.assertEqual(self._found(), [])
        self.assertEqual(self._found("archive"), [f"status.{file.id}.json"])
        self.assertEqual((self.base / file.place).read_bytes(), body)

    def test_what_came_as_a_file_is_recorded_like_everything_else(self):
        shipment = self._tracked_shipment("1ZTEST")
        self._folder()
        self._put("status.json", self._body("PU", "OK"))
        self._look(2)
        self._work_off()
        self.assertEqual(self._messages().state, "processed")
        self.assertEqual(shipment.phase, "delivered")

    def test_a_file_that_still_grows_is_left_alone(self):
        folder = self._folder()
        path = self._put("status.json", b'{"events"')
        self._look()
        for part in (b": [", b"]", b"}"):
            path.write_bytes(path.read_bytes() + part)
            self._look()
            self.assertEqual(folder.file_ids.state, "seen")
        self._look()
        self.assertEqual(self._raw(self._messages()), b'{"events": []}')

    def test_a_file_is_not_complete_before_it_rested_for_the_agreed_time(self):
        folder = self._folder(settle_seconds=150)
        self._put("status.json")
        self._look(3)
        self.assertEqual(folder.file_ids.state, "seen")
        self._look()
        self.assertEqual(folder.file_ids.state, "done")

    def test_uploads_hidden_files_and_other_names_are_not_touched(self):
        self._folder(pattern="*.json, *.edi")
        names = ["a.json.part", "a.json.tmp", "a.json.filepart", ".a.json", "~a.json", "a.txt"]
        for name in names:
            self._put(name)
        (self.base / "folder.json").mkdir()
        self._put("B.EDI")
        self._look(3)
        self.assertEqual(self._found(), sorted(names))
        self.assertEqual(self._messages().headers["File-Name"], "B.EDI")

    def test_a_marker_says_that_a_file_is_complete_and_goes_with_it(self):
        folder = self._folder(marker=".ok")
        self._put("a.json")
        self._put("b.json", self._body("HUB"))
        self._put("a.json.ok", b"")
        self._look(3)
        self.assertEqual(self._messages().headers["File-Name"], "a.json")
        self.assertEqual(self._found(), ["b.json"])
        self._put("a.json", self._body("OK"))
        self._look(3)
        self.assertEqual(len(self._messages()), 1, "the next a.json needs its own marker")
        self.assertEqual(set(folder.file_ids.mapped("state")), {"done", "seen"})

    def test_the_same_name_with_new_content_is_a_new_message(self):
        folder = self._folder()
        for code in ("PU", "HUB"):
            self._put("status.json", self._body(code))
            self._look(2)
        self.assertEqual(len(self._messages()), 2)
        self.assertEqual(len(self._found("archive")), 2)
        self.assertFalse(any(folder.file_ids.mapped("repeated")))

    def test_the_same_content_under_another_name_is_the_same_message(self):
        folder = self._folder()
        for name in ("a.json", "b.json"):
            self._put(name)
            self._look(2)
        message = self._messages()
        self.assertEqual(len(message), 1)
        self.assertEqual(message.duplicate_count, 1)
        self.assertEqual(folder.file_ids.mapped("repeated"), [True, False])
        self.assertEqual(folder.file_ids.message_id, message)

    def test_files_can_be_left_where_they_are_and_are_read_once(self):
        folder = self._folder(after="leave")
        self._put("status.json")
        self._look(5)
        self.assertEqual(self._found(), ["status.json"])
        self.assertEqual((folder.file_ids.state, self._messages().duplicate_count), ("done", 0))
        self._put("status.json", self._body("HUB"))
        self._look(2)
        self.assertEqual(len(self._messages()), 2)

    def test_a_file_that_is_too_big_is_set_aside_unread_with_the_reason(self):
        self.connection.max_bytes = 1000
        folder = self._folder()
        path = self._put("big.json", b"")
        with open(path, "wb") as stream:
            stream.truncate(900 * MB)  # a hole: takes no room, and would take 900 MB of memory
        self._look(2)
        [file] = folder.file_ids
        self.assertEqual((file.state, file.message_id.ids), ("failed", []))
        name = f"big.{file.id}.json"
        self.assertEqual(self._found("error"), [name, f"{name}.reason.txt"])
        reason = (self.base / "error" / f"{name}.reason.txt").read_text()
        self.assertIn("more than 1000 bytes", reason)
        self.assertEqual((self.base / "error" / name).stat().st_size, 900 * MB)

    def test_a_file_that_disappears_is_told_and_costs_nothing(self):
        folder = self._folder()
        self._put("status.json")
        self._look()
        (self.base / "status.json").unlink()
        self._look()
        self.assertEqual(folder.file_ids.state, "gone")
        self.assertFalse(folder.last_error)

    def test_links_are_not_followed(self):
        secret = self.root / "secret.json"
        secret.write_bytes(b'{"events": []}')
        self.addCleanup(secret.unlink)
        os.symlink(secret, self.base / "link.json")
        os.mkfifo(self.base / "pipe.json")
        folder = self._folder()
        self._look(3)
        self.assertFalse(folder.file_ids)
        self.assertFalse(folder.last_error)

    def test_a_file_that_becomes_a_link_while_it_is_watched_is_not_read(self):
        folder = self._folder()
        path = self._put("status.json")
        self._look()
        folder.file_ids._move_to("taking")
        path.unlink()
        os.symlink("/etc/hostname", path)
        self._look()
        self.assertFalse(self._messages())

    def test_an_archive_that_leads_elsewhere_gets_nothing(self):
        outside = Path(self.root) / "outside"
        outside.mkdir(exist_ok=True)
        os.symlink(outside, self.base / "archive")
        folder = self._folder()
        self._put("status.json")
        self._look(2)
        self.assertEqual(list(outside.iterdir()), [])
        self.assertEqual(folder.file_ids.state, "stored")
        self.assertIn("not allowed", folder.file_ids.reason)
        os.unlink(self.base / "archive")
        self._look_now(folder)
        self._look(2)
        self.assertEqual(folder.file_ids.state, "done")
        self.assertEqual(len(self._messages()), 1)

    def test_names_that_cannot_be_written_down_are_counted_and_left(self):
        folder = self._folder()
        strange = os.fsencode(self.base) + b"/a\xff.json"
        Path(os.fsdecode(strange)).write_bytes(self._body("PU"))
        self._put("line\nbreak.json")
        self._put("fine.json")
        self._look(2)
        self.assertEqual(folder.unusable_count, 2)
        self.assertEqual(self._messages().headers["File-Name"], "fine.json")

    def test_a_place_that_does_not_answer_is_left_alone_longer_and_longer(self):
        folder = self._folder(in_folder="missing")
        self._look()
        self.assertEqual(folder.failures, 1)
        self.assertIn("does not exist", folder.last_error)
        self._look(8)
        self.assertLess(folder.failures, 5)
        (self.base / "missing").mkdir()
        self._put("missing/status.json")
        self._look_now(folder)
        self._look(2)
        self.assertEqual((folder.failures, folder.last_error), (0, False))
        self.assertEqual(len(self._messages()), 1)

    def test_another_file_that_takes_the_name_during_the_archiving_is_not_lost(self):
        folder = self._folder()
        path = self._put("status.json")
        rename = os.rename

        def late(source, target, **folders):
            if source == path.name and late.content:
                path.write_bytes(late.content)
                late.content = None
            rename(source, target, **folders)

        late.content = self._body("HUB")
        with patch.object(os, "rename", late):
            self._look(2)
        self.assertEqual(len(self._messages()), 2)
        self.assertEqual(folder.file_ids.mapped("state"), ["done", "done"])
        self.assertEqual(self._found(), [])

    def test_a_connection_that_is_a_draft_takes_no_files(self):
        draft = self._create_connection(self.carrier, activate=False, name="Draft")
        folder = self._folder(connection_id=draft.id)
        self._put("status.json")
        self._look(3)
        self.assertFalse(folder.file_ids)
        draft.action_activate()
        self._look(2)
        self.assertEqual(folder.file_ids.state, "done")

    def test_a_csv_in_another_encoding_is_read_in_it_and_kept_as_it_came(self):
        mapping = self.env["logistics.mapping"].search([("code", "=", "generic_csv")])
        connection = self._create_connection(self.carrier, mapping_id=mapping.id, name="Tables")
        self._folder(connection_id=connection.id, pattern="*.csv", charset="iso-8859-2")
        text = "Tracking Number;Status;Timestamp;City\n1ZTEST;delivered;2026-03-02T10:00:00Z;Łódź\n"
        self._put("table.csv", text.encode("iso-8859-2"))
        self._look(2)
        self._work_off()
        message = self.env["logistics.message"].search([("connection_id", "=", connection.id)])
        self.assertEqual(self._raw(message), text.encode("iso-8859-2"))
        self.assertEqual(message.content_type, "text/csv; charset=iso-8859-2")
        self.assertIn("Łódź", message.tree_text)

    def test_thousands_of_files_are_looked_at_with_as_many_queries_as_one_page_needs(self):
        def queries(count):
            folder = self._folder()
            for number in range(count):
                self._put(f"{count}-{number}.json", b"{}")
            with folder._open() as files:
                folder._look(files)
                self.env.flush_all()
                self.env.invalidate_all()
                start = self.cr.sql_log_count
                folder._look(files)
                self.env.flush_all()
                spent = self.cr.sql_log_count - start
            folder.action_pause()
            return spent

        with patch.object(logistics_folder_look, "_PAGE", 1000):
            queries(1)  # whatever is looked up once
            self.assertEqual(queries(300), queries(3))

    def test_ten_thousand_files_are_looked_at_page_by_page(self):
        folder = self._folder(pattern="*.json")
        for number in range(10_000):
            (self.base / f"{number}.json").touch()
        pages = []
        note = type(folder)._note_page
        with (
            patch.object(
                type(folder),
                "_note_page",
                lambda self, looks, *more: (pages.append(len(looks)), note(self, looks, *more)),
            ),
            folder._open() as files,
        ):
            folder._look(files)
        self.assertEqual(pages, [500] * 20)
        self.assertEqual(len(folder.file_ids), 10_000)

    def test_a_folder_of_several_pages_is_seen_whole(self):
        folder = self._folder()
        for number in range(25):
            self._put(f"{number}.json", self._body("PU", number=number))
        with patch.object(logistics_folder_look, "_PAGE", 4):
            self._look(2)
        self.assertEqual(len(folder.file_ids), 25)
        self.assertEqual(set(folder.file_ids.mapped("state")), {"done"})
        self.assertEqual(len(self._messages()), 25)
