"""Customer invoices of a batch of releases. Used by ``logistics.release._make_invoices`` only."""

from dataclasses import replace
from decimal import Decimal

from odoo import fields
from odoo.fields import Command

from ..core.settlement import settle


class InvoiceBatch:
    """Prepares the invoices of several releases so that they are created at once.

    Two releases may carry goods of one order line: what the first takes is gone for the second.
    """

    def __init__(self, judged):
        """:param dict judged: ``{release: evaluation.Judged}`` of the releases, in id order"""
        self.judged = judged
        self._open = {}
        self._prepared = []  # (release, vals)

    def make(self):
        """Create the drafts.

        :return: ``{release: account.move}``; a release with nothing to invoice gets an empty one
        """
        moves = {release: release.env["account.move"] for release in self.judged}
        for release in self.judged:
            self._prepare(release)
        by_company = {}
        for release, vals in self._prepared:
            by_company.setdefault(release.company_id, []).append((release, vals))
        for company, prepared in by_company.items():
            invoices = release.env["account.move"].with_company(company)
            created = invoices.with_context(default_move_type="out_invoice").create(
                [self._dated(release, vals) for release, vals in prepared]
            )
            for (owner, _vals), move in zip(prepared, created, strict=True):
                moves[owner] |= move
        return moves

    def _dated(self, release, vals):
        """With the day of today where it is posted next: Odoo works out the lines only once then.

        ``logistics.release._date`` sees to it that the day is that of the posting.
        """
        if self.judged[release].agreement.rule_ids[:1].invoicing != "posted":
            return vals
        return {"invoice_date": fields.Date.context_today(release)} | vals

    # === What goes on the invoices of one release === #

    def _prepare(self, release):
        what = self.judged[release]
        owed = settle(what.justified, what.invoiced).to_invoice
        charges = what.charges.filtered(lambda charge: f"charge/{charge.id}" in owed)
        orders = release.shipment_id.sale_order_ids.sorted("id")
        for order in orders:
            vals = self._of_order(release, order, what, owed, charges)
            if vals["invoice_line_ids"]:
                charges = charges.browse()  # freight once, on the first invoice
                self._prepared.append((release, vals))
        if charges:
            self._prepared.append((release, self._without_order(release, what, charges)))

    def _of_order(self, release, order, what, owed, charges):
        """Odoo's own preparation of the order, with what this shipment carries of it."""
        order = order.with_company(order.company_id)
        if order.partner_invoice_id.lang:
            order = order.with_context(lang=order.partner_invoice_id.lang)
        taken = self._take(order, what, owed)
        vals = order._prepare_invoice()
        own = {"logistics_shipment_id": release.shipment_id.id}
        lines = [
            line_vals
            for line in order.order_line
            if line in taken
            for line_vals in line._prepare_invoice_lines_vals_list(
                quantity=float(taken[line]), **own
            )
        ]
        if lines or order == release.shipment_id.sale_order_ids.sorted("id")[-1:]:
            lines += self._charge_lines(release, what, charges, order.currency_id)
        vals["invoice_line_ids"] = self._numbered(lines)
        return vals

    def _take(self, order, what, owed):
        """``{order line: quantity}`` of the goods that are owed and of services still open."""
        wanted = {
            line: owed[f"goods/{line.id}"]
            for line in what.quantities
            if line.order_id == order and f"goods/{line.id}" in owed
        }
        for line in order.order_line._logistics_services():
            wanted.setdefault(line, Decimal(str(line.qty_to_invoice)))
        taken = {}
        for line, quantity in wanted.items():
            still_open = self._open.setdefault(line.id, Decimal(str(max(line.qty_to_invoice, 0.0))))
            quantity = min(quantity, still_open)
            if quantity > 0:
                taken[line] = quantity
                self._open[line.id] -= quantity
        return taken

    def _without_order(self, release, what, charges):
        """An invoice of charges only: goods that are not ours to sell."""
        currency = charges[:1].currency_id
        lines = self._charge_lines(release, what, charges, currency)
        return {
            "move_type": "out_invoice",
            "partner_id": what.customer.id,
            "company_id": release.company_id.id,
            "currency_id": currency.id,
            "ref": release.name,
            "invoice_origin": release.name,
            "invoice_line_ids": self._numbered(lines),
        }

    def _charge_lines(self, release, what, charges, currency):
        product = what.agreement.rule_ids[:1].freight_product_id
        # What others stated has no price line and goes under the product of the terms.
        today = fields.Date.context_today(release)
        return [
            {
                "product_id": (charge.rate_id.product_id or product).id,
                "name": f"{charge.name} {release.name}"
                + (f" ({charge.explanation})" if charge.explanation else ""),
                "quantity": 1.0,
                "price_unit": charge.currency_id._convert(
                    charge.amount, currency, release.company_id, today
                ),
                "logistics_shipment_id": release.shipment_id.id,
                "logistics_charge_id": charge.id,
            }
            for charge in charges
        ]

    def _numbered(self, lines):
        return [
            Command.create(line | {"sequence": number})
            for number, line in enumerate(lines, start=1)
        ]


def with_charges(judged, live):
    """The same judgements after charges were made, revised or taken away.

    :param dict live: ``{release: all its live sell charges}``; others stay as they are
    """
    return {
        release: replace(what, charges=live[release]) if release in live else what
        for release, what in judged.items()
    }
