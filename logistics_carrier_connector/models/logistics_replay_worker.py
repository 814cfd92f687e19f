import logging
from datetime import timedelta
from itertools import accumulate

import psycopg2

from odoo import api, fields, models
from odoo.fields import Domain

from ..core.replay_pace import Pace
from .logistics_message_lane import BATCH_BYTES

_logger = logging.getLogger(__name__)

_BATCH = 100
# Somebody else is busy with all messages that are next.
_PAUSE = timedelta(seconds=10)


class LogisticsReplay(models.Model):
    """The worker: a batch is a transaction, so that being killed loses and doubles nothing."""

    _inherit = "logistics.replay"

    @api.model
    def _next_job(self):
        """Override of `logistics_milestone_sync`: in turns, and not before its time."""
        due = Domain("next_at", "=", False) | Domain("next_at", "<=", fields.Datetime.now())
        going = Domain("finished_at", "=", False) & Domain("user_id", "!=", False)
        # Ready: a person reads what the dry run found.
        going &= Domain("state", "!=", "examined") & due
        return self.search(going, order="write_date, id", limit=1)

    def _begin(self):
        """Override: note what the messages are read with."""
        self.write({"read_with": self._means(), "reached": 0})

    def _work(self):
        """Override: the next step of the dry run, or of the replay."""
        steps = {
            "running": self._examine_step,
            "folding": self._fold_step,
            "replaying": self._replay_step,
        }
        return steps[self.state]()

    def _examine_now(self):
        """Make the whole dry run here and now, for a few messages that somebody waits for."""
        while self.state in ("waiting", "running", "folding"):
            self._step()

    # === Dry run === #

    def _examine_step(self):
        lines = self._lines_in("pending", _BATCH)
        if not lines:
            self._move_to("folding", reached=0)
            return 1
        self._in_groups(lines, "_examine")
        self.reached = lines[-1].id
        return len(lines)

    def _fold_step(self):
        mine = [("replay_id", "=", self.id), ("id", ">", self.reached)]
        shipments = self.shipment_ids.search(mine, order="id", limit=_BATCH)
        if not shipments:
            self._move_to("examined")
            return 1
        self.reached = shipments[-1].id
        shipments._decide()
        return len(shipments)

    # === Replay === #

    def _replay_step(self):
        now = fields.Datetime.now()
        pace = Pace(self.minute_began_at or None, self.minute_count).at(now)
        batch = min(_BATCH, pace.allowed(self.per_minute))
        lines = self._lines_in("ready", batch) if batch else self.line_ids.browse()
        if batch and not lines:
            return self._finish()
        claimed = lines._claim()
        self._in_groups(claimed, "_replay")
        pace = pace.after(len(claimed))
        next_at = pace.next_at(self.per_minute)
        if lines and not claimed:
            next_at = now + _PAUSE
        self.write(
            {"minute_began_at": pace.began, "minute_count": pace.count, "next_at": next_at or False}
        )
        if next_at:
            self.env.ref(self._cron)._trigger(at=next_at)
        return len(claimed)

    def _finish(self):
        """Override: tell what happened."""
        result = super()._finish()
        self.message_post(
            body=self.env._(
                "%(done)s of %(total)s messages were replayed; %(otherwise)s became something else "
                "than the dry run had foreseen.",
                done=self.total_count - self.trouble_count,
                total=self.total_count,
                otherwise=self.otherwise_count,
            )
        )
        return result

    def _lines_in(self, state, limit):
        """The next lines in a state: so many, and no more than fit into memory."""
        mine = [("replay_id", "=", self.id), ("state", "=", state)]
        lines = self.line_ids.search(mine, order="id", limit=limit)
        sizes = accumulate(lines.mapped(lambda line: line.message_id.size))
        fitting = sum(size <= BATCH_BYTES for size in sizes)
        return lines[: max(1, fitting)]

    def _in_groups(self, lines, method):
        """Call the method on the lines of each connection; who breaks it is put aside alone."""
        for group in lines.grouped(lambda line: line.message_id.connection_id).values():
            if self._tried(group, method):
                continue
            for line in group:
                if len(group) == 1 or not self._tried(line, method):
                    line._note_failure()

    def _tried(self, lines, method):
        """Whether it went well; if not, nothing of it is left."""
        try:
            with self.env.cr.savepoint():
                getattr(lines, method)()
                self.env.flush_all()
        except psycopg2.OperationalError:
            # The database's trouble or another worker's, never the message's fault.
            raise
        except Exception:
            self.env.invalidate_all()
            _logger.exception("replay lines %s failed", lines.ids)
            return False
        return True
