from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    # Far above an ordinary day; what goes beyond it deserves a look.
    logistics_limit_count = fields.Integer(
        "Most Releases a Day",
        default=1000,
        help="To one customer, where the agreement says nothing else. Zero: any number.",
    )
    logistics_limit_amount = fields.Monetary(
        "Most Money a Day",
        help="Untaxed, to one customer, where the agreement says nothing else. Zero: any amount.",
    )

    _logistics_limits_positive = models.Constraint(
        "CHECK(COALESCE(logistics_limit_count, 0) >= 0"
        " AND COALESCE(logistics_limit_amount, 0) >= 0)",
        "A limit cannot be negative.",
    )
