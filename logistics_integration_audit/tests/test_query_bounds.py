from odoo.tests import tagged

from .common import AuditCase

# The ORM writes a hundred rows per statement: 400 exceptions, 200 parked facts and their names.
_ORM_BATCHES = 12


@tagged("post_install", "-at_install", "logistics")
class TestQueryBounds(AuditCase):
    """Recording with everything that hangs on it: exceptions, releases, audit entries."""

    def _everything_about(self, shipments):
        """Five facts of every shipment, of all kinds, and one about a stranger."""
        facts = []
        for shipment in shipments:
            facts += [
                self._fact(shipment, "dispatched", 1),
                self._fact(shipment, "dispatched", 1),
                self._fact(shipment, "exception_raised", 2, reason="damaged"),
                self._fact(shipment, "exception_raised", 3, reason="missing"),
                self._fact(shipment, "delivered", 4),
                self._fact(("tracking", f"STRANGER{shipment.id}"), "delivered", 4),
            ]
        return facts

    def _spent(self, count):
        """Queries that it takes to record everything about so many new shipments."""
        shipments = self.env["logistics.shipment"].create([{"weight": 1} for _n in range(count)])
        self.env.flush_all()
        self.env.invalidate_all()
        mark = self._mark()
        begin = self.env.cr.sql_log_count
        self._record(self.carrier, *self._everything_about(shipments))
        self.env.flush_all()
        spent = self.env.cr.sql_log_count - begin
        self.assertEqual(len(shipments.exception_ids), 2 * count)
        self.assertEqual(len(shipments.logistics_release_ids), count)
        self.assertGreaterEqual(len(self._entries_since(mark)), 6 * count)
        return spent

    def test_a_thousand_facts_cost_as_many_queries_as_a_hundred(self):
        self._spent(2)  # reads what is cached afterwards
        few, many = self._spent(20), self._spent(200)
        self.assertLessEqual(many, few + _ORM_BATCHES)
