from odoo import api, fields, models

from odoo.addons.logistics_milestone_sync.models.governed_mixin import INTERNAL


class SaleOrder(models.Model):
    _inherit = "sale.order"

    logistics_release_ids = fields.Many2many(
        "logistics.release", compute="_compute_logistics_billing", compute_sudo=True
    )
    logistics_billing_status = fields.Char(
        "Billing", compute="_compute_logistics_billing", compute_sudo=True
    )
    logistics_is_held = fields.Boolean(compute="_compute_logistics_billing", compute_sudo=True)
    logistics_why = fields.Text(
        "Why Not Invoiced",
        compute="_compute_logistics_billing",
        compute_sudo=True,
        groups=INTERNAL,
    )
    # The customer reads it in the portal.
    logistics_why_for_customer = fields.Text(
        "Invoice Waits For", compute="_compute_logistics_billing", compute_sudo=True
    )

    @api.depends(
        "logistics_shipment_ids.logistics_release_ids.state",
        "logistics_shipment_ids.logistics_release_ids.explanation",
    )
    def _compute_logistics_billing(self):
        for order in self:
            releases = order.logistics_shipment_ids.logistics_release_ids
            order.logistics_release_ids = releases
            order.logistics_billing_status = releases._status_text()
            order.logistics_is_held = releases._is_held()
            order.logistics_why = releases._why()
            order.logistics_why_for_customer = releases._why_for_customer()

    def action_open_logistics_releases(self):
        """Open what holds, or released, the invoices of these orders."""
        return self.logistics_shipment_ids.logistics_release_ids._action_open()

    # === Odoo's own door to invoices === #

    def _get_invoiceable_lines(self, final=False):
        """Override of `sale` to leave out what its shipments hold."""
        lines = super()._get_invoiceable_lines(final)
        held = lines._logistics_held()
        return lines.filtered(lambda line: line not in held) if held else lines

    def _nothing_to_invoice_error_message(self):
        """Override of `sale` to say what is held, and what it waits for."""
        held = self.order_line.filtered("qty_to_invoice")._logistics_held()
        if not held:
            return super()._nothing_to_invoice_error_message()
        waiting = "\n".join(
            f"   \N{BULLET} {line.order_id.name}, {line.product_id.display_name}: "
            f"{release_sudo._why_text()}"
            for line, release_sudo in held.items()
        )
        return self.env._(
            "Nothing can be invoiced yet. The invoice is released by milestones, and these wait:"
            "\n\n%s\n\n"
            "Open “Why is this not invoiced?” on the order for the details.",
            waiting,
        )
