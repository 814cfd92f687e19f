from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.logistics_milestone_sync.core.fact import Location
from odoo.addons.logistics_milestone_sync.core.reference import Reference
from odoo.addons.logistics_milestone_sync.core.route_fact import LegPlan, RouteFact, StopPlan

from .common import LogisticsCase


class RouteCase(LogisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tms = cls._create_system("tms", "tms")
        cls.shipment = cls._create_shipment()

    def _plan(self, shipment=None, hub="Hub A", stated=0, **values):
        named = (Reference("shipment", (shipment or self.shipment).name),)
        stops = (
            StopPlan("pickup", name="Dock", planned_departure=self._at(1)),
            StopPlan("hub", name=hub, city="Ulm", planned_arrival=self._at(5)),
            StopPlan("delivery", city="Bern", country="CH", planned_arrival=self._at(20)),
        )
        legs = (LegPlan(0, 1, "rail"), LegPlan(1, 2, "road", vehicle="Truck 9"))
        return RouteFact(named, stops, legs, self._at(stated), **values)

    def _naive(self, hours):
        return self._at(hours).replace(tzinfo=None)


@tagged("post_install", "-at_install", "logistics")
class TestRoute(RouteCase):
    def test_a_transport_system_states_the_way(self):
        [outcome] = self._record(self.tms, self._plan())
        self.assertEqual(outcome.status, "recorded")
        self.assertEqual(self.shipment.stop_ids.mapped("kind"), ["pickup", "hub", "delivery"])
        self.assertEqual(self.shipment.leg_ids.mapped("mode"), ["rail", "road"])
        self.assertEqual(self.shipment.leg_ids[1].from_stop_id, self.shipment.stop_ids[1])
        self.assertEqual(self.shipment.route_ids.system_id, self.tms)

    def test_a_revision_replaces_the_plan_and_the_old_one_is_kept(self):
        self._record(self.tms, self._plan())
        self._record(self.tms, self._plan(hub="Hub B", stated=1))
        self.assertEqual(self.shipment.stop_ids[1].name, "Hub B")
        self.assertEqual(len(self.shipment.stop_ids), 3)
        kept = (
            self.env["logistics.route"]
            .with_context(active_test=False)
            .search([("shipment_id", "=", self.shipment.id)])
        )
        self.assertEqual(kept.mapped("active"), [True, False])
        self.assertEqual(kept.mapped("system_id"), self.tms)

    def test_an_old_plan_that_comes_late_replaces_nothing(self):
        self._record(self.tms, self._plan(hub="Hub B", stated=1))
        [outcome] = self._record(self.tms, self._plan())
        self.assertEqual(outcome.status, "recorded")
        self.assertEqual(self.shipment.stop_ids[1].name, "Hub B")

    def test_two_plans_in_one_batch(self):
        self._record(self.tms, self._plan(hub="Hub B", stated=1), self._plan())
        self.assertEqual(self.shipment.stop_ids[1].name, "Hub B")

    def test_the_same_plan_again_is_counted(self):
        outcomes = self._record(self.tms, self._plan(), self._plan())
        outcomes += self._record(self.tms, self._plan())
        self.assertEqual([o.status for o in outcomes], ["recorded", "duplicate", "duplicate"])
        self.assertEqual(self.shipment.route_ids.duplicate_count, 2)

    def test_who_does_not_own_the_planning_plans_nothing(self):
        [outcome] = self._record(self.carrier, self._plan())
        self.assertEqual(outcome.status, "advisory")
        self.assertFalse(self.shipment.stop_ids)

    def test_a_plan_of_an_unknown_shipment_is_parked_and_found_later(self):
        named = self._plan()
        unknown = RouteFact((Reference("tracking", "1ZWAY"),), named.stops, named.legs)
        [outcome] = self._record(self.tms, unknown)
        self.assertEqual(outcome.status, "parked")
        self._record(self.wms, self._names(self.shipment, ("tracking", "1ZWAY")))
        self.env["logistics.parked.fact"]._matchable([self.company.id])._rematch()
        self.assertEqual(len(self.shipment.stop_ids), 3)

    def test_stops_get_their_times_from_the_ledger_in_any_order(self):
        facts = [
            (self.wms, "dispatched", 1, None),
            (self.carrier, "arrived_at_hub", 6, Location(name="HUB A", city="Ulm")),
            (self.carrier, "departed_hub", 8, Location(name="Hub A", city="Ulm")),
            (self.carrier, "delivered", 19, None),
        ]
        found = set()
        for turn in range(len(facts) + 1):
            shipment = self._create_shipment()
            for position in range(len(facts) + 1):
                if position == turn:
                    self._record(self.tms, self._plan(shipment))
                if position < len(facts):
                    system, code, hours, place = facts[(position + turn) % len(facts)]
                    self._record(system, self._fact(shipment, code, hours, location=place))
            found.add(
                tuple((stop.actual_arrival, stop.actual_departure) for stop in shipment.stop_ids)
            )
        self.assertEqual(
            found,
            {
                (
                    (False, self._naive(1)),
                    (self._naive(6), self._naive(8)),
                    (self._naive(19), False),
                )
            },
        )

    def test_the_way_does_not_end_with_the_first_of_several_packages(self):
        numbers = (("sscc", "106141412345678908"), ("sscc", "106141412345678915"))
        self._record(self.wms, self._names(self.shipment, *numbers))
        self._record(self.tms, self._plan())
        self._record(self.carrier, self._fact(numbers[0], "delivered", 18))
        self.assertFalse(self.shipment.stop_ids[-1].actual_arrival)
        self._record(self.carrier, self._fact(numbers[1], "delivered", 19))
        self.assertEqual(self.shipment.stop_ids[-1].actual_arrival, self._naive(19))

    def test_a_withdrawn_arrival_is_no_arrival(self):
        self._record(
            self.tms,
            self._plan(),
        )
        arrived = self._fact(
            self.shipment,
            "arrived_at_hub",
            6,
            location=Location(name="Hub A"),
            source_event_id="a1",
        )
        self._record(self.carrier, arrived)
        self.assertTrue(self.shipment.stop_ids[1].actual_arrival)
        self._record(self.carrier, self._fact(self.shipment, "retracted", 7, retracts="a1"))
        self.assertFalse(self.shipment.stop_ids[1].actual_arrival)

    def test_an_estimate_is_the_estimate_of_the_last_stop(self):
        self._record(self.tms, self._plan())
        self._state(self.carrier, self.shipment, "eta_changed", classifier="estimated")
        self.assertEqual(self.shipment.stop_ids[-1].estimated_arrival, self._naive(0))

    def test_the_queries_do_not_grow_with_the_shipments(self):
        def count(number, hour):
            shipments = [self._create_shipment() for _n in range(number)]
            self._record(self.tms, *(self._plan(shipment) for shipment in shipments))
            facts = [
                self._fact(shipment, "arrived_at_hub", hour, location=Location("Hub A"))
                for shipment in shipments
            ]
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._record(self.carrier, *facts)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(2, 1)  # warm caches
        self.assertEqual(count(2, 2), count(12, 3))


@tagged("post_install", "-at_install", "logistics")
class TestRouteByHand(RouteCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._create_user("clerk", "user")

    def _enter(self, *kinds, **values):
        return (
            self.env["logistics.stop"]
            .with_user(self.clerk)
            .create(
                [
                    {"shipment_id": self.shipment.id, "kind": kind, "sequence": place, **values}
                    for place, kind in enumerate(kinds)
                ]
            )
        )

    def test_a_clerk_enters_stops_and_a_leg(self):
        self._state(self.wms, self.shipment, "dispatched")
        pickup, delivery = self._enter("pickup", "delivery")
        self.env["logistics.leg"].with_user(self.clerk).create(
            {
                "shipment_id": self.shipment.id,
                "from_stop_id": pickup.id,
                "to_stop_id": delivery.id,
                "mode": "ocean",
            }
        )
        self.assertEqual(self.shipment.stop_ids, pickup | delivery)
        self.assertEqual(pickup.actual_departure, self._naive(0), "it had left before")
        self.assertTrue(self.shipment.route_ids.by_hand)
        self.assertIn("Planned by hand", self.shipment.route_html)

    def test_what_a_clerk_entered_is_changed_and_deleted(self):
        first, second = self._enter("pickup", "delivery")
        second.write({"city": "Bern", "planned_arrival": self._naive(4)})
        first.unlink()
        self.assertEqual(self.shipment.stop_ids.city, "Bern")

    def test_the_actual_times_are_not_set_by_hand(self):
        (stop,) = self._enter("hub")
        for values in ({"actual_arrival": self._naive(1)}, {"active": False}):
            with self.subTest(values=values), self.assertRaises(AccessError):
                stop.write(values)
        with self.assertRaises(AccessError):
            self._enter("hub", actual_arrival=self._naive(1))
        by_context = self.env["logistics.stop"].with_user(self.clerk)
        with self.assertRaises(AccessError):
            by_context.with_context(default_actual_arrival=self._naive(1)).create(
                {"shipment_id": self.shipment.id, "kind": "hub"}
            )

    def test_the_plan_of_a_transport_system_is_not_edited_by_hand(self):
        self._record(self.tms, self._plan())
        stop = self.shipment.stop_ids[1].with_user(self.clerk)
        for attempt in (
            lambda: stop.write({"city": "Rome"}),
            stop.unlink,
            lambda: self._enter("hub"),
        ):
            with self.subTest(attempt=attempt), self.assertRaises(UserError):
                attempt()

    def test_a_transport_system_takes_over_what_people_entered(self):
        self._enter("pickup", "delivery")
        self._record(self.tms, self._plan())
        self.assertEqual(len(self.shipment.stop_ids), 3)
        self.assertEqual(self.shipment.route_ids.system_id, self.tms)

    def test_a_leg_leads_between_stops_of_its_own_way(self):
        (mine,) = self._enter("pickup")
        other = self._create_shipment()
        theirs = self.env["logistics.stop"].create({"shipment_id": other.id, "kind": "delivery"})
        with self.assertRaises(ValidationError):
            self.env["logistics.leg"].create(
                {
                    "shipment_id": self.shipment.id,
                    "from_stop_id": mine.id,
                    "to_stop_id": theirs.id,
                }
            )

    def test_an_auditor_enters_nothing(self):
        auditor = self._create_user("auditor", "auditor")
        with self.assertRaises(AccessError):
            self.env["logistics.stop"].with_user(auditor).create(
                {"shipment_id": self.shipment.id, "kind": "hub"}
            )


@tagged("post_install", "-at_install", "logistics")
class TestLine(RouteCase):
    def _states(self):
        return [(p["title"], p["state"]) for p in self.shipment._route_points()]

    def test_without_stops_the_line_shows_the_phases(self):
        self.shipment.promised_at = False
        self.assertEqual(
            self._states(),
            [
                ("Planned", "current"),
                ("In Fulfilment", "ahead"),
                ("In Transit", "ahead"),
                ("Delivered", "ahead"),
            ],
        )
        self._state(self.wms, self.shipment, "picked", "packed", "dispatched")
        self.assertEqual(
            [state for _t, state in self._states()], ["done", "done", "current", "ahead"]
        )
        self._record(self.carrier, self._fact(self.shipment, "delivered", 5))
        self.assertEqual({state for _title, state in self._states()}, {"done"})

    def test_a_promise_that_was_broken_is_late(self):
        self.shipment.promised_at = self._naive(-100)
        self.assertEqual(self._states()[-1], ("Delivered", "late"))

    def test_a_shipment_that_will_not_arrive_says_so(self):
        self._state(self.carrier, self.shipment, "dispatched", "lost")
        self.assertEqual(self._states()[-1], ("Lost", "late"))
        self.assertNotIn(("Delivered", "ahead"), self._states())

    def test_with_stops_the_line_shows_the_way(self):
        self._record(self.tms, self._plan())
        self._record(
            self.carrier,
            self._fact(self.shipment, "dispatched", 1),
            self._fact(self.shipment, "arrived_at_hub", 6, location=Location(name="Hub A")),
        )
        points = self.shipment._route_points()
        self.assertEqual([p["title"] for p in points], ["Dock", "Hub A", "Bern"])
        self.assertEqual(points[1]["state"], "late", "an hour after the plan")
        self.assertEqual(points[1]["mode_icon"], "fa-train")
        self.assertIn("Truck 9", points[2]["mode"])
        self.assertEqual([p["reached"] for p in points], [True, True, False])
        self.assertTrue(self.shipment.is_route_planned)

    def test_the_line_can_be_read_aloud(self):
        self._record(self.tms, self._plan())
        html = self.shipment.route_html
        self.assertIn('aria-label="Way of the shipment"', html)
        self.assertEqual(html.count("visually-hidden"), 3 + 2, "each state and each mode has words")
        self.assertIn("System tms", html)

    def test_a_clerk_sees_the_line(self):
        clerk = self._create_user("reader", "user")
        self._record(self.tms, self._plan())
        self.assertIn("Hub A", self.shipment.with_user(clerk).route_html)

    def test_the_line_tells_times_as_the_reader_writes_them(self):
        french = self.env["res.lang"]._activate_lang("fr_FR")
        here = self.shipment.with_context(lang="en_US", tz="America/New_York")
        there = self.shipment.with_context(lang=french.code, tz="Europe/Paris")
        noon = fields.Datetime.to_datetime("2026-03-05 17:00:00")
        self.assertEqual(
            here._when(noon).replace("\N{NARROW NO-BREAK SPACE}", " "), "Mar 5, 12:00 PM"
        )
        self.assertEqual(there._when(noon), "5 mars, 18:00")
