from odoo import api, fields, models

from . import trial_page


class LogisticsMessage(models.Model):
    """How long each step took, from the request to the ledger."""

    _inherit = "logistics.message"

    timings_html = fields.Html("Timings", compute="_compute_timings_html")

    @api.depends("received_at", "started_at", "processed_at", "state")
    def _compute_timings_html(self):
        titles = (
            self.env._("Step"),
            self.env._("When (UTC)"),
            self.env._("After"),
            self.env._("Meaning"),
        )
        for message in self:
            message.timings_html = trial_page.table(titles, message._timings())

    def _timings(self):
        """The rows: what happened, when, how long after the step before, and what that means."""
        again = bool(self.attempt_ids)
        steps = [
            (
                self.env._("Received and stored"),
                self.received_at,
                self.env._("The sender was answered after it was stored: both or neither."),
            ),
            (
                self.env._("Processing began"),
                self.started_at,
                self.env._("It was processed before; this is the last attempt.")
                if again
                else self.env._("Until then it waited in its lane."),
            ),
            (
                self.env._("Recorded"),
                self.processed_at,
                self.env._("Facts and fate were written together."),
            ),
        ]
        rows, before = [], None
        for name, moment, meaning in steps:
            after = (moment - before).total_seconds() if moment and before else None
            rows.append((name, _moment(moment), self._duration(after), meaning))
            before = moment or before
        if self.processed_at and not again:
            total = (self.processed_at - self.received_at).total_seconds()
            rows.append((self.env._("In all"), "", self._duration(total), ""))
        return rows

    def _duration(self, seconds):
        """A number of seconds for people; empty for ``None``."""
        if seconds is None or seconds < 0:
            return ""
        if seconds < 10:
            return self.env._("%s ms", round(1000 * seconds))
        if seconds < 600:
            return self.env._("%s s", round(seconds, 1))
        if seconds < 2 * 86400:
            return self.env._("%s min", round(seconds / 60))
        return self.env._("%s days", round(seconds / 86400, 1))


def _moment(moment):
    return moment.isoformat(sep=" ", timespec="milliseconds") if moment else "—"
