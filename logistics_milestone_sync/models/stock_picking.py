import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .clashes import CLASHES, MOST_CLASHES

_logger = logging.getLogger(__name__)


class StockPicking(models.Model):
    _name = "stock.picking"
    _inherit = ["stock.picking", "logistics.governed.mixin"]
    _governed_fields = ("logistics_shipment_ids",)

    logistics_shipment_ids = fields.Many2many(
        "logistics.shipment",
        "logistics_shipment_stock_picking_rel",
        "picking_id",
        "shipment_id",
        "Shipments",
        copy=False,
    )
    logistics_shipment_count = fields.Integer(compute="_compute_logistics_status")
    logistics_status = fields.Char("Shipment Status", compute="_compute_logistics_status")
    logistics_eta = fields.Datetime("Estimated Arrival", compute="_compute_logistics_status")

    @api.depends("logistics_shipment_ids.status_id", "logistics_shipment_ids.eta")
    def _compute_logistics_status(self):
        for picking in self:
            shipments = picking.logistics_shipment_ids
            picking.logistics_shipment_count = len(shipments)
            picking.logistics_status = shipments._status_text()
            picking.logistics_eta = max(shipments.filtered("eta").mapped("eta"), default=False)

    def action_open_logistics_shipments(self):
        """Open the shipments of these transfers."""
        return self.logistics_shipment_ids._action_open()

    # === Deliveries make shipments === #

    def _ensure_shipments(self):
        """Make the missing shipments of outgoing transfers, where the company wants it."""
        missing = self.filtered(
            lambda picking: picking.picking_type_code == "outgoing"
            and picking.company_id.logistics_shipment_policy == "confirmation"
            and not picking.logistics_shipment_ids
            and picking.state != "cancel"
        )
        # A picker confirms deliveries without any right on shipments.
        self.env["logistics.shipment"].sudo()._ensure_for_pickings(missing)

    def _create_backorder(self, *args, **kwargs):
        """Override of `stock`: what is left behind travels as a shipment of its own."""
        backorders = super()._create_backorder(*args, **kwargs)
        backorders._ensure_shipments()
        return backorders

    def action_cancel(self):
        """Override of `stock`: a cancelled delivery cancels the shipment that it alone makes up."""
        result = super().action_cancel()
        shipments_sudo = self.sudo().logistics_shipment_ids.filtered(
            lambda shipment: all(picking.state == "cancel" for picking in shipment.picking_ids)
        )
        shipments_sudo._state_milestone("cancelled")
        return result

    # === What transfers pack === #

    def _action_done(self):
        """Override of `stock`: the packages that leave are the packages of the shipment."""
        result = super()._action_done()
        self._follow_packages()
        return result

    def _follow_packages(self):
        # A picker packs deliveries without any right on shipments.
        shipments_sudo = self.sudo().logistics_shipment_ids
        shipments_sudo._follow_stock_packages()

    # === Dispatch validates transfers === #

    @api.model
    def _cron_validate_dispatched(self):
        """Validate transfers whose goods left, as the warehouse or the transport system states."""
        pending = self._dispatched_domain()
        clashes = 0
        while picking := self.search(pending, limit=1, order="id"):
            try:
                picking._validate_dispatched()
                done = self.env["ir.cron"]._commit_progress(1)
            except CLASHES:
                self.env.cr.rollback()
                clashes += 1
                if clashes > MOST_CLASHES:
                    self.env["ir.cron"]._commit_progress(remaining=1)  # soon again
                    return
                continue
            if not done:
                return
            pending &= Domain("id", ">", picking.id)

    def _dispatched_domain(self):
        return (
            Domain("state", "in", ("confirmed", "assigned"))
            & Domain("picking_type_code", "=", "outgoing")
            & Domain("company_id.logistics_validate_on_dispatch", "=", True)
            & Domain("logistics_shipment_ids.dispatched_at", "!=", False)
        )

    def _validate_dispatched(self):
        """Book what was asked for as gone; a refusal becomes an activity, not a stopped cron."""
        try:
            with self.env.cr.savepoint():
                for move in self.move_ids.filtered(lambda m: m.state not in ("done", "cancel")):
                    move.quantity = move.product_uom_qty
                    move.picked = True
                self.with_context(skip_sms=True)._action_done()
        except UserError as error:
            self.invalidate_recordset()
            _logger.warning("Transfer %s cannot be validated: %s", self.name, error)
            self._note_validation_problem(error)

    def _note_validation_problem(self, error):
        summary = self.env._("The goods left, but the transfer cannot be validated")
        if summary not in self.activity_ids.mapped("summary"):
            self.activity_schedule(
                "mail.mail_activity_data_warning",
                summary=summary,
                note=str(error),
                user_id=self.user_id.id or self.env.uid,
            )
