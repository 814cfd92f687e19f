from odoo import api, fields, models


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "logistics.governed.mixin"]
    _governed_fields = ("logistics_shipment_ids",)

    logistics_shipment_ids = fields.Many2many(
        "logistics.shipment",
        "logistics_shipment_sale_order_rel",
        "order_id",
        "shipment_id",
        "Shipments",
        copy=False,
    )
    logistics_shipment_count = fields.Integer(compute="_compute_logistics_shipment_count")
    logistics_status = fields.Char("Shipment Status", compute="_compute_logistics_status")

    @api.depends("logistics_shipment_ids")
    def _compute_logistics_shipment_count(self):
        for order in self:
            order.logistics_shipment_count = len(order.logistics_shipment_ids)

    @api.depends("logistics_shipment_ids.status_id")
    def _compute_logistics_status(self):
        for order in self:
            order.logistics_status = order.logistics_shipment_ids._status_text()

    def action_open_logistics_shipments(self):
        """Open the shipments of these orders."""
        return self.logistics_shipment_ids._action_open()
