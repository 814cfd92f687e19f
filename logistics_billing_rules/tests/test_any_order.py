"""Any order, duplication and interleaving of the same facts gives the same invoice to the cent."""

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from .common import BillingCase


class _Undone(Exception):
    """Leaves the savepoint of one example."""


@tagged("post_install", "-at_install", "logistics")
class TestAnyOrder(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_agreement()
        # Odoo would validate the transfer on dispatch; here the warehouse is one more actor.
        cls.company.logistics_validate_on_dispatch = False

    def _told(self, shipment):
        """Everything that happens to one shipment, as things to do in any order."""
        facts = [
            *self._delivery(shipment),
            self._fact(shipment, "out_for_delivery", 0.8),
            self._fact(shipment, "delivery_attempted", 0.9),
            self._exception(shipment, 0.95),
            self._fact(shipment, "exception_closed", 0.97),
            self._fact(shipment, "pod_received", 0.5, source_event_id="wrong"),
            self._fact(shipment, "retracted", 1.5, retracts="wrong"),
        ]
        return [lambda fact=fact: self._state(fact) for fact in facts] + [
            lambda: self._ship(shipment.picking_ids.filtered(lambda p: p.state != "done")),
        ]

    def _books_after(self, rng, repeats, lanes):
        """Tell the story in a random order; what the books say afterwards."""
        shipment = self._create_shipment((self.pump, 3), (self.valve, 7), ship=False)
        story = self._told(shipment)
        told = story + rng.choices(story, k=repeats)
        rng.shuffle(told)
        pauses = set(rng.sample(range(len(told)), k=lanes))
        for position, step in enumerate(told):
            step()
            if position in pauses:
                self._run_lane()
        self._run_lane()
        release = self._release_of(shipment)
        posted = release.move_ids.filtered(lambda move: move.state == "posted")
        return (
            release.state,
            release.amount_invoiced,
            sorted(
                (line.product_id.name, line.quantity, line.price_subtotal)
                for line in posted.invoice_line_ids
            ),
        )

    @settings(
        max_examples=12,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    @given(st.integers(0, 10**6), st.integers(0, 6), st.integers(0, 3))
    def test_neither_order_nor_repetition_changes_the_invoice(self, seed, repeats, lanes):
        outcome = None
        try:
            with self.env.cr.savepoint():
                outcome = self._books_after(random.Random(seed), repeats, lanes)
                raise _Undone
        except _Undone:
            self.env.invalidate_all()
        state, amount, lines = outcome
        self.assertEqual(
            lines, [("Freight", 1.0, 21.34), ("Pump", 3.0, 567.0), ("Valve", 7.0, 171.5)]
        )
        self.assertEqual(amount, 759.84)
        # A wrong proof that was believed for a while may have released the invoice early, and its
        # withdrawal asked finance to look; the true proof settles it again.
        self.assertEqual(state, "released")
