from odoo import fields, models


class LogisticsBillingRequest(models.TransientModel):
    """Asks finance to bill in spite of exceptions, with a reason that can be counted."""

    _name = "logistics.billing.request"
    _description = "Request to Bill in Spite of Exceptions"

    exception_ids = fields.Many2many("logistics.exception", string="Exceptions", required=True)
    reason_id = fields.Many2one(
        "logistics.reason.code", required=True, domain=[("purpose", "=", "approval")]
    )
    note = fields.Text("Explanation")

    def action_request(self):
        """Ask for all of them with this reason."""
        self.ensure_one()
        self.exception_ids.action_request_billing_approval(self.reason_id.code, self.note or "")
        return {"type": "ir.actions.act_window_close"}
