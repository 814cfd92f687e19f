from odoo import models

from ..core.transfers import TO_CUSTOMER


class LogisticsShipment(models.Model):
    """What shipments take over when their orders and transfers change in Odoo."""

    _inherit = "logistics.shipment"

    def _follow_sources(self, names):
        """Take over what changed, as long as the shipment is not at its end.

        :param names: fields of the transfer or the order that were written
        """
        for shipment in self.filtered(lambda s: s.phase not in ("delivered", "failed")):
            vals = shipment._vals_from_documents(set(names))
            changed = {
                name: value for name, value in vals.items() if shipment._differs(name, value)
            }
            if changed:
                shipment._take_over(changed)

    def _vals_from_documents(self, names):
        pickings = self.picking_ids.filtered(lambda picking: picking.state != "cancel")
        vals = {}
        if not pickings:
            return vals
        if "commitment_date" in names and self.direction in TO_CUSTOMER:
            vals["promised_at"] = pickings._logistics_promise()
        if "carrier_id" in names:
            vals["delivery_carrier_id"] = pickings._logistics_carrier().id
        if "owner_id" in names:
            vals["client_id"] = pickings._logistics_client().id
        return vals

    def _differs(self, name, value):
        stored = self[name]
        return (stored.id if self._fields[name].relational else stored) != value

    def _take_over(self, vals):
        """Write what Odoo's documents say now; consignments follow where they had the same."""
        if "delivery_carrier_id" in vals:
            following = self.consignment_ids.filtered(
                lambda part: part.delivery_carrier_id == self.delivery_carrier_id
            )
            following.delivery_carrier_id = vals["delivery_carrier_id"]
        self.write(vals)

    def _name_by_customer(self):
        """Give shipments the customer's order number that was written on their order."""
        lacking = []
        for shipment in self:
            known = {
                reference.value
                for reference in shipment.reference_ids
                if reference.scheme == "purchase_order"
            }
            numbers = {order.client_order_ref for order in shipment.sale_order_ids}
            lacking += [
                {"shipment_id": shipment.id, "scheme": "purchase_order", "value": number}
                for number in sorted(numbers - known - {False, ""})
            ]
        self.env["logistics.reference"].create(lacking)
