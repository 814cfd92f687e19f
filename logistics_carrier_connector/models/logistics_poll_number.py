from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.logistics_milestone_sync.core.clock import naive, utc

from ..core.poll_cadence import ENDED, Standing

# What a carrier said about a number last; the words of core/poll_answer.py.
ANSWERS = [
    ("asked", "Under Way"),
    ("answered", "Answered"),
    ("unchanged", "Nothing New"),
    ("unknown", "Unknown to the Carrier"),
    ("carrier_error", "Carrier's Error"),
    ("limited", "Too Many Calls"),
    ("busy", "No Answer"),
    ("unreadable", "Unreadable"),
    ("not_allowed", "Not Allowed In"),
    ("bad_request", "Question Not Understood"),
    ("refused", "Address Not Allowed"),
    ("lost", "Interrupted"),
]


class LogisticsPollNumber(models.Model):
    """A number that a plan asks for. Rows are made and worked by the worker; nobody edits them."""

    _name = "logistics.poll.number"
    _description = "Polled Number"
    _order = "next_ask_at, id"
    _log_access = False
    _rec_name = "number"

    poll_id = fields.Many2one(
        "logistics.poll", "Plan", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    shipment_id = fields.Many2one(
        "logistics.shipment", required=True, readonly=True, index=True, ondelete="cascade"
    )
    client_id = fields.Many2one(related="shipment_id.client_id")
    phase = fields.Selection(related="shipment_id.phase")
    number = fields.Char(required=True, readonly=True)
    since = fields.Datetime("Asked For Since", required=True, readonly=True)
    asked_at = fields.Datetime("Last Asked", readonly=True)
    next_ask_at = fields.Datetime(
        "Next Question", readonly=True, help="Empty: it is asked for no more."
    )
    quiet = fields.Integer("Answers Without News", readonly=True)
    answer = fields.Selection(ANSWERS, "Last Answer", readonly=True)
    run_id = fields.Many2one(
        "logistics.poll.run", readonly=True, index="btree_not_null", ondelete="set null"
    )

    # Used by the worker: a number is asked for once per plan.
    _number_uniq = models.UniqueIndex("(poll_id, number)", "This number is asked for already.")
    _due_idx = models.Index("(poll_id, next_ask_at, id) WHERE next_ask_at IS NOT NULL")

    def _take_in(self, poll):
        """Add the numbers of open shipments that the plan does not ask for yet.

        The caller holds the lock of the plan, so that nobody else adds the same.
        """
        poll.flush_recordset()
        self.env["logistics.reference"].flush_model()
        self.env["logistics.shipment"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO logistics_poll_number
                       (poll_id, company_id, shipment_id, number, since, next_ask_at, quiet)
                SELECT DISTINCT ON (r.normalised) %(poll)s, s.company_id, s.id, r.normalised,
                       now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC', 0
                  FROM logistics_reference r
                  JOIN logistics_shipment s ON s.id = r.shipment_id
                  LEFT JOIN logistics_consignment c ON c.id = r.consignment_id
                 WHERE %(condition)s AND s.active AND s.phase NOT IN ('delivered', 'failed')
                   AND NOT EXISTS (SELECT 1 FROM logistics_poll_number n
                                    WHERE n.poll_id = %(poll)s AND n.number = r.normalised)
                 ORDER BY r.normalised, r.id
                ON CONFLICT DO NOTHING
                """,
                poll=poll.id,
                condition=poll._condition(),
            )
        )

    def _due(self, poll, limit):
        """Numbers to ask for now, those that wait longest first; what is over is dropped."""
        now = utc(self.env.cr.now())
        while True:
            found = self.search(
                [("poll_id", "=", poll.id), ("next_ask_at", "<=", naive(now))], limit=limit
            )
            over = found.filtered(
                lambda number: not number.run_id
                and poll._cadence().is_over(number._standing(), now)
            )
            over.write({"next_ask_at": False})
            if not over or found - over:
                return found - over

    def _standing(self):
        self.ensure_one()
        shipment = self.shipment_id
        heard = [moment for moment in (self.since, shipment.last_event_at) if moment]
        return Standing(
            phase=shipment.phase,
            heard_at=utc(max(heard)),
            ended_at=utc(shipment.delivered_at or shipment.since or self.since),
            quiet=self.quiet,
        )

    def _schedule(self, answer, jitter):
        """Decide when to ask for these next, after an answer that is about them."""
        now = utc(fields.Datetime.now())
        for number in self:
            number.write({"asked_at": naive(now), "quiet": number.quiet + 1, "answer": answer})
            following = number.poll_id._cadence().next_ask(number._standing(), now, jitter)
            number.write({"next_ask_at": following and naive(following), "run_id": False})

    def _had_news(self):
        """What was answered was new: ask in the usual rhythm again."""
        now = utc(fields.Datetime.now())
        for number in self.filtered("next_ask_at"):
            number.quiet = 0
            following = number.poll_id._cadence().next_ask(number._standing(), now, 0.0)
            if following:
                number.next_ask_at = min(number.next_ask_at, naive(following))

    def _ask_now(self):
        """Have these asked for as soon as the quota allows."""
        self.write({"next_ask_at": fields.Datetime.now()})
        self.poll_id._wake_workers()

    @api.autovacuum
    def _gc_numbers(self):
        """Forget numbers that are over with their shipments. Others would be taken in again."""
        self.sudo().search(
            [
                ("next_ask_at", "=", False),
                ("asked_at", "<", "-30d"),
                ("shipment_id.phase", "in", ENDED),
            ],
            limit=10000,
        ).unlink()
