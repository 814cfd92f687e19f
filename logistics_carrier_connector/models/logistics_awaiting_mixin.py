from odoo import api, fields, models


class LogisticsAwaitingMixin(models.AbstractModel):
    _name = "logistics.awaiting.mixin"
    _description = "Record that waits for the decision of somebody else"
    _inherit = ["logistics.approvable.mixin"]

    pending_approval_id = fields.Many2one(
        "logistics.approval", "Waits for", compute="_compute_pending_approval_id"
    )

    @api.depends("state")
    def _compute_pending_approval_id(self):
        # Whoever may read the record may know that a request waits.
        found = (
            self.env["logistics.approval"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("state", "=", "pending"),
                ]
            )
        )
        by_record = found.grouped("res_id")
        for record in self:
            record.pending_approval_id = by_record.get(record.id, found.browse())

    def action_take_back(self):
        """Take the request back; a draft can be changed again.

        :raises AccessError: for requests of others
        """
        self.check_access("write")
        self.pending_approval_id.action_withdraw()

    def _tell_asked(self, message):
        """The action that tells the person who asked, and shows the record anew."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
