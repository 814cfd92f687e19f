from collections import defaultdict

from odoo import api, models
from odoo.tools import float_round

from .logistics_release import SETTLED


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    # === What a shipment carries === #

    def _logistics_quantities(self, pickings):
        """How much of each line these transfers carry: shipped, or to be shipped; without what
        came back to be credited.

        A kit is delivered as its parts; Odoo alone knows how many kits they make, so a kit counts
        as what Odoo would invoice, or invoiced already.

        :return: ``{line: quantity in its own unit}``
        """
        quantities = defaultdict(float)
        for move in pickings.move_ids:
            line = move.sale_line_id
            if not line or move.state == "cancel":
                continue
            if move.product_id != line.product_id:
                quantities[line] = max(line.qty_to_invoice, 0.0) + line.qty_invoiced
                continue
            moved = move.quantity if move.state == "done" else move.product_uom_qty
            moved -= move._logistics_returned()
            quantities[line] += move.product_uom._compute_quantity(
                moved, line.product_uom_id, rounding_method="HALF-UP"
            )
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return {
            line: float_round(quantity, precision_digits=digits)
            for line, quantity in quantities.items()
        }

    def _logistics_value(self, quantity):
        """Untaxed value of a quantity of this line, in the currency of the order."""
        self.ensure_one()
        if not self.product_uom_qty:
            return quantity * self.price_unit * (1 - (self.discount or 0.0) / 100)
        return self.price_subtotal * quantity / self.product_uom_qty

    def _logistics_services(self):
        """Lines that travel with no transfer: services and the order's own delivery fee."""
        return self.filtered(
            lambda line: not line.display_type
            and not line.is_downpayment
            and not line.is_expense
            and (line.product_id.type == "service" or line.is_delivery)
            and line.qty_to_invoice > 0
        )

    # === What has to wait === #

    def _logistics_held(self):
        """The lines that may not be invoiced yet, each with the release it waits for.

        Goods wait for every shipment that carries them; the delivery fee for the first shipment of
        its order. Companies without an approved agreement are not governed: nothing waits.

        :return: ``{line: logistics.release (elevated)}``
        """
        # Archiving a shipment does not make its goods free to invoice.
        lines_sudo = self.sudo().with_context(active_test=False)
        lines_sudo = lines_sudo.filtered("order_id.logistics_shipment_ids")
        governed = self.env["logistics.agreement"].sudo()._governed(lines_sudo.company_id)
        lines_sudo = lines_sudo.filtered(lambda line: line.company_id in governed)
        lines_sudo._logistics_read_ahead()
        held = {}
        for line_sudo in lines_sudo:
            release_sudo = line_sudo._logistics_waits_for()
            if release_sudo:
                held[line_sudo.with_env(self.env)] = release_sudo
        return held

    def _logistics_read_ahead(self):
        """Read what all lines may wait for at once: what is filtered is read one by one later."""
        carriers = self.move_ids.picking_id.logistics_shipment_ids
        carriers |= self.order_id.logistics_shipment_ids
        carriers.mapped("active")
        carriers.logistics_release_ids.mapped("state")

    def _logistics_waits_for(self):
        """The first release that holds this line, or an empty one."""
        if self.is_delivery:
            releases = self._logistics_standing(self.order_id).logistics_release_ids
            holding = releases.filtered(lambda r: r.state != "cancelled")
            if any(release.state in SETTLED for release in holding):
                return holding.browse()
            return holding[:1]
        releases = self._logistics_releases()
        if self.product_id.type == "consu" and not self.is_downpayment and not self.move_ids:
            # Goods whose transfers were unlinked are not free: they wait for the whole order.
            releases = self._logistics_standing(self.order_id).logistics_release_ids
        return releases.filtered(lambda r: r.state not in (*SETTLED, "cancelled"))[:1]

    def _logistics_releases(self):
        """The releases of the shipments that carry these lines."""
        moves = self.move_ids.filtered(lambda move: move.state != "cancel")
        pickings = moves.picking_id.with_context(active_test=False)
        releases = [self._logistics_standing(each).logistics_release_ids for each in pickings]
        return self.env["logistics.release"].union(*releases)

    @api.model
    def _logistics_standing(self, document):
        """The shipments of an order or a transfer; an archived one counts until it is replaced."""
        shipments = document.with_context(active_test=False).logistics_shipment_ids
        return shipments.filtered("active") or shipments

    def write(self, vals):
        """Override of `sale` to look again at releases whose money changes."""
        result = super().write(vals)
        if {"price_unit", "discount", "product_uom_qty", "product_id"} & vals.keys():
            orders_sudo = self.sudo().order_id.with_context(active_test=False)
            shipments_sudo = orders_sudo.logistics_shipment_ids
            self.env["logistics.release"]._mark_stale(shipments_sudo)
        return result
