from odoo.tests import tagged

from odoo.addons.logistics_milestone_sync.core.ownership import judge
from odoo.addons.logistics_milestone_sync.core.vocabulary import MILESTONES, SYSTEM_KINDS

from .common import LogisticsCase


@tagged("post_install", "-at_install", "logistics")
class TestCatalogue(LogisticsCase):
    def test_the_data_says_what_the_vocabulary_says(self):
        catalogue = self.env["logistics.milestone"]._catalogue()
        for milestone in MILESTONES:
            with self.subTest(milestone=milestone.code):
                _id, stored = catalogue[milestone.code]
                self.assertEqual(
                    (stored.rank, stored.phase, stored.categories, stored.terminal),
                    (milestone.rank, milestone.phase, milestone.categories, milestone.terminal),
                )

    def test_the_default_owners_are_those_of_the_vocabulary(self):
        rules = self.env["logistics.ownership.rule"]._rules_of(self.company)
        for milestone in MILESTONES:
            owners = {
                kind
                for kind in SYSTEM_KINDS
                if judge(rules, milestone.code, 0, kind).verdict == "accept"
            }
            self.assertEqual(owners, set(milestone.owners), milestone.code)

    def test_every_kind_of_system_can_be_chosen(self):
        kinds = self.env["logistics.system"]._fields["kind"].get_values(self.env)
        self.assertEqual(kinds, list(SYSTEM_KINDS))

    def test_a_new_milestone_is_known_at_once(self):
        self.env["logistics.milestone"].create(
            {"name": "Weighed in", "code": "weighed_in", "phase": "fulfilment", "rank": 65}
        )
        self.env["logistics.ownership.rule"].create(
            {"company_id": self.company.id, "system_kind": "wms"}
        )
        shipment = self._create_shipment()
        self._state(self.wms, shipment, "weighed_in")
        self.assertEqual(shipment.status_id.code, "weighed_in")

    def test_a_rule_of_the_company_takes_the_place_of_the_shared_ones(self):
        picked = self.env["logistics.milestone"].search([("code", "=", "picked")])
        self.env["logistics.ownership.rule"].create(
            {"company_id": self.company.id, "milestone_id": picked.id, "system_kind": "tms"}
        )
        [outcome] = self._state(self.wms, self._create_shipment(), "picked")
        self.assertEqual(outcome.status, "advisory")
