from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.tools import float_compare, format_amount

from .logistics_release import SETTLED

_OURS = {
    "logistics_shipment_id",
    "logistics_charge_id",
    "logistics_delivery_date",
    "logistics_credits_id",
}


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    logistics_shipment_id = fields.Many2one(
        "logistics.shipment",
        "Shipment",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The shipment whose goods or freight this line invoices.",
    )
    logistics_delivery_date = fields.Date("Delivered", readonly=True)
    logistics_charge_id = fields.Many2one(
        "logistics.charge", "Shipment Charge", readonly=True, copy=False, ondelete="restrict"
    )
    logistics_release_line_ids = fields.One2many(
        "logistics.release.line", "move_line_id", "Released By", readonly=True, copy=False
    )

    def write(self, vals):
        """Override of `account`: what a line invoices is not changed by hand."""
        if not self.env.su and _OURS & vals.keys():
            raise AccessError(self.env._("The shipment of an invoice line cannot be changed."))
        return super().write(vals)

    def _logistics_problem(self, held):
        """Why this line may not be posted, as a sentence; empty if it may.

        :param dict held: ``sale.order.line._logistics_held`` of the order lines
        """
        self.ensure_one()
        shipment = self.logistics_shipment_id
        if not shipment:
            release = next((held[line] for line in self.sale_line_ids if line in held), None)
            return release and f"{self.product_id.display_name}: {release._why_text()}"
        noted = self.logistics_release_line_ids.filtered("live")
        release = noted.release_id
        if not release:
            return self.env._(
                "%(line)s copies a line that was invoiced for shipment %(shipment)s already. To "
                "invoice anew what was credited, choose “Invoice Again” on its release.",
                line=self.name or self.product_id.display_name,
                shipment=shipment.name,
            )
        if release.state not in SETTLED:
            return release._why_text()
        return self._logistics_exceeds(noted, held)

    def _logistics_exceeds(self, noted, held):
        """Why this line invoices more than its release put on it; empty if it does not."""
        others = self.sale_line_ids - noted.sale_line_id
        waiting = next((held[line] for line in others if line in held), None)
        if waiting:
            return f"{self.product_id.display_name}: {waiting._why_text()}"
        quantity = self.quantity * self._logistics_sign()
        if noted.sale_line_id:
            quantity = self.product_uom_id._compute_quantity(
                quantity, noted.sale_line_id.product_uom_id, rounding_method="HALF-UP"
            )
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        if float_compare(quantity, sum(noted.mapped("quantity")), precision_digits=digits) > 0:
            return self.env._(
                "%(line)s invoices more than was released for shipment %(shipment)s.",
                line=self.name or self.product_id.display_name,
                shipment=self.logistics_shipment_id.name,
            )
        return self._logistics_repriced(noted)

    def _logistics_repriced(self, noted):
        """Why this line says another amount than its release did; empty if it does not."""
        released = noted.filtered("released_currency_id")
        amount, currency = sum(released.mapped("released_amount")), self.currency_id
        now = self.price_subtotal * self._logistics_sign()
        if not released or (
            currency == released.released_currency_id
            and currency.compare_amounts(now, amount) == 0
            and self.product_id in (released.released_product_id or self.product_id)
        ):
            return ""
        return self.env._(
            "%(line)s was released as %(released)s and says %(now)s now. Change the order or the "
            "agreement and withdraw the release: the invoice is made anew.",
            line=self.name or self.product_id.display_name,
            released=format_amount(self.env, amount, released.released_currency_id),
            now=format_amount(self.env, now, currency),
        )

    def _logistics_sign(self):
        """-1 where a negative quantity invoices: on credit notes (see ``InvoiceBatch.make``)."""
        return -1 if self.move_id.move_type == "out_refund" else 1
