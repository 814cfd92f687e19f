from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..core import poll_answer

_GIVEN_UP = timedelta(days=1)


class LogisticsPollRun(models.Model):
    """One round through all open numbers of a plan, beside its rhythm: after a silence of the
    carrier, after a standstill of ours, or because somebody asked for it."""

    _name = "logistics.poll.run"
    _description = "Polling Run"
    _inherit = ["logistics.stateful.mixin", "logistics.governed.mixin"]
    _order = "id desc"
    _transitions = {"asking": ("reading", "cancelled"), "reading": ("done",)}
    _governed_fields = ("state", "kind", "asked", "answered", "failed", "new_facts", "missed")

    poll_id = fields.Many2one(
        "logistics.poll", "Plan", required=True, readonly=True, index=True, ondelete="cascade"
    )
    connection_id = fields.Many2one(related="poll_id.connection_id")
    company_id = fields.Many2one(
        related="poll_id.company_id", store=True, precompute=True, index=True
    )
    kind = fields.Selection(
        [
            ("manual", "By Hand"),
            ("silence", "The carrier was silent"),
            ("downtime", "We were not there"),
        ],
        "Reason",
        required=True,
        readonly=True,
        default="manual",
    )
    state = fields.Selection(
        [
            ("asking", "Asking"),
            ("reading", "Reading"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="asking",
        index=True,
    )
    since = fields.Date(
        "History Since",
        readonly=True,
        help="As far back as the carrier remembers, or as the silence lasted.",
    )
    user_id = fields.Many2one("res.users", "Asked For By", readonly=True)
    ended_at = fields.Datetime("Ended", readonly=True)
    asked = fields.Integer("Numbers", readonly=True)
    answered = fields.Integer("Numbers Answered", readonly=True)
    failed = fields.Integer("Failed Questions", readonly=True)
    new_facts = fields.Integer(readonly=True)
    missed = fields.Integer("Missed by Push", readonly=True)
    open_count = fields.Integer("Still to Ask", compute="_compute_open_count")
    attempt_ids = fields.One2many("logistics.poll.attempt", "run_id", "Attempts")

    # One round at a time: two would only ask twice.
    _one_open_uniq = models.UniqueIndex(
        "(poll_id) WHERE state = 'asking'", "A round through these numbers is under way already."
    )

    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for run in self:
            run.display_name = f"{run.poll_id.name}: {kinds.get(run.kind, '')}"

    def _compute_open_count(self):
        counts = dict(
            self.env["logistics.poll.number"]._read_group(
                [("run_id", "in", self.ids)], ["run_id"], ["__count"]
            )
        )
        for run in self:
            run.open_count = counts.get(run, 0)

    @api.model
    def _begin(self, poll, kind, since=None):
        """Put all open numbers of a plan in front.

        :param since: date; ``None`` for as far back as the carrier remembers
        :return: the run, empty if nothing is open
        """
        numbers = self.env["logistics.poll.number"]
        numbers._take_in(poll)
        today = fields.Date.today()
        oldest = today - timedelta(days=poll.keep_days or 30)
        run = self.create(
            {
                "poll_id": poll.id,
                "kind": kind,
                "since": max(since, oldest) if since else oldest,
                "user_id": self.env.uid,
            }
        )
        numbers.flush_model()
        count = len(
            self.env.execute_query(
                SQL(
                    """
                    UPDATE logistics_poll_number
                       SET run_id = %s, next_ask_at = now() AT TIME ZONE 'UTC'
                     WHERE poll_id = %s AND next_ask_at IS NOT NULL RETURNING id
                    """,
                    run.id,
                    poll.id,
                )
            )
        )
        numbers.invalidate_model()
        if not count:
            run.unlink()
            return self.browse()
        run.asked = count
        poll._wake_workers()
        return run

    def action_cancel(self):
        """Leave it at what was asked by now; the numbers go on in their usual rhythm."""
        self.check_access("write")
        # The right to change plans was checked; the state is nobody's to write.
        runs_sudo = self.sudo()
        runs_sudo.filtered(lambda run: run.state != "asking")._refuse_cancelling()
        runs_sudo._give_up("cancelled")

    def _refuse_cancelling(self):
        if self:
            raise UserError(
                self.env._(
                    "%s has asked everything already; nothing is left to cancel.",
                    self[0].display_name,
                )
            )

    def _give_up(self, state):
        self.env["logistics.poll.number"].search([("run_id", "in", self.ids)]).run_id = False
        self._count()
        values = {"ended_at": fields.Datetime.now()} if state == "cancelled" else {}
        self._move_to(state, **values)

    @api.model
    def _keep_going(self):
        """Begin what has to begin, and end what is over. Called by every worker."""
        self.env["logistics.poll"]._look_for_gaps()
        asking = self.search([("state", "=", "asking")])
        begun = fields.Datetime.now() - _GIVEN_UP
        asking.filtered(lambda run: not run.open_count or run.create_date < begun)._give_up(
            "reading"
        )
        for run in self.search([("state", "=", "reading")]):
            if not run._unread():
                run._count()
                run._move_to("done", ended_at=fields.Datetime.now())
                run._tell_responsible()

    def _unread(self):
        """Whether answers of this run wait to be processed."""
        return self.env["logistics.message"].search_count(
            [("poll_attempt_id.run_id", "=", self.id), ("state", "=", "received")], limit=1
        )

    def _count(self):
        messages = self.env["logistics.message"]._read_group(
            [("poll_attempt_id.run_id", "in", self.ids)],
            ["poll_attempt_id"],
            ["new_facts:sum", "missed_by_push:sum"],
        )
        for run in self:
            attempts = run.attempt_ids
            answered = attempts.filtered(lambda each: each.result in poll_answer.SUCCESSES)
            mine = [row for row in messages if row[0] in attempts]
            run.write(
                {
                    "answered": sum(answered.mapped("number_count")),
                    "failed": len(attempts.filtered(lambda a: a.result != "asked") - answered),
                    "new_facts": sum(row[1] for row in mine),
                    "missed": sum(row[2] for row in mine),
                }
            )

    def _tell_responsible(self):
        """Say what an automatic round found; who asked by hand sees it on the screen."""
        user = self.connection_id.user_id
        if self.kind == "manual" or not user:
            return
        self.connection_id.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=self.env._("%s: history was asked for", self.poll_id.name),
            note=self._told(),
            user_id=user.id,
        )

    def _told(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        said = self.env._(
            "%(reason)s. %(answered)s of %(asked)s numbers were answered, with %(facts)s new "
            "facts; %(missed)s of them should have been pushed to us.",
            reason=kinds[self.kind],
            answered=self.answered,
            asked=self.asked,
            facts=self.new_facts,
            missed=self.missed,
        )
        days = self.poll_id.subscription_days
        if days and self.kind == "silence":
            said += " " + self.env._(
                "Subscriptions of this carrier end by themselves after %s days: renew it there.",
                days,
            )
        return said
