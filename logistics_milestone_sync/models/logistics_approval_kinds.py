from odoo import api, fields, models

_GROUPS = {
    "rule_change": "logistics_milestone_sync.logistics_milestone_sync_group_manager",
    "manual_charge": "logistics_milestone_sync.logistics_milestone_sync_group_finance_approver",
}


class LogisticsApproval(models.Model):
    """Decisions about the source of truth and about charges entered by hand."""

    _inherit = "logistics.approval"

    kind = fields.Selection(
        selection_add=[
            ("rule_change", "Change of a source-of-truth rule"),
            ("manual_charge", "Revenue entered by hand"),
        ],
        ondelete={"rule_change": "cascade", "manual_charge": "cascade"},
    )

    @api.model
    def _approver_group(self, kind):
        return _GROUPS.get(kind) or super()._approver_group(kind)
