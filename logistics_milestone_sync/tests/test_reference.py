from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import LogisticsCase

RIGHT = "1Z999AA10123456784"
WRONG = "1Z999AA10123456785"


@tagged("post_install", "-at_install", "logistics")
class TestReference(LogisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shipment = cls._create_shipment()
        cls.clerk = cls._create_user("reference-clerk", "user")

    def _give(self, value, scheme="tracking", shipment=None, **values):
        return self.env["logistics.reference"].create(
            {
                "shipment_id": (shipment or self.shipment).id,
                "scheme": scheme,
                "value": value,
                **values,
            }
        )

    def test_a_person_who_mistypes_a_number_is_told_which_digit_was_expected(self):
        with self.assertRaisesRegex(ValidationError, "check digit should be 4 and is 5"):
            self._give_as_clerk(WRONG)
        self._give_as_clerk("1z 999 aa1 0123456784")

    def _give_as_clerk(self, value, scheme="tracking"):
        return (
            self.env["logistics.reference"]
            .with_user(self.clerk)
            .create({"shipment_id": self.shipment.id, "scheme": scheme, "value": value})
        )

    def test_a_person_who_corrects_a_number_is_checked_again(self):
        manager = self._create_user("reference-manager", "manager")
        reference = self._give_as_clerk("CSQU 305438-3", "container")
        with self.assertRaisesRegex(ValidationError, "should be 3 and is 8"):
            reference.with_user(manager).value = "CSQU 305438-8"

    def test_an_sscc_is_known_by_every_form_in_which_it_is_scanned(self):
        self._give_as_clerk("(00)106141411234567897", "sscc")
        for scanned in ("106141411234567897", "00106141411234567897", "1 0614141 123456789 7"):
            with self.subTest(scanned=scanned):
                [outcome] = self._state(self.carrier, ("sscc", scanned), "arrived_at_hub")
                self.assertEqual(outcome.shipment_id, self.shipment.id)

    def test_a_mistyped_number_that_a_system_assigns_is_rejected_with_the_reason(self):
        [outcome] = self._record(self.wms, self._names(self.shipment, ("tracking", WRONG)))
        self.assertEqual((outcome.status, outcome.shipment_id), ("rejected", self.shipment.id))
        self.assertIn("check digit should be 4 and is 5", outcome.explanation)
        self.assertFalse(self.shipment.tracking_refs)

    def test_one_order_may_name_several_shipments_in_one_batch_or_in_two(self):
        second, third = self._create_shipment(), self._create_shipment()
        for scheme, number in (("sale_order", "SO-EXT-7"), ("purchase_order", "PO-4711")):
            outcomes = self._record(
                self.wms,
                self._names(self.shipment, (scheme, number)),
                self._names(second, (scheme, number)),
                self._names(second, (scheme, number)),
            )
            outcomes += self._record(self.wms, self._names(third, (scheme, number)))
            with self.subTest(scheme=scheme):
                self.assertEqual(
                    [outcome.status for outcome in outcomes],
                    ["recorded", "recorded", "duplicate", "recorded"],
                )
                named = self.env["logistics.reference"].search([("normalised", "=", number)])
                self.assertEqual(named.shipment_id, self.shipment | second | third)
                self.assertEqual(len(named), 3)

    def test_a_name_that_a_shipment_got_in_this_very_batch_is_refused_to_another(self):
        second = self._create_shipment()
        _first, refused = self._record(
            self.wms,
            self._names(self.shipment, ("container", "CSQU 305438-3")),
            self._names(second, ("container", "CSQU 305438-3")),
        )
        self.assertEqual(refused.status, "rejected")
        self.assertIn("names another shipment", refused.explanation)

    def test_a_mistyped_number_is_looked_up_all_the_same(self):
        self._give(WRONG)  # a carrier printed it exactly so, and Odoo took it over
        [outcome] = self._state(self.carrier, ("tracking", WRONG), "arrived_at_hub")
        self.assertEqual(outcome.status, "recorded")
        [again] = self._record(self.wms, self._names(self.shipment, ("tracking", WRONG)))
        self.assertEqual(again.status, "duplicate", "a name that it has already")

    def test_when_nothing_answers_the_parked_fact_says_that_the_number_is_mistyped(self):
        [outcome] = self._state(self.carrier, ("tracking", WRONG), "delivered")
        self.assertEqual(outcome.status, "parked")
        parked = self.env["logistics.parked.fact"].search([("system_id", "=", self.carrier.id)])
        self.assertIn("check digit should be 4 and is 5", parked.explanation)

    def test_two_carriers_may_use_one_number_and_each_means_its_own(self):
        other = self._create_shipment()
        self._give("4711", "pro", system_id=self.carrier.id)
        self._give("4711", "pro", shipment=other, system_id=self.other_carrier.id)
        for system, shipment in ((self.carrier, self.shipment), (self.other_carrier, other)):
            with self.subTest(system=system.name):
                [outcome] = self._state(system, ("pro", "47-11"), "arrived_at_hub")
                self.assertEqual(outcome.shipment_id, shipment.id)
        [outcome] = self._state(self.wms, ("pro", "4711"), "dispatched")
        self.assertEqual(outcome.status, "parked", "a third speaker may mean either")

    def test_one_number_for_two_consignments_speaks_about_the_shipment(self):
        self._record(self.wms, self._names(self.shipment, ("tracking", "A1"), ("tracking", "A2")))
        first, second = self.shipment.consignment_ids
        for consignment in (first, second):
            self._give("B-7", "bol", consignment_id=consignment.id)
        self._state(self.carrier, ("bol", "B7"), "delivered")
        event = self.shipment.event_ids.filtered(lambda e: e.milestone_code == "delivered")
        self.assertFalse(event.consignment_id)
        self.assertEqual(self.shipment.phase, "delivered", "said of all of it")

    def test_one_issuer_gives_a_number_once(self):
        self._give("4711", "pro", system_id=self.carrier.id)
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self._give("47.11", "pro", shipment=self._create_shipment(), system_id=self.carrier.id)
