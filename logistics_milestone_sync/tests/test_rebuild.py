from decimal import Decimal

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.logistics_milestone_sync.core.fact import AttributeFact
from odoo.addons.logistics_milestone_sync.core.reference import Reference
from odoo.addons.logistics_milestone_sync.core.route_fact import LegPlan, RouteFact, StopPlan
from odoo.addons.logistics_milestone_sync.core.weight import Weight

from .common import LogisticsCase


@tagged("post_install", "-at_install", "logistics")
class TestRebuild(LogisticsCase):
    """Stored state is what the ledger says; where it is not, a check finds it and puts it right."""

    def setUp(self):
        super().setUp()
        self.shipment = self._create_shipment()
        self._record(self.wms, self._names(self.shipment, ("tracking", "V1"), ("tracking", "V2")))
        self._record(
            self.carrier,
            self._fact(self.shipment, "dispatched", 1),
            self._fact(self.shipment, "exception_raised", 2, reason="damaged"),
            self._fact(self.shipment, "weight_validated", 3, weight=Weight(Decimal(7), "LBR")),
            self._fact(("tracking", "V1"), "delivered", 4),
        )
        self.env.flush_all()

    def _corrupt(self, statement, *values):
        self.env.cr.execute(statement, values)
        self.env.invalidate_all()

    def _columns(self, found):
        return sorted((what.model, what.column) for what in found)

    def _manager_check(self, **values):
        manager = self._create_user("verifier", "manager")
        check = self.env["logistics.state.check"].with_user(manager).create(values)
        check.action_start()
        return check

    def _work(self):
        with self.enter_registry_test_mode():
            self.env.ref("logistics_milestone_sync.ir_cron_state_check").method_direct_trigger()

    def test_what_was_recorded_agrees_with_its_ledger(self):
        self.assertEqual(self.shipment._verify_state(), [])

    def test_everything_in_the_database_agrees_with_its_ledger(self):
        everything = self.env["logistics.shipment"].with_context(active_test=False).search([])
        self.assertTrue(everything)
        self.assertEqual(everything._verify_state(), [])

    def test_every_stored_column_that_is_corrupted_is_found(self):
        self._corrupt(
            """
            UPDATE logistics_shipment SET status_id = NULL, phase = 'delivered', since = now(),
                   eta = now(), dispatched_at = NULL, delivered_at = now(), pod_at = now(),
                   pod_signer = 'Nobody', certified_weight = 1, attempts = 9,
                   last_event_at = NULL, has_open_exception = false, is_conflicting = true
             WHERE id = %s
            """,
            self.shipment.id,
        )
        found = self.shipment._verify_state()
        self.assertEqual({what.model for what in found}, {"logistics.shipment"})
        self.assertEqual(len(found), 13, "each of the columns")
        self.assertEqual({what.shipment_id for what in found}, {self.shipment.id})

    def test_a_corrupted_consignment_is_found(self):
        second = self.shipment.consignment_ids[1]
        self._corrupt("UPDATE logistics_consignment SET phase = 'failed' WHERE id = %s", second.id)
        [found] = self.shipment._verify_state()
        self.assertEqual(
            (found.model, found.record_id, found.column, found.stored, found.folded),
            ("logistics.consignment", second.id, "phase", "failed", "transit"),
        )

    def test_a_case_that_was_closed_behind_the_ledgers_back_is_found(self):
        case = self.shipment.exception_ids
        self._corrupt("UPDATE logistics_exception SET state = 'closed' WHERE id = %s", case.id)
        [found] = self.shipment._verify_state()
        self.assertEqual((found.model, found.stored, found.folded), (case._name, "closed", "open"))

    def test_a_stated_field_and_the_times_of_stops_are_found_and_repaired_too(self):
        where = (Reference("shipment", self.shipment.name),)
        stops = (
            StopPlan("pickup", city="Ulm", planned_departure=self._at(1)),
            StopPlan("delivery", city="Bern", planned_arrival=self._at(9)),
        )
        self._record(
            self._create_system("tms", "tms"),
            RouteFact(where, stops, (LegPlan(0, 1, "road"),), self._at(0)),
            AttributeFact(where, "package_count", "7", stated_at=self._at(0)),
        )
        self.assertEqual(self.shipment._verify_state(), [])
        left = self.shipment.stop_ids[0]
        self.assertTrue(left.actual_departure)

        self._corrupt(
            "UPDATE logistics_shipment SET declared_packages = 9 WHERE id = %s", self.shipment.id
        )
        self._corrupt(
            "UPDATE logistics_stop SET actual_departure = NULL WHERE shipment_id = %s",
            self.shipment.id,
        )
        self.assertEqual(
            self._columns(self.shipment._verify_state(repair=True)),
            [("logistics.shipment", "declared_packages"), ("logistics.stop", "actual_departure")],
        )
        self.env.invalidate_all()
        self.assertEqual(self.shipment.declared_packages, 7)
        self.assertTrue(left.actual_departure)

    def test_looking_changes_nothing(self):
        self._corrupt("UPDATE logistics_shipment SET attempts = 9 WHERE id = %s", self.shipment.id)
        self.shipment._verify_state()
        self.assertEqual(self.shipment.attempts, 9)

    def test_a_repair_writes_what_the_ledger_says(self):
        before = self.shipment.read(self.shipment._governed_fields)
        self._corrupt(
            "UPDATE logistics_shipment SET phase = 'delivered', status_id = NULL, attempts = 9,"
            " certified_weight = 0, has_open_exception = false WHERE id = %s",
            self.shipment.id,
        )
        self._corrupt(
            "UPDATE logistics_exception SET state = 'closed' WHERE shipment_id = %s",
            self.shipment.id,
        )
        self.assertEqual(len(self.shipment._verify_state(repair=True)), 6)
        self.env.invalidate_all()
        self.assertEqual(self.shipment.read(self.shipment._governed_fields), before)
        self.assertEqual(self.shipment.exception_ids.state, "open")
        self.assertEqual(self.shipment._verify_state(), [])

    def test_the_number_of_queries_does_not_depend_on_the_number_of_shipments(self):
        shipments = self.env["logistics.shipment"].create([{"weight": 1} for _n in range(100)])
        self._record(self.carrier, *(self._fact(s, "delivered") for s in shipments))
        self.env.flush_all()
        spent = []
        for batch in (shipments[:2], shipments):
            batch._verify_state()
            begin = self.env.cr.sql_log_count
            batch._verify_state()
            spent.append(self.env.cr.sql_log_count - begin)
        self.assertEqual(*spent)

    def test_shipments_come_in_batches_archived_ones_too(self):
        self.shipment.active = False
        self.env.flush_all()
        [first] = self.env["logistics.shipment"]._next_to_verify(self.shipment.id - 1, limit=1)
        self.assertEqual(first, self.shipment)

    def test_a_check_that_a_manager_starts_lists_the_differences(self):
        self._corrupt("UPDATE logistics_shipment SET attempts = 9 WHERE id = %s", self.shipment.id)
        check = self._manager_check()
        self._work()
        self.assertEqual((check.state, check.difference_count), ("done", 1))
        self.assertGreaterEqual(check.checked_count, 1)
        found = check.difference_ids
        self.assertEqual((found.column, found.stored, found.folded), ("attempts", "9", "0"))
        self.assertEqual(self.shipment.attempts, 9)
        check.action_repair()
        self._work()
        self.env.invalidate_all()
        self.assertEqual(self.shipment.attempts, 0)
        with self.assertRaises(UserError):
            check.create({"company_id": self.company.id}).action_repair()

    def test_a_check_is_started_once(self):
        check = self._manager_check()
        with self.assertRaises(UserError):
            check.action_start()

    def test_a_check_that_is_stopped_stays_stopped(self):
        check = self._manager_check()
        check.action_cancel()
        self._work()
        self.assertEqual((check.state, check.checked_count), ("cancelled", 0))
        with self.assertRaisesRegex(UserError, "was started already"):
            check.action_start()
        check.action_cancel()  # what has ended is left alone
        self.assertEqual(check.state, "cancelled")

    def test_only_managers_check_and_nobody_writes_what_was_found(self):
        clerk = self._create_user("clerk-verifier", "user")
        with self.assertRaises(AccessError):
            self.env["logistics.state.check"].with_user(clerk).create({})
        check = self._manager_check()
        with self.assertRaises(AccessError):
            check.with_user(clerk).action_start()
        with self.assertRaises(AccessError):
            check.write({"state": "done"})

    def test_a_check_looks_at_its_own_company_only(self):
        other = self.env["res.company"].create({"name": "Somebody Else"})
        self._corrupt("UPDATE logistics_shipment SET attempts = 9 WHERE id = %s", self.shipment.id)
        check = self.env["logistics.state.check"].create({"company_id": other.id})
        check.action_start()
        self._work()
        self.assertEqual((check.checked_count, check.difference_count), (0, 0))
