from odoo import models


class LogisticsShipment(models.Model):
    """How much money waits for what is known, or not known, about shipments."""

    _inherit = "logistics.shipment"

    def _amounts_at_stake(self):
        """Hook: what cannot be invoiced for these shipments yet, to rank the work by.

        To be extended by whoever knows money, with one query for all.

        :return: ``{shipment id: amount}`` in the currency of the shipment's company; shipments for
            which nothing waits may be absent
        """
        return {}
