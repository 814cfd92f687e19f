from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_confirm(self, *args, **kwargs):
        """Override of `stock` to make shipments for what was just put into deliveries."""
        moves = super()._action_confirm(*args, **kwargs)
        moves.picking_id._ensure_shipments()
        return moves

    def _action_assign(self, *args, **kwargs):
        """Override of `stock` to make shipments for what was just reserved."""
        result = super()._action_assign(*args, **kwargs)
        self.picking_id._ensure_shipments()
        return result

    def _action_cancel(self):
        """Override of `stock`: all ways of cancelling goods end here, also those of orders."""
        # Read before: cancelling may take a move out of its transfer.
        pickings_sudo = self.sudo().picking_id
        result = super()._action_cancel()
        pickings_sudo.logistics_shipment_ids._follow_cancellation()
        return result
