from odoo.tests import tagged

from odoo.addons.logistics_billing_rules.tests.common import BillingCase
from odoo.addons.logistics_carrier_connector.models.logistics_message_inbox import Arrival


@tagged("post_install", "-at_install", "logistics")
class TestDeadLetterMoney(BillingCase):
    """What nobody could read is weighed by the money that waits behind it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_agreement()
        cls.connection = cls.env["logistics.connection"].create(
            {
                "name": "Parcel",
                "system_id": cls.carrier.id,
                "mapping_id": cls.env["logistics.mapping"]
                .search([("code", "=", "generic_json")])
                .id,
                "verifier_kind": "bearer",
                "secret": "a-secret-of-the-tests",
            }
        )
        cls.connection.action_activate()

    def _dead(self, raw):
        self.env.flush_all()
        door = self.connection._find_door(self.connection.token)
        receipt = self.env["logistics.message"]._accept(
            Arrival(door, raw, {}, "application/json", "192.0.2.1")
        )
        message = self.env["logistics.message"].browse(receipt.message_id)
        message._process()
        self.assertEqual(message.state, "dead")
        return message

    def _held(self):
        """A delivered shipment whose proof is missing."""
        shipment = self._create_shipment()
        self._state(*self._delivery(shipment)[:2])
        self._run_lane()
        return shipment

    def test_an_unreadable_proof_weighs_what_its_shipment_holds(self):
        held = self._held()
        message = self._dead(f'{{"proof of": "{held.name}", '.encode())
        other = self._dead(b'{"proof of": "nobody-1", ')
        (message | other)._weigh()
        self.assertEqual(message.money_at_risk, 1029.9)
        self.assertEqual(other.money_at_risk, 0.0)

    def test_what_is_invoiced_weighs_nothing(self):
        held = self._create_shipment()
        message = self._dead(f'{{"proof of": "{held.name}", '.encode())
        self._deliver(held)
        message._weigh()
        self.assertEqual(message.money_at_risk, 0.0)

    def test_a_message_about_several_weighs_their_sum_with_one_look_at_the_money(self):
        several = [self._held() for _ in range(3)]
        names = " ".join(shipment.name for shipment in several)
        message = self._dead(f"{{{names}".encode())
        message._weigh()
        self.assertAlmostEqual(message.money_at_risk, 3 * 1029.9, places=2)
        shipments = self.env["logistics.shipment"].union(*several)
        self.env.flush_all()
        counts = []
        for some in (shipments[:1], shipments):
            self.env.invalidate_all()
            some._amounts_at_stake()  # what is looked up once per process
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some._amounts_at_stake()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])
