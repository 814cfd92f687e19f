from odoo import api, fields, models

from .logistics_poll_number import ANSWERS

_READERS = (
    "logistics_milestone_sync.logistics_milestone_sync_group_integration_admin,"
    "logistics_milestone_sync.logistics_milestone_sync_group_auditor"
)
_KEPT_DAYS = 30


class LogisticsPollAttempt(models.Model):
    """One question to a carrier. Written, and committed, before it is asked: whatever happens to
    the worker, what was asked is known."""

    _name = "logistics.poll.attempt"
    _description = "Polling Attempt"
    _order = "id desc"
    _log_access = False
    _rec_name = "numbers_text"

    poll_id = fields.Many2one(
        "logistics.poll", "Plan", required=True, readonly=True, ondelete="cascade"
    )
    connection_id = fields.Many2one(related="poll_id.connection_id")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    run_id = fields.Many2one(
        "logistics.poll.run", readonly=True, index="btree_not_null", ondelete="set null"
    )
    numbers = fields.Json("Numbers (raw)", readonly=True)
    numbers_text = fields.Char("Asked For", readonly=True)
    number_count = fields.Integer("Numbers", readonly=True)
    started_at = fields.Datetime("Asked", required=True, readonly=True)
    ended_at = fields.Datetime("Answered", readonly=True)
    seconds = fields.Float(readonly=True, aggregator="avg", digits=(16, 1))
    result = fields.Selection(ANSWERS, required=True, readonly=True, default="asked")
    status = fields.Integer("HTTP Status", readonly=True, aggregator=None)
    calls = fields.Integer(readonly=True, default=1, help="With further pages and tokens.")
    reason = fields.Char("Why", readonly=True)
    excerpt = fields.Text("What Came Instead", readonly=True, groups=_READERS)
    message_ids = fields.One2many("logistics.message", "poll_attempt_id", "Messages")
    message_count = fields.Integer("Answers Kept", compute="_compute_message_count")

    # Used by the worker: the calls in the window, and those that were never finished.
    _started_idx = models.Index("(poll_id, started_at)")
    _open_idx = models.Index("(poll_id, started_at) WHERE result = 'asked'")

    def _compute_message_count(self):
        counts = dict(
            self.env["logistics.message"]._read_group(
                [("poll_attempt_id", "in", self.ids)], ["poll_attempt_id"], ["__count"]
            )
        )
        for attempt in self:
            attempt.message_count = counts.get(attempt, 0)

    def action_open_messages(self):
        """Open the answers in the inbox."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_carrier_connector.logistics_message_action"
        )
        return action | {"domain": [("poll_attempt_id", "=", self.id)], "context": {}}

    @api.autovacuum
    def _gc_attempts(self):
        """Forget old attempts that brought nothing; those with messages are kept with them."""
        self.sudo().search(
            [
                ("started_at", "<", f"-{_KEPT_DAYS}d"),
                ("result", "!=", "asked"),
                ("message_ids", "=", False),
            ],
            limit=10000,
        ).unlink()
