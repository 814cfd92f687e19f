from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import flat
from .test_invoice_run import RunCase


@tagged("post_install", "-at_install", "logistics")
class TestInvoiceHead(RunCase):
    """What stands in the head of an invoice, and on its lines."""

    def test_the_agreement_says_journal_terms_and_analytic_account(self):
        journal = self.env["account.journal"].create(
            {"name": "Freight", "code": "FRT", "type": "sale", "company_id": self.company.id}
        )
        terms = self.env.ref("account.account_payment_term_30days")
        plan = self.env["account.analytic.plan"].create({"name": "Lanes"})
        north, south = self.env["account.analytic.account"].create(
            [{"name": name, "plan_id": plan.id} for name in ("North", "South")]
        )
        self._create_agreement(
            rates=[flat(10.0)],
            journal_id=journal.id,
            payment_term_id=terms.id,
            analytic_distribution={str(north.id): 100},
        )
        shipment = self._create_shipment((self.pump, 1), (self.valve, 1))
        lines = shipment.sale_order_ids.order_line
        lines[0].analytic_distribution = {str(south.id): 100}
        invoice = self._deliver(shipment).move_ids
        self.assertEqual((invoice.journal_id, invoice.invoice_payment_term_id), (journal, terms))
        self.assertEqual(
            invoice.invoice_line_ids.mapped("analytic_distribution"),
            [{str(south.id): 100}, {str(north.id): 100}, {str(north.id): 100}],
        )

    def test_charges_go_where_all_lines_of_the_order_go(self):
        plan = self.env["account.analytic.plan"].create({"name": "Lanes"})
        account = self.env["account.analytic.account"].create({"name": "N", "plan_id": plan.id})
        self._create_agreement(rates=[flat(10.0)])
        shipment = self._create_shipment((self.pump, 1))
        shipment.sale_order_ids.order_line.analytic_distribution = {str(account.id): 100}
        freight = self._deliver(shipment).line_ids.filtered("charge_id").move_line_id
        self.assertEqual(freight.analytic_distribution, {str(account.id): 100})

    def _export(self):
        """A tax of a tenth, and a fiscal position that replaces it by nothing."""
        abroad = self.env["account.fiscal.position"].create(
            {"name": "Abroad", "company_id": self.company.id}
        )
        tenth = self.env["account.tax"].create(
            {"name": "Tenth", "amount": 10.0, "company_id": self.company.id}
        )
        self.env["account.tax"].create(
            {
                "name": "Export",
                "amount": 0.0,
                "company_id": self.company.id,
                "fiscal_position_ids": [Command.link(abroad.id)],
                "original_tax_ids": [Command.link(tenth.id)],
            }
        )
        return tenth, abroad

    def test_goods_and_charges_are_taxed_by_the_fiscal_position_of_the_order(self):
        tenth, abroad = self._export()
        pump = self._create_product("Taxed", 100.0, taxes_id=[Command.set(tenth.ids)])
        freight = self._create_product(
            "Taxed freight", 0.0, type="service", taxes_id=[Command.set(tenth.ids)]
        )
        self._agree(freight_product_id=freight.id)
        self._at("2026-03-19 09:00")
        inland = self._create_shipment((pump, 1))
        export = self._create_shipment((pump, 1), fiscal_position_id=abroad.id)
        releases = self._deliver(inland, export)
        self._at("2026-03-23 01:00")
        self._run_lane()
        invoices = [self._release_of(shipment).move_ids for shipment in (inland, export)]
        self.assertEqual([invoice.amount_untaxed for invoice in invoices], [110.0, 110.0])
        self.assertEqual([invoice.amount_tax for invoice in invoices], [11.0, 0.0])
        self.assertEqual(invoices[1].fiscal_position_id, abroad)
        self.assertEqual(set(releases.mapped("amount_invoiced")), {110.0}, "untaxed")

    def test_lines_say_which_delivery_they_are_for(self):
        self._create_agreement()
        shipment = self._create_shipment((self.pump, 1))
        line = self._deliver(shipment).line_ids.filtered("sale_line_id").move_line_id
        self.assertIn(f"Shipment {shipment.name}, delivered on 03/17/2026", line.name)
        self.assertEqual(line.logistics_delivery_date, fields.Date.to_date("2026-03-17"))
        with self.assertRaises(AccessError):
            line.with_user(self.preparer).write({"logistics_delivery_date": "2026-01-01"})

    def test_an_invoice_may_be_dated_by_its_delivery(self):
        self._create_agreement(dated_by="delivery")
        invoice = self._deliver(self._create_shipment()).move_ids
        self.assertEqual(invoice.invoice_date, fields.Date.to_date("2026-03-17"))
        self.assertEqual(invoice.date, invoice.invoice_date)

    def test_where_the_books_are_closed_it_is_dated_on_the_first_open_day_and_says_so(self):
        self._create_agreement(dated_by="delivery")
        self.company.fiscalyear_lock_date = "2026-03-31"
        shipment = self._create_shipment()
        release = self._deliver(shipment)
        self.assertEqual(release.move_ids.invoice_date, fields.Date.to_date("2026-04-01"))
        self.assertEqual(release.move_ids.state, "posted")
        self.assertRegex(release.reason, "Dated 04/01/2026 instead of 03/17/2026.*closed until")
        reason = release.reason
        self.env["logistics.release"]._mark_stale(shipment)
        self._run_lane()
        self.assertEqual(release.reason, reason, "and goes on saying so")

    def test_a_closed_tax_period_moves_it_and_one_closed_after_the_draft_is_respected(self):
        self._create_agreement(dated_by="delivery", invoicing="draft")
        self.company.tax_lock_date = "2026-03-20"
        self._at("2026-03-28 09:00")
        tax = self.env["account.tax"].create(
            {"name": "Tenth", "amount": 10.0, "company_id": self.company.id}
        )
        self.pump.taxes_id = tax
        draft = self._deliver(self._create_shipment((self.pump, 1))).move_ids
        self.assertEqual(draft.invoice_date, fields.Date.to_date("2026-03-21"))
        self.company.tax_lock_date = "2026-03-25"
        draft.with_user(self.approver).action_post()
        self.assertEqual(draft.state, "posted")
        self.assertGreater(draft.date, fields.Date.to_date("2026-03-25"))

    def test_the_date_of_the_delivery_is_the_one_that_was_stated(self):
        self._agree()
        self._at("2026-03-20 09:00")
        first, second = (self._create_shipment((self.valve, 1)) for _n in range(2))
        self._deliver(first)
        self._state(self._fact(second, "delivered", 2), self._fact(second, "pod_received", 2))
        self._run_lane()
        self._at("2026-03-23 01:00")
        self._run_lane()
        invoice = self._release_of(first).move_ids
        self.assertEqual(invoice.delivery_date, fields.Date.to_date("2026-03-18"), "the last one")
        days = invoice.invoice_line_ids.filtered("product_id").mapped("logistics_delivery_date")
        self.assertEqual({str(day) for day in days}, {"2026-03-17", "2026-03-18"})

    def _euro_shipment(self, **values):
        """An order in euros; a euro is worth 1 in the first half of March and 2 later."""
        eur = self.env.ref("base.EUR")
        eur.active = True
        for day, rate in (("2020-01-01", 1.0), ("2026-03-15", 0.5), ("2026-03-25", 0.25)):
            self.env["res.currency.rate"].create(
                {"currency_id": eur.id, "rate": rate, "name": day, "company_id": self.company.id}
            )
        euros = self.env["product.pricelist"].create({"name": "Euros", "currency_id": eur.id})
        shipment = self._create_shipment((self.valve, 1), pricelist_id=euros.id, **values)
        shipment.sale_order_ids.order_line.price_unit = 100.0
        return shipment

    def test_the_rate_is_of_the_day_that_the_agreement_says(self):
        for rate_by, rate in (("invoice", 0.25), ("delivery", 0.5), ("order", 1), ("fixed", 0.25)):
            with self.subTest(rate_by), self.env.cr.savepoint() as savepoint:
                day = "2026-03-26" if rate_by == "fixed" else False
                self._create_agreement(rates=[flat(10.0)], rate_by=rate_by, rate_day=day)
                shipment = self._euro_shipment(date_order="2026-03-10")
                shipment.sale_order_ids.date_order = "2026-03-10"
                release = self._deliver(shipment)
                self.assertEqual(release.move_ids.invoice_currency_rate, rate)
                self.assertEqual(release.move_ids.state, "posted")
                freight = release.line_ids.filtered("charge_id")
                self.assertEqual(freight.amount, 10.0 * rate)
                savepoint.rollback()

    def test_several_orders_in_one_shipment_pay_the_freight_once(self):
        self._create_agreement(rates=[flat(10.0)])
        shipment, other = self._create_shipment((self.pump, 1)), self._create_shipment()
        shipment.sudo().write(
            {
                "sale_order_ids": [Command.link(other.sale_order_ids.id)],
                "picking_ids": [Command.link(other.picking_ids.id)],
            }
        )
        other.sudo().active = False
        release = self._deliver(shipment)
        self.assertEqual(len(release.move_ids), 2, "an invoice for each order")
        self.assertEqual(len(release.line_ids.filtered("charge_id")), 1)
        self.assertEqual(release.amount_invoiced, 189.0 + 1001.0 + 10.0)
