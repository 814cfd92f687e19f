from odoo import fields, models
from odoo.exceptions import UserError


class LogisticsConnection(models.Model):
    """A connection whose carrier is asked, beside or instead of its pushes."""

    _inherit = "logistics.connection"

    poll_ids = fields.One2many("logistics.poll", "connection_id", "Polling Plans")
    poll_count = fields.Integer(compute="_compute_poll_figures")
    missed_by_push = fields.Integer(
        compute="_compute_poll_figures",
        help="Facts that came by asking and should have been pushed before.",
    )

    def _compute_poll_figures(self):
        plans = dict(
            self.env["logistics.poll"]._read_group(
                [("connection_id", "in", self.ids)], ["connection_id"], ["__count"]
            )
        )
        missed = dict(
            self.env["logistics.message"]._read_group(
                [("connection_id", "in", self.ids), ("missed_by_push", ">", 0)],
                ["connection_id"],
                ["missed_by_push:sum"],
            )
        )
        for connection in self:
            connection.poll_count = plans.get(connection, 0)
            connection.missed_by_push = missed.get(connection, 0)

    def action_ask_now(self):
        """Ask for all open numbers, by every active plan of this connection.

        :raises UserError: if there is no active plan
        """
        self.check_access("write")
        plans = self.poll_ids.filtered(lambda poll: poll.state == "active")
        if not plans:
            raise UserError(
                self.env._(
                    "%s has no active polling plan. Add one under Polling and start it.",
                    self[:1].display_name,
                )
            )
        plans.action_ask_now()

    def action_open_attempts(self):
        """Open what was asked and what came of it."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_carrier_connector.logistics_poll_attempt_action"
        )
        return action | {"domain": [("poll_id.connection_id", "=", self.id)], "context": {}}

    def action_open_missed(self):
        """Open the answers with facts that should have been pushed."""
        self.ensure_one()
        return self.action_open_messages() | {
            "domain": [("connection_id", "=", self.id), ("missed_by_push", ">", 0)]
        }

    def _why_unprovable(self):
        """Override: a carrier that is only asked sends nothing, so it needs no proof. The door of a
        connection without a secret stays shut."""
        return "" if self._only_asks() else super()._why_unprovable()

    def _only_asks(self):
        return bool(self.poll_ids) and not self.sudo().secret_ids
