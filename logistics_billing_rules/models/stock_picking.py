from odoo import api, fields, models

from odoo.addons.logistics_milestone_sync.models.governed_mixin import INTERNAL


class StockPicking(models.Model):
    _inherit = "stock.picking"

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

    @api.depends(
        "logistics_shipment_ids.logistics_release_ids.state",
        "logistics_shipment_ids.logistics_release_ids.explanation",
    )
    def _compute_logistics_billing(self):
        for picking in self:
            releases = picking.logistics_shipment_ids.logistics_release_ids
            picking.logistics_release_ids = releases
            picking.logistics_billing_status = releases._status_text()
            picking.logistics_is_held = releases._is_held()
            picking.logistics_why = releases._why()

    def action_open_logistics_releases(self):
        """Open what holds, or released, the invoices of these transfers."""
        return self.logistics_shipment_ids.logistics_release_ids._action_open()

    def _action_done(self):
        """Override of `stock`: delivered quantities are known now, so look at the release again."""
        result = super()._action_done()
        done_sudo = self.sudo()
        # What comes back changes what the shipment that brought it may invoice.
        brought_sudo = done_sudo.move_ids.origin_returned_move_id.picking_id
        shipments_sudo = (done_sudo | brought_sudo).logistics_shipment_ids
        self.env["logistics.release"]._mark_stale(shipments_sudo)
        return result
