from collections import defaultdict

from odoo import fields, models

from .logistics_release import HELD


class LogisticsShipment(models.Model):
    _inherit = "logistics.shipment"

    def _amounts_at_stake(self):
        """Override of `logistics_milestone_sync`: what releases hold that are not invoiced."""
        amounts = defaultdict(float, super()._amounts_at_stake())
        today = fields.Date.context_today(self)
        # Whoever sees the sum of his work has no need to see the releases.
        grouped = (
            self.env["logistics.release"]
            .sudo()
            ._read_group(
                [("shipment_id", "in", self.ids), ("state", "in", HELD)],
                ["shipment_id", "company_id", "currency_id"],
                ["amount_at_stake:sum"],
            )
        )
        for shipment, company, currency, amount in grouped:
            own = company.currency_id
            amounts[shipment.id] += (currency or own)._convert(amount, own, company, today)
        return dict(amounts)
