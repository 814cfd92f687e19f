from odoo import api, fields, models
from odoo.tools import SQL

from .logistics_message import ERROR_CLASSES, STATES

_KEPT = (
    "state",
    "error_class",
    "error_message",
    "fact_count",
    "outcomes",
    "mapping_version_id",
    "replay_line_id",
    "started_at",
    "processed_at",
)


class LogisticsMessageAttempt(models.Model):
    """What had become of a message before it was processed once more. Rows are never changed."""

    _name = "logistics.message.attempt"
    _description = "Earlier Attempt at a Message"
    _order = "id desc"
    _log_access = False

    message_id = fields.Many2one(
        "logistics.message", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="message_id.company_id")
    state = fields.Selection(STATES, "Was", required=True, readonly=True)
    error_class = fields.Selection(ERROR_CLASSES, "Kind of Problem", readonly=True)
    error_message = fields.Text("Why", readonly=True)
    fact_count = fields.Integer("Facts", readonly=True)
    outcomes = fields.Json(readonly=True)
    outcomes_html = fields.Html("What It States", compute="_compute_outcomes_html")
    mapping_version_id = fields.Many2one(
        "logistics.mapping.version",
        "Read With",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    replay_line_id = fields.Many2one(
        "logistics.replay.line",
        "By Replay",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    started_at = fields.Datetime("Started", readonly=True)
    processed_at = fields.Datetime("Processed", required=True, readonly=True)

    @api.depends("outcomes")
    def _compute_outcomes_html(self):
        messages = self.env["logistics.message"]
        names = messages._milestone_names()
        for attempt in self:
            attempt.outcomes_html = messages._outcomes_table(attempt.outcomes or [], names)


class LogisticsMessage(models.Model):
    """What became of a message each time that it was processed."""

    _inherit = "logistics.message"

    attempt_ids = fields.One2many("logistics.message.attempt", "message_id", "Earlier Attempts")
    # Of the attempt whose fate the message shows; a sender never pays for it.
    replay_line_id = fields.Many2one(
        "logistics.replay.line",
        "By Replay",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The replay that read the message last.",
    )

    def _move_to(self, target, **values):
        """Override of `logistics_milestone_sync`: what becomes of a message from now on is another
        attempt, and a replay's only if the caller says so afterwards."""
        if target == "received":
            self.check_access("write")
            self.filtered(lambda message: message.state != target)._keep_fates()
            values |= {"processed_at": False, "replay_line_id": False}
        return super()._move_to(target, **values)

    def _read_all(self):
        """Override: an attempt that failed for now, and is made once more, is kept as well."""
        self._keep_fates()
        return super()._read_all()

    def _keep_fates(self):
        """Keep what had become of these messages, by one statement.

        Most are processed for the first time, and nothing had become of them.
        """
        tried = self.filtered("processed_at")
        if not tried:
            return
        tried.flush_recordset(_KEPT)
        columns = SQL(", ").join(map(SQL.identifier, _KEPT))
        self.env.cr.execute(
            SQL(
                "INSERT INTO logistics_message_attempt (message_id, %(columns)s)"
                " SELECT id, %(columns)s FROM logistics_message"
                " WHERE id = ANY(%(ids)s) ORDER BY id",
                columns=columns,
                ids=list(tried.ids),
            )
        )
        tried.invalidate_recordset(["attempt_ids"])
