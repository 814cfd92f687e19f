from dataclasses import replace

from psycopg2 import errors

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.logistics_milestone_sync.core.fact import ReferenceFact
from odoo.addons.logistics_milestone_sync.core.reference import Reference

from .common import LogisticsCase

# GS1 company prefix of the examples in the GS1 General Specifications; check digits are right.
FIRST, SECOND = "106141412345678908", "106141412345678915"


@tagged("post_install", "-at_install", "logistics")
class TestPackage(LogisticsCase):
    def _create_packed(self, *numbers, **values):
        shipment = self._create_shipment(**values)
        self._record(self.wms, self._names(shipment, *(("sscc", number) for number in numbers)))
        return shipment

    def _package(self, number):
        return self.env["logistics.reference"].search([("normalised", "=", number)]).package_id

    def test_an_sscc_that_the_warehouse_gives_is_a_package(self):
        shipment = self._create_packed(FIRST, SECOND)
        self.assertEqual(shipment.package_ids.mapped("name"), [FIRST, SECOND])
        self.assertEqual(shipment.package_ids.consignment_id, shipment.consignment_ids)
        self.assertEqual(shipment.package_count, 2)

    def test_a_package_that_was_entered_by_hand_gets_the_number(self):
        shipment = self._create_shipment()
        package = self.env["logistics.package"].create(
            {"consignment_id": shipment.consignment_ids.id, "weight": 4}
        )
        self._record(self.wms, self._names(shipment, ("sscc", FIRST)))
        self.assertEqual(shipment.package_ids, package)
        self.assertEqual(package.name, FIRST)

    def test_a_package_belongs_to_the_number_that_the_same_batch_gives(self):
        """Whether a carton and its tracking number come in one batch or in two is chance."""
        for together in (True, False):
            shipment, other = self._create_shipment(), self._sscc(70 + together)
            names = [
                self._names(shipment, ("tracking", f"A1{together}")),
                self._names(shipment, ("tracking", f"A2{together}")),
                ReferenceFact(
                    (Reference("tracking", f"A2{together}"),), (Reference("sscc", other),)
                ),
                ReferenceFact(
                    (Reference("sscc", other),), (Reference("tracking", f"A3{together}"),)
                ),
            ]
            for batch in [names] if together else [[name] for name in names]:
                outcomes = self._record(self.wms, *batch)
                self.assertEqual({outcome.status for outcome in outcomes}, {"recorded"})
            with self.subTest(together=together):
                first, second = shipment.consignment_ids.sorted("sequence")
                self.assertFalse(first.package_ids)
                self.assertEqual(second.package_ids, self._package(other))
                numbers = set(self._package(other).reference_ids.mapped("normalised"))
                self.assertEqual(numbers, {other, f"A3{together}".upper()})
                self._state(self.carrier, ("tracking", f"A2{together}"), "delivered")
                self.assertEqual(self._package(other).phase, "delivered")

    def test_an_event_that_is_sent_again_once_its_number_is_known_happened_once(self):
        shipment = self._create_shipment()
        self._record(self.wms, self._names(shipment, ("tracking", "B1")))
        self._record(self.wms, self._names(shipment, ("client_ref", "ours")))
        told = replace(
            self._fact(shipment, "exception_raised", source_event_id="e1", reason="damaged"),
            references=(Reference("client_ref", "ours"), Reference("tracking", "B2")),
        )
        self._record(self.carrier, told)
        self.assertEqual(shipment.exception_ids.mapped("state"), ["open"])
        self._record(self.wms, self._names(shipment, ("tracking", "B2")))
        self._record(self.carrier, told)
        case = shipment.exception_ids.filtered(lambda case: case.state == "open")
        self.assertEqual(len(case), 1)
        self.assertEqual(case.event_id.consignment_id, shipment.consignment_ids[1])
        self.assertFalse(shipment._verify_state())

    def test_news_of_one_package_is_news_of_that_package(self):
        shipment = self._create_packed(FIRST, SECOND)
        [outcome] = self._state(self.carrier, ("sscc", FIRST), "delivered")
        event = self.env["logistics.milestone.event"].browse(outcome.event_id)
        self.assertEqual(event.package_id, self._package(FIRST))
        self.assertEqual(shipment.package_ids.mapped("phase"), ["delivered", "planning"])
        self.assertEqual(shipment.phase, "planning")
        self.assertFalse(shipment.delivered_at)

    def test_the_shipment_is_delivered_with_its_last_package(self):
        shipment = self._create_packed(FIRST, SECOND)
        self._record(
            self.carrier,
            self._fact(("sscc", FIRST), "delivered", 3),
            self._fact(("sscc", SECOND), "delivered", 8),
        )
        self.assertEqual(shipment.phase, "delivered")
        self.assertEqual(shipment.delivered_at, self._at(8).replace(tzinfo=None))

    def test_the_tracking_number_of_the_consignment_speaks_of_every_package(self):
        shipment = self._create_packed(FIRST, SECOND)
        self._record(self.wms, self._names(shipment, ("tracking", "1ZALL")))
        self._state(self.carrier, ("tracking", "1ZALL"), "delivered")
        self.assertEqual(set(shipment.package_ids.mapped("phase")), {"delivered"})
        self.assertEqual(shipment.phase, "delivered")

    def test_a_package_may_have_a_tracking_number_of_its_own(self):
        shipment = self._create_packed(FIRST, SECOND)
        by_package = self._names(shipment, ("tracking", "1ZONE"))
        by_package = by_package.__class__(
            (self._fact(("sscc", FIRST), "packed").references), by_package.assigns
        )
        self._record(self.wms, by_package)
        self._state(self.carrier, ("tracking", "1ZONE"), "delivered")
        self.assertEqual(self._package(FIRST).phase, "delivered")
        self.assertEqual(self._package(SECOND).phase, "planning")
        self.assertEqual(len(shipment.consignment_ids), 1)

    def test_the_same_news_of_two_packages_is_not_a_repetition(self):
        self._create_packed(FIRST, SECOND)
        outcomes = self._record(
            self.carrier,
            self._fact(("sscc", FIRST), "delivered", 3),
            self._fact(("sscc", SECOND), "delivered", 3),
            self._fact(("sscc", FIRST), "delivered", 3),
        )
        self.assertEqual([o.status for o in outcomes], ["recorded", "recorded", "duplicate"])

    def test_a_statement_that_names_two_packages_is_parked_with_the_reason(self):
        self._create_packed(FIRST, SECOND)
        both = self._fact(("sscc", FIRST), "delivered")
        both = both.__class__(
            both.references + self._fact(("sscc", SECOND), "delivered").references,
            "delivered",
            both.occurred_at,
        )
        [outcome] = self._record(self.carrier, both)
        self.assertEqual(outcome.status, "parked")
        self.assertIn("2 packages", outcome.explanation)

    def test_every_order_of_the_same_facts_gives_the_same_packages(self):
        facts = [
            (FIRST, "delivered", 5),
            (SECOND, "out_for_delivery", 4),
            (None, "dispatched", 1),
            (SECOND, "delivered", 9),
        ]
        results = set()
        for turn in range(len(facts)):
            shipment = self._create_shipment()
            # Numbers of their own for every turn: an SSCC names one package in the world.
            own = {FIRST: self._sscc(100 + turn), SECOND: self._sscc(200 + turn)}
            self._record(self.wms, self._names(shipment, *(("sscc", n) for n in own.values())))
            self.assertEqual(shipment.package_count, 2)
            for number, code, hours in facts[turn:] + facts[:turn]:
                system = self.wms if code == "dispatched" else self.carrier
                named = ("sscc", own[number]) if number else shipment
                self._record(system, self._fact(named, code, hours))
            results.add((shipment.phase, shipment.since, *shipment.package_ids.mapped("since")))
        self.assertEqual(len(results), 1, results)

    def test_the_queries_do_not_grow_with_the_packages(self):
        numbers = [[self._sscc(10 * n + m) for m in range(3)] for n in range(4)]
        shipments = [self._create_packed(*three) for three in numbers]

        def count(named, hour):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._record(
                self.carrier, *(self._fact(name, "arrived_at_hub", hour) for name in named)
            )
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        first = [("sscc", three[0]) for three in numbers]
        every = [("sscc", number) for three in numbers for number in three]
        count(first, 1)  # warm caches
        self.assertEqual(count(first, 2), count(every, 3))
        self.assertTrue(all(s.package_count == 3 for s in shipments))


