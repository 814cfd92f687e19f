from odoo import api, fields, models


class LogisticsShipment(models.Model):
    """What people see and ask for when the facts are wrong or late."""

    _inherit = "logistics.shipment"

    override_ids = fields.One2many("logistics.override", "shipment_id", "Overrides")
    override_count = fields.Integer(compute="_compute_overrides")
    override_id = fields.Many2one(
        "logistics.override", "Standing Override", compute="_compute_overrides"
    )
    override_text = fields.Char(compute="_compute_overrides")
    override_requested = fields.Boolean(compute="_compute_overrides")

    @api.depends("override_ids.state")
    def _compute_overrides(self):
        for shipment in self:
            overrides = shipment.override_ids
            active = overrides.filtered(lambda override: override.state == "active")
            shipment.override_count = len(overrides)
            shipment.override_id = active.sorted(lambda o: (o.activated_at, o.id))[-1:]
            shipment.override_text = shipment.override_id._text()
            shipment.override_requested = "requested" in overrides.mapped("state")

    def action_request_override(self):
        """Open the form that asks to override the status of this shipment."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Override the Status"),
            "res_model": "logistics.override.request",
            "view_mode": "form",
            "target": "new",
            "context": {"default_shipment_id": self.id},
        }

    def action_open_overrides(self):
        """Open the overrides of this shipment, asked for, standing and over."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_milestone_sync.logistics_override_action"
        )
        return action | {"domain": [("shipment_id", "=", self.id)], "context": {}}
