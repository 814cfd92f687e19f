from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    logistics_shipment_policy = fields.Selection(
        related="company_id.logistics_shipment_policy", readonly=False, required=True
    )
    logistics_manager_id = fields.Many2one(
        related="company_id.logistics_manager_id", readonly=False
    )
    logistics_silence_grace = fields.Float(
        related="company_id.logistics_silence_grace", readonly=False
    )
    logistics_validate_on_dispatch = fields.Boolean(
        related="company_id.logistics_validate_on_dispatch", readonly=False
    )
