from decimal import Decimal

from odoo.tests import tagged

from .common import BillingCase, flat


@tagged("post_install", "-at_install", "logistics")
class TestSupposed(BillingCase):
    """What would become of invoices if the facts were others; asking changes nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement = cls._create_agreement(rates=[flat(100)])

    def _ledger(self, shipments):
        return self.env["logistics.milestone.event"]._ledger_of(shipments.ids)

    def test_as_it_is_it_would_be_invoiced_as_it_was(self):
        shipment = self._create_shipment((self.pump, 2))
        release = self._deliver(shipment)
        [supposed] = shipment.sudo()._suppose(self._ledger(shipment)).values()
        self.assertEqual((supposed.milestone, supposed.release), ("delivered", "Ready"))
        self.assertEqual(supposed.amount, Decimal(str(release.amount_invoiced)))

    def test_without_its_delivery_nothing_would_be_invoiced(self):
        shipment = self._create_shipment((self.pump, 2))
        release = self._deliver(shipment)
        ledger = {
            id_: [e for e in events if e.milestone not in ("delivered", "pod_received")]
            for id_, events in self._ledger(shipment).items()
        }
        [supposed] = shipment.sudo()._suppose(ledger).values()
        self.assertEqual(supposed.amount, Decimal(0))
        self.assertNotEqual(supposed.release, "Ready")
        self.assertEqual((release.state, len(release.move_ids)), ("released", 1))
        self.assertEqual(release.amount_invoiced, 478.0)

    def test_the_number_of_queries_does_not_depend_on_the_number_of_shipments(self):
        shipments = self.env["logistics.shipment"].union(
            *(self._create_shipment((self.pump, 1)) for _n in range(6))
        )
        self._deliver(*shipments)
        spent = []
        for count in (2, 6):
            some = shipments[:count].sudo()
            ledger = self._ledger(some)
            self.env.flush_all()
            self.env.invalidate_all()
            begin = self.env.cr.sql_log_count
            self.assertEqual(len(some._suppose(ledger)), count)
            spent.append(self.env.cr.sql_log_count - begin)
        self.assertLessEqual(spent[1], spent[0], "the first one also fills caches")

    def test_what_is_not_invoiced_yet_is_at_stake(self):
        waiting, done = self._create_shipment((self.pump, 2)), self._create_shipment((self.pump, 1))
        self._deliver(done)
        self._state(*self._delivery(waiting)[:2])
        self._run_lane()
        amounts = (waiting | done).sudo()._amounts_at_stake()
        self.assertEqual(amounts[waiting.id], self._release_of(waiting).amount_at_stake)
        self.assertGreater(amounts[waiting.id], 0)
        self.assertFalse(amounts.get(done.id))
