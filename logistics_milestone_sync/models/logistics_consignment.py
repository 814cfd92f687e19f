from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .logistics_milestone import PHASES


class LogisticsConsignment(models.Model):
    """One transport contract: what one carrier moves under one number."""

    _name = "logistics.consignment"
    _description = "Consignment"
    _order = "shipment_id, sequence, id"
    _inherit = ["logistics.governed.mixin"]
    _check_company_auto = True
    _governed_fields = ("status_id", "phase", "since", "eta")

    name = fields.Char(compute="_compute_name", store=True)
    sequence = fields.Integer(default=10)
    shipment_id = fields.Many2one(
        "logistics.shipment", required=True, index=True, ondelete="restrict", check_company=True
    )
    company_id = fields.Many2one(related="shipment_id.company_id", store=True, index=True)
    client_id = fields.Many2one(related="shipment_id.client_id", store=True, index="btree_not_null")
    delivery_carrier_id = fields.Many2one("delivery.carrier", "Delivery Method")
    reference_ids = fields.One2many("logistics.reference", "consignment_id", "References")
    package_ids = fields.One2many("logistics.package", "consignment_id", "Packages")

    # State: the fold of the ledger, written by the projection only.
    status_id = fields.Many2one("logistics.milestone", readonly=True, copy=False)
    phase = fields.Selection(PHASES, required=True, readonly=True, copy=False, default="planning")
    since = fields.Datetime(readonly=True, copy=False)
    eta = fields.Datetime("Estimated Arrival", readonly=True, copy=False)

    @api.depends("reference_ids.value", "reference_ids.scheme", "shipment_id.name", "sequence")
    def _compute_name(self):
        for consignment in self:
            number = consignment.reference_ids.filtered(
                lambda ref: ref.scheme in ("tracking", "pro", "waybill") and not ref.package_id
            )[:1]
            consignment.name = number.value or f"{consignment.shipment_id.name or ''}/1"

    def write(self, vals):
        # What happened to it happened to its shipment; moving it would deliver the rest.
        if "shipment_id" in vals and not self.env.su:
            raise AccessError(self.env._("A consignment cannot move to another shipment."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_underway(self):
        for consignment in self:
            if not self.env.su and consignment.shipment_id.phase not in ("planning", "fulfilment"):
                raise UserError(
                    self.env._(
                        "%s has left: without this consignment, the rest would count as the "
                        "whole. Ask for the status to be overridden instead.",
                        consignment.shipment_id.name,
                    )
                )
