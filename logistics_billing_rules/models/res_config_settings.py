from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    logistics_limit_count = fields.Integer(
        related="company_id.logistics_limit_count", readonly=False
    )
    logistics_limit_amount = fields.Monetary(
        related="company_id.logistics_limit_amount",  # in the company's currency
        readonly=False,
    )
