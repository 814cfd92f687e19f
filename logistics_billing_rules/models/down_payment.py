"""Down payments of orders that are invoiced by shipments. Used by ``invoicing.py`` only."""

from decimal import Decimal


class DownPayments:
    """Takes what was paid in advance off the invoices of an order, as Odoo does: in one piece.

    Odoo has one invoice for the rest of an order; a shipment may be a small part of it. So the
    deduction waits for the first invoice that is not less than it, at the latest for the last
    one of the order.
    """

    def __init__(self, still_open):
        """:param dict still_open: ``{order line id: quantity}`` of the batch, kept by the caller"""
        self._open = still_open
        self._deducted = set()

    def of(self, order, part):
        """Lines that take the down payments of the order off the invoice of ``part``.

        :return: values of invoice lines: a section and one line for each down payment
        """
        paid = order.order_line.filtered(
            lambda line: line.is_downpayment
            and not line.display_type
            and line.qty_to_invoice < 0
            and line.id not in self._deducted
        )
        if not paid:
            return []
        left = Decimal(str(sum(vals["quantity"] * _net(vals) for vals in part.lines)))
        last = self._is_last(order)
        lines = []
        for line in paid:
            amount = Decimal(str(_untaxed(line)))
            if not last and amount > left:
                continue
            left -= amount
            self._deducted.add(line.id)
            lines += line._prepare_invoice_lines_vals_list(
                quantity=-1.0,
                extra_tax_data=order.env["account.tax"]._reverse_quantity_base_line_extra_tax_data(
                    line.extra_tax_data
                ),
            )
        section = [order._prepare_down_payment_section_line()] if lines else []
        return section + lines

    def _is_last(self, order):
        """Whether everything that was ordered is invoiced with what this batch took."""
        for line in order.order_line:
            if line.display_type or line.is_downpayment or line.product_uom_qty <= 0:
                continue
            taken = max(line.qty_to_invoice, 0.0)
            taken -= float(self._open.get(line.id, Decimal(str(taken))))
            if line.qty_invoiced + taken < line.product_uom_qty:
                return False
        return True


def _net(vals):
    return vals.get("price_unit", 0.0) * (1 - (vals.get("discount") or 0.0) / 100)


def _untaxed(line):
    """Of a down payment, whose own quantity is zero."""
    return sum(line.invoice_lines.filtered(_counts).mapped("price_subtotal"))


def _counts(line):
    return line.parent_state != "cancel" and line.move_id.move_type == "out_invoice"
