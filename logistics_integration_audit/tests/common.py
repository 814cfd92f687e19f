import json

from odoo.addons.logistics_integration_audit.core.entry import Entry
from odoo.addons.logistics_milestone_sync.tests.common import LogisticsCase


class AuditCase(LogisticsCase):
    """The distributor of the milestones' tests, looked at through the entries it leaves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Entry = cls.env["logistics.audit.entry"]
        cls.auditor = cls._create_user("an-auditor", "auditor")

    def _entries_since(self, mark, **values):
        """Entries newer than ``mark`` in the order in which they were written."""
        domain = [("id", ">", mark), *((name, "=", value) for name, value in values.items())]
        return self.Entry.search(domain, order="id")

    def _mark(self):
        return self.Entry.search([], limit=1).id

    def _write_entries(self, count=1, **values):
        mark = self._mark()
        self.Entry._record([Entry("state", f"Step {n}", **values) for n in range(1, count + 1)])
        return self._entries_since(mark)

    def _seal_all(self):
        while self.Entry._seal():
            pass

    def _after(self, entry):
        return json.loads(entry.after or "{}")

    def _before(self, entry):
        return json.loads(entry.before or "{}")
