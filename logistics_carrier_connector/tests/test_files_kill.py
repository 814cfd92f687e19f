import itertools
import os
from unittest.mock import patch

from fsspec.implementations.memory import MemoryFileSystem

from odoo.tests import tagged

from odoo.addons.base.models.ir_cron import IrCron

from .files_common import FilesCase


class Killed(BaseException):
    """The worker dies here; nothing catches it."""


class Killer:
    """Dies at the n-th thing that a worker does to the outside or to the database.

    :param bool done: whether that thing happened before
    """

    def __init__(self, after, done):
        self.left = after
        self.done = done

    def around(self, original):
        """The same function, which may be the last one."""

        def call(*args, **kwargs):
            self.left -= 1
            if self.left == 0 and not self.done:
                raise Killed
            result = original(*args, **kwargs)
            if self.left == 0:
                raise Killed
            return result

        return call


@tagged("post_install", "-at_install", "logistics")
class TestFilesKill(FilesCase):
    """Whatever dies when: every file is in the inbox once, and in the archive or still there."""

    def _kill_everywhere(self, owners, put, left, archived):
        """One visit that is killed at the n-th step for every n, and then visits that are not.

        :param owners: ``(owner, name)`` of what is done outside
        """
        numbers = itertools.count(1)
        for done in (False, True):
            for after in itertools.count(1):
                content = self._body("PU", number=next(numbers))
                put(content)
                died = self._killed_visits(Killer(after, done), owners)
                self._look(3)
                with self.subTest(step=after, done=done, said=self.folder.last_error):
                    found = self._messages().filtered(lambda m, c=content: self._raw(m) == c)
                    self.assertEqual(len(found), 1)
                    self.assertEqual(left(), [])
                    self.assertIn(content, archived())
                if not died:
                    break
            self.assertGreater(after, 6, "a visit has more steps than that")
        open_files = self.env["logistics.folder.file"].search(
            [("folder_id", "=", self.folder.id), ("state", "not in", ("done", "gone"))]
        )
        self.assertFalse(open_files)

    def _killed_visits(self, killer, owners):
        self._look()  # the file is seen
        patches = [
            patch.object(owner, name, killer.around(getattr(owner, name)))
            for owner, name in [*owners, (IrCron, "_commit_progress")]
        ]
        for each in patches:
            each.start()
        try:
            self._look()
        except Killed:
            return True
        finally:
            for each in patches:
                each.stop()
        return False

    def test_a_local_folder(self):
        self.folder = self._folder()
        self._kill_everywhere(
            [(os, "rename"), (os, "mkdir"), (os, "open")],
            lambda content: self._put("status.json", content),
            self._found,
            lambda: [path.read_bytes() for path in (self.base / "archive").iterdir()],
        )
        self.assertFalse(self._messages().duplicate_ids)

    def test_a_store_without_rename(self):
        memory = MemoryFileSystem()
        memory.makedirs("/store/kill", exist_ok=True)
        self.addCleanup(memory.rm, "/store", recursive=True)
        self.folder = self._folder(url="memory://store/kill")

        def archived():
            return [memory.cat_file(path) for path in memory.ls("/store/kill/archive", False)]

        self._kill_everywhere(
            [(MemoryFileSystem, "cp_file"), (MemoryFileSystem, "rm_file")],
            lambda content: memory.pipe_file("/store/kill/status.json", content),
            lambda: [each["name"] for each in memory.ls("/store/kill") if each["type"] == "file"],
            archived,
        )

    def test_two_workers_do_not_take_the_same_file(self):
        folder = self._folder()
        self._put("status.json")
        self._look()
        with folder._open() as files:
            folder._look(files)
            row = self.env["logistics.folder.file"]
            first = row._claim(folder, ("taking", "seen"))
            self.env.flush_all()
            self.assertTrue(first)
            self.assertFalse(row._claim(folder, ("taking", "seen"), first.ids))
