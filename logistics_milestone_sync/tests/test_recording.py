import itertools
from datetime import timedelta
from decimal import Decimal

from odoo.tests import tagged

from odoo.addons.logistics_milestone_sync.core.fact import ChargeFact
from odoo.addons.logistics_milestone_sync.core.reference import Reference
from odoo.addons.logistics_milestone_sync.core.weight import Weight

from .common import LogisticsCase


@tagged("post_install", "-at_install", "logistics")
class TestRecording(LogisticsCase):
    def test_facts_move_the_shipment_and_fill_its_dates(self):
        shipment = self._create_shipment()
        self._state(self.wms, shipment, "picked", "packed", "dispatched")
        self.assertEqual((shipment.status_id.code, shipment.phase), ("dispatched", "transit"))
        self.assertEqual(shipment.dispatched_at, self._at(2).replace(tzinfo=None))

    def test_a_repeated_statement_is_counted_once_in_the_ledger(self):
        shipment = self._create_shipment()
        fact = self._fact(shipment, "picked")
        outcomes = self._record(self.wms, fact, fact) + self._record(self.wms, fact)
        self.assertEqual(
            [outcome.status for outcome in outcomes], ["recorded", "duplicate", "duplicate"]
        )
        event = shipment.event_ids.filtered(lambda e: e.milestone_code == "picked")
        self.assertEqual((len(event), event.duplicate_count), (1, 2))
        self.assertEqual({outcome.event_id for outcome in outcomes}, {event.id})

    def test_who_does_not_own_a_fact_is_heard_but_does_not_count(self):
        shipment = self._create_shipment()
        [outcome] = self._state(self.wms, shipment, "delivered")
        self.assertEqual(outcome.status, "advisory")
        self.assertEqual(shipment.phase, "planning")
        self.assertIn("advisory", shipment.event_ids.mapped("verdict"))

    def test_a_refused_statement_stays_readable_as_refused(self):
        delivered = self.env["logistics.milestone"].search([("code", "=", "delivered")])
        self.env["logistics.ownership.rule"].create(
            {
                "company_id": self.company.id,
                "milestone_id": delivered.id,
                "system_id": self.carrier.id,
                "verdict": "reject",
            }
        )
        shipment = self._create_shipment()
        [outcome] = self._state(self.carrier, shipment, "delivered")
        self.assertEqual(outcome.status, "rejected")
        self.assertEqual(shipment.phase, "planning")

    def test_the_same_event_id_with_other_content_is_a_conflict_and_the_first_stands(self):
        shipment = self._create_shipment()
        said = self._fact(shipment, "delivered", 5, source_event_id="e1")
        otherwise = self._fact(shipment, "delivered", 9, source_event_id="e1")
        self._record(self.carrier, said)
        [outcome] = self._record(self.carrier, otherwise)
        self.assertEqual(outcome.status, "conflict")
        self.assertEqual(shipment.delivered_at, self._at(5).replace(tzinfo=None))
        [again] = self._record(self.carrier, otherwise)
        self.assertEqual(again.status, "duplicate")

    def test_a_conflict_inside_one_batch_is_found_too(self):
        shipment = self._create_shipment()
        outcomes = self._record(
            self.carrier,
            self._fact(shipment, "delivered", 5, source_event_id="e1"),
            self._fact(shipment, "delivered", 9, source_event_id="e1"),
        )
        self.assertEqual([o.status for o in outcomes], ["recorded", "conflict"])

    def test_a_milestone_outside_the_catalogue_is_refused_with_a_sentence(self):
        [outcome] = self._state(self.wms, self._create_shipment(), "beamed_up")
        self.assertEqual(outcome.status, "rejected")
        self.assertIn("beamed_up", outcome.explanation)

    def test_a_retraction_takes_the_shipment_back(self):
        shipment = self._create_shipment()
        self._record(
            self.carrier,
            self._fact(shipment, "out_for_delivery", 1),
            self._fact(shipment, "delivered", 2, source_event_id="e1"),
        )
        self.assertEqual(shipment.phase, "delivered")
        self._record(self.carrier, self._fact(shipment, "retracted", 3, retracts="e1"))
        self.assertEqual(
            (shipment.status_id.code, shipment.delivered_at), ("out_for_delivery", False)
        )
        self.assertEqual(len(shipment.event_ids), 4, "created, two statements and a withdrawal")

    def test_a_batch_may_give_a_name_and_use_it(self):
        shipment = self._create_shipment()
        outcomes = self._record(
            self.wms,
            self._fact(("tracking", "1Z9"), "packed", 2),
            self._names(shipment, ("tracking", "1z 9")),
        )
        self.assertEqual([o.status for o in outcomes], ["recorded", "recorded"])
        self.assertEqual(shipment.consignment_ids.name, "1z 9")

    def test_a_second_tracking_number_is_a_second_consignment(self):
        shipment = self._create_shipment()
        self._record(self.wms, self._names(shipment, ("tracking", "A1"), ("tracking", "A2")))
        self.assertEqual(len(shipment.consignment_ids), 2)
        self._state(self.carrier, ("tracking", "A1"), "delivered")
        self.assertNotEqual(shipment.phase, "delivered", "half a delivery is none")
        self._state(self.carrier, ("tracking", "A2"), "delivered")
        self.assertEqual(shipment.phase, "delivered")

    def test_a_name_in_use_elsewhere_is_refused_and_never_moved(self):
        first, second = self._create_shipment(), self._create_shipment()
        self._record(self.wms, self._names(first, ("tracking", "A1")))
        [outcome] = self._record(self.wms, self._names(second, ("tracking", "A1")))
        self.assertEqual(outcome.status, "rejected")
        self.assertFalse(second.tracking_refs)

    def test_a_carrier_may_not_name_shipments(self):
        shipment = self._create_shipment()
        [outcome] = self._record(self.carrier, self._names(shipment, ("tracking", "A1")))
        self.assertEqual(outcome.status, "rejected")

    def test_a_stated_weight_is_kept_beside_the_declared_one(self):
        shipment = self._create_shipment()
        self._state(
            self.carrier, shipment, "weight_validated", weight=Weight(Decimal("22.046"), "LBR")
        )
        self.assertAlmostEqual(shipment.certified_weight, 10.0, 3)
        self.assertEqual(shipment.weight, 10.0, "two pieces of five kilograms, as declared")

    def test_a_charge_is_revised_and_the_old_one_kept(self):
        shipment = self._create_shipment()
        named = (Reference("shipment", shipment.name),)

        def charge(amount):
            return ChargeFact(named, "buy", "freight", "f1", Decimal(amount), "USD")

        outcomes = self._record(self.carrier, charge("12.50"), charge("12.50"), charge("13.00"))
        self.assertEqual([o.status for o in outcomes], ["recorded", "duplicate", "recorded"])
        self.assertEqual(shipment.charge_ids.mapped("amount"), [13.0])
        old = shipment.with_context(active_test=False).charge_ids - shipment.charge_ids
        self.assertEqual((old.amount, old.superseded_by_id), (12.5, shipment.charge_ids))

    def test_a_charge_in_an_unknown_currency_is_refused(self):
        shipment = self._create_shipment()
        [outcome] = self._record(
            self.carrier,
            ChargeFact(
                (Reference("shipment", shipment.name),), "buy", "fuel", "f1", Decimal(1), "XXQ"
            ),
        )
        self.assertEqual(outcome.status, "rejected")

    def test_the_number_of_queries_does_not_grow_with_the_facts(self):
        shipments = [self._create_shipment() for _n in range(10)]

        def count(per_shipment, first_hour):
            facts = [
                self._fact(shipment, "arrived_at_hub", first_hour + n)
                for shipment in shipments
                for n in range(per_shipment)
            ]
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._record(self.carrier, *facts)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(1, 0)  # warm caches
        self.assertEqual(count(1, 10), count(20, 20))

    def test_every_order_of_the_same_facts_gives_the_same_shipment(self):
        facts = [
            ("picked", 1),
            ("dispatched", 3),
            ("out_for_delivery", 9),
            ("delivered", 11),
            ("exception_raised", 5),
            ("exception_closed", 6),
            ("pod_received", 11),
        ]
        results = set()
        for turn in range(len(facts)):
            shipment = self._create_shipment()
            for code, hours in facts[turn:] + facts[:turn]:
                system = self.wms if code in ("picked", "dispatched") else self.carrier
                self._record(system, self._fact(shipment, code, hours))
            results.add(
                (
                    shipment.status_id.code,
                    shipment.since,
                    shipment.pod_at,
                    shipment.has_open_exception,
                    tuple(shipment.exception_ids.mapped("state")),
                )
            )
        self.assertEqual(len(results), 1, results)

    def test_rebuilding_from_the_ledger_gives_the_stored_state(self):
        shipment = self._create_shipment()
        self._state(self.carrier, shipment, "dispatched", "arrived_at_hub", "delivered")
        stored = shipment.read(["status_id", "phase", "since", "delivered_at", "last_event_at"])
        self.assertEqual(shipment._project(), [])
        shipment.invalidate_recordset()
        self.assertEqual(
            shipment.read(["status_id", "phase", "since", "delivered_at", "last_event_at"]), stored
        )

    def test_the_timeline_tells_who_said_what_and_what_it_changed(self):
        shipment = self._create_shipment()
        self._state(self.wms, shipment, "picked", raw_text="Pick list closed")
        self.assertIn("System wms", shipment.timeline_html)
        self.assertIn("Pick list closed", shipment.timeline_html)
        self.assertIn("moved to “Picked”", shipment.timeline_html)

    def test_an_estimate_sets_the_arrival_and_moves_nothing(self):
        shipment = self._create_shipment()
        self._state(self.carrier, shipment, "eta_changed", classifier="estimated")
        self.assertEqual(shipment.eta, self._at(0).replace(tzinfo=None))
        self.assertEqual(shipment.phase, "planning")

    def test_an_estimate_that_returns_to_an_earlier_value_counts_again(self):
        stated = ((10, 1), (12, 2), (10, 3))
        for order in itertools.permutations(stated):
            shipment = self._create_shipment()
            for estimate, hour in order:
                said = {"classifier": "estimated", "stated_at": self._at(hour)}
                self._record(self.carrier, self._fact(shipment, "eta_changed", estimate, **said))
            with self.subTest(order=order):
                self.assertEqual(shipment.eta, self._at(10).replace(tzinfo=None))

    def test_late_shipments_are_found(self):
        shipment = self._create_shipment(commitment_date=self._at(10).replace(tzinfo=None))
        in_time = self._create_shipment(
            commitment_date=(self._at(10) + timedelta(days=9)).replace(tzinfo=None)
        )
        for one in (shipment, in_time):
            self._record(self.carrier, self._fact(one, "delivered", 30))
        late = self.env["logistics.shipment"].search([("is_late", "=", True)])
        self.assertIn(shipment, late)
        self.assertNotIn(in_time, late)
        self.assertTrue(shipment.is_late)
