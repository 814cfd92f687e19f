from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    logistics_second_person_live = fields.Boolean(
        "Second person for going live",
        default=True,
        help="A connection for production is opened by a manager who did not ask for it.",
    )
