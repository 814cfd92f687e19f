from odoo import fields, models
from odoo.exceptions import AccessError, UserError

_USER = "logistics_milestone_sync.logistics_milestone_sync_group_user"


class LogisticsShipment(models.Model):
    """Asking a carrier about one shipment, now."""

    _inherit = "logistics.shipment"

    poll_number_ids = fields.One2many(
        "logistics.poll.number", "shipment_id", "Asked For", groups="base.group_user"
    )

    def action_ask_now(self):
        """Have the carriers asked about these shipments as soon as their quotas allow.

        :raises AccessError: for anybody but a logistics user
        :raises UserError: if no polling plan asks for a number of theirs
        """
        if not self.env.user.has_group(_USER):
            raise AccessError(self.env._("Only logistics users may have a carrier asked."))
        self.check_access("read")
        # That the user may see these shipments was checked; numbers are the worker's to write.
        numbers_sudo = self._polled_numbers_sudo()
        if not numbers_sudo:
            raise UserError(
                self.env._(
                    "No active polling plan asks for a number of %s. It needs a tracking number, "
                    "and a plan of its carrier (Integration, Connections, Polling).",
                    self[:1].display_name,
                )
            )
        numbers_sudo._ask_now()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("The carrier is asked now. Reload in a moment."),
            },
        }

    def _polled_numbers_sudo(self):
        """The numbers of these shipments that active plans ask for, elevated."""
        plans_sudo = self.env["logistics.poll"].sudo()
        plans_sudo = plans_sudo.search(
            [
                ("state", "=", "active"),
                ("connection_id.state", "=", "active"),
                ("company_id", "in", self.company_id.ids),
            ]
        )
        numbers_sudo = self.env["logistics.poll.number"].sudo()
        for plan_sudo in plans_sudo:
            if plan_sudo._claim(plan_sudo.id):
                numbers_sudo._take_in(plan_sudo)
        return numbers_sudo.search(
            [("shipment_id", "in", self.ids), ("poll_id", "in", plans_sudo.ids)]
        )
