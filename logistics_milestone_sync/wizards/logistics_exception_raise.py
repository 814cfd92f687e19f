from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..models.logistics_exception import PARTIES, REASONS, SEVERITIES


class LogisticsExceptionRaise(models.TransientModel):
    """Opens a case by hand: what customer service hears on the phone."""

    _name = "logistics.exception.raise"
    _description = "Raise an Exception"

    shipment_id = fields.Many2one("logistics.shipment", required=True)
    reason = fields.Selection(REASONS, required=True)
    responsible_party = fields.Selection(PARTIES)
    severity = fields.Selection(
        SEVERITIES,
        compute="_compute_severity",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
    )
    description = fields.Char("What Happened", required=True)
    user_id = fields.Many2one(
        "res.users",
        "Owner",
        compute="_compute_user_id",
        store=True,
        precompute=True,
        readonly=False,
    )
    attachment_ids = fields.Many2many("ir.attachment", string="Evidence")

    @api.depends("reason", "shipment_id")
    def _compute_severity(self):
        severities = self.env["logistics.exception.severity"]
        for wizard in self:
            company = wizard.shipment_id.company_id or self.env.company
            wizard.severity = severities._of(company, wizard.reason or "other")

    @api.depends("shipment_id")
    def _compute_user_id(self):
        for wizard in self:
            wizard.user_id = wizard.shipment_id.user_id or self.env.user

    def action_raise(self):
        """State the exception and open its case."""
        self.ensure_one()
        self.shipment_id.check_access("write")
        if not self.env["logistics.exception"].has_access("write"):
            raise AccessError(self.env._("You may not work exceptions."))
        cases = self.env["logistics.exception"]
        case = cases._raise_by_hand(
            self.shipment_id, self.reason, self.responsible_party, self.description
        )
        case.write({"severity": self.severity, "user_id": self.user_id.id})
        if self.attachment_ids:
            # Before, only who uploaded them could read them.
            self.attachment_ids.write({"res_model": case._name, "res_id": case.id})
            case.message_post(
                body=self.env._("Evidence for: %s", self.description),
                attachment_ids=self.attachment_ids.ids,
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": "logistics.exception",
            "res_id": case.id,
            "view_mode": "form",
        }
