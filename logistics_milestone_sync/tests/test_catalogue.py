from odoo.tests import tagged

from odoo.addons.logistics_milestone_sync.core.charge import CHARGE_TYPES, SIDES, default_owners
from odoo.addons.logistics_milestone_sync.core.ownership import CHARGE, FIELD, Topic, judge
from odoo.addons.logistics_milestone_sync.core.shipment_field import (
    FIELDS,
    INCOTERMS,
    TRANSPORT_MODES,
)
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

    def _owners(self, topic):
        """Kinds of systems that own it, best first."""
        rules = self.env["logistics.ownership.rule"]._rules_of(self.company)
        judged = {kind: judge(rules, topic, None, kind) for kind in SYSTEM_KINDS}
        owners = [kind for kind in SYSTEM_KINDS if judged[kind].verdict == "accept"]
        return tuple(sorted(owners, key=lambda kind: judged[kind].priority))

    def test_the_default_owners_of_charges_are_those_of_the_core(self):
        for charge_type in CHARGE_TYPES:
            for side in SIDES:
                with self.subTest(charge_type=charge_type, side=side):
                    topic = Topic(CHARGE, charge_type, side)
                    self.assertEqual(self._owners(topic), default_owners(charge_type, side))

    def test_the_default_owners_of_fields_are_those_of_the_vocabulary(self):
        for name, field in FIELDS.items():
            with self.subTest(field=name):
                self.assertEqual(self._owners(Topic(FIELD, name)), field.owners)

    def test_every_word_of_the_core_can_be_chosen(self):
        for model, field, words in (
            ("logistics.ownership.rule", "charge_type", CHARGE_TYPES),
            ("logistics.ownership.rule", "charge_side", SIDES),
            ("logistics.ownership.rule", "field_name", FIELDS),
            ("logistics.charge", "charge_type", CHARGE_TYPES),
            ("logistics.shipment", "transport_mode", TRANSPORT_MODES),
            ("logistics.shipment", "incoterm", INCOTERMS),
        ):
            with self.subTest(field=field):
                values = self.env[model]._fields[field].get_values(self.env)
                self.assertEqual(values, list(words))

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

    def test_a_rule_of_the_company_comes_before_the_shared_one_for_the_same(self):
        picked = self.env.ref("logistics_milestone_sync.milestone_picked")
        rule = {"company_id": self.company.id, "milestone_id": picked.id, "system_kind": "wms"}
        self.env["logistics.ownership.rule"].create(rule | {"verdict": "advisory"})
        [outcome] = self._state(self.wms, self._create_shipment(), "picked")
        self.assertEqual(outcome.status, "advisory")

    def test_a_rule_of_the_company_leaves_other_speakers_alone(self):
        picked = self.env.ref("logistics_milestone_sync.milestone_picked")
        rule = {"company_id": self.company.id, "milestone_id": picked.id, "system_kind": "tms"}
        self.env["logistics.ownership.rule"].create(rule)
        [outcome] = self._state(self.wms, self._create_shipment(), "picked")
        self.assertEqual(outcome.status, "recorded")
