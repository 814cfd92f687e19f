"""Any order, duplication and interleaving of the same facts gives the same invoice to the cent."""

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from .common import PER_KG, BillingCase
from .test_invoice_run import RunCase

SHUFFLES = {"deadline": None, "suppress_health_check": list(HealthCheck), "derandomize": True}


class Undone(Exception):
    """Leaves the savepoint of one example."""


class Shuffled:
    """What happens to shipments, as things to do in any order, and what the books say then."""

    def _told(self, shipment):
        """Everything that happens to one shipment: ``(what leads to an invoice, the rest)``.

        A wrong proof that was believed for a while may release the invoice early, and its
        withdrawal asks finance to look; the true proof settles it again.
        """
        dispatched, delivered, proved = self._delivery(shipment)
        wrong = f"wrong-{shipment.id}"
        early = [
            dispatched,
            delivered,
            self._fact(shipment, "pod_received", 0.5, source_event_id=wrong),
        ]
        late = [
            proved,
            self._fact(shipment, "retracted", 1.5, retracts=wrong),
            self._fact(shipment, "out_for_delivery", 0.8),
            self._fact(shipment, "delivery_attempted", 0.9),
            self._exception(shipment, 0.95),
            self._fact(shipment, "exception_closed", 0.97),
        ]

        def leave():
            self._ship(shipment.picking_ids.filtered(lambda picking: picking.state != "done"))

        early, late = ([lambda f=f: self._state(f) for f in facts] for facts in (early, late))
        return [*early, leave], late

    def _tell(self, shipments, seed, repeats, lanes):
        """Tell it in a random order, some of it again, with the billing lane in between.

        Every other time all that leads to an invoice comes first, and the lane: then it is early.
        """
        rng = random.Random(seed)
        stories = [self._told(shipment) for shipment in shipments]
        early, late = (
            [step for part in parts for step in part] for parts in zip(*stories, strict=True)
        )
        late += rng.choices(early + late, k=repeats)
        if seed % 2:
            early, late = [], early + late
        rng.shuffle(early)
        rng.shuffle(late)
        told = early + late
        pauses = {*rng.sample(range(len(told)), k=lanes), len(early) - 1}
        for position, step in enumerate(told):
            step()
            if position in pauses:
                self._run_lane()
        self._run_lane()

    def _books(self, shipments, state="posted"):
        """Per living invoice its lines, each with the place of its shipment among these."""
        places = {shipment: place for place, shipment in enumerate(shipments)}
        releases = self.env["logistics.release"].union(*map(self._release_of, shipments))
        invoices = releases.move_ids.filtered(lambda move: move.state == state)
        return sorted(
            sorted(
                (
                    places[line.logistics_shipment_id],
                    line.product_id.name,
                    line.quantity,
                    line.price_subtotal,
                )
                for line in invoice.invoice_line_ids
                if line.display_type == "product"
            )
            for invoice in invoices
        )

    def _example(self, body, *args):
        """What ``body`` finds, in a savepoint that is taken back."""
        found = None
        try:
            with self.env.cr.savepoint():
                found = body(*args)
                raise Undone
        except Undone:
            self.env.invalidate_all()
        return found


@tagged("post_install", "-at_install", "logistics")
class TestAnyOrder(Shuffled, BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_agreement()
        # Odoo would validate the transfer on dispatch; here the warehouse is one more actor.
        cls.company.logistics_validate_on_dispatch = False

    def _books_after(self, seed, repeats, lanes):
        shipment = self._create_shipment((self.pump, 3), (self.valve, 7), ship=False)
        self._tell([shipment], seed, repeats, lanes)
        release = self._release_of(shipment)
        return release.state, release.amount_invoiced, self._books([shipment])

    @settings(max_examples=12, **SHUFFLES)
    @given(st.integers(0, 10**6), st.integers(0, 6), st.integers(0, 3))
    def test_neither_order_nor_repetition_changes_the_invoice(self, seed, repeats, lanes):
        state, amount, books = self._example(self._books_after, seed, repeats, lanes)
        lines = [(0, "Freight", 1.0, 21.34), (0, "Pump", 3.0, 567.0), (0, "Valve", 7.0, 171.5)]
        self.assertEqual((state, amount, books), ("released", 759.84, [lines]))


@tagged("post_install", "-at_install", "logistics")
class TestAnyOrderCollected(Shuffled, RunCase):
    """The same with shared invoices: an order in two shipments, and another order."""

    OF_FIRST = [(0, "Freight", 1.0, 18.5), (0, "Pump", 2.0, 378.0)]
    OF_REST = [(1, "Freight", 1.0, 18.5), (1, "Pump", 1.0, 189.0)]
    OF_OTHER = [(2, "Freight", 1.0, 21.34), (2, "Pump", 3.0, 567.0), (2, "Valve", 7.0, 171.5)]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.logistics_validate_on_dispatch = False

    def _shipments(self):
        first = self._create_shipment((self.pump, 3), ship=False, client_order_ref="PO 1")
        self._ship(first.picking_ids, Pump=2.0)
        rest = first.sale_order_ids.logistics_shipment_ids - first
        lines = (self.pump, 3), (self.valve, 7)
        other = self._create_shipment(*lines, ship=False, client_order_ref="PO 1")
        return [first, rest, other]

    def _books_after(self, seed, repeats, lanes, invoicing):
        shipments = self._shipments()
        self._tell(shipments, seed, repeats, lanes)
        self._at("2026-03-25 01:00")
        self._run_lane()
        states = {self._release_of(shipment).state for shipment in shipments}
        return states, self._books(shipments, invoicing)

    def _assert_books(self, books, seed, repeats, lanes, invoicing="posted", **rule):
        """Whatever happens first, these invoices (each a list of lines) come out."""

        def example():
            self._at("2026-03-24 09:00")
            terms = {"rates": [PER_KG], "invoicing": invoicing, **rule}
            self._create_agreement(**terms)
            return self._books_after(seed, repeats, lanes, invoicing)

        states, found = self._example(example)
        self.assertEqual((states, found), ({"released"}, sorted(books)))

    @settings(max_examples=6, **SHUFFLES)
    @given(st.integers(0, 10**6), st.integers(0, 8), st.integers(0, 4))
    def test_a_week_is_one_invoice_of_the_same_lines(self, seed, repeats, lanes):
        self._assert_books(
            [self.OF_FIRST + self.OF_REST + self.OF_OTHER],
            seed,
            repeats,
            lanes,
            **(self.WEEKLY | {"grace_hours": 48}),
        )

    @settings(max_examples=6, **SHUFFLES)
    @given(st.integers(0, 10**6), st.integers(0, 8), st.integers(0, 4))
    def test_an_order_is_one_invoice_whichever_of_its_shipments_is_heard_first(
        self, seed, repeats, lanes
    ):
        books = [self.OF_FIRST + self.OF_REST, self.OF_OTHER]
        terms = {"invoice_per": "order", "invoice_period": "none"}
        self._assert_books(books, seed, repeats, lanes, **terms)

    @settings(max_examples=6, **SHUFFLES)
    @given(st.integers(0, 10**6), st.integers(0, 8), st.integers(1, 6))
    def test_a_draft_for_a_reference_is_one_however_often_something_is_missing_again(
        self, seed, repeats, lanes
    ):
        books = [self.OF_FIRST + self.OF_REST + self.OF_OTHER]
        terms = {"invoice_per": "reference", "invoice_period": "none"}
        self._assert_books(books, seed, repeats, lanes, invoicing="draft", **terms)
