from decimal import Decimal

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.base.tests.test_ir_cron import CronMixinCase
from odoo.addons.logistics_milestone_sync.core.fact import AttributeFact, ChargeFact, Statement
from odoo.addons.logistics_milestone_sync.core.reference import Reference

from .common import LogisticsCase


@tagged("post_install", "-at_install", "logistics")
class TestParkedFact(LogisticsCase, CronMixinCase):
    def _parked(self):
        return self.env["logistics.parked.fact"].search([("system_id", "=", self.carrier.id)])

    def test_an_unknown_number_is_parked_with_a_sentence(self):
        [outcome] = self._state(self.carrier, ("tracking", "1Z7"), "delivered")
        self.assertEqual(outcome.status, "parked")
        self.assertEqual(self._parked().explanation, "no shipment is called tracking 1Z7")

    def test_the_same_unknown_fact_is_parked_once(self):
        for _turn in range(3):
            self._state(self.carrier, ("tracking", "1Z7"), "delivered")
        self.assertEqual((len(self._parked()), self._parked().duplicate_count), (1, 2))

    def test_a_repeated_word_without_a_time_holds_from_when_it_was_heard_last(self):
        """What is counted while it waits must not make the word between the newest."""
        named = (Reference("tracking", "1Z7"),)
        for number, hour in ((1, 1), (2, 2), (1, 3)):
            stated = (
                AttributeFact(named, "package_count", str(number)),
                ChargeFact(named, "buy", "freight", "f1", Decimal(number), "USD"),
            )
            for system, said in zip((self.wms, self.carrier), stated, strict=True):
                statement = Statement(said, self._at(hour))
                self.env["logistics.shipment"]._record_facts(system, [statement])
        shipment = self._create_shipment()
        self._record(self.wms, self._names(shipment, ("tracking", "1Z7")))
        self.env["logistics.parked.fact"]._matchable()._rematch()
        self.assertEqual(shipment.declared_packages, 1)
        self.assertEqual(shipment.charge_ids.amount, 1.0)

    def test_several_shipments_under_one_name_park_and_are_never_guessed(self):
        for _turn in range(2):
            self._create_shipment(client_order_ref="PO-5")
        [outcome] = self._state(self.carrier, ("purchase_order", "po-5"), "delivered")
        self.assertEqual(outcome.status, "parked")
        self.assertIn("2 shipments", self._parked().explanation)

    def test_a_parked_fact_finds_its_shipment_once_it_has_the_number(self):
        self._state(self.carrier, ("tracking", "1Z7"), "delivered", "pod_received")
        shipment = self._create_shipment()
        self._record(self.wms, self._names(shipment, ("tracking", "1z-7")))
        self.assertEqual(self.env["logistics.parked.fact"]._matchable(), self._parked())
        self._parked()._rematch()
        self.assertEqual(set(self._parked().mapped("state")), {"matched"})
        self.assertEqual(shipment.phase, "delivered")
        event = shipment.event_ids.filtered(lambda e: e.milestone_code == "delivered")
        self.assertEqual(event.received_at, self._at(100).replace(tzinfo=None))

    def test_the_new_number_wakes_the_matching(self):
        self._state(self.carrier, ("tracking", "1Z7"), "delivered")
        shipment = self._create_shipment()
        cron = self.env.ref("logistics_milestone_sync.ir_cron_rematch")
        with self.capture_triggers(cron.id) as triggers:
            self._record(self.wms, self._names(shipment, ("tracking", "1Z7")))
        self.assertEqual(len(triggers.records), 1)

    def test_trying_again_without_a_shipment_leaves_the_fact_parked(self):
        self._state(self.carrier, ("tracking", "1Z7"), "delivered")
        admin = self._create_user("integration", "integration_admin")
        self._parked().with_user(admin).action_rematch()
        self.assertEqual((len(self._parked()), self._parked().state), (1, "parked"))

    def test_a_fact_that_cannot_be_read_any_more_does_not_stop_the_others(self):
        self._state(self.carrier, ("tracking", "1Z7"), "delivered", "pod_received")
        unreadable = self._parked().filtered(lambda row: row.milestone_code == "delivered")
        unreadable.fact = '{"kind": "rumour"}'
        shipment = self._create_shipment()
        self._record(self.wms, self._names(shipment, ("tracking", "1Z7")))
        self._parked()._rematch()
        self.assertEqual(unreadable.state, "parked")
        self.assertIn("can no longer be read", unreadable.explanation)
        self.assertTrue(shipment.pod_at)

    def test_dismissing_needs_a_reason(self):
        self._state(self.carrier, ("tracking", "1Z7"), "delivered")
        manager = self._create_user("boss", "manager")
        parked = self._parked().with_user(manager)
        with self.assertRaises(UserError):
            parked.action_dismiss()
        parked.dismiss_reason = "Number of another company"
        parked.action_dismiss()
        self.assertEqual(parked.state, "dismissed")
