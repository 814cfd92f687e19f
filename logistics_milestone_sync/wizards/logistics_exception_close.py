from odoo import fields, models


class LogisticsExceptionClose(models.TransientModel):
    """Closes several cases for one reason."""

    _name = "logistics.exception.close"
    _description = "Close Exceptions"

    case_ids = fields.Many2many(
        "logistics.exception",
        string="Exceptions",
        required=True,
        default=lambda self: self.env.context.get("active_ids"),
    )
    reason_id = fields.Many2one(
        "logistics.reason.code",
        "Why",
        required=True,
        domain=[("purpose", "=", "exception_closure")],
    )
    resolution = fields.Text(required=True, help="What was done about it.")

    def action_confirm(self):
        """Write reason and resolution to the open cases and close them."""
        self.ensure_one()
        cases = self.case_ids.filtered(lambda case: case.state == "open")
        cases.write({"closure_reason_id": self.reason_id.id, "resolution": self.resolution})
        cases.action_close()
        return {"type": "ir.actions.act_window_close"}
