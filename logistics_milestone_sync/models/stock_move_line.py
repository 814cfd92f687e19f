from odoo import models


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _post_put_in_pack_hook(self, package):
        """Override of `stock`: what is packed for a delivery is a package of its shipment."""
        result = super()._post_put_in_pack_hook(package)
        self.picking_id._follow_packages()
        return result
