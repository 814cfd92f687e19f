from odoo import fields, models


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "logistics.governed.mixin", "logistics.status.mixin"]
    _governed_fields = ("logistics_shipment_ids",)

    logistics_shipment_ids = fields.Many2many(
        "logistics.shipment",
        "logistics_shipment_sale_order_rel",
        "order_id",
        "shipment_id",
        "Shipments",
        copy=False,
    )

    def write(self, vals):
        """Override of `sale_stock`: promised dates and customers' numbers reach the shipments."""
        result = super().write(vals)
        # Whoever may write the order may have its shipments follow.
        if "commitment_date" in vals:
            self.sudo().logistics_shipment_ids._follow_sources(vals.keys())
        if vals.get("client_order_ref"):
            self.sudo().logistics_shipment_ids._name_by_customer()
        return result

    def _action_cancel(self):
        """Override of `sale_stock`: what has left for a cancelled order becomes a case."""
        result = super()._action_cancel()
        self.sudo().logistics_shipment_ids._follow_cancellation()
        return result
