from odoo import fields, models

# Every other state waits for somebody or something else; what was "tested" is never promoted.
REPLAYABLE = ("processed", "ignored", "parked", "deferred", "held", "dead")


class LogisticsMessage(models.Model):
    """Which messages may be read once more, and what was replayed."""

    _inherit = "logistics.message"

    replay_line_ids = fields.One2many("logistics.replay.line", "message_id", "Replays")
    replay_count = fields.Integer("Number of Replays", compute="_compute_replay_count")

    def _compute_replay_count(self):
        counts = dict(
            self.env["logistics.replay.line"]._read_group(
                [("message_id", "in", self.ids)], ["message_id"], ["__count"]
            )
        )
        for message in self:
            message.replay_count = counts.get(message, 0)

    def action_open_replays(self):
        """Open what was replayed of these messages."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_carrier_connector.logistics_replay_line_action"
        )
        return action | {"domain": [("message_id", "in", self.ids)], "context": {}}

    def _why_not_replayable(self):
        """The reason why this message may not be replayed, for people; empty if it may."""
        self.ensure_one()
        connection = self.connection_id
        if connection.environment == "test" or self.state == "tested":
            return self.env._(
                "It came over a test connection, and what came as a test stays a test: have it "
                "sent again to a production connection."
            )
        if connection.state != "active" or not connection.active:
            return self.env._("Its connection is not active.")
        if self.state == "received":
            return self.env._("It waits to be processed anyway.")
        if self.state == "conflict":
            return self.env._(
                "It contradicts an earlier message: open it, and try it again or dismiss it."
            )
        if self.state not in REPLAYABLE:
            return self.env._("It was dismissed.")
        return ""
