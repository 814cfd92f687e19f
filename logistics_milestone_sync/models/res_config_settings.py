from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    logistics_shipment_policy = fields.Selection(
        related="company_id.logistics_shipment_policy", readonly=False, required=True
    )
    logistics_validate_on_dispatch = fields.Boolean(
        related="company_id.logistics_validate_on_dispatch", readonly=False
    )
