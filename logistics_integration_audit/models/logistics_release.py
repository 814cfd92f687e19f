from odoo import models


class LogisticsRelease(models.Model):
    _inherit = "logistics.release"

    def action_open_audit_entries(self):
        """Open the audit entries about the shipments of these releases."""
        return self.shipment_id.action_open_audit_entries()
