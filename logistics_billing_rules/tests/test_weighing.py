from decimal import Decimal

from odoo.tests import tagged

from odoo.addons.logistics_milestone_sync.core.fact import AttributeFact
from odoo.addons.logistics_milestone_sync.core.reference import Reference
from odoo.addons.logistics_milestone_sync.core.weight import Weight

from .common import BillingCase, flat


@tagged("post_install", "-at_install", "logistics")
class TestWeighing(BillingCase):
    """Who changed what a shipment weighs, and when, stands beside the price by weight."""

    def _html(self, release, user=None):
        release.invalidate_recordset(["explanation_html"])
        return " ".join(release.with_user(user or self.preparer).explanation_html.split())

    def _weigh(self, shipment, weight, days):
        self._state(
            self._fact(
                shipment,
                "weight_validated",
                days,
                weight=Weight(Decimal(weight), "KGM"),
                source_event_id=f"weight-{weight}",
            )
        )

    def test_a_person_who_changes_the_declared_weight_is_named_with_what_it_was(self):
        self._create_agreement()
        release = self._deliver(self._create_shipment())
        release.shipment_id.with_user(self.clerk).weight = 40
        self._run_lane()
        for user in (self.clerk, self.preparer, self.approver, self.auditor):
            html = self._html(release, user)
            self.assertIn(
                f"Declared weight: 40 kg, changed from 34 kg by {self.clerk.name} on", html
            )

    def test_the_adjustment_that_follows_names_him_too(self):
        self._create_agreement()
        release = self._deliver(self._create_shipment())
        self.assertNotIn("changed from", self._html(release))
        # What was said before the invoice explains no change after it.
        self.env.cr.execute(
            "UPDATE logistics_release SET released_at = released_at - interval '1 minute'"
        )
        self.env.invalidate_all()
        release.shipment_id.with_user(self.clerk).weight = 40
        self._run_lane()
        self.assertIn(
            f"Declared weight: 40 kg, changed from 34 kg by {self.clerk.name} on",
            release.adjustment_ids.why,
        )

    def test_a_system_that_states_the_weight_is_named_and_not_the_user_it_works_as(self):
        self._create_agreement()
        shipment = self._create_shipment()
        warehouse = self.env["logistics.system"].create(
            {"name": "Our warehouse", "code": "wms", "kind": "wms"}
        )
        named = (Reference("shipment", shipment.name),)
        self._state(AttributeFact(named, "declared_weight", "36"), system=warehouse)
        release = self._deliver(shipment)
        self.assertIn("changed from 34 kg by Our warehouse on", self._html(release))

    def test_the_carrier_that_certified_a_weight_is_named_with_what_it_said_before(self):
        self._create_agreement(weight_source="certified")
        shipment = self._create_shipment()
        self._weigh(shipment, "35", 0.5)
        release = self._deliver(shipment)
        self.assertIn("Certified weight: 35 kg, by Parcel Ltd on", self._html(release))
        self._weigh(shipment, "37.5", 0.6)
        self.assertIn(
            "Certified weight: 37.5 kg, changed from 35 kg by Parcel Ltd on", self._html(release)
        )

    def test_where_no_price_depends_on_the_weight_nothing_is_said_of_it(self):
        self._create_agreement(rates=[flat(10)])
        release = self._deliver(self._create_shipment())
        release.shipment_id.with_user(self.clerk).weight = 40
        self.assertNotIn("Declared weight", self._html(release))

    def test_a_condition_about_the_weight_makes_it_matter(self):
        self._create_agreement(rates=[flat(10, condition="[('weight', '>', 30)]")])
        release = self._deliver(self._create_shipment())
        self.assertIn("Declared weight: 34 kg, by", self._html(release))
