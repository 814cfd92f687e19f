from odoo import models

from ..core.transfers import direction_of


class StockPicking(models.Model):
    """What transfers that travel together tell about their shipment."""

    _inherit = "stock.picking"

    def _logistics_direction(self):
        """The direction of these transfers (``core.transfers``), ``""`` inside our walls."""
        picking = self[:1]
        return direction_of(
            picking.location_id.usage or "",
            picking.location_dest_id.usage or "",
            picking.picking_type_code or "",
        )

    def _goes_to_supplier(self):
        return "supplier" in self.location_dest_id.mapped("usage")

    def _logistics_promise(self):
        """When the customer was told to have it all: the earliest date that somebody gave."""
        promised = [date for date in self.sale_id.mapped("commitment_date") if date]
        deadlines = [picking.date_deadline or picking.scheduled_date for picking in self]
        return min(promised or filter(None, deadlines), default=False)

    def _logistics_carrier(self):
        """The delivery method, if the transfers agree about one."""
        carriers = self.carrier_id
        return carriers if len(carriers) == 1 else carriers.browse()

    def _logistics_client(self):
        """The 3PL client: who owns the goods, if it is one party and not ourselves."""
        owners = self.owner_id | self.move_ids.restrict_partner_id
        owners -= self.company_id.partner_id
        return owners if len(owners) == 1 else owners.browse()

    # === Steps before the delivery === #

    def _prepared_shipments(self):
        """Shipments of the deliveries that these transfers prepare."""
        shipments, moves = self.env["logistics.shipment"], self.move_ids.move_dest_ids
        seen = moves
        while moves:
            shipments |= moves.picking_id.logistics_shipment_ids
            moves = moves.move_dest_ids - seen
            seen |= moves
        return shipments

    def _preparation_done(self):
        """Which steps of preparation are complete for these deliveries, and since when.

        :return: list of ``(milestone code, naive UTC)``
        """
        steps = {"picked": self.browse(), "packed": self.browse()}
        moves = self.move_ids.move_orig_ids
        seen = moves
        while moves:
            for picking in moves.picking_id:
                milestone = picking._preparation_milestone()
                if milestone:
                    steps[milestone] |= picking
            moves = moves.move_orig_ids - seen
            seen |= moves
        return [
            (milestone, max(done.mapped("date_done")))
            for milestone, pickings in steps.items()
            if (done := pickings._completed())
        ]

    def _preparation_milestone(self):
        warehouse = self.picking_type_id.warehouse_id
        if self.picking_type_id == warehouse.pick_type_id:
            return "picked"
        return "packed" if self.picking_type_id == warehouse.pack_type_id else ""

    def _completed(self):
        """The transfers that are done, if none of these is still to be done."""
        wanted = self.filtered(lambda picking: picking.state != "cancel")
        complete = all(picking.state == "done" and picking.date_done for picking in wanted)
        return wanted if complete else self.browse()
