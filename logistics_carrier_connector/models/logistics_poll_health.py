import random

from odoo import fields, models

from odoo.addons.logistics_milestone_sync.core.clock import naive, utc

from ..core import poll_answer
from .logistics_poll_number import ANSWERS
from .logistics_poll_worker import _RETRY

# These do not pass by themselves: somebody is told at once.
_OURS = (poll_answer.NOT_ALLOWED, poll_answer.REFUSED)
# These may be about the numbers asked for: the others go on, unless it happens to many.
_MAYBE_NUMBERS = (poll_answer.BAD_REQUEST, poll_answer.UNREADABLE)
_MANY = 5


class LogisticsPoll(models.Model):
    """How well the asking goes: waits after failures, and somebody who is told."""

    _inherit = "logistics.poll"

    def _note_success(self):
        """The carrier did its part."""
        self.ensure_one()
        if self.failures:
            self._failure_activities().unlink()
            self.write({"failures": 0, "last_error": False, "next_run_at": False})
        if self._has_breaker():
            self.connection_id._attempt_succeeded()

    def _note_failure(self, result):
        """Wait, longer each time, and never shorter than the carrier asked for.

        :param result: ``poll_caller.Result``
        :return: naive UTC; when the numbers of this question may be asked for again
        """
        self.ensure_one()
        failures = self.failures + 1
        now = utc(fields.Datetime.now())
        following = _RETRY.next_attempt(failures, now, random.random(), result.wait)
        waits = result.kind not in _MAYBE_NUMBERS or failures >= _MANY
        label = dict(ANSWERS)[result.kind]
        self.write(
            {
                "failures": failures,
                "last_error": f"{label}. {result.reason}" if result.reason else label,
                "next_run_at": waits and naive(following),
            }
        )
        if result.kind == poll_answer.BUSY and self._has_breaker():
            self.connection_id._attempt_failed(self.last_error, result.wait)  # and it tells
        elif result.kind in _OURS or failures >= _MANY:
            self._tell_failing()
        return naive(following)

    def _has_breaker(self):
        """Whether failures pause the whole connection. Where the carrier also sends by itself over
        it, that goes on, however badly the asking goes."""
        return self.push_connection_id != self.connection_id

    def _failure_summary(self):
        return self.env._("%s: the carrier cannot be asked", self.name)
