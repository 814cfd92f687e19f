import logging
import re

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..core.transfers import TO_CUSTOMER, is_due
from .clashes import work_off

_logger = logging.getLogger(__name__)


class StockPicking(models.Model):
    _name = "stock.picking"
    _inherit = ["stock.picking", "logistics.governed.mixin", "logistics.status.mixin"]
    _governed_fields = ("logistics_shipment_ids",)

    logistics_shipment_ids = fields.Many2many(
        "logistics.shipment",
        "logistics_shipment_stock_picking_rel",
        "picking_id",
        "shipment_id",
        "Shipments",
        copy=False,
    )

    def write(self, vals):
        """Override of `stock` to tell shipments what changed on their transfers."""
        result = super().write(vals)
        # Whoever may write the transfer may have its shipment follow.
        if "carrier_tracking_ref" in vals and not self.env.context.get("logistics_shown_numbers"):
            self.sudo().logistics_shipment_ids._take_numbers()
        if {"carrier_id", "owner_id"} & vals.keys():
            self.sudo().logistics_shipment_ids._follow_sources(vals.keys())
        return result

    # === Transfers make shipments === #

    def _ensure_shipments(self):
        """Make the missing shipments of these transfers, where the company wants them by now."""
        # A picker confirms deliveries without any right on shipments. An archived one still counts.
        missing_sudo = self.sudo().filtered(
            lambda picking: is_due(picking.company_id.logistics_shipment_policy, picking.state)
            and not picking.with_context(active_test=False).logistics_shipment_ids
            and picking._travels_by_itself()
        )
        self.env["logistics.shipment"].sudo()._make_of(list(missing_sudo))

    def _travels_by_itself(self):
        """Whether a shipment of this transfer needs nobody's decision.

        Returns do when their delivery had a shipment; what suppliers send us is made by hand.
        """
        direction = self._logistics_direction()
        if direction == "return":
            returned = self.return_id.logistics_shipment_ids
            return bool(returned) or self.picking_type_code == "outgoing"
        return direction in TO_CUSTOMER

    def _create_backorder(self, *args, **kwargs):
        """Override of `stock`: what is left behind travels as a shipment of its own."""
        backorders = super()._create_backorder(*args, **kwargs)
        backorders._ensure_shipments()
        return backorders

    def _action_done(self):
        """Override of `stock`: validation may make a shipment, and says where its goods are."""
        result = super()._action_done()
        self._ensure_shipments()
        pickings_sudo = self.sudo()
        self._follow_packages()
        pickings_sudo._prepared_shipments()._state_preparation()
        pickings_sudo.logistics_shipment_ids._state_validation()
        return result

    def _follow_packages(self):
        """The packages that leave are the packages of the shipment."""
        # A picker packs deliveries without any right on shipments.
        self.sudo().logistics_shipment_ids._follow_stock_packages()

    def action_cancel(self):
        """Override of `stock`: transfers without any move are cancelled here alone."""
        result = super().action_cancel()
        self.sudo().logistics_shipment_ids._follow_cancellation()
        return result

    def send_to_shipper(self):
        """Override of `stock_delivery`: goods that left are not ordered from a carrier again."""
        if self.env.context.get("logistics_left_already"):
            return
        super().send_to_shipper()

    # === Tracking numbers, both ways === #

    def _tracking_numbers(self):
        """The numbers in Odoo's comma-joined tracking reference."""
        numbers = (number.strip() for number in (self.carrier_tracking_ref or "").split(","))
        return [number for number in numbers if number]

    def _show_numbers(self, references):
        """Add to the tracking reference what it lacks of these references."""
        shown = self._tracking_numbers()
        known = {self._bare_number(number) for number in shown}
        lacking = [ref.value for ref in references if self._bare_number(ref.value) not in known]
        if lacking:
            joined = ",".join(dict.fromkeys([*shown, *lacking]))
            self.with_context(logistics_shown_numbers=True).carrier_tracking_ref = joined

    @api.model
    def _bare_number(self, number):
        return re.sub(r"[\s\-.]+", "", number).upper()

    def _tell_number_refused(self, number, why):
        self._message_log(
            body=self.env._(
                "The tracking number %(number)s was not taken over into the shipment: %(why)s. "
                "Correct it, or combine the transfers into one shipment.",
                number=number,
                why=why or self.env._("it is too long, or empty"),
            )
        )

    # === Dispatch validates transfers === #

    @api.model
    def _cron_validate_dispatched(self):
        """Validate transfers whose goods left, as the warehouse or the transport system states."""
        pending = self._dispatched_domain()
        work_off(
            self.env,
            lambda after: self.search(pending & Domain("id", ">", after), limit=1, order="id"),
            lambda picking: int(picking._validate_dispatched()),
        )

    def _dispatched_domain(self):
        return (
            Domain("state", "in", ("confirmed", "assigned"))
            & Domain("picking_type_code", "=", "outgoing")
            & Domain("company_id.logistics_validate_on_dispatch", "=", True)
            & Domain("logistics_shipment_ids.dispatched_at", "!=", False)
        )

    def _validate_dispatched(self):
        """Book what was asked for as gone; a refusal becomes an activity, not a stopped cron.

        :return: whether the transfer was validated
        """
        try:
            with self.env.cr.savepoint():
                for move in self.move_ids.filtered(lambda m: m.state not in ("done", "cancel")):
                    move.quantity = move.product_uom_qty
                    move.picked = True
                self.with_context(skip_sms=True, logistics_left_already=True)._action_done()
        except UserError as error:
            self.invalidate_recordset()
            _logger.warning("Transfer %s cannot be validated: %s", self.name, error)
            self._note_validation_problem(error)
            return False
        return True

    def _note_validation_problem(self, error):
        summary = self.env._("The goods left, but the transfer cannot be validated")
        if summary not in self.activity_ids.mapped("summary"):
            self.activity_schedule(
                "mail.mail_activity_data_warning",
                summary=summary,
                note=str(error),
                user_id=self.user_id.id or self.env.uid,
            )
