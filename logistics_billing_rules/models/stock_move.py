from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _logistics_returned(self):
        """How much of this move came back for credit, in its own unit."""
        returned = self.returned_move_ids.filtered(
            lambda move: move.state == "done" and move.to_refund
        )
        return sum(
            move.product_uom._compute_quantity(move.quantity, self.product_uom) for move in returned
        )
