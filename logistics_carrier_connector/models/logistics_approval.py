from odoo import api, fields, models

# What messages mean: versions of profiles and contracts, and exceptions from code tables.
KIND = "message_rules"
ADMIN = "logistics_milestone_sync.logistics_milestone_sync_group_integration_admin"


class LogisticsApproval(models.Model):
    _inherit = "logistics.approval"

    kind = fields.Selection(
        selection_add=[(KIND, "How messages are read")],
        ondelete={KIND: "cascade"},
    )

    @api.model
    def _approver_group(self, kind):
        """Override of `logistics_milestone_sync`: another integration administrator decides."""
        return ADMIN if kind == KIND else super()._approver_group(kind)
