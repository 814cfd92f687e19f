"""What nobody sets by hand, tried in every way in which a value gets into a record."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import LogisticsCase


@tagged("post_install", "-at_install", "logistics")
class TestGoverned(LogisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._create_user("governed-clerk", "user")
        cls.manager = cls._create_user("governed-manager", "manager")
        cls.admin = cls._create_user("governed-admin", "integration_admin")
        cls.shipment = cls._create_shipment()
        cls.abroad = cls.env["res.company"].create({"name": "Abroad"})
        cls.foreign = cls.env["logistics.shipment"].create({"company_id": cls.abroad.id})

    def test_a_default_of_ones_own_sets_no_governed_field(self):
        self.env["ir.default"].with_user(self.clerk).set(
            "logistics.shipment", "phase", "delivered", user_id=True
        )
        with self.assertRaisesRegex(AccessError, "cannot be set by hand"):
            self.env["logistics.shipment"].with_user(self.clerk).create({})

    def test_what_follows_from_other_fields_is_not_written(self):
        consignment = self.shipment.consignment_ids
        client = self.customer.id
        for record, values in (
            (consignment, {"company_id": self.abroad.id}),
            (consignment, {"client_id": client}),
            (consignment, {"name": "1ZANOTHER"}),
            (self.shipment.reference_ids[0], {"normalised": "1ZANOTHER"}),
        ):
            with self.subTest(values=values), self.assertRaises(AccessError):
                record.with_user(self.manager).write(values)

    def test_a_number_is_compared_as_it_is_written(self):
        numbers = self.env["logistics.reference"].with_user(self.clerk)
        given = {"shipment_id": self.shipment.id, "scheme": "bol", "value": "A-1"}
        with self.assertRaises(AccessError):
            numbers.create(given | {"normalised": "B2"})
        self.assertEqual(numbers.create(given).normalised, "A1")

    def test_nobody_gives_a_number_to_a_shipment_of_a_foreign_company(self):
        # News that a system of this company has of the number would go there.
        given = {"shipment_id": self.foreign.id, "scheme": "bol", "value": "A-1"}
        numbers = self.env["logistics.reference"].with_user(self.clerk)
        for values in (given, given | {"company_id": self.company.id}):
            with self.subTest(values=values), self.assertRaises(AccessError):
                numbers.create(values)

    def test_a_default_company_that_is_meant_for_another_model_is_ignored(self):
        numbers = self.env["logistics.reference"].with_user(self.clerk)
        number = numbers.with_context(default_company_id=self.abroad.id).create(
            {"shipment_id": self.shipment.id, "scheme": "bol", "value": "A-2"}
        )
        self.assertEqual(number.company_id, self.company)

    def test_the_number_by_which_people_state_facts_stays(self):
        with self.assertRaisesRegex(AccessError, "number of a shipment stays"):
            self.shipment.with_user(self.manager).name = "OTHER"

    # === Milestones === #

    def test_a_manager_does_not_change_what_a_milestone_means(self):
        delivered = self.env.ref("logistics_milestone_sync.milestone_delivered")
        hub = self.env.ref("logistics_milestone_sync.milestone_arrived_at_hub")
        for milestone, values in (
            (delivered, {"is_financial": False}),
            (delivered, {"terminal": False}),
            (delivered, {"code": "delivered_once"}),
            (hub, {"phase": "delivered"}),
        ):
            with self.subTest(values=values), self.assertRaisesRegex(AccessError, "cannot change"):
                milestone.with_user(self.manager).write(values)

    def test_a_manager_names_milestones_and_what_is_expected_next(self):
        hub = self.env.ref("logistics_milestone_sync.milestone_arrived_at_hub")
        hub.with_user(self.manager).write(
            {"name": "At the hub", "silence_hours": 9, "phase": hub.phase}
        )
        self.assertEqual((hub.name, hub.silence_hours), ("At the hub", 9))

    def test_a_milestone_of_ones_own_is_open_until_it_was_stated(self):
        milestones = self.env["logistics.milestone"].with_user(self.manager)
        weighed = milestones.create({"name": "Weighed in", "code": "weighed_in", "rank": 65})
        weighed.phase = "fulfilment"
        self.env["logistics.ownership.rule"].create(
            {"company_id": self.company.id, "system_kind": "wms"}
        )
        self._state(self.wms, self.shipment, "weighed_in")
        with self.assertRaisesRegex(AccessError, "cannot change"):
            weighed.phase = "delivered"

    # === Systems === #

    def test_nobody_makes_or_unmakes_the_voice_of_odoo(self):
        systems = self.env["logistics.system"]
        voice = systems._odoo_system(self.company)
        for user in (self.manager, self.admin):
            with self.subTest(user=user.login):
                with self.assertRaisesRegex(AccessError, "speaks for itself"):
                    voice.with_user(user).kind = "carrier"
                with self.assertRaisesRegex(AccessError, "speaks for itself"):
                    self.carrier.with_user(user).kind = "odoo"

    def test_a_system_that_was_heard_keeps_its_kind(self):
        self.other_carrier.with_user(self.admin).kind = "tms"  # nothing was heard from it yet
        self._state(self.carrier, self.shipment, "dispatched")
        with self.assertRaisesRegex(UserError, "has stated facts"):
            self.carrier.with_user(self.admin).kind = "wms"
        self.carrier.with_user(self.admin).write({"name": "Renamed", "kind": "carrier"})

    # === Parts that are missing === #

    def test_what_has_not_arrived_is_not_deleted_to_make_the_rest_the_whole(self):
        consignment = self.shipment.consignment_ids
        packages = self.env["logistics.package"].create([{"consignment_id": consignment.id}] * 2)
        self._record(self.wms, self._names(self.shipment, ("sscc", self._sscc(11))))
        self._state(self.carrier, ("sscc", self._sscc(11)), "delivered")
        waiting = packages.filtered(lambda package: package.phase == "planning")
        self.assertEqual(len(waiting), 1)
        with self.assertRaisesRegex(UserError, "count as the whole"):
            waiting.with_user(self.clerk).unlink()
        self.assertNotEqual(self.shipment.phase, "delivered")

    def test_a_consignment_of_a_shipment_that_has_left_is_not_deleted(self):
        second = self.env["logistics.consignment"].create({"shipment_id": self.shipment.id})
        second.with_user(self.manager).copy().unlink()
        self._state(self.carrier, self.shipment, "dispatched")
        with self.assertRaisesRegex(UserError, "count as the whole"):
            second.with_user(self.manager).unlink()

    # === What is shared between companies === #

    def test_who_works_for_one_company_enters_no_location_for_all(self):
        locations = self.env["logistics.location"].with_user(self.manager)
        with self.assertRaisesRegex(AccessError, "holds for every company"):
            locations.create({"name": "Everybody's", "company_id": False, "unlocode": "USNYC"})
        shared = self.env["logistics.location"].create({"name": "Shared", "company_id": False})
        with self.assertRaisesRegex(AccessError, "holds for every company"):
            shared.with_user(self.manager).unlocode = "USNYC"
        with self.assertRaisesRegex(AccessError, "holds for every company"):
            shared.with_user(self.manager).company_id = self.company

    # === Dialogues and overrides === #

    def test_a_file_on_its_way_is_seen_by_whoever_uploads_it(self):
        dialogue = (
            self.env["logistics.document.upload"]
            .with_user(self.clerk)
            .create({"shipment_id": self.shipment.id, "file": b"cHJvb2Y="})
        )
        with self.assertRaises(AccessError):
            dialogue.with_user(self.manager).read(["file"])

    def test_an_override_has_an_end_that_people_will_see(self):
        far = fields.Datetime.now() + timedelta(days=91)
        with self.assertRaisesRegex(UserError, "90 days at most"):
            self._ask_override(self.clerk, self.shipment, "out_for_delivery", valid_until=far)
