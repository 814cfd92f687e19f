from odoo import models

from ..core import change
from ..core.fact import REJECTED, ReferenceFact
from ..core.reference import Reference
from ..core.transfers import CANCEL, CASE, TO_CUSTOMER, on_cancellation

# By these numbers a carrier tracks; they are what Odoo calls the tracking reference.
_CARRIER_NUMBERS = ("tracking", "pro", "waybill")
# Marks the case that we open ourselves, so that it is opened once.
_CANCELLED_IN_ODOO = "cancelled_in_odoo"


class LogisticsShipment(models.Model):
    """What Odoo's own work states about shipments, and the numbers that go both ways.

    Everything is stated through ``_record_facts``: the source-of-truth rules decide whether Odoo's
    word counts or is shown as advisory.
    """

    _inherit = "logistics.shipment"

    # === Picked, packed, handed over, received === #

    def _state_preparation(self):
        """State ``picked`` and ``packed`` for shipments whose preparation in Odoo is complete."""
        said = self._said_by_odoo(("picked", "packed"))
        stated = []
        for shipment in self:
            for milestone, done_at in shipment.picking_ids._preparation_done():
                if (shipment.id, milestone) not in said:
                    stated.append((shipment, shipment._own_fact(milestone, done_at)))
        self._record_own(stated)

    def _state_validation(self):
        """State that goods left, or came back, where all transfers are validated in Odoo.

        Whoever told before that the goods are on their way has said more than the validation of a
        transfer could: it is not echoed.
        """
        said = self._said_by_odoo(("handed_over", "received"))
        stated = []
        for shipment in self.filtered(lambda s: s.phase in ("planning", "fulfilment")):
            pickings = shipment.picking_ids.filtered(lambda picking: picking.state != "cancel")
            if not pickings or any(picking.state != "done" for picking in pickings):
                continue
            left = shipment.direction in TO_CUSTOMER or pickings._goes_to_supplier()
            milestone = "handed_over" if left else "received"
            if (shipment.id, milestone) not in said:
                done_at = max(pickings.mapped("date_done"))
                stated.append((shipment, shipment._own_fact(milestone, done_at)))
        self._record_own(stated)

    def _said_by_odoo(self, milestones):
        """``{(shipment id, milestone code)}`` that Odoo stated already."""
        groups = self.env["logistics.milestone.event"]._read_group(
            [
                ("shipment_id", "in", self.ids),
                ("milestone_code", "in", milestones),
                ("system_id.kind", "=", "odoo"),
            ],
            ["shipment_id", "milestone_code"],
        )
        return {(shipment.id, milestone) for shipment, milestone in groups}

    # === Cancelled === #

    def _follow_cancellation(self):
        """Cancel shipments that nobody wants any more; open a case for goods that left."""
        stated = []
        for shipment in self.filtered(lambda s: s.phase != "failed"):
            verdict = on_cancellation(
                shipment.picking_ids.mapped("state"),
                shipment.sale_order_ids.mapped("state"),
                shipment._has_left(),
            )
            if verdict == CANCEL:
                stated.append((shipment, shipment._own_fact("cancelled")))
            elif verdict == CASE and not shipment._has_cancellation_case():
                stated.append((shipment, shipment._cancellation_case()))
        self._record_own(stated)

    def _has_left(self):
        parts = self.consignment_ids
        on_their_way = {"transit", "delivered"} & set(parts.mapped("phase"))
        return bool(on_their_way or self.dispatched_at or self.status_id.code == "handed_over")

    def _has_cancellation_case(self):
        return any(
            event.raw_code == _CANCELLED_IN_ODOO
            for event in self.event_ids
            if event.milestone_code == "exception_raised"
        )

    def _cancellation_case(self):
        where = "were delivered already" if self.phase == "delivered" else "are on their way"
        return self._own_fact(
            "exception_raised",
            reason="other",
            responsible_party="shipper",
            raw_code=_CANCELLED_IN_ODOO,
            raw_text=f"Cancelled in Odoo, but the goods {where}",
        )

    # === Tracking numbers, both ways === #

    def _take_numbers(self):
        """Name shipments by the tracking numbers of their transfers.

        Each number is a consignment of its own. A number that cannot be taken is told on the
        transfer: what Odoo does with a parcel is not stopped by it.
        """
        stated, origins = [], []
        for shipment in self:
            for picking in shipment.picking_ids:
                for number in picking._tracking_numbers():
                    stated.append((shipment, shipment._naming_fact("tracking", number)))
                    origins.append((picking, number))
        facts = [pair for pair in stated if pair[1]]
        outcomes = iter(self._record_own(facts))
        for (_shipment, fact), (picking, number) in zip(stated, origins, strict=True):
            outcome = next(outcomes) if fact else None
            if not fact or outcome.status == REJECTED:
                picking._tell_number_refused(number, outcome and outcome.explanation)

    def _naming_fact(self, scheme, number):
        """The fact that gives this shipment a number; ``None`` for what can be no number."""
        try:
            return ReferenceFact((Reference("shipment", self.name),), (Reference(scheme, number),))
        except ValueError:
            return None

    def _write_back_numbers(self, changes):
        """Show the numbers that systems gave on Odoo's transfers, comma-joined as Odoo does."""
        named = {what.shipment_id for what in changes if what.kind == change.REFERENCE}
        for shipment in self.browse(sorted(named)):
            references = shipment.reference_ids.filtered(lambda r: r.scheme in _CARRIER_NUMBERS)
            for picking in shipment.picking_ids:
                picking._show_numbers(references.sorted("id"))
