from odoo import models


class AccountMove(models.Model):
    """Drafts that several releases share, and what is left when one of them goes."""

    _inherit = "account.move"

    def _logistics_drop_deductions(self, orders):
        """Take the down payments of these orders off where they are more than what is left.

        They wait again, for the first invoice that is not less than them (``down_payment.py``).
        """
        for move in self:
            lines = move.invoice_line_ids
            for order in orders:
                deducted = lines.filtered(
                    lambda line, order=order: line.sale_line_ids.order_id == order
                    and any(line.sale_line_ids.mapped("is_downpayment"))
                )
                left = lines.filtered(lambda line, order=order: line._logistics_is_of(order))
                if sum(deducted.mapped("price_subtotal")) + sum(left.mapped("price_subtotal")) < 0:
                    (deducted | move._logistics_section_of(deducted)).unlink()

    def _logistics_section_of(self, lines):
        """The section that stands above these lines of one invoice."""
        first = min(lines.mapped("sequence"))
        sections = self.invoice_line_ids.filtered(
            lambda line: line.display_type == "line_section" and line.sequence < first
        )
        return sections.sorted("sequence")[-1:]


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _logistics_is_of(self, order):
        """Whether this line invoices goods, services or charges of an order."""
        self.ensure_one()
        if any(self.sale_line_ids.mapped("is_downpayment")):
            return False
        about = self.sale_line_ids.order_id or self.logistics_shipment_id.sale_order_ids
        return order in about
