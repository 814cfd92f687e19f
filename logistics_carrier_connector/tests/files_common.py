import os
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp

from odoo.tests import freeze_time
from odoo.tools import config

from .common import ConnectorCase

START = datetime(2026, 3, 2, 8)


class FilesCase(ConnectorCase):
    """The test carrier puts its messages into a folder."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.root = Path(os.path.realpath(mkdtemp()))
        cls.addClassCleanup(cls._remove, cls.root)
        cls._allow_root(str(cls.root))
        cls.files_cron = cls.env.ref("logistics_carrier_connector.ir_cron_files")

    @staticmethod
    def _remove(root):
        for place, folders, files in os.walk(root, topdown=False):
            for name in files:
                os.unlink(os.path.join(place, name))
            for name in folders:
                path = os.path.join(place, name)
                os.unlink(path) if os.path.islink(path) else os.rmdir(path)
        os.rmdir(root)

    @classmethod
    def _allow_root(cls, root):
        before = config.get("logistics_file_root")
        config["logistics_file_root"] = root
        cls.addClassCleanup(config.__setitem__, "logistics_file_root", before)

    def setUp(self):
        super().setUp()
        self.now = START
        self.base = Path(mkdtemp(dir=self.root))

    def _folder(self, start=True, **values):
        folder = self.env["logistics.folder"].create(
            {
                "connection_id": self.connection.id,
                "url": f"file://{self.base}",
                "pattern": "*.json",
                "settle_seconds": 30,
                **values,
            }
        )
        if start:
            with freeze_time(self.now):
                folder.action_start()
        return folder

    def _put(self, name, content=None, base=None):
        path = (base or self.base) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self._body("PU") if content is None else content)
        return path

    def _look_now(self, folder):
        with freeze_time(self.now):
            folder.action_look_now()

    def _look(self, times=1):
        """Let the worker visit what is due, every minute."""
        self.env.flush_all()
        for _ in range(times):
            with self.enter_registry_test_mode(), freeze_time(self.now):
                self.files_cron.method_direct_trigger()
            self.now += timedelta(minutes=1)
        self.env.invalidate_all()

    def _found(self, *parts):
        folder = self.base.joinpath(*parts)
        return sorted(path.name for path in folder.iterdir() if path.is_file())

    def _messages(self):
        return self.env["logistics.message"].search([("connection_id", "=", self.connection.id)])

    def _raw(self, message):
        return message._raw_bodies()[message.id]
