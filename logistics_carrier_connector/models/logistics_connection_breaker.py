from datetime import UTC, datetime, timedelta

from odoo import fields, models

from odoo.addons.logistics_milestone_sync.core.clock import naive, utc

from ..core import breaker

_ACTIVITY = "logistics_carrier_connector.mail_activity_breaker"


class LogisticsConnection(models.Model):
    """The breaker: after failures in a row that may pass by themselves, a connection pauses.

    Messages go on being taken. One attempt is let through when its time comes; if it works, the
    rest follows. Whoever attempts something for a connection, processing a batch or calling the
    other side, asks ``_may_attempt`` before and tells how it ended.
    """

    _inherit = "logistics.connection"

    breaker_state = fields.Selection(
        [
            (breaker.CLOSED, "Working"),
            (breaker.OPEN, "Paused After Failures"),
            (breaker.HALF_OPEN, "Trying Again"),
        ],
        "Health",
        required=True,
        readonly=True,
        default=breaker.CLOSED,
        copy=False,
        index=True,
    )
    breaker_failures = fields.Integer("Failures in a Row", readonly=True, copy=False)
    breaker_opened_at = fields.Datetime("Paused Since", readonly=True, copy=False)
    breaker_probe_at = fields.Datetime("Tries Again", readonly=True, copy=False)
    breaker_reason = fields.Char("Last Failure", readonly=True, copy=False)
    breaker_threshold = fields.Integer(
        "Pause After Failures",
        required=True,
        default=5,
        tracking=True,
        help="So many failures in a row that may pass by themselves pause the connection. It tries "
        "again after the first wait, then after twice as long each time.",
    )
    breaker_wait = fields.Integer(
        "First Wait (minutes)",
        required=True,
        default=1,
        tracking=True,
    )

    _breaker_sensible = models.Constraint(
        "CHECK(breaker_threshold > 0 AND breaker_wait BETWEEN 1 AND 1440)",
        "A connection pauses after at least one failure, for 1 minute to a day.",
    )

    def _may_attempt(self):
        """Whether an attempt may be made now; a probe that is let through is the only one.

        The caller commits the answer together with the attempt, or before it.
        """
        self.ensure_one()
        now = datetime.now(UTC)
        state = self._breaker()
        if not state.lets_through(now):
            return False
        self._keep_breaker(state, state.trying(now, self._breaker_policy()))
        return True

    def _attempt_succeeded(self):
        """An attempt for this connection worked: the count of failures begins anew."""
        self.ensure_one()
        state = self._breaker()
        self._keep_breaker(state, state.succeeded())

    def _attempt_failed(self, reason, retry_after=None):
        """An attempt failed in a way that may pass by itself.

        :param str reason: what failed, for people; never a secret
        :param retry_after: ``timedelta`` that the other side asked for
        """
        self.ensure_one()
        state = self._breaker()
        after = state.failed(datetime.now(UTC), self._breaker_policy(), retry_after)
        self._keep_breaker(state, after, reason)

    def action_probe(self):
        """Try again now instead of when the wait is over."""
        self.check_access("write")
        # The right to change them was checked; the breaker is nobody's to write.
        paused_sudo = self.sudo().filtered(lambda one: one.breaker_state != breaker.CLOSED)
        paused_sudo.breaker_probe_at = fields.Datetime.now()
        self.env["logistics.message"]._wake_lanes(set(paused_sudo.mapped("lane")))

    def _breaker(self):
        probe_at = self.breaker_probe_at
        return breaker.Breaker(
            self.breaker_state, self.breaker_failures, utc(probe_at) if probe_at else None
        )

    def _breaker_policy(self):
        wait = timedelta(minutes=self.breaker_wait)
        return breaker.BreakerPolicy(self.breaker_threshold, wait, max(wait, timedelta(hours=1)))

    def _keep_breaker(self, before, after, reason=False):
        """Write what changed; a connection that works is not written to at all."""
        if after == before:
            return
        # Workers and pollers act for the connection; whoever may see it was not asked.
        connection_sudo = self.sudo()
        opened = before.state == breaker.CLOSED and after.state == breaker.OPEN
        closed = before.state != breaker.CLOSED and after.state == breaker.CLOSED
        values = {
            "breaker_state": after.state,
            "breaker_failures": after.failures,
            "breaker_probe_at": naive(after.probe_at) if after.probe_at else False,
        }
        if reason or after.state == breaker.CLOSED:
            values["breaker_reason"] = reason
        if opened or closed:
            values["breaker_opened_at"] = fields.Datetime.now() if opened else False
        connection_sudo.write(values)
        if opened:
            connection_sudo._tell_paused(reason)
        if closed:
            connection_sudo.activity_unlink([_ACTIVITY])
            connection_sudo._message_log(body=self.env._("It works again."))
            self.env["logistics.message"]._wake_lanes([self.lane])

    def _tell_paused(self, reason):
        """One activity while the connection is paused."""
        body = self.env._(
            "Paused after %(count)s failures in a row: %(reason)s",
            count=self.breaker_failures,
            reason=reason,
        )
        self._message_log(body=body)
        for user in self._people():
            self.activity_schedule(_ACTIVITY, note=body, user_id=user.id)

    def _people(self):
        """Whom to tell about this connection: its responsible, else the managers."""
        return self.user_id.filtered("active") or self.company_id._logistics_managers()
