from odoo import api, fields, models
from odoo.fields import Command, Domain

from ..core.transfers import TO_CUSTOMER
from .logistics_milestone import PHASES


class LogisticsShipment(models.Model):
    """Shipments that Odoo's own transfers make, and what Odoo's documents show of them."""

    _inherit = "logistics.shipment"

    order_count = fields.Integer(compute="_compute_document_counts")
    picking_count = fields.Integer(compute="_compute_document_counts")
    return_count = fields.Integer(compute="_compute_document_counts")

    @api.depends("sale_order_ids", "picking_ids", "return_ids")
    def _compute_document_counts(self):
        for shipment in self:
            shipment.order_count = len(shipment.sale_order_ids)
            shipment.picking_count = len(shipment.picking_ids)
            shipment.return_count = len(shipment.return_ids)

    def action_open_orders(self):
        """Open the sale orders of this shipment."""
        return self._action_open_documents(self.sale_order_ids, self.env._("Sale Orders"))

    def action_open_pickings(self):
        """Open the transfers of this shipment."""
        return self._action_open_documents(self.picking_ids, self.env._("Transfers"))

    def action_open_returns(self):
        """Open the shipments that bring goods of this one back."""
        return self.return_ids._action_open()

    def _action_open_documents(self, documents, name):
        action = {"type": "ir.actions.act_window", "name": name, "res_model": documents._name}
        if len(documents) == 1:
            return action | {"res_id": documents.id, "views": [(False, "form")]}
        return action | {
            "domain": [("id", "in", documents.ids)],
            "views": [(False, "list"), (False, "form")],
        }

    def _make_of(self, loads):
        """Make one shipment per load and state what Odoo knows of it already.

        :param list loads: of ``stock.picking`` recordsets that travel together
        :return: the new shipments
        """
        shipments = self.with_context(tracking_disable=True).create(
            [self._vals_from_load(load) for load in loads]
        )
        if not shipments:
            return shipments
        self.env["logistics.reference"].create(
            [
                vals
                for shipment in shipments
                for vals in shipment._own_references(shipment.picking_ids)
            ]
        )
        shipments._state_milestone("created")
        shipments._take_numbers()
        shipments._state_preparation()
        shipments._state_validation()  # made by hand of what is gone already
        return shipments

    def _vals_from_load(self, pickings):
        orders, direction = pickings.sale_id, pickings._logistics_direction()
        ours = pickings.company_id.partner_id
        consignee, shipper = pickings.partner_id[:1], ours
        if direction not in TO_CUSTOMER:
            warehouse = pickings.picking_type_id.warehouse_id[:1]
            consignee, shipper = warehouse.partner_id or ours, consignee
        if direction == "return" and pickings._goes_to_supplier():
            consignee, shipper = shipper, consignee
        returned = pickings.return_id.logistics_shipment_ids if direction == "return" else self
        return {
            "company_id": pickings.company_id.id,
            "direction": direction,
            "return_of_id": returned[:1].id,
            "partner_id": consignee.id,
            "shipper_id": shipper.id,
            "client_id": pickings._logistics_client().id,
            "picking_ids": [Command.set(pickings.ids)],
            "sale_order_ids": [Command.set(orders.ids)],
            "delivery_carrier_id": pickings._logistics_carrier().id,
            "weight": sum(pickings.mapped("weight")),
            "promised_at": pickings._logistics_promise() if direction in TO_CUSTOMER else False,
        }

    def _own_references(self, pickings):
        """Values of the names that these transfers give their shipment."""
        orders = pickings.sale_id
        named = [("delivery", picking.name) for picking in pickings]
        named += [("sale_order", order.name) for order in orders]
        customers = {order.client_order_ref for order in orders} - {False, ""}
        named += [("purchase_order", number) for number in sorted(customers)]
        return [{"shipment_id": self.id, "scheme": s, "value": value} for s, value in named]

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

    def _least_phase(self):
        """The phase of the shipment that is least advanced; failed ones hold nobody back."""
        order = [phase for phase, _label in PHASES]
        return min(self.mapped("phase"), key=order.index, default=False)

    def _action_open(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_milestone_sync.logistics_shipment_action"
        )
        if len(self) == 1:
            return action | {"res_id": self.id, "views": [(False, "form")]}
        return action | {"domain": [("id", "in", self.ids)], "context": {}}
