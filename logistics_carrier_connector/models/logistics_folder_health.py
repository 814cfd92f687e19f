from datetime import timedelta

from odoo import fields, models

from ..core.errors import TRANSIENT

_MANY = 5
_LONGEST_PAUSE = 60  # minutes


class LogisticsFolder(models.Model):
    """How well the picking up goes: pauses after failures, and somebody who is told."""

    _inherit = "logistics.folder"

    def _note_success(self):
        """We got in, and did what there was to do."""
        self.ensure_one()
        if self.failures or self.last_error:
            self._failure_activities().unlink()
            self.write({"failures": 0, "last_error": False})
        if self._has_breaker():
            self.connection_id._attempt_succeeded()

    def _note_failure(self, reason, error_class=TRANSIENT):
        """Leave the place alone for a while, longer each time.

        :param str reason: for people; never a secret
        :param str error_class: what does not pass by itself is told at once
        """
        self.ensure_one()
        failures = self.failures + 1
        pause = timedelta(minutes=min(2 ** min(failures, 6), _LONGEST_PAUSE))
        self.write(
            {
                "failures": failures,
                "last_error": f"{reason[:1].upper()}{reason[1:].removesuffix('.')}.",
                "next_look_at": fields.Datetime.now() + pause,
            }
        )
        if error_class == TRANSIENT and self._has_breaker():
            self.connection_id._attempt_failed(self.last_error)  # and it tells
        elif error_class != TRANSIENT or failures >= _MANY:
            self._tell_failing()

    def _has_breaker(self):
        """Whether failures pause the whole connection. Where something is sent over it as well,
        that goes on, however badly the picking up goes."""
        return self.connection_id._only_asks()

    def _failure_summary(self):
        return self.env._("Files cannot be picked up from %s", self.url)
