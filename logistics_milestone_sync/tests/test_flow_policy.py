from datetime import UTC, timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import freeze_time, tagged

from odoo.addons.logistics_milestone_sync.core.fact import MilestoneFact, Statement
from odoo.addons.logistics_milestone_sync.core.reference import Reference

from .common import LogisticsCase


@tagged("post_install", "-at_install", "logistics")
class TestFlowPolicy(LogisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shipment = cls._create_shipment()
        cls.operational = cls.env.ref("logistics_milestone_sync.flow_policy_operational")

    def _policy(self, *codes, **values):
        milestones = self.env["logistics.milestone"].search([("code", "in", codes)])
        return self.env["logistics.flow.policy"].create(
            {
                "name": "Test",
                "category": "operational",
                "milestone_ids": [(6, 0, milestones.ids)],
                **values,
            }
        )

    def _heard(self, milestone, minutes_ago, **values):
        """State something that happened so many minutes before this transaction."""
        now = self.env.cr.now().replace(tzinfo=UTC)
        fact = MilestoneFact(
            (Reference("shipment", self.shipment.name),),
            milestone,
            now - timedelta(minutes=minutes_ago),
            **values,
        )
        self.env["logistics.shipment"]._record_facts(self.carrier, [Statement(fact, now)])
        return self.shipment.event_ids.filtered(lambda e: e.milestone_code == milestone)

    # === Latency === #

    def test_a_fact_in_time_is_no_breach_and_says_how_long_it_took(self):
        event = self._heard("dispatched", 10)
        self.assertEqual((event.latency, event.latency_limit), (600, 3600))
        self.assertFalse(event.latency_breached)

    def test_a_fact_that_took_too_long_is_marked(self):
        self.assertTrue(self._heard("dispatched", 61).latency_breached)

    def test_the_clock_starts_when_the_source_recorded_the_fact(self):
        stated = self.env.cr.now().replace(tzinfo=UTC) - timedelta(minutes=5)
        event = self._heard("dispatched", 600, stated_at=stated)
        self.assertEqual((event.latency, event.latency_breached), (300, False))

    def test_a_policy_of_the_milestone_beats_that_of_its_category(self):
        self._policy("dispatched", latency_minutes=5)
        self.assertTrue(self._heard("dispatched", 10).latency_breached)
        self.assertFalse(self._heard("arrived_at_hub", 10).latency_breached)

    def test_a_policy_of_the_company_beats_the_shared_one_and_holds_nowhere_else(self):
        other = self.env["res.company"].create({"name": "Other Company"})
        self._policy("dispatched", latency_minutes=5, company_id=other.id)
        self.assertFalse(self._heard("dispatched", 10).latency_breached)
        self._policy("arrived_at_hub", latency_minutes=5, company_id=self.company.id)
        self._policy("arrived_at_hub", latency_minutes=1)
        self.assertEqual(self._heard("arrived_at_hub", 3).latency_limit, 300)

    def test_a_later_policy_does_not_rewrite_history(self):
        event = self._heard("dispatched", 10)
        self.operational.latency_minutes = 1
        self.env.invalidate_all()
        self.assertFalse(event.latency_breached)
        self.assertTrue(self._heard("arrived_at_hub", 10).latency_breached)

    def test_a_system_shows_what_came_too_late(self):
        self._heard("dispatched", 61)
        self._heard("arrived_at_hub", 10)
        self.assertEqual((self.carrier.breach_count, self.wms.breach_count), (1, 0))
        found = self.env["logistics.milestone.event"].search(
            self.carrier.action_open_breaches()["domain"]
        )
        self.assertEqual(found.milestone_code, "dispatched")

    def test_the_timeline_says_that_a_fact_came_later_than_agreed(self):
        self._heard("dispatched", 10)
        self.assertNotIn("later than agreed", self.shipment.timeline_html)
        self._heard("arrived_at_hub", 61)
        self.shipment.invalidate_recordset(["timeline_html"])
        self.assertIn("later than agreed", self.shipment.timeline_html)

    # === What a policy may say === #

    def test_an_unusable_policy_is_refused_with_a_reason(self):
        for values, why in (
            ({"retry_schedule": "soon"}, "is no wait"),
            ({"retry_schedule": "5m, 1m"}, "never become shorter"),
            ({"processing": "batch", "batch_minutes": 0}, "between a minute and a day"),
            ({"processing": "batch", "batch_minutes": 120}, "always late"),
            (
                {
                    "processing": "batch",
                    "batch_timing": "daily",
                    "batch_hour": 24,
                    "latency_minutes": 2000,
                },
                "between 00:00 and 23:59",
            ),
        ):
            with self.subTest(values=values), self.assertRaisesRegex(ValidationError, why):
                self._policy(**values)

    def test_the_retries_of_a_lane_are_those_of_the_company_first(self):
        policies = self.env["logistics.flow.policy"]
        shared = policies._retry_delays(self.company, "visibility")
        self.assertEqual(shared[0], timedelta(seconds=30))
        self._policy(company_id=self.company.id, retry_schedule="7m")
        own = policies._retry_delays(self.company, "visibility")
        self.assertEqual(own, (timedelta(minutes=7),))
        self.assertEqual(policies._retry_delays(self.company, "outbound"), ())


@tagged("post_install", "-at_install", "logistics")
class TestDeferredFact(LogisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shipment = cls._create_shipment()
        departed = cls.env["logistics.milestone"].search([("code", "=", "departed_hub")])
        cls.policy = cls.env["logistics.flow.policy"].create(
            {
                "name": "Hub scans by the hour",
                "category": "operational",
                "milestone_ids": [(6, 0, departed.ids)],
                "latency_minutes": 120,
                "processing": "batch",
                "batch_minutes": 60,
            }
        )

    def _waiting(self):
        return self.env["logistics.parked.fact"].search([("system_id", "=", self.carrier.id)])

    def _run_batches(self):
        self._run_cron("ir_cron_record_deferred")

    def test_a_fact_of_a_batch_waits_and_the_rest_of_the_message_does_not(self):
        with freeze_time("2026-03-02 10:20:00"):
            outcomes = self._state(self.carrier, self.shipment, "dispatched", "departed_hub")
        self.assertEqual([o.status for o in outcomes], ["recorded", "deferred"])
        self.assertEqual(outcomes[1].explanation, self._waiting().explanation)
        self.assertEqual(self._waiting().state, "deferred")
        self.assertEqual(str(self._waiting().not_before), "2026-03-02 11:00:00")
        self.assertEqual(self.shipment.status_id.code, "dispatched")

    def test_it_is_recorded_when_its_batch_is_due_and_not_before(self):
        with freeze_time("2026-03-02 10:20:00"):
            self._state(self.carrier, self.shipment, "departed_hub")
            self._run_batches()
            self.assertEqual(self._waiting().state, "deferred")
        with freeze_time("2026-03-02 11:00:00"):
            self._run_batches()
        self.assertEqual(self._waiting().state, "matched")
        self.assertEqual(self._waiting().shipment_id, self.shipment)
        self.assertEqual(self.shipment.status_id.code, "departed_hub")

    def test_waiting_for_the_batch_counts_as_latency(self):
        heard = fields.Datetime.now() - timedelta(hours=3)
        with freeze_time(heard):
            self._record(self.carrier, self._fact(self.shipment, "departed_hub", 1))
        self._run_batches()
        event = self.shipment.event_ids.filtered(lambda e: e.milestone_code == "departed_hub")
        self.assertEqual(event.received_at, self._at(100).replace(tzinfo=None))
        self.assertTrue(event.latency_breached)

    def test_a_repeat_is_counted_while_it_waits_and_in_the_ledger_afterwards(self):
        with freeze_time("2026-03-02 10:20:00"):
            for _turn in range(3):
                [outcome] = self._state(self.carrier, self.shipment, "departed_hub")
                self.assertEqual(outcome.status, "deferred")
        self.assertEqual((len(self._waiting()), self._waiting().duplicate_count), (1, 2))
        with freeze_time("2026-03-02 12:00:00"):
            self._run_batches()
            [outcome] = self._state(self.carrier, self.shipment, "departed_hub")
        self.assertEqual(outcome.status, "duplicate")
        self.assertEqual(len(self._waiting()), 1)

    def test_a_batch_with_the_same_fact_twice_keeps_it_once(self):
        fact = self._fact(self.shipment, "departed_hub", 1)
        outcomes = self._record(self.carrier, fact, fact)
        self.assertEqual([o.status for o in outcomes], ["deferred"] * 2)
        self.assertEqual((len(self._waiting()), self._waiting().duplicate_count), (1, 1))

    def test_a_batch_about_an_unknown_number_ends_in_the_car_park(self):
        with freeze_time("2026-03-02 10:20:00"):
            self._state(self.carrier, ("tracking", "1Z7"), "departed_hub")
        self.assertEqual(self._waiting().state, "deferred")
        with freeze_time("2026-03-02 11:00:00"):
            self._run_batches()
        self.assertEqual(self._waiting().state, "parked")
        self.assertIn("no shipment is called tracking 1Z7", self._waiting().explanation)
        self._record(self.wms, self._names(self.shipment, ("tracking", "1Z7")))
        self._run_cron("ir_cron_rematch")
        self.assertEqual(self.shipment.status_id.code, "departed_hub")

    def test_what_odoo_itself_states_never_waits(self):
        odoo = self.env["logistics.system"]._odoo_system(self.company)
        [outcome] = self._state(odoo, self.shipment, "departed_hub")
        self.assertNotEqual(outcome.status, "deferred")

    def test_a_person_may_record_it_before_its_batch(self):
        self._state(self.carrier, self.shipment, "departed_hub")
        admin = self._create_user("integration", "integration_admin")
        self._waiting().with_user(admin).action_rematch()
        self.assertEqual(self.shipment.status_id.code, "departed_hub")

    def test_the_number_of_queries_does_not_depend_on_the_number_of_facts(self):
        def queries(count, start):
            facts = [
                self._fact(self.shipment, "departed_hub", start + number) for number in range(count)
            ]
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self._record(self.carrier, *facts)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        queries(1, 0)
        self.assertEqual(queries(2, 10), queries(20, 20))
