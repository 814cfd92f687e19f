import re
from base64 import b64decode

from lxml import html

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.logistics_milestone_sync.core.fact import DocumentFact
from odoo.addons.logistics_milestone_sync.core.reference import Reference

from .common import BillingCase

_INVOICE = "account.account_invoices"
_ANNEX = "logistics_billing_rules.action_report_annex"


@tagged("post_install", "-at_install", "logistics")
class TestAnnex(BillingCase):
    def _text(self, report, moves, user=None):
        """What a report says, as people read it, without line breaks."""
        reports = self.env["ir.actions.report"].with_user(user or self.env.user)
        content, _kind = reports._render_qweb_html(report, moves.ids)
        return re.sub(r"\s+", " ", html.fromstring(content).text_content())

    def test_it_says_what_was_delivered_what_happened_and_what_each_line_is_for(self):
        self._create_agreement()
        shipment = self._create_shipment(client_order_ref="PO 4711")
        invoice = self._deliver(shipment).move_ids
        text = self._text(_ANNEX, invoice, self.preparer)
        for said in (
            f"Annex to {invoice.name}",
            f"Shipment {shipment.name}",
            "your reference PO 4711",
            "signed by Kim",
            "Proof of delivery received",
            "Parcel Ltd",
            "Pump",
            "34 kg",  # how the freight came about
            "1,029.90",
        ):
            self.assertIn(said, text)
        for told in ("Invoice released", "Shipment created"):
            self.assertNotIn(told, text, "what is ours alone is nobody's news")

    def test_its_parts_are_all_lines_of_the_invoice_and_add_up_to_it(self):
        self._create_agreement(invoice_per="order")
        shipment = self._create_shipment((self.pump, 10), ship=False)
        self._ship(shipment.picking_ids, Pump=6.0)
        rest = shipment.sale_order_ids.logistics_shipment_ids - shipment
        self._ship(rest.picking_ids)
        invoice = self._deliver(shipment, rest).move_ids
        annex = invoice._logistics_annex()
        parts = annex["shipments"]
        self.assertEqual([part["shipment"] for part in parts], [shipment, rest])
        total = sum(part["subtotal"] for part in parts)
        total += sum(annex["others"].mapped("price_subtotal"))
        self.assertEqual(invoice.currency_id.compare_amounts(total, invoice.amount_untaxed), 0)

    def test_a_line_that_is_for_no_shipment_is_shown_by_itself(self):
        self._create_agreement(invoicing="draft")
        invoice = self._deliver(self._create_shipment((self.pump, 1))).move_ids
        invoice.invoice_line_ids = [(0, 0, {"name": "Pallets", "price_unit": 5.0})]
        annex = invoice._logistics_annex()
        self.assertEqual(annex["others"].name, "Pallets")
        self.assertIn("Not for a single shipment", self._text(_ANNEX, invoice))

    def test_the_proof_names_its_document_and_shows_its_picture(self):
        self._create_agreement()
        shipment = self._create_shipment()
        picture = b64decode(self.env.company._get_logo())
        self._state(
            DocumentFact(
                (Reference("shipment", shipment.name),),
                "proof_of_delivery",
                number="POD 88",
                content=picture,
                file_name="proof.png",
            )
        )
        invoice = self._deliver(shipment).move_ids
        document = shipment.document_ids
        self.assertEqual(document.media_type, "image/png")
        [part] = invoice._logistics_annex()["shipments"]
        self.assertEqual(part["proof"]["document"], document.name)
        self.assertIn("POD 88", self._text(_ANNEX, invoice, self.preparer))
        self.assertIn(document.sha256[:16], self._text(_ANNEX, invoice))
        content, _kind = self.env["ir.actions.report"]._render_qweb_html(_ANNEX, invoice.ids)
        [shown] = html.fromstring(content).xpath("//img[@alt='Proof of delivery']/@src")
        self.assertEqual(b64decode(shown.partition("base64,")[2]), picture)

    def test_a_proof_that_was_withdrawn_is_not_shown(self):
        self._create_agreement()
        shipment = self._create_shipment()
        invoice = self._deliver(shipment).move_ids
        self._state(self._fact(shipment, "retracted", 3, retracts=f"pod-{shipment.id}"))
        self.assertNotIn("signed by Kim", self._text(_ANNEX, invoice))

    def test_it_follows_the_invoice_where_the_agreement_wants_it(self):
        self._create_agreement()
        plain = self._deliver(self._create_shipment()).move_ids
        self._create_agreement(partner=self.customer, annex=True)
        with_annex = self._deliver(self._create_shipment()).move_ids
        self.assertNotIn("What happened", self._text(_INVOICE, plain))
        text = self._text(_INVOICE, with_annex, self.preparer)
        self.assertIn("What happened", text)
        self.assertIn(f"Annex to {with_annex.name}", text)

    def test_who_may_not_read_the_invoice_does_not_read_its_annex(self):
        self._create_agreement()
        invoice = self._deliver(self._create_shipment()).move_ids
        stranger = self._create_user("nobody", "integration_admin")
        with self.assertRaises(AccessError):
            invoice.with_user(stranger)._logistics_annex()

    def test_an_invoice_without_shipments_has_none(self):
        invoice = self.env["account.move"].create(
            {"move_type": "out_invoice", "partner_id": self.customer.id}
        )
        with self.assertRaisesRegex(UserError, "for a shipment"):
            invoice.action_print_logistics_annex()
