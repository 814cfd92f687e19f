from odoo import fields, models


class LogisticsApprovalRejection(models.TransientModel):
    """Whoever rejects says why: the requester has to know what to do next."""

    _name = "logistics.approval.rejection"
    _description = "Rejection of Requests"

    approval_ids = fields.Many2many("logistics.approval", string="Requests", required=True)
    reason_id = fields.Many2one("logistics.reason.code", domain=[("purpose", "=", "rejection")])
    answer = fields.Text(required=True)

    def action_reject(self):
        """Reject the requests with this answer."""
        self.ensure_one()
        result = self.approval_ids.action_reject(self.answer, self.reason_id.code or "")
        return result or {"type": "ir.actions.act_window_close"}
