"""Customer invoices of a batch of releases. Used by ``logistics.release._make_invoices`` only."""

from dataclasses import replace
from decimal import Decimal

from odoo import fields

from ..core.settlement import settle
from .down_payment import DownPayments
from .draft import Draft, Part


class InvoiceBatch:
    """Prepares the invoices of several releases so that they are created at once.

    Two releases may carry goods of one order line: what the first takes is gone for the second.
    """

    def __init__(self, judged, run=None):
        """
        :param dict judged: ``{release: evaluation.Judged}`` of the releases, in id order
        :param run: the invoice run that they are the releases of, if they are
        """
        self.judged = judged
        self.run = run
        self.notes = {}  # {release: what there is to say about its invoice}
        self._open = {}
        self._down_payments = DownPayments(self._open)
        self._drafts = {}  # by what shares an invoice

    def make(self):
        """Create the drafts.

        As in Odoo, what is negative in the end becomes a credit note: an order whose down payment
        was more than all that was delivered.

        :return: ``{release: account.move}``; a release with nothing to invoice gets an empty one
        """
        moves = {release: release.env["account.move"] for release in self.judged}
        self.notes = dict.fromkeys(self.judged, "")
        for release in self.judged:
            self._prepare(release)
        by_company = {}
        for draft in self._drafts.values():
            by_company.setdefault(draft.company, []).append(draft)
        for company, drafts in by_company.items():
            invoices = company.env["account.move"].with_company(company)
            created = invoices.with_context(default_move_type="out_invoice").create(
                [draft.vals(self.run) for draft in drafts]
            )
            negative = created.filtered(lambda move: move.amount_total < 0)
            if negative:
                negative.action_switch_move_type()
            for draft, move in zip(drafts, created, strict=True):
                for release in draft.releases:
                    moves[release] |= move
                    self.notes[release] = draft.note or self.notes[release]
        return moves

    # === What goes on the invoices of one release === #

    def _prepare(self, release):
        what = self.judged[release]
        owed = settle(what.justified, what.invoiced).to_invoice
        charges = what.charges.filtered(lambda charge: f"charge/{charge.id}" in owed)
        orders = release.shipment_id.sale_order_ids.sorted("id")
        for order in orders:
            part = self._of_order(release, order, what, owed, charges, order == orders[-1:])
            if part.lines:
                charges = charges.browse()  # freight once, on the first invoice
                self._add(part)
        if charges:
            self._add(self._without_order(release, what, charges))

    def _add(self, part):
        key = part.key()
        if key not in self._drafts:
            self._drafts[key] = Draft(part)
        else:
            self._drafts[key].parts.append(part)

    def _of_order(self, release, order, what, owed, charges, last):
        """Odoo's own preparation of the order, with what this shipment carries of it.

        :param bool last: charges go on this one even if it has no goods
        """
        order = order.with_company(order.company_id)
        if order.partner_invoice_id.lang:
            order = order.with_context(lang=order.partner_invoice_id.lang)
        taken = self._take(order, what, owed)
        part = Part(release, what, order, order._prepare_invoice())
        own = {
            "logistics_shipment_id": release.shipment_id.id,
            "logistics_delivery_date": what.rendered_on,
        }
        part.lines = [
            part.line(line_vals)
            for line in order.order_line
            if line in taken
            for line_vals in line._prepare_invoice_lines_vals_list(
                quantity=float(taken[line]), **own
            )
        ]
        if part.lines or last:
            part.lines += self._charge_lines(part, charges, order.currency_id)
        if part.lines:
            part.deductions = self._deductions(order, part)
        return part

    def _deductions(self, order, part):
        """Lines that take what was paid in advance off; to be overridden by what is no invoice."""
        return self._down_payments.of(order, part)

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
        """Charges only: goods that are not ours to sell."""
        currency = charges[:1].currency_id
        vals = {
            "move_type": "out_invoice",
            "partner_id": what.customer.id,
            "company_id": release.company_id.id,
            "currency_id": currency.id,
            "ref": release.name,
            "invoice_origin": release.name,
        }
        part = Part(release, what, release.env["sale.order"], vals)
        part.lines = self._charge_lines(part, charges, currency)
        return part

    def _charge_lines(self, part, charges, currency):
        release, rule = part.release, part.rule
        # What others stated has no price line and goes under the product of the terms.
        product = rule.freight_product_id
        rate_day = part.rate_date or fields.Date.context_today(release)
        return [
            {
                "product_id": (charge.rate_id.product_id or product).id,
                "name": f"{charge.name} {release.name}"
                + (f" ({charge.explanation})" if charge.explanation else ""),
                "quantity": 1.0,
                "price_unit": charge.currency_id._convert(
                    charge.amount, currency, release.company_id, rate_day
                ),
                "logistics_shipment_id": release.shipment_id.id,
                "logistics_delivery_date": part.what.rendered_on,
                "logistics_charge_id": charge.id,
                **part.analytic,
            }
            for charge in charges
        ]


def with_charges(judged, live):
    """The same judgements after charges were made, revised or taken away.

    :param dict live: ``{release: all its live sell charges}``; others stay as they are
    """
    return {
        release: replace(what, charges=live[release]) if release in live else what
        for release, what in judged.items()
    }
