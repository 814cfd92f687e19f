from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..core.reference import Reference, Target
from .recording_placement import NewName, Placement


class LogisticsShipment(models.Model):
    """Many transfers in one shipment: combining, before anything happened to the goods."""

    _inherit = "logistics.shipment"

    def action_combine(self):
        """Make one shipment of these; opens it.

        The oldest stays and takes over transfers, orders and names of the others, so that whoever
        calls them by an old name finds it. The others are cancelled and archived.

        :raises UserError: if they do not travel together, or if one of them has news already
        """
        self.check_access("write")
        # The right to change these shipments was checked; their documents are governed.
        kept_sudo = self.sudo()._combine(self.env["stock.picking"].sudo())
        return kept_sudo.with_env(self.env)._action_open()

    def _combine(self, added):
        """Combine these shipments, with further transfers that have none.

        :param added: ``stock.picking``; may be empty
        :return: the shipment that stays
        """
        self._check_combinable(added)
        self._lock_in_order()
        kept = self.sorted("id")[:1]
        absorbed = self - kept
        # Said while they still answer to their own names.
        absorbed._state_milestone("cancelled", raw_text=f"Combined into {kept.name}")
        kept._take_load(absorbed.picking_ids | added)
        kept._take_names_of(absorbed, added)
        absorbed.write(
            {
                "combined_into_id": kept.id,
                "picking_ids": [Command.clear()],
                "sale_order_ids": [Command.clear()],
                "active": False,
            }
        )
        kept._take_numbers()
        kept._state_preparation()
        kept._message_log(
            body=self.env._(
                "Combined: %(names)s.",
                names=", ".join([*absorbed.mapped("name"), *added.mapped("name")]),
            )
        )
        return kept

    def _check_combinable(self, added):
        pickings = self.picking_ids | added
        if len(self) + len(added) < 2:
            raise UserError(self.env._("Choose at least two: there is nothing to combine."))
        moved = self.filtered(
            lambda shipment: shipment.phase != "planning"
            or any(
                event.verdict == "accept" and event.milestone_code != "created"
                for event in shipment.event_ids
            )
        )
        if moved:
            raise UserError(
                self.env._(
                    "%s has news already. Shipments can be combined before anything happened to "
                    "them; afterwards they travel as they are.",
                    ", ".join(moved.mapped("name")),
                )
            )
        pickings._check_travel_together()

    def _take_load(self, pickings):
        """Carry these transfers as well."""
        promised = [date for date in (self.promised_at, pickings._logistics_promise()) if date]
        everything = self.picking_ids | pickings
        self.write(
            {
                "picking_ids": [Command.link(picking.id) for picking in pickings],
                "sale_order_ids": [Command.link(order.id) for order in pickings.sale_id],
                "weight": self.weight + sum(pickings.mapped("weight")),
                "promised_at": min(promised, default=False),
                "delivery_carrier_id": everything._logistics_carrier().id,
            }
        )

    def _take_names_of(self, absorbed, added):
        """Answer to the names of others; a name that both had stays once."""
        known = {(ref.scheme, ref.normalised) for ref in self.reference_ids}
        doubled = absorbed.reference_ids.filtered(lambda ref: (ref.scheme, ref.normalised) in known)
        taken = absorbed.reference_ids - doubled
        doubled.unlink()
        here = Target(self.id)
        named = [NewName(here, Reference(ref.scheme, ref.value)) for ref in taken]
        for reference, place in zip(
            taken, Placement(self.env, self.ids).place_all(named), strict=True
        ):
            reference.write(
                {
                    "shipment_id": self.id,
                    "consignment_id": place.consignment_id,
                    "package_id": place.package_id,
                }
            )
        named = set(
            self.env["logistics.reference"]
            .search([("shipment_id", "=", self.id)])
            .mapped(lambda ref: (ref.scheme, ref.value))
        )
        self.env["logistics.reference"].create(
            [
                vals
                for vals in self._own_references(added)
                if (vals["scheme"], vals["value"]) not in named
            ]
        )
