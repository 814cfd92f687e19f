from odoo import models
from odoo.fields import Command, Domain


class LogisticsShipment(models.Model):
    """Shipments that Odoo's own deliveries make, and what Odoo's documents show of them."""

    _inherit = "logistics.shipment"

    def _ensure_for_pickings(self, pickings):
        """Make one shipment, with its names, per transfer.

        :return: the new shipments
        """
        shipments = self.with_context(tracking_disable=True).create(
            [self._vals_from_picking(picking) for picking in pickings]
        )
        if not shipments:
            return shipments
        self.env["logistics.reference"].create(
            [vals for shipment in shipments for vals in shipment._own_references()]
        )
        shipments._state_milestone("created")
        return shipments

    def _vals_from_picking(self, picking):
        order = picking.sale_id
        return {
            "company_id": picking.company_id.id,
            "partner_id": picking.partner_id.id,
            "shipper_id": picking.company_id.partner_id.id,
            "picking_ids": [Command.link(picking.id)],
            "sale_order_ids": [Command.set(order.ids)],
            "delivery_carrier_id": picking.carrier_id.id,
            "weight": picking.weight,
            "promised_at": order.commitment_date or picking.date_deadline or picking.scheduled_date,
        }

    def _own_references(self):
        picking, orders = self.picking_ids[:1], self.sale_order_ids
        named = [("delivery", picking.name)]
        named += [("sale_order", order.name) for order in orders]
        named += [("purchase_order", o.client_order_ref) for o in orders if o.client_order_ref]
        vals = [{"shipment_id": self.id, "scheme": s, "value": value} for s, value in named]
        for number in (picking.carrier_tracking_ref or "").split(","):
            if number.strip():
                vals.append(
                    {
                        "shipment_id": self.id,
                        "consignment_id": self.consignment_ids[:1].id,
                        "scheme": "tracking",
                        "value": number.strip(),
                    }
                )
        return vals

    def _validate_transfers_later(self):
        """Wake the cron that validates the transfers of shipments that left."""
        pickings = self.env["stock.picking"]
        waiting = pickings._dispatched_domain() & Domain("logistics_shipment_ids", "in", self.ids)
        if self and pickings.search_count(waiting, limit=1):
            self.env.ref("logistics_milestone_sync.ir_cron_validate_dispatched")._trigger()

    def _status_text(self):
        """One line on orders and transfers: ``Out for delivery``, or ``Delivered (2), Packed``."""
        counts = {}
        for shipment in self:
            name = shipment.status_id.name or self.env._("No news yet")
            counts[name] = counts.get(name, 0) + 1
        return ", ".join(f"{name} ({n})" if n > 1 else name for name, n in counts.items())

    def _action_open(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_milestone_sync.logistics_shipment_action"
        )
        if len(self) == 1:
            return action | {"res_id": self.id, "views": [(False, "form")]}
        return action | {"domain": [("id", "in", self.ids)], "context": {}}
