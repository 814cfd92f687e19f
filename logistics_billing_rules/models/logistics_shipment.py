from odoo import api, fields, models

from odoo.addons.logistics_milestone_sync.core import change
from odoo.addons.logistics_milestone_sync.models.governed_mixin import INTERNAL

# Changes of a shipment that billing may depend on; the others are kept, but decide nothing.
_RELEVANT = {
    change.EVENT,
    change.RETRACTION,
    change.OVERRIDE,
    change.STATE,
    change.EXCEPTION_OPENED,
    change.EXCEPTION_CLOSED,
    change.EXCEPTION_APPROVED,
    change.CHARGE,
    change.FIELD,
}
# What prices depend on and people set; what systems state is told by ``_facts_recorded``.
_PRICED_BY = {"partner_id", "shipper_id", "client_id", "delivery_carrier_id"}
# What the billing lane states itself: looking at it again would never end.
OWN_MILESTONES = ("charge_finalized", "invoice_released")


class LogisticsShipment(models.Model):
    _inherit = "logistics.shipment"

    logistics_release_ids = fields.One2many(
        "logistics.release", "shipment_id", "Releases", groups=INTERNAL
    )
    logistics_billing_status = fields.Char(
        "Billing", compute="_compute_logistics_billing", groups=INTERNAL
    )
    logistics_is_held = fields.Boolean(compute="_compute_logistics_billing", groups=INTERNAL)
    logistics_why = fields.Text(
        "Why Not Invoiced", compute="_compute_logistics_billing", groups=INTERNAL
    )

    @api.depends(
        "logistics_release_ids.state",
        "logistics_release_ids.reason",
        "logistics_release_ids.explanation",
    )
    def _compute_logistics_billing(self):
        for shipment in self:
            releases = shipment.logistics_release_ids
            shipment.logistics_billing_status = releases._status_text()
            shipment.logistics_is_held = releases._is_held()
            shipment.logistics_why = releases._why()

    def action_open_logistics_releases(self):
        """Open what holds, or released, the invoices of these shipments."""
        return self.logistics_release_ids._action_open()

    def write(self, vals):
        """Override of `logistics_milestone_sync`: other parties may mean other prices."""
        result = super().write(vals)
        if _PRICED_BY & vals.keys():
            self.env["logistics.release"]._mark_stale(self.sudo())
        return result

    def _more_to_tell(self):
        """Override of `logistics_milestone_sync`: why these shipments are not invoiced."""
        told = super()._more_to_tell()
        for shipment in self:
            releases = shipment.logistics_release_ids
            told[shipment.id] = told.get(shipment.id, {}) | {
                "billing": [release._to_tell() for release in releases]
            }
        return told

    def _facts_recorded(self, changes):
        """Override of `logistics_milestone_sync`: releases of these shipments must look again."""
        super()._facts_recorded(changes)
        touched = {
            what.shipment_id
            for what in changes
            if what.kind in _RELEVANT and what.detail not in OWN_MILESTONES
        }
        self.env["logistics.release"]._mark_stale(self.browse(touched))
