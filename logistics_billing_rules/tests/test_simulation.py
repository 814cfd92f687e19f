from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import BillingCase, flat


@tagged("post_install", "-at_install", "logistics")
class TestSimulation(BillingCase):
    """A draft agreement shows what it would have invoiced, and invoices nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement = cls._create_agreement(rates=[flat(100)])

    def _draft(self, *rates, **values):
        """A new version of the agreement with other prices."""
        self.agreement.with_user(self.author).action_new_version()
        draft = self.env["logistics.agreement"].search([("previous_id", "=", self.agreement.id)])
        for line, amount in zip(draft.rate_ids, rates, strict=True):
            line.with_user(self.author).rate = amount
        draft.with_user(self.author).rule_ids.write(values)
        return draft

    def _simulate(self, agreement, weeks=4):
        simulation = (
            self.env["logistics.simulation"]
            .with_user(self.author)
            .create({"agreement_id": agreement.id, "weeks": weeks})
        )
        simulation.action_start()
        self._work()
        return simulation

    def _work(self):
        with self.enter_registry_test_mode():
            self.env.ref("logistics_billing_rules.ir_cron_simulation").method_direct_trigger()
        self.env.invalidate_all()

    def _rows(self, simulation):
        return {line.name: (line.amount_before, line.amount_after) for line in simulation.line_ids}

    def test_another_price_is_set_against_what_was_invoiced(self):
        shipment = self._create_shipment((self.pump, 2))
        release = self._deliver(shipment)
        simulation = self._simulate(self._draft(130))
        self.assertEqual(simulation.state, "done")
        self.assertEqual(
            self._rows(simulation), {"Freight": (100.0, 130.0), "Goods": (378.0, 378.0)}
        )
        self.assertEqual((simulation.amount_difference, simulation.changed_count), (30.0, 1))
        self.assertEqual((simulation.done_count, simulation.progress), (1, 100.0))
        self.assertEqual(simulation.line_ids.mapped("state_before"), ["released", "released"])
        self.assertEqual(release.state, "released")
        self.assertEqual(release.amount_invoiced, 478.0)
        self.assertEqual(len(release.move_ids), 1)

    def test_the_same_terms_make_no_difference(self):
        self._deliver(self._create_shipment(), self._create_shipment((self.pump, 1)))
        simulation = self._simulate(self._draft(100))
        self.assertEqual((simulation.amount_difference, simulation.changed_count), (0.0, 0))
        self.assertEqual(simulation.amount_after, simulation.amount_before)
        self.assertTrue(simulation.amount_after)

    def test_terms_that_wait_for_less_would_have_invoiced_more(self):
        shipment = self._create_shipment((self.pump, 2))
        self._state(*self._delivery(shipment)[:2])  # no proof of delivery
        self._run_lane()
        self.assertEqual(self._release_of(shipment).state, "waiting")
        delivered = self.env["logistics.milestone"].search([("code", "=", "delivered")])
        draft = self._draft(100, trigger_ids=[(6, 0, delivered.ids)])
        simulation = self._simulate(draft)
        self.assertEqual(self._rows(simulation), {"Freight": (0, 100.0), "Goods": (0, 378.0)})
        self.assertEqual(set(simulation.line_ids.mapped("state_after")), {"ready"})
        self.assertEqual(self._release_of(shipment).state, "waiting")
        self.assertFalse(shipment.charge_ids, "nothing was charged by it")

    def test_terms_that_wait_for_more_would_have_invoiced_less(self):
        self._deliver(self._create_shipment((self.pump, 2)))
        weighed = self.env["logistics.milestone"].search([("code", "=", "weight_validated")])
        simulation = self._simulate(self._draft(100, trigger_ids=[(4, weighed.id)]))
        self.assertEqual(simulation.amount_difference, -478.0)

    def test_it_covers_whom_the_agreement_would_cover(self):
        own = self.env["res.partner"].create({"name": "Own Terms", "is_company": True})
        self._create_agreement(partner=own, rates=[flat(50)])
        theirs = self._create_shipment((self.pump, 1), partner_id=own.id)
        others = self._create_shipment((self.pump, 1))
        self._deliver(theirs, others)
        general = self._simulate(self._draft(100))
        self.assertEqual(general.line_ids.shipment_id, others)
        special = self._create_agreement(approve=False, partner=own, rates=[flat(70)])
        simulation = self._simulate(special)
        self.assertEqual(simulation.line_ids.shipment_id, theirs)
        self.assertEqual(simulation.amount_difference, 20.0)
        freight = simulation.line_ids.filtered(lambda line: line.name == "Freight")
        self.assertEqual(sorted(freight.mapped("amount_before")), [0, 50.0])
        self.assertEqual(sorted(freight.mapped("amount_after")), [0, 70.0], "another price line")

    def test_the_approver_reads_the_result(self):
        self._deliver(self._create_shipment((self.pump, 2)))
        draft = self._draft(130)
        self._simulate(draft)
        draft.with_user(self.author).action_submit()
        self.assertRegex(self._approval_of(draft).note, r"1 shipments .*508.* instead of .*478")

    def test_a_result_belongs_to_the_terms_that_it_was_made_with(self):
        self._deliver(self._create_shipment((self.pump, 2)))
        draft = self._draft(130)
        simulation = self._simulate(draft)
        self.assertFalse(simulation.is_outdated)
        draft.rate_ids.with_user(self.author).rate = 140
        self.env.invalidate_all()
        self.assertTrue(simulation.is_outdated)
        draft.with_user(self.author).action_submit()
        self.assertNotIn("Simulated", self._approval_of(draft).note)

    def test_it_goes_on_where_it_stopped_and_can_be_cancelled(self):
        self._deliver(*(self._create_shipment((self.pump, 1)) for _n in range(3)))
        simulation = self.env["logistics.simulation"].create({"agreement_id": self._draft(130).id})
        simulation.action_start()
        self.assertEqual(simulation._step(), 3)
        self.assertEqual(simulation.shipment_count, 3)
        self.assertEqual((simulation.state, simulation.done_count), ("running", 3))
        simulation.action_cancel()
        self._work()
        self.assertEqual((simulation.state, simulation.done_count), ("cancelled", 3))
        with self.assertRaisesRegex(UserError, "started already"):
            simulation.action_start()

    def test_the_number_of_queries_does_not_depend_on_the_number_of_shipments(self):
        self._deliver(*(self._create_shipment((self.pump, 1)) for _n in range(6)))
        draft = self._draft(130)
        spent = []
        for count in (2, 6):
            simulation = self.env["logistics.simulation"].create({"agreement_id": draft.id})
            simulation.action_start()
            releases = self.env["logistics.release"].search(
                simulation._releases_domain(), order="id"
            )
            simulation.sudo().write({"reached": releases[-count].id - 1})
            self.env.flush_all()
            self.env.invalidate_all()
            begin = self.env.cr.sql_log_count
            self.assertEqual(simulation._step(), count)
            self.env.flush_all()
            spent.append(self.env.cr.sql_log_count - begin)
        self.assertLessEqual(spent[1], spent[0], "the first one also fills caches")

    def test_an_agreement_without_a_rule_cannot_be_simulated(self):
        empty = self.env["logistics.agreement"].with_user(self.author).create({"name": "Empty"})
        with self.assertRaisesRegex(ValidationError, "no billing rule"):
            self.env["logistics.simulation"].create({"agreement_id": empty.id})

    def test_finance_simulates_and_nobody_writes_the_result(self):
        self._deliver(self._create_shipment((self.pump, 2)))
        simulation = self._simulate(self._draft(130))
        self.assertTrue(simulation.with_user(self.auditor).line_ids.mapped("amount_after"))
        for user in (self.auditor, self.clerk):
            with self.assertRaises(AccessError):
                self.env["logistics.simulation"].with_user(user).create(
                    {"agreement_id": self.agreement.id}
                )
        with self.assertRaises(AccessError):
            simulation.line_ids.with_user(self.preparer).write({"amount_after": 1})
        with self.assertRaises(AccessError):
            simulation.with_user(self.preparer).write({"state": "new"})
