import ast

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..models.logistics_message import ERROR_CLASSES, STATES
from ..models.logistics_message_replay import REPLAYABLE
from ..models.logistics_replay import MOST_MESSAGES

# The dry run of so few messages is made while the person waits.
_AT_ONCE = 25


class LogisticsReplayStart(models.TransientModel):
    """Asks which messages are to be replayed, and why; then the dry run begins."""

    _name = "logistics.replay.start"
    _description = "Replay Messages"

    message_ids = fields.Many2many(
        "logistics.message",
        string="Chosen Messages",
        default=lambda self: self._default_message_ids(),
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, ondelete="cascade"
    )
    connection_ids = fields.Many2many(
        "logistics.connection",
        string="Connections",
        domain="[('environment', '=', 'production'), ('company_id', '=', company_id)]",
    )
    mapping_id = fields.Many2one("logistics.mapping", "Profile", ondelete="cascade")
    message_state = fields.Selection(
        [(code, label) for code, label in STATES if code in REPLAYABLE], "Status"
    )
    error_class = fields.Selection(ERROR_CLASSES, "Kind of Problem")
    received_from = fields.Datetime()
    received_to = fields.Datetime("Until", help="This moment is not part of it any more.")
    further = fields.Char("Further Conditions", default="[]")
    reason = fields.Char("Why", required=True)
    per_minute = fields.Integer("Messages per Minute", required=True, default=600)
    match_count = fields.Integer("Messages", compute="_compute_match_count")
    is_too_many = fields.Boolean(compute="_compute_match_count")
    has_filter = fields.Boolean(compute="_compute_match_count")

    @api.model
    def _default_message_ids(self):
        context = self.env.context
        if context.get("active_model") != "logistics.message":
            return False
        return context.get("active_ids") or False

    @api.depends(
        *("message_ids", "company_id", "connection_ids", "mapping_id", "message_state"),
        *("error_class", "received_from", "received_to", "further"),
    )
    def _compute_match_count(self):
        for start in self:
            start.has_filter = bool(start._conditions())
            count = len(start.message_ids) or self.env["logistics.message"].search_count(
                start._domain(), limit=MOST_MESSAGES + 1
            )
            start.is_too_many = count > MOST_MESSAGES
            start.match_count = min(count, MOST_MESSAGES)

    def _conditions(self):
        """The conditions that are set, as domains."""
        conditions = [
            (self.connection_ids, Domain("connection_id", "in", self.connection_ids.ids)),
            (self.mapping_id, Domain("connection_id.mapping_id", "=", self.mapping_id.id)),
            (self.message_state, Domain("state", "=", self.message_state)),
            (self.error_class, Domain("error_class", "=", self.error_class)),
            (self.received_from, Domain("received_at", ">=", self.received_from)),
            (self.received_to, Domain("received_at", "<", self.received_to)),
        ]
        further = self._further()
        return [domain for given, domain in conditions if given] + (
            [] if further.is_true() else [further]
        )

    def _further(self):
        try:
            return Domain(ast.literal_eval(self.further or "[]"))
        except (ValueError, SyntaxError, TypeError) as error:
            raise UserError(self.env._("These conditions cannot be read: %s", error)) from error

    def _domain(self):
        """Messages of production that may be replayed, and that all conditions hold for."""
        return Domain.AND(
            [
                Domain("state", "in", REPLAYABLE),
                Domain("connection_id.company_id", "=", self.company_id.id),
                Domain("connection_id.environment", "=", "production"),
                Domain("connection_id.state", "=", "active"),
                *self._conditions(),
            ]
        )

    def action_confirm(self):
        """Make the replay and its dry run, or have it made, and show it.

        :raises UserError: without messages, or with too many
        """
        self.ensure_one()
        replays = self.env["logistics.replay"]
        replays._check_right_to_replay()
        messages = self._messages()
        replay = replays._ask(messages, self.reason, self.per_minute, self._scope(len(messages)))
        if len(messages) <= _AT_ONCE:
            # The right to replay these messages was checked; the dry run only writes its result.
            replay.sudo()._examine_now()
        return {
            "type": "ir.actions.act_window",
            "res_model": "logistics.replay",
            "res_id": replay.id,
            "view_mode": "form",
        }

    def _messages(self):
        if self.per_minute < 1:
            raise UserError(self.env._("How many messages per minute? At least one."))
        if self.message_ids:
            return self.message_ids
        if not self._conditions():
            raise UserError(
                self.env._("Say which messages are replayed: all of them is never meant.")
            )
        messages = self.env["logistics.message"].search(
            self._domain(), order="id", limit=MOST_MESSAGES + 1
        )
        if not messages:
            raise UserError(self.env._("No message that may be replayed is like that."))
        if len(messages) > MOST_MESSAGES:
            raise UserError(
                self.env._(
                    "These are more than %s messages. Choose a shorter time and replay them in "
                    "several parts.",
                    MOST_MESSAGES,
                )
            )
        return messages

    def _scope(self, count):
        """How the messages were chosen, in words."""
        if self.message_ids:
            if count == 1:
                return self.env._("Message %s", self.message_ids.public_id)
            return self.env._("%s messages chosen by hand", count)
        parts = self.connection_ids.mapped("display_name")
        if self.mapping_id:
            parts.append(self.env._("profile %s", self.mapping_id.display_name))
        for name in ("message_state", "error_class"):
            labels = dict(self._fields[name]._description_selection(self.env))
            parts += [labels[self[name]]] if self[name] else []
        if self.received_from:
            parts.append(self.env._("from %s UTC", self.received_from))
        if self.received_to:
            parts.append(self.env._("until %s UTC", self.received_to))
        if not self._further().is_true():
            parts.append(self.env._("where %s", self.further))
        return ", ".join(parts)
