from collections import Counter
from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.logistics_milestone_sync.core.clock import utc

from ..core.poll_cadence import is_silent

_LOOK_EVERY = timedelta(minutes=10)
_DOWNTIME = timedelta(minutes=60)
_LOOKED_AT = 200  # messages, to know the usual gap between them


class LogisticsPoll(models.Model):
    """Push that fails is only found by asking: when the carrier says nothing for suspiciously long,
    and when we were not there to listen."""

    _inherit = "logistics.poll"

    push_connection_id = fields.Many2one(
        "logistics.connection",
        "Falls Back For",
        index="btree_not_null",
        check_company=True,
        domain="[('system_id', '=', system_id)]",
        tracking=True,
        help="The connection by which the carrier tells us by itself. When it is silent for "
        "unusually long, all open numbers are asked for. Empty: the carrier does not push.",
    )
    silence_factor = fields.Float(
        "Silence (times the usual gap)",
        default=5.0,
        tracking=True,
        help="0: silence is not watched.",
    )
    silence_minutes = fields.Integer(
        "But at Least (minutes)", default=240, tracking=True, help="Shorter silence is ignored."
    )
    push_grace_minutes = fields.Integer(
        "Push May Take (minutes)",
        default=60,
        tracking=True,
        help="What happened longer ago than this, and is news to us, was missed by push.",
    )
    watched_at = fields.Datetime("Watched", readonly=True, copy=False)
    silence_told_for = fields.Datetime(readonly=True, copy=False)
    missed_count = fields.Integer("Missed by Push", compute="_compute_missed_count")

    _silence_positive = models.Constraint(
        "CHECK(silence_factor >= 0 AND silence_minutes >= 0 AND push_grace_minutes >= 0)",
        "Silence and grace cannot be negative.",
    )

    def _compute_missed_count(self):
        grouped = self.env["logistics.message"]._read_group(
            [("poll_attempt_id.poll_id", "in", self.ids), ("missed_by_push", ">", 0)],
            ["poll_attempt_id"],
            ["missed_by_push:sum"],
        )
        counts = Counter()
        for attempt, missed in grouped:
            counts[attempt.poll_id] += missed
        for poll in self:
            poll.missed_count = counts[poll]

    def action_ask_now(self):
        """Ask for all open numbers, as far back as the carrier remembers.

        :raises UserError: if the plan is paused, or nothing is open
        """
        self.check_access("write")
        # The right to change the plan was checked; numbers and runs are the worker's.
        for poll_sudo in self.sudo():
            if poll_sudo.state != "active" or poll_sudo.connection_id.state != "active":
                raise UserError(
                    self.env._(
                        "%s is paused, or its connection is. Start it first.", poll_sudo.name
                    )
                )
            runs_sudo = self.env["logistics.poll.run"].sudo()
            if runs_sudo.search_count([("poll_id", "=", poll_sudo.id), ("state", "=", "asking")]):
                raise UserError(
                    self.env._("A round through these numbers is under way. Wait for its end.")
                )
            if not runs_sudo._begin(poll_sudo, "manual"):
                raise UserError(
                    self.env._(
                        "No open shipment has a number that %s asks for. Check which numbers the "
                        "plan asks for.",
                        poll_sudo.name,
                    )
                )

    def _look_for_gaps(self):
        """Begin a round for each plan whose carrier was silent, or that we did not watch."""
        now = fields.Datetime.now()
        due = self.search(
            [
                ("state", "=", "active"),
                ("connection_id.state", "=", "active"),
                "|",
                ("watched_at", "=", False),
                ("watched_at", "<=", now - _LOOK_EVERY),
            ]
        )
        for poll in due:
            claimed = self._claim(poll.id)
            if claimed:
                claimed._look_for_gap(now)

    def _look_for_gap(self, now):
        before, self.watched_at = self.watched_at, now
        runs = self.env["logistics.poll.run"]
        if runs.search_count([("poll_id", "=", self.id), ("state", "=", "asking")], limit=1):
            return
        if before and now - before >= _DOWNTIME:
            runs._begin(self, "downtime", before.date())
            return
        silent_since = self._silent_since(now)
        if silent_since and silent_since != self.silence_told_for:
            self.silence_told_for = silent_since
            runs._begin(self, "silence", silent_since.date())

    def _silent_since(self, now):
        """When push was heard last, if that is suspiciously long ago; once per silence."""
        if not self.push_connection_id or not self.silence_factor:
            return None
        rows = self.env.execute_query(
            SQL(
                """
                SELECT received_at FROM (
                    SELECT received_at, origin, id FROM logistics_message
                     WHERE connection_id = %s ORDER BY id DESC LIMIT %s) lately
                 WHERE origin IS DISTINCT FROM 'poll' ORDER BY id DESC LIMIT %s
                """,
                self.push_connection_id.id,
                10 * _LOOKED_AT,
                _LOOKED_AT,
            )
        )
        times = [utc(row[0]) for row in rows]
        floor = timedelta(minutes=self.silence_minutes)
        if not is_silent(times, utc(now), self.silence_factor, floor):
            return None
        return max(row[0] for row in rows).replace(microsecond=0)
