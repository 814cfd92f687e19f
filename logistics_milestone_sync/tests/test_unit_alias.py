from decimal import Decimal

from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.logistics_milestone_sync.core import units
from odoo.addons.logistics_milestone_sync.core.fact import ChargeFact
from odoo.addons.logistics_milestone_sync.core.reference import Reference

from .common import LogisticsCase


@tagged("post_install", "-at_install", "logistics")
class TestUnitAlias(LogisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.aliases = cls.env["logistics.unit.alias"]
        cls.kilogram = cls.env.ref("uom.product_uom_kgm")
        cls.pallet = cls.env.ref("logistics_milestone_sync.uom_pallet")

    def _alias(self, spelling, code, uom, system=None):
        return self.aliases.create(
            {
                "spelling": spelling,
                "code": code,
                "uom_id": uom.id,
                "system_id": system and system.id,
            }
        )

    def _uom(self, spelling, dimension=None, system=None):
        return self.aliases._uom_of(system or self.carrier, spelling, dimension)

    def _charge(self, shipment, unit, key="f1"):
        named = (Reference("shipment", shipment.name),)
        return ChargeFact(
            named,
            "buy",
            "storage",
            key,
            Decimal("12.50"),
            "USD",
            quantity=Decimal(3),
            unit=unit,
        )

    def test_the_common_spellings_mean_units_of_odoo(self):
        for spelling, xml_id in (
            ("lbs", "uom.product_uom_lb"),
            ("KGM", "uom.product_uom_kgm"),
            ("cbm", "uom.product_uom_cubic_meter"),
            ("pcs", "uom.product_uom_unit"),
            ("Pallets", "logistics_milestone_sync.uom_pallet"),
            ("days", "logistics_milestone_sync.uom_calendar_day"),
        ):
            with self.subTest(spelling=spelling):
                self.assertEqual(self._uom(spelling), (self.env.ref(xml_id), ""))

    def test_the_seeded_units_are_those_of_the_standard(self):
        seeded = self.aliases.search([("system_id", "=", False)])
        self.assertGreater(len(seeded), 25)
        for alias in seeded:
            with self.subTest(code=alias.code):
                self.assertEqual(alias.spelling, alias.code)
                self.assertFalse(self.aliases._mismatch(alias.uom_id, units.BY_CODE[alias.code]))

    def test_what_a_system_means_comes_before_what_everybody_means(self):
        carton = self.env.ref("logistics_milestone_sync.uom_carton")
        self._alias("PAL", "XCT", carton, system=self.carrier)
        self.assertEqual(self._uom("pal"), (carton, ""))
        self.assertEqual(self._uom("pal", system=self.other_carrier), (self.pallet, ""))

    def test_a_new_spelling_is_known_at_once(self):
        self.assertEqual(self._uom("stk"), (self.env["uom.uom"], "the unit 'stk' is not known"))
        self._alias("Stk.", "H87", self.env.ref("uom.product_uom_unit"), system=self.carrier)
        self.assertEqual(self._uom("stk")[0], self.env.ref("uom.product_uom_unit"))
        self.assertFalse(self._uom("stk", system=self.other_carrier)[0])

    def test_a_unit_of_another_dimension_is_refused_with_a_reason(self):
        self.assertEqual(self._uom("kgs", "mass"), (self.kilogram, ""))
        uom, refusal = self._uom("kgs", "time")
        self.assertFalse(uom)
        self.assertEqual(refusal, "'kgs' is a unit of mass, not of time")

    def test_a_unit_that_odoo_does_not_have_says_so(self):
        uom, refusal = self._uom("long tons", "mass")
        self.assertFalse(uom)
        self.assertEqual(refusal, "no unit of Odoo stands for LTN (long ton (UK))")

    def test_nobody_can_make_kilograms_hours(self):
        with self.assertRaisesRegex(ValidationError, "no unit of mass"):
            self._alias("kilo", "KGM", self.env.ref("uom.product_uom_hour"), self.carrier)

    def test_nobody_can_make_pounds_kilograms(self):
        with self.assertRaisesRegex(ValidationError, "2.205 times as much"):
            self._alias("pfund", "LBR", self.kilogram, self.carrier)

    def test_odoos_working_days_are_no_calendar_days(self):
        with self.assertRaisesRegex(ValidationError, "0.3333 times as much"):
            self._alias("tag", "DAY", self.env.ref("uom.product_uom_day"), self.carrier)

    def test_a_pallet_is_no_weight(self):
        with self.assertRaisesRegex(ValidationError, "it measures mass"):
            self._alias("pal.", "XPX", self.kilogram, self.carrier)

    def test_a_spelling_has_one_meaning_per_system(self):
        self._alias("Pal", "XPX", self.pallet, self.carrier)
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self._alias("PAL.", "XPX", self.pallet, self.carrier)

    def test_a_spelling_needs_something_to_compare(self):
        with self.assertRaises(ValidationError):
            self._alias(" . ", "XPX", self.pallet, self.carrier)

    def test_a_charge_takes_the_unit_that_its_system_states(self):
        shipment = self._create_shipment()
        [outcome] = self._record(self.carrier, self._charge(shipment, "Pallets"))
        charge = shipment.charge_ids
        self.assertEqual(outcome.status, "recorded")
        self.assertEqual((charge.quantity, charge.uom_id), (3, self.pallet))
        self.assertFalse(charge.explanation)

    def test_a_charge_in_an_unknown_unit_is_kept_and_says_so(self):
        shipment = self._create_shipment()
        [outcome] = self._record(self.carrier, self._charge(shipment, "parsec"))
        charge = shipment.charge_ids
        self.assertEqual((outcome.status, charge.amount), ("recorded", 12.5))
        self.assertFalse(charge.uom_id)
        self.assertEqual(charge.explanation, "Without a unit: the unit 'parsec' is not known.")

    def test_a_charge_without_a_unit_has_nothing_to_explain(self):
        shipment = self._create_shipment()
        self._record(self.carrier, self._charge(shipment, ""))
        self.assertFalse(shipment.charge_ids.uom_id or shipment.charge_ids.explanation)

    def test_looking_units_up_asks_the_database_once(self):
        self._uom("lbs")
        with self.assertQueryCount(0):
            for spelling in ("lbs", "kgs", "pallets", "parsec", "cbm"):
                self._uom(spelling)

    def test_the_list_shows_what_else_is_understood(self):
        pound = self.env.ref("logistics_milestone_sync.unit_alias_lbr")
        self.assertEqual((pound.dimension, pound.understood), ("mass", "lb, lbs, pound, pounds"))
