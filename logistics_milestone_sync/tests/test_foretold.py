from decimal import Decimal

from odoo.tests import tagged

from ..core.document import DOCUMENT_KINDS
from ..core.fact import AttributeFact, ChargeFact, DocumentFact, RouteFact, Statement
from ..core.reference import Reference
from ..core.route_fact import STOP_KINDS, StopPlan
from .common import LogisticsCase


@tagged("post_install", "-at_install", "logistics")
class TestForetell(LogisticsCase):
    """What recording would answer is told by the rules that will judge it, and nothing is done."""

    def _statements(self, *stated):
        return [Statement(fact, self._at(100), "test.message,1") for fact in stated]

    def _everything(self, shipment):
        named = (Reference("shipment", shipment.name),)
        return [
            self._fact(shipment, "picked"),
            self._fact(shipment, "picked"),
            self._fact(shipment, "delivered", 5),
            self._fact(("tracking", "1ZNOBODY"), "packed"),
            self._fact(shipment, "no_such_milestone"),
            self._names(shipment, ("tracking", "1ZNEW")),
            self._fact(("tracking", "1ZNEW"), "packed", 1),
            AttributeFact(named, "declared_weight", "12.5"),
            ChargeFact(named, "buy", "handling", "h-1", Decimal("4.20"), "USD"),
            ChargeFact(named, "buy", "handling", "h-1", Decimal("4.50"), "USD"),
            ChargeFact(named, "buy", "handling", "h-2", Decimal("4.20"), "QQQ"),
            DocumentFact(named, DOCUMENT_KINDS[0], number="P-1", url="https://wms.example/p-1"),
            RouteFact(named, (StopPlan(STOP_KINDS[0]), StopPlan(STOP_KINDS[-1]))),
        ]

    def _counts(self):
        self.env.flush_all()
        tables = ("milestone_event", "charge", "field_statement", "document", "route", "reference")
        counts = {}
        for table in (*tables, "parked_fact", "consignment"):
            self.env.cr.execute(f"SELECT count(*) FROM logistics_{table}")  # pylint: disable=sql-injection
            counts[table] = self.env.cr.fetchone()
        return counts

    def test_it_is_what_recording_says_afterwards(self):
        shipment = self._create_shipment()
        statements = self._statements(*self._everything(shipment))
        before = self._counts()
        foretold = self.env["logistics.shipment"]._foretell(self.wms, statements)
        self.assertEqual(self._counts(), before)
        told = self.env["logistics.shipment"]._record_facts(self.wms, statements)
        self.assertEqual(
            [(one.status, one.shipment_id) for one in foretold],
            [(one.status, one.shipment_id) for one in told],
        )
        self.assertNotEqual(self._counts(), before)
        again = self.env["logistics.shipment"]._foretell(self.wms, statements)
        told = self.env["logistics.shipment"]._record_facts(self.wms, statements)
        self.assertEqual([one.status for one in again], [one.status for one in told])

    def test_a_contradiction_is_foreseen(self):
        shipment = self._create_shipment()
        self._record(self.wms, self._fact(shipment, "picked", source_event_id="e-1"))
        other = self._fact(shipment, "picked", 3, source_event_id="e-1")
        [outcome] = self.env["logistics.shipment"]._foretell(self.wms, self._statements(other))
        self.assertEqual(outcome.status, "conflict")

    def test_each_statement_is_told_with_what_it_is_about(self):
        shipment = self._create_shipment()
        self._record(self.wms, self._names(shipment, ("tracking", "1ZTEST")))
        statements = self._statements(
            self._fact(("tracking", "1ZTEST"), "dispatched"),
            self._fact(("tracking", "1ZNOBODY"), "dispatched"),
        )
        placed, lost = self.env["logistics.shipment"]._foretell_placed(self.carrier, statements)
        self.assertEqual(placed[1].shipment_id, shipment.id)
        self.assertEqual(placed[1].consignment_id, shipment.consignment_ids.id)
        self.assertEqual((lost[0].status, lost[1]), ("parked", None))

    def test_what_waits_for_a_batch_is_foreseen_to_wait(self):
        shipment = self._create_shipment()
        picked = self.env["logistics.milestone"].search([("code", "=", "picked")])
        self.env["logistics.flow.policy"].create(
            {
                "name": "Nightly",
                "category": "operational",
                "milestone_ids": [(6, 0, picked.ids)],
                "processing": "batch",
                "batch_timing": "daily",
                "batch_hour": 22,
            }
        )
        statements = self._statements(self._fact(shipment, "picked"))
        [(outcome, _target)] = self.env["logistics.shipment"]._foretell_placed(self.wms, statements)
        [told] = self.env["logistics.shipment"]._record_facts(self.wms, statements)
        self.assertEqual((outcome.status, told.status), ("deferred", "deferred"))

    def test_the_number_of_queries_does_not_depend_on_the_number_of_statements(self):
        shipment = self._create_shipment()
        counts = []
        for many in (1, 1, 20):
            statements = self._statements(
                *(self._fact(shipment, "picked", hour) for hour in range(many))
            )
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["logistics.shipment"]._foretell_placed(self.wms, statements)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])
