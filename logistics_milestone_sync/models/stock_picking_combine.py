from odoo import models
from odoo.exceptions import UserError


class StockPicking(models.Model):
    """Shipments that people make of transfers, one each or one of many."""

    _inherit = "stock.picking"

    def action_make_logistics_shipments(self):
        """Make a shipment of each of these transfers that has none; opens them.

        :raises UserError: for transfers that were cancelled, or that move inside our walls
        """
        missing_sudo = self._check_may_make_shipments().filtered(
            lambda picking: not picking.logistics_shipment_ids
        )
        for picking in missing_sudo:
            picking._check_travel_together()
        self.env["logistics.shipment"].sudo()._make_of(list(missing_sudo))
        return self.logistics_shipment_ids._action_open()

    def action_combine_logistics_shipments(self):
        """Make one shipment of these transfers, whether or not they have one each; opens it.

        :raises UserError: if they do not travel together, or if goods are on their way
        """
        pickings_sudo = self._check_may_make_shipments()
        shipments_sudo = pickings_sudo.logistics_shipment_ids
        missing_sudo = pickings_sudo.filtered(lambda picking: not picking.logistics_shipment_ids)
        if shipments_sudo:
            shipments_sudo = shipments_sudo._combine(missing_sudo)
        else:
            missing_sudo._check_travel_together()
            shipments_sudo = shipments_sudo._make_of([missing_sudo])
        return shipments_sudo.with_env(self.env)._action_open()

    def _check_may_make_shipments(self):
        """These transfers with elevated rights, for users who may make shipments of them."""
        self.check_access("read")
        shipments = self.env["logistics.shipment"]
        shipments.check_access("create")
        shipments.check_access("write")
        return self.sudo()

    def _check_travel_together(self):
        """Raise unless the goods of these transfers can be one shipment."""
        cancelled = self.filtered(lambda picking: picking.state == "cancel")
        inside = self.filtered(lambda picking: not picking._logistics_direction())
        if cancelled or inside:
            raise UserError(
                self.env._(
                    "%s cannot travel: a transfer that was cancelled, or that moves goods inside "
                    "the warehouse, is no shipment.",
                    ", ".join((cancelled | inside).mapped("name")),
                )
            )
        differing = [
            self.env._("companies") if len(self.company_id) > 1 else "",
            self.env._("consignees") if len({p.partner_id for p in self}) > 1 else "",
            self.env._("directions") if len({p._logistics_direction() for p in self}) > 1 else "",
            self.env._("delivery methods") if len(self.carrier_id) > 1 else "",
            self.env._("owners") if len({p._logistics_client() for p in self}) > 1 else "",
        ]
        if any(differing):
            raise UserError(
                self.env._(
                    "These transfers do not travel together: they have different %s.",
                    ", ".join(filter(None, differing)),
                )
            )
