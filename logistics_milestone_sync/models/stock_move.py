from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_confirm(self, *args, **kwargs):
        """Override of `stock` to make shipments for what was just put into deliveries."""
        moves = super()._action_confirm(*args, **kwargs)
        moves.picking_id._ensure_shipments()
        return moves
