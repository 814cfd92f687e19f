"""From raw bytes to invoices: what messages say decides, not how they come."""

import json
import random
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from odoo.addons.logistics_billing_rules.tests.common import PER_KG
from odoo.addons.logistics_billing_rules.tests.test_any_order import SHUFFLES, Shuffled
from odoo.addons.logistics_billing_rules.tests.test_invoice_run import RunCase
from odoo.addons.logistics_carrier_connector.models.logistics_message_inbox import Arrival


@tagged("post_install", "-at_install", "logistics")
class TestAnyOrderOfMessages(Shuffled, RunCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connection = cls.env["logistics.connection"].create(
            {
                "name": "Parcel",
                "system_id": cls.carrier.id,
                "mapping_id": cls.env.ref(
                    "logistics_carrier_connector.logistics_mapping_canonical"
                ).id,
                "verifier_kind": "bearer",
                "secret": "a-secret-of-the-tests",
            }
        )
        cls.connection.action_activate()

    # === What is said === #

    def _item(self, shipment, milestone, days, number=0, **values):
        return {
            "event_id": f"{shipment.name}-{milestone}-{number}",
            "milestone": milestone,
            "occurred_at": (self.start + timedelta(days=days)).isoformat(),
            "references": [{"scheme": "shipment", "value": shipment.name}],
            **values,
        }

    def _items(self, shipment):
        """Everything about one shipment; a wrong proof is withdrawn, an exception closed."""
        return [
            self._item(shipment, "dispatched", 0.2),
            self._item(shipment, "out_for_delivery", 0.8),
            self._item(
                shipment,
                "exception_raised",
                0.9,
                reason="damaged",
                responsible_party="carrier",
            ),
            self._item(shipment, "exception_closed", 0.95),
            self._item(shipment, "delivered", 1.0),
            self._item(shipment, "pod_received", 0.5, proof={"signer": "Nobody"}),
            self._item(shipment, "pod_received", 1.0, number=1, proof={"signer": "Kim"}),
            self._item(shipment, "retracted", 1.5, retracts=f"{shipment.name}-pod_received-0"),
        ]

    def _messages(self, items, rng, repeats):
        """Bytes: the items in any order and any number per message; some come again."""
        items = items + rng.choices(items, k=repeats)
        rng.shuffle(items)
        messages = []
        while items:
            size = rng.randint(1, 4)
            messages.append(json.dumps({"events": items[:size]}).encode())
            items = items[size:]
        messages += rng.choices(messages, k=2)
        rng.shuffle(messages)
        return messages

    # === How it comes === #

    def _accept(self, raw):
        self.env.flush_all()
        door = self.connection._find_door(self.connection.token)
        return self.env["logistics.message"]._accept(
            Arrival(door, raw, {}, "application/json", "192.0.2.1")
        )

    def _work_off(self, waiting, rng):
        """Process what was accepted, in any order, and let the billing lane run."""
        rng.shuffle(waiting)
        messages = self.env["logistics.message"].browse(waiting)
        for message in messages.filtered(lambda message: message.state == "received"):
            message._process()
        self.assertEqual(set(messages.mapped("state")), {"processed"})
        self._run_lane()

    def _invoices_after(self, seed, repeats, terms):
        rng = random.Random(seed)
        self._at("2026-03-24 09:00")
        self._create_agreement(rates=[PER_KG], **terms)
        shipments = [
            self._create_shipment((self.pump, 3), (self.valve, 7)),
            self._create_shipment((self.pump, 1)),
        ]
        items = [item for shipment in shipments for item in self._items(shipment)]
        waiting = []
        for raw in self._messages(items, rng, repeats):
            waiting.append(self._accept(raw).message_id)
            if rng.random() < 0.2:
                self._work_off(waiting, rng)
                waiting = []
        if waiting:
            self._work_off(waiting, rng)
        self._at("2026-03-25 01:00")
        self._run_lane()
        states = {self._release_of(shipment).state for shipment in shipments}
        return states, self._books(shipments)

    OF_ONE = [(0, "Freight", 1.0, 21.34), (0, "Pump", 3.0, 567.0), (0, "Valve", 7.0, 171.5)]
    OF_OTHER = [(1, "Freight", 1.0, 18.5), (1, "Pump", 1.0, 189.0)]

    @settings(max_examples=6, **SHUFFLES)
    @given(st.integers(0, 10**6), st.integers(0, 6))
    def test_each_shipment_has_the_same_invoice_whatever_comes_first_or_twice(self, seed, repeats):
        found = self._example(self._invoices_after, seed, repeats, {})
        self.assertEqual(found, ({"released"}, sorted([self.OF_ONE, self.OF_OTHER])))

    @settings(max_examples=6, **SHUFFLES)
    @given(st.integers(0, 10**6), st.integers(0, 6))
    def test_their_week_has_the_same_invoice_whatever_comes_first_or_twice(self, seed, repeats):
        terms = self.WEEKLY | {"grace_hours": 48}
        found = self._example(self._invoices_after, seed, repeats, terms)
        self.assertEqual(found, ({"released"}, [self.OF_ONE + self.OF_OTHER]))
