from odoo.tests import Form, tagged

from .common import BillingCase


@tagged("post_install", "-at_install", "logistics")
class TestScreens(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement = cls._create_agreement()

    def test_an_order_its_transfer_and_its_shipment_say_why_they_are_not_invoiced(self):
        shipment = self._create_shipment()
        self._run_lane()
        order, picking = shipment.sale_order_ids, shipment.picking_ids
        for record in (order, picking, shipment):
            self.assertTrue(record.logistics_is_held)
            self.assertEqual(record.logistics_billing_status, "Waiting")
            action = record.action_open_logistics_releases()
            self.assertEqual(action["res_id"], self._release_of(shipment).id)
        self._deliver(shipment)
        for record in (order, picking, shipment):
            self.assertFalse(record.logistics_is_held)
            self.assertEqual(record.logistics_billing_status, "Released")

    def test_the_explanation_names_the_event_its_system_and_who_owes_the_rest(self):
        shipment = self._create_shipment()
        self._state(*self._delivery(shipment)[:2])
        self._run_lane()
        html = self._release_of(shipment).explanation_html
        delivered = shipment.event_ids.filtered(lambda e: e.milestone_code == "delivered")
        self.assertIn(f"Event #{delivered.id} of Parcel Ltd", " ".join(html.split()))
        self.assertIn("Carrier", html)

    def test_a_release_leads_to_its_invoice_shipment_and_orders(self):
        shipment = self._create_shipment()
        release = self._deliver(shipment)
        self.assertEqual(release.action_open_invoices()["res_id"], release.move_ids.id)
        self.assertEqual(release.action_open_shipment()["res_id"], shipment.id)
        self.assertEqual(release.action_open_orders()["res_id"], shipment.sale_order_ids.id)
        self.assertEqual(release.move_ids.logistics_release_count, 1)
        self.assertEqual(release.move_ids.action_open_logistics_releases()["res_id"], release.id)

    def test_forms_open_for_the_people_who_use_them(self):
        release = self._deliver(self._create_shipment())
        for user in (self.preparer, self.approver):
            Form(release.with_user(user))
            Form(self.agreement.with_user(user))
        with Form(self.env["logistics.agreement"].with_user(self.author)) as form:
            form.name = "New terms"
            with form.rule_ids.new():
                pass
            with form.rate_ids.new() as line:
                line.name = "Freight"
                line.rate = 12
                self.assertEqual(line.summary, "12 USD per shipment")
        self.assertEqual(
            form.record.rule_ids.trigger_ids.mapped("code"), ["delivered", "pod_received"]
        )

    def test_money_at_stake_is_summed_by_reason(self):
        self._create_shipment((self.pump, 1))
        self._create_shipment((self.pump, 2))
        self._run_lane()
        groups = self.env["logistics.release"]._read_group(
            [("company_id", "=", self.company.id)], ["reason_code"], ["amount_at_stake:sum"]
        )
        self.assertEqual(groups, [("delivered", 207.5 + 396.5)])
