from odoo import fields, models

from .logistics_rate import PRICE_DIGITS


class LogisticsRateBreak(models.Model):
    """One row of a table of rates."""

    _name = "logistics.rate.break"
    _description = "Row of a Table of Rates"
    _order = "rate_id, start"
    _inherit = ["logistics.agreement.part"]

    rate_id = fields.Many2one(
        "logistics.rate", "Price Line", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="rate_id.company_id", store=True, index=True)
    start = fields.Float("From", digits=PRICE_DIGITS)
    rate = fields.Float(digits=PRICE_DIGITS)

    _start_uniq = models.UniqueIndex("(rate_id, start)", "A table has one row for each start.")

    def _agreements(self):
        """Override of ``logistics.agreement.part``: a row is a part of its line."""
        return self.rate_id.agreement_id
