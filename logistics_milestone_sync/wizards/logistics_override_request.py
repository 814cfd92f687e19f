from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..models.logistics_override import VALID_DAYS


class LogisticsOverrideRequest(models.TransientModel):
    """Asks others to put a shipment where the facts do not."""

    _name = "logistics.override.request"
    _description = "Request to Override a Status"

    shipment_id = fields.Many2one("logistics.shipment", required=True)
    status_id = fields.Many2one(
        related="shipment_id.status_id", related_sudo=False, string="Status Now"
    )
    consignment_id = fields.Many2one(
        "logistics.consignment",
        domain="[('shipment_id', '=', shipment_id)]",
        help="Empty: the whole shipment.",
    )
    consignment_count = fields.Integer(compute="_compute_consignment_count")
    milestone_id = fields.Many2one(
        "logistics.milestone", "Set to", required=True, domain=[("phase", "!=", "none")]
    )
    occurred_at = fields.Datetime(
        "Happened", required=True, default=lambda self: fields.Datetime.now()
    )
    valid_until = fields.Datetime(
        required=True, default=lambda self: fields.Datetime.now() + timedelta(days=VALID_DAYS)
    )
    reason_id = fields.Many2one(
        "logistics.reason.code", required=True, domain=[("purpose", "=", "override")]
    )
    note = fields.Text("Explanation", required=True)
    attachment_ids = fields.Many2many("ir.attachment", string="Evidence")
    needs_finance = fields.Boolean(compute="_compute_needs_finance")

    @api.depends("shipment_id")
    def _compute_consignment_count(self):
        for request in self:
            request.consignment_count = len(request.shipment_id.consignment_ids)

    @api.depends("shipment_id", "milestone_id", "consignment_id")
    def _compute_needs_finance(self):
        for request in self:
            now_at = request.shipment_id.status_id | request.consignment_id.status_id
            request.needs_finance = any((request.milestone_id | now_at).mapped("is_financial"))

    def action_request(self):
        """Ask for it, and open the request that others decide about."""
        self.ensure_one()
        override = self.env["logistics.override"]._ask(
            self.shipment_id,
            {
                "consignment_id": self.consignment_id.id,
                "milestone_id": self.milestone_id.id,
                "occurred_at": self.occurred_at,
                "valid_until": self.valid_until,
                "reason_id": self.reason_id.id,
                "note": self.note,
            },
            self._own_evidence(),
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "logistics.override",
            "res_id": override.id,
            "view_mode": "form",
        }

    def _own_evidence(self):
        """The files that were put here; not those of other records, which it would take away."""
        for attachment in self.attachment_ids:
            if attachment.create_uid != self.env.user or attachment.res_model not in (
                False,
                self._name,
            ):
                raise AccessError(
                    self.env._("%s belongs to another record. Upload a copy.", attachment.name)
                )
        return self.attachment_ids
