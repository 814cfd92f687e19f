from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime


class LogisticsShipmentUpdate(models.TransientModel):
    """What customer service does to many shipments at once."""

    _name = "logistics.shipment.update"
    _description = "Update Shipments"

    shipment_ids = fields.Many2many(
        "logistics.shipment",
        "logistics_shipment_update_rel",
        "update_id",
        "shipment_id",
        default=lambda self: self.env.context.get("active_ids"),
        readonly=True,
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        domain="[('share', '=', False)]",
        help="Empty: stays as it is.",
    )
    promised_at = fields.Datetime("New Promise", help="Empty: stays as it is.")
    note = fields.Text(help="Kept on each shipment; the customer does not see it.")

    def action_apply(self):
        """Write what was filled in on all chosen shipments, with the note as the reason.

        :raises UserError: if nothing is filled in, if a new promise has no reason, or if one of
            the shipments is at its end
        """
        self.ensure_one()
        shipments = self.shipment_ids
        shipments.check_access("write")
        if not (self.user_id or self.promised_at or self.note):
            raise UserError(self.env._("Fill in what should change, or write a note."))
        if self.promised_at:
            self._check_promise(shipments)
        vals = {}
        if self.user_id:
            vals["user_id"] = self.user_id.id
        if self.promised_at:
            vals["promised_at"] = self.promised_at
        before = {shipment: shipment.promised_at for shipment in shipments}
        shipments.write(vals)
        for shipment in shipments:
            if self.note or self.promised_at:
                shipment.message_post(body=self._told(before[shipment]))
        return {"type": "ir.actions.act_window_close"}

    def _check_promise(self, shipments):
        if not self.note:
            raise UserError(
                self.env._("Write why the promise changes: the customer was told something else.")
            )
        ended = shipments.filtered(lambda shipment: shipment.phase in ("delivered", "failed"))
        if ended:
            raise UserError(
                self.env._(
                    "%s is at its end: the promise it was measured by stays.",
                    ", ".join(ended.mapped("name")),
                )
            )

    def _told(self, before):
        if not self.promised_at:
            return self.note
        return self.env._(
            "Promise changed from %(before)s to %(after)s: %(why)s",
            before=self._in_words(before),
            after=self._in_words(self.promised_at),
            why=self.note,
        )

    def _in_words(self, moment):
        """A message stays as it was written, so its times name their zone."""
        zone = str(self.env.tz)
        return f"{format_datetime(self.env, moment, zone, 'short')} {zone}" if moment else "–"