@tagged("post_install", "-at_install", "logistics")
class TestPackageByHand(LogisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._create_user("clerk", "user")
        cls.shipment = cls._create_shipment()

    def _create_package(self, **values):
        return (
            self.env["logistics.package"]
            .with_user(self.clerk)
            .create({"consignment_id": self.shipment.consignment_ids.id, **values})
        )

    def test_a_clerk_enters_a_package_with_its_number(self):
        package = self._create_package(length_cm=120, width_cm=80, height_cm=100, weight=250)
        self.assertAlmostEqual(package.volume, 0.96)
        package.reference_ids = [
            (
                0,
                0,
                {
                    "shipment_id": self.shipment.id,
                    "consignment_id": self.shipment.consignment_ids.id,
                    "scheme": "sscc",
                    "value": FIRST,
                },
            )
        ]
        self._state(self.carrier, ("sscc", FIRST), "delivered")
        self.assertEqual(package.phase, "delivered")

    def test_a_volume_that_was_entered_stays(self):
        package = self._create_package(length_cm=10, width_cm=10, height_cm=10)
        package.volume = 0.5
        self.assertEqual(package.volume, 0.5)
        package.weight = 3
        self.assertEqual(package.volume, 0.5)

    def test_a_new_package_knows_what_was_said_of_all(self):
        self._state(self.wms, self.shipment, "picked")
        self.assertEqual(self._create_package().status_id.code, "picked")

    def test_the_state_of_a_package_is_not_set_by_hand(self):
        package = self._create_package()
        with self.assertRaises(AccessError):
            package.write({"phase": "delivered"})
        with self.assertRaises(AccessError):
            package.write({"consignment_id": self._create_shipment().consignment_ids.id})

    def test_a_package_that_left_cannot_be_taken_away_to_deliver_the_rest(self):
        first, second = self._create_package(), self._create_package()
        self._state(self.wms, self.shipment, "dispatched")
        with self.assertRaises(UserError):
            second.unlink()
        self.assertTrue(first.exists() and second.exists())

    def test_a_package_that_was_entered_by_mistake_is_deleted(self):
        kept, mistake = self._create_package(), self._create_package()
        mistake.unlink()
        self.assertEqual(self.shipment.package_ids, kept)

    def test_nothing_is_added_to_a_shipment_that_has_ended(self):
        self._state(self.carrier, self.shipment, "delivered")
        with self.assertRaises(UserError):
            self._create_package()

    def test_a_number_cannot_point_to_a_package_of_another_consignment(self):
        package = self._create_package()
        other = self._create_shipment()
        with self.assertRaises(ValidationError):
            self.env["logistics.reference"].with_user(self.clerk).create(
                {
                    "shipment_id": other.id,
                    "consignment_id": other.consignment_ids.id,
                    "package_id": package.id,
                    "scheme": "tracking",
                    "value": "1ZWRONG",
                }
            )

    def test_negative_measures_are_refused(self):
        with (
            self.assertRaises(errors.CheckViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self._create_package(weight=-1)


@tagged("post_install", "-at_install", "logistics")
class TestStockPackage(LogisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.picker = cls._create_user("picker")
        cls.picker.group_ids += cls.env.ref("stock.group_stock_user")
        cls.pallet = cls.env["stock.package.type"].create(
            {"name": "Pallet", "packaging_length": 1200, "width": 800, "height": 1000}
        )

    def _pack(self, picking, name=False):
        for move in picking.move_ids:
            move.quantity = move.product_uom_qty
        return picking.with_user(self.picker).action_put_in_pack(
            package_type_id=self.pallet.id, package_name=name
        )

    def test_what_is_packed_for_a_delivery_is_a_package_of_its_shipment(self):
        shipment = self._create_shipment(quantity=2)
        packed = self._pack(shipment.picking_ids, FIRST)
        package = shipment.package_ids
        self.assertEqual((package.stock_package_id, package.name), (packed, FIRST))
        self.assertEqual(package.reference_ids.scheme, "sscc")
        self.assertAlmostEqual(package.weight, 10.0)
        self.assertAlmostEqual(package.volume, 0.96)
        self.assertIn("Goods", package.contents)
        self.assertEqual(package.status_id.code, "created")

    def test_validating_the_transfer_makes_no_second_package(self):
        shipment = self._create_shipment(quantity=2)
        self._pack(shipment.picking_ids)
        package = shipment.package_ids
        package.contents = "Written by a person"
        shipment.picking_ids.move_ids.picked = True
        shipment.picking_ids.with_user(self.picker)._action_done()
        self.assertEqual(shipment.package_ids, package)
        self.assertEqual(package.contents, "Written by a person")

    def test_goods_that_were_unpacked_again_are_no_package(self):
        shipment = self._create_shipment(quantity=2)
        self._pack(shipment.picking_ids)
        shipment.picking_ids.move_line_ids.result_package_id = False
        shipment.picking_ids.move_ids.picked = True
        shipment.picking_ids._action_done()
        self.assertFalse(shipment.package_ids)

    def test_a_container_that_travels_again_keeps_its_number_with_the_first_journey(self):
        first, second = self._create_shipment(), self._create_shipment()
        package = self._pack(first.picking_ids, FIRST)
        for move in second.picking_ids.move_ids:
            move.quantity = move.product_uom_qty
        second.picking_ids.move_line_ids.result_package_id = package
        second.picking_ids._follow_packages()
        self.assertEqual(second.package_ids.stock_package_id, package)
        self.assertFalse(second.package_ids.reference_ids)
