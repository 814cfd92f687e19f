from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .common import BillingCase


@tagged("post_install", "-at_install", "logistics")
class TestWhy(BillingCase, HttpCase):
    """“Why is this not invoiced?”, the same answer wherever it is asked."""

    def setUp(self):
        super().setUp()
        self.agreement = self._create_agreement()
        self.shipment = self._create_shipment((self.pump, 1))
        self.order = self.shipment.sale_order_ids
        self._run_lane()

    def _portal_user(self, customer, login):
        return new_test_user(
            self.env,
            login=login,
            groups="base.group_portal",
            partner_id=self.env["res.partner"]
            .create({"name": f"Buyer of {customer.name}", "parent_id": customer.id})
            .id,
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )

    def test_order_transfer_and_shipment_say_the_same(self):
        said = self.shipment.with_user(self.clerk).logistics_why
        self.assertRegex(said, f"^{self.shipment.name} waits for:\n- Delivered, owed by Carrier")
        self.assertIn("\n- Proof of delivery", said)
        for record in (self.order, self.shipment.picking_ids):
            self.assertEqual(record.with_user(self.clerk).logistics_why, said)
        self._deliver(self.shipment)
        for record in (self.order, self.shipment.picking_ids, self.shipment):
            self.assertFalse(record.with_user(self.clerk).logistics_why)

    def test_who_sells_reads_it_without_a_role_in_logistics(self):
        seller = new_test_user(
            self.env,
            login="why-seller",
            groups="sales_team.group_sale_salesman_all_leads",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        self.assertIn("Delivered", self.order.with_user(seller).logistics_why)

    def test_an_order_of_two_shipments_explains_both(self):
        other = self._create_shipment((self.pump, 1), ship=False)
        self._run_lane()
        other.sale_order_ids = self.order
        lines = self.order.logistics_why.splitlines()
        self.assertIn(f"{self.shipment.name} waits for:", lines)
        self.assertIn(f"{other.name} waits for:", lines)

    def test_our_own_systems_are_told_with_values(self):
        told = self.shipment._more_to_tell()[self.shipment.id]["billing"]
        self.assertEqual(len(told), 1)
        self.assertEqual((told[0]["state"], told[0]["amount_at_stake"]), ("waiting", "207.50"))
        self.assertEqual(told[0]["missing"][0]["needed"], "Delivered")
        self.assertEqual(told[0]["missing"][0]["owed_by"], "carrier")
        self.assertEqual(told[0]["why"], self.shipment.logistics_why)

    def test_telling_of_many_costs_as_many_queries_as_of_one(self):
        shipments = self.shipment.union(
            *(self._create_shipment((self.pump, 1)) for _number in range(5))
        )
        self._run_lane()
        self.assertLessEqual(self._queries(shipments), self._queries(self.shipment))

    def _queries(self, shipments):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.assertEqual(len(shipments._more_to_tell()), len(shipments))
        return self.env.cr.sql_log_count - before

    def test_the_customer_reads_on_his_order_what_is_awaited_and_nothing_more(self):
        self._state(self._exception(self.shipment))
        self._run_lane()
        self._portal_user(self.customer, "why-customer")
        self.authenticate("why-customer", "why-customer")
        page = self.url_open(f"/my/orders/{self.order.id}").text
        self.assertIn(
            f"The invoice of shipment {self.shipment.name} waits for that a problem with this "
            "delivery is solved, the delivery and the proof of delivery.",
            " ".join(page.split()),
        )
        for secret in ("Damaged", "Parcel Ltd", "owed by", "Customer service", "207.50"):
            self.assertNotIn(secret, page.split('id="logistics_why"')[1].split("</div>")[0])

    def test_the_customer_reads_nothing_once_it_is_invoiced_or_where_nothing_is_governed(self):
        self.assertTrue(self.order.logistics_why_for_customer)
        self._deliver(self.shipment)
        self.assertFalse(self.order.logistics_why_for_customer)
        other = self._create_shipment((self.pump, 1)).sale_order_ids
        self.env.cr.execute("UPDATE logistics_agreement SET state = 'draft'")
        self.env.invalidate_all()
        self._run_lane()
        self.assertFalse(other.logistics_why_for_customer)

    def test_nobody_reads_the_order_of_another_customer_nor_what_our_people_read(self):
        mine = self._portal_user(self.customer, "why-customer")
        stranger = self._portal_user(
            self.env["res.partner"].create({"name": "Quay Road", "is_company": True}), "why-other"
        )
        self.assertTrue(self.order.with_user(mine).logistics_why_for_customer)
        with self.assertRaises(AccessError):
            self.order.with_user(mine).read(["logistics_why"])
        with self.assertRaises(AccessError):
            self.order.with_user(stranger).read(["logistics_why_for_customer"])
        self.authenticate("why-other", "why-other")
        response = self.url_open(f"/my/orders/{self.order.id}")
        self.assertNotIn(self.shipment.name, response.text)
