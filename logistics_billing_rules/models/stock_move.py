from odoo import models
from odoo.exceptions import UserError


class StockMove(models.Model):
    _inherit = "stock.move"

    def write(self, vals):
        """Override of `stock`: unlinking goods from their order does not free them."""
        if "sale_line_id" in vals and not self.env.su:
            self._check_logistics_order_line(vals["sale_line_id"])
        return super().write(vals)

    def _check_logistics_order_line(self, sale_line_id):
        """Raise where the order line of governed goods would change."""
        moves_sudo = self.sudo().filtered(
            lambda move: move.sale_line_id
            and move.sale_line_id.id != sale_line_id
            and move.picking_id.with_context(active_test=False).logistics_shipment_ids
        )
        governed = self.env["logistics.agreement"].sudo()._governed(moves_sudo.company_id)
        for move_sudo in moves_sudo.filtered(lambda move: move.company_id in governed):
            raise UserError(
                self.env._(
                    "%(product)s in %(transfer)s belongs to %(order)s: its invoice waits for this "
                    "shipment, so the order line cannot be changed.",
                    product=move_sudo.product_id.display_name,
                    transfer=move_sudo.picking_id.name,
                    order=move_sudo.sale_line_id.order_id.name,
                )
            )

    def _logistics_returned(self):
        """How much of this move came back for credit, in its own unit."""
        returned = self.returned_move_ids.filtered(
            lambda move: move.state == "done" and move.to_refund
        )
        return sum(
            move.product_uom._compute_quantity(move.quantity, self.product_uom) for move in returned
        )
