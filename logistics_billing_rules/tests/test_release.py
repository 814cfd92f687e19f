from odoo.tests import tagged

from .common import BillingCase, flat


@tagged("post_install", "-at_install", "logistics")
class TestRelease(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement = cls._create_agreement()

    def test_proof_of_delivery_releases_goods_and_freight_on_one_posted_invoice(self):
        shipment = self._create_shipment((self.pump, 4), (self.valve, 10))
        release = self._deliver(shipment)
        invoice = release.move_ids
        self.assertEqual(release.state, "released")
        self.assertEqual((len(invoice), invoice.state), (1, "posted"))
        self.assertEqual(
            [
                (line.product_id, line.quantity, line.price_subtotal)
                for line in invoice.invoice_line_ids
            ],
            [
                (self.pump, 4.0, 756.0),
                (self.valve, 10.0, 245.0),
                # 4 × 6.5 + 10 × 0.8 = 34 kg × 0.85
                (self.agreement.rule_ids.freight_product_id, 1.0, 28.9),
            ],
        )
        self.assertEqual(invoice.invoice_line_ids.logistics_shipment_id, shipment)
        self.assertEqual(invoice.invoice_origin, shipment.sale_order_ids.name)
        self.assertEqual(release.amount_invoiced, 1029.9)
        self.assertEqual(release.amount_at_stake, 0.0)
        self.assertEqual(shipment.sale_order_ids.invoice_status, "invoiced")

    def test_a_light_shipment_pays_the_minimum_and_says_why(self):
        release = self._deliver(self._create_shipment((self.valve, 1)))
        charge = release.line_ids.charge_id
        self.assertEqual(charge.amount, 18.5)
        self.assertIn("Below the minimum", charge.explanation)
        self.assertEqual((charge.side, charge.source_kind), ("sell", "contract"))

    def test_before_the_proof_nothing_is_invoiced_and_the_release_says_who_owes_it(self):
        shipment = self._create_shipment()
        self._state(*self._delivery(shipment)[:2])
        self._run_lane()
        release = self._release_of(shipment)
        self.assertFalse(release.move_ids)
        self.assertEqual(
            (release.state, release.reason_code, release.owed_by),
            ("waiting", "pod_received", "carrier"),
        )
        self.assertEqual(release.missing_since, shipment.delivered_at)
        self.assertEqual(release.amount_at_stake, 1029.9)
        self.assertIn("Proof of delivery received", release.explanation_html)

    def test_a_release_exists_as_soon_as_the_shipment_does(self):
        shipment = self._create_shipment(ship=False)
        self._run_lane()
        release = self._release_of(shipment)
        self.assertEqual((release.state, release.reason_code), ("waiting", "delivered"))
        self.assertEqual(release.partner_id, self.customer)
        self.assertEqual(release.amount_at_stake, 1029.9)

    def test_the_same_facts_again_change_nothing(self):
        shipment = self._create_shipment()
        release = self._deliver(shipment)
        invoice, decisions = release.move_ids, release.decision_ids
        self._deliver(shipment)
        self._deliver(shipment)
        self.assertEqual(release.move_ids, invoice)
        self.assertEqual(release.decision_ids, decisions)

    def test_goods_that_left_odoo_later_are_waited_for(self):
        shipment = self._create_shipment(ship=False)
        self._state(*self._delivery(shipment))
        self.env.company.logistics_validate_on_dispatch = False
        self._run_lane()
        release = self._release_of(shipment)
        self.assertEqual((release.state, release.owed_by), ("waiting", "warehouse"))
        self._ship(shipment.picking_ids)
        self._run_lane()
        self.assertEqual(release.state, "released")
        self.assertEqual(release.amount_invoiced, 1029.9)

    def test_a_backorder_is_a_shipment_and_an_invoice_of_its_own(self):
        shipment = self._create_shipment((self.pump, 10), ship=False)
        self._ship(shipment.picking_ids, Pump=6.0)
        rest = shipment.sale_order_ids.logistics_shipment_ids - shipment
        first = self._deliver(shipment)
        self.assertEqual(first.line_ids.filtered("sale_line_id").quantity, 6.0)
        self._ship(rest.picking_ids)
        second = self._deliver(rest)
        self.assertEqual(second.line_ids.filtered("sale_line_id").quantity, 4.0)
        self.assertNotEqual(first.move_ids, second.move_ids)
        goods = (first | second).line_ids.filtered(lambda line: line.kind == "goods")
        self.assertEqual(sum(goods.mapped("amount")), 1890.0)

    def test_both_halves_of_an_order_in_one_run_share_its_open_quantity(self):
        shipment = self._create_shipment((self.pump, 10), ship=False)
        self._ship(shipment.picking_ids, Pump=6.0)
        rest = shipment.sale_order_ids.logistics_shipment_ids - shipment
        self._ship(rest.picking_ids)
        releases = self._deliver(shipment, rest)
        goods = releases.line_ids.filtered(lambda line: line.kind == "goods")
        self.assertEqual(sorted(goods.mapped("quantity")), [4.0, 6.0])
        self.assertEqual(shipment.sale_order_ids.order_line.qty_to_invoice, 0.0)

    def test_services_of_the_order_go_with_its_first_release_once(self):
        setup = self._create_product("Set-up", 90.0, type="service", invoice_policy="order")
        shipment = self._create_shipment((self.pump, 2), (setup, 1), ship=False)
        self._ship(shipment.picking_ids, Pump=1.0)
        rest = shipment.sale_order_ids.logistics_shipment_ids - shipment
        self._ship(rest.picking_ids)
        releases = self._deliver(rest) | self._deliver(shipment)
        services = releases.line_ids.filtered(lambda line: line.kind == "service")
        self.assertEqual((services.quantity, services.release_id.shipment_id), (1.0, rest))

    def test_a_product_invoiced_by_ordered_quantity_waits_for_its_shipment_too(self):
        prepaid = self._create_product("Prepaid", 50.0, invoice_policy="order", weight=1)
        release = self._deliver(self._create_shipment((prepaid, 3)))
        self.assertEqual(release.line_ids.filtered("sale_line_id").quantity, 3.0)

    def test_an_agreement_of_the_customer_comes_before_that_of_the_company(self):
        self._create_agreement(partner=self.customer, rates=[flat(7.0)])
        release = self._deliver(self._create_shipment())
        self.assertEqual(release.line_ids.charge_id.amount, 7.0)

    def test_without_freight_only_goods_are_invoiced(self):
        self._create_agreement(partner=self.customer, rates=())
        release = self._deliver(self._create_shipment())
        self.assertFalse(release.line_ids.charge_id)
        self.assertEqual(release.amount_invoiced, 1001.0)

    def test_an_agreement_may_leave_a_draft(self):
        self._create_agreement(partner=self.customer, invoicing="draft")
        release = self._deliver(self._create_shipment())
        self.assertEqual((release.state, release.move_ids.state), ("released", "draft"))

    def test_an_agreement_may_leave_the_release_to_finance(self):
        self._create_agreement(partner=self.customer, invoicing="manual")
        releases = self._deliver(self._create_shipment(), self._create_shipment())
        self.assertEqual(set(releases.mapped("state")), {"ready"})
        self.assertEqual(set(releases.mapped("amount_at_stake")), {1029.9})
        releases.with_user(self.preparer).action_release()
        self.assertEqual(set(releases.mapped("state")), {"released"})
        self.assertEqual(releases.prepared_by_id, self.preparer)
        self.assertEqual(set(releases.move_ids.mapped("state")), {"draft"})

    def test_releasing_in_bulk_leaves_alone_what_is_not_ready_and_says_why(self):
        self._create_agreement(partner=self.customer, invoicing="manual")
        ready, waiting = self._create_shipment(), self._create_shipment()
        releases = self._deliver(ready) | self._release_of(waiting)
        told = releases.with_user(self.preparer).action_release()["params"]["message"]
        self.assertEqual(self._release_of(ready).state, "released")
        self.assertEqual(self._release_of(waiting).state, "waiting")
        self.assertIn("1 released", told)
        self.assertIn(f"{waiting.name}: Delivered", told)

    def test_the_release_is_a_milestone_of_the_shipment_stated_once(self):
        shipment = self._create_shipment()
        self._deliver(shipment)
        self._run_lane()
        stated = shipment.event_ids.filtered(lambda event: event.system_id.kind == "odoo")
        self.assertEqual(
            sorted(stated.mapped("milestone_code")),
            ["charge_finalized", "created", "handed_over", "invoice_released"],
        )
        self.assertFalse(self._release_of(shipment).stale)

    def test_a_cancelled_delivery_has_nothing_to_invoice(self):
        shipment = self._create_shipment(ship=False)
        shipment.picking_ids.action_cancel()
        self._run_lane()
        self.assertEqual(self._release_of(shipment).state, "cancelled")

    def test_prices_in_another_currency_become_the_currency_of_the_order(self):
        eur = self.env.ref("base.EUR")
        eur.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": eur.id,
                "rate": 0.5,
                "name": "2020-01-01",
                "company_id": self.company.id,
            }
        )
        agreement = self._create_agreement(False, self.customer, rates=[flat(10)])
        agreement.with_user(self.author).currency_id = eur
        agreement.with_user(self.author).action_submit()
        self._approval_of(agreement).with_user(self.approver).action_approve()
        release = self._deliver(self._create_shipment((self.valve, 2)))
        freight = release.line_ids.filtered("charge_id")
        self.assertEqual((freight.charge_id.amount, freight.charge_id.currency_id), (10.0, eur))
        self.assertEqual((freight.amount, freight.currency_id), (20.0, self.currency))
        self.assertEqual(release.amount_invoiced, 69.0)
