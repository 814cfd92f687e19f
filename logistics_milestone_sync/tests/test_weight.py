from decimal import Decimal

from odoo.tests import tagged

from odoo.addons.logistics_milestone_sync.core.document import DocumentFact, sha256_of
from odoo.addons.logistics_milestone_sync.core.fact import Evidence
from odoo.addons.logistics_milestone_sync.core.reference import Reference
from odoo.addons.logistics_milestone_sync.core.weight import Weight

from .common import LogisticsCase


@tagged("post_install", "-at_install", "logistics")
class TestWeight(LogisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shipment = cls._create_shipment()

    def _weigh(self, system, value, named=None, unit="KGM", **values):
        return self._state(
            system,
            named or self.shipment,
            "weight_validated",
            weight=Weight(Decimal(value), unit),
            **values,
        )

    def test_declared_and_certified_weight_stand_side_by_side(self):
        self._weigh(self.carrier, "12")
        self.assertEqual((self.shipment.weight, self.shipment.certified_weight), (10.0, 12.0))
        self.assertAlmostEqual(self.shipment.weight_difference, 2.0)
        self.assertAlmostEqual(self.shipment.weight_difference_share, 0.2)

    def test_every_weighing_is_kept_with_who_made_it(self):
        self._weigh(self.carrier, "12", source_event_id="first")
        self._weigh(self.wms, "22.046", unit="LBR")
        self.assertEqual(self.shipment.weighing_ids.system_id, self.carrier | self.wms)
        pounds = self.shipment.weighing_ids.filtered(lambda e: e.system_id == self.wms)
        self.assertEqual((pounds.weight, pounds.weight_unit), (22.046, "LBR"))
        self.assertAlmostEqual(pounds.weight_kg, 10.0, 2)

    def test_a_weighing_points_to_its_certificate(self):
        content = b"%PDF-1.4 scale 7: 12.0 kg"
        certificate = DocumentFact(
            (Reference("shipment", self.shipment.name),), "weight_certificate", content=content
        )
        self._record(self.carrier, certificate)
        self._weigh(self.carrier, "12", evidence=Evidence(sha256=sha256_of(content)))
        self.assertEqual(self.shipment.weighing_ids.document_id, self.shipment.document_ids)

    def test_packages_that_were_weighed_one_by_one_are_added_up(self):
        numbers = (("sscc", "106141412345678908"), ("sscc", "106141412345678915"))
        self._record(self.wms, self._names(self.shipment, *numbers))
        self._weigh(self.carrier, "4", numbers[0])
        self.assertFalse(self.shipment.certified_weight, "half of it was weighed")
        self._weigh(self.carrier, "7", numbers[1])
        self.assertEqual(self.shipment.certified_weight, 11.0)

    def test_who_changes_the_declared_weight_is_seen(self):
        clerk = self._create_user("clerk", "user")
        self._state(self.wms, self.shipment, "dispatched")
        self.env.flush_all()
        self.shipment.with_user(clerk).weight = 15
        self.env.flush_all()
        self.env.cr.precommit.run()
        changed = self.shipment.message_ids.tracking_value_ids
        self.assertEqual((changed.old_value_float, changed.new_value_float), (10.0, 15.0))
        self.assertEqual(changed.mail_message_id.author_id, clerk.partner_id)

    def test_shipments_whose_weight_differs_are_found(self):
        same, unweighed = self._create_shipment(), self._create_shipment()
        self._weigh(self.carrier, "12")
        self._weigh(self.carrier, "10", same)
        three = self.shipment | same | unweighed
        Shipment = self.env["logistics.shipment"]
        differs = Shipment.search([("weight_differs", "=", True), ("id", "in", three.ids)])
        agrees = Shipment.search([("weight_differs", "=", False), ("id", "in", three.ids)])
        self.assertEqual((differs, agrees), (self.shipment, same | unweighed))
        self.assertEqual(three.mapped("weight_differs"), [True, False, False])
