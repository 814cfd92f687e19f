import logging
import random

import psycopg2

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.logistics_milestone_sync.models.clashes import CLASHES

from ..core.breaker import CLOSED
from ..core.turns import Turns

_logger = logging.getLogger(__name__)

_ALONE, _AMONG_OTHERS = 100, 20  # messages of a batch, while nobody else or somebody waits
BATCH_BYTES = 2 * 1024 * 1024
_MAX_CLASHES = 5  # in a row
_SHORT_WAIT = "SET LOCAL lock_timeout = '200ms'"


class LogisticsMessage(models.Model):
    """The lane worker: which messages are next, and what happens when one goes wrong.

    A transaction serves one connection, so tenants never wait for, or fail with, each other.
    Who has less than a batch to say is served before each batch of those who have more, and these
    take turns. Within a connection, the oldest message is first.
    """

    _inherit = "logistics.message"

    @api.model
    def _cron_lane(self, lane):
        """Work off the messages of a lane until there are none, or the time is up.

        May run in any number of workers at once. Killed at any instruction, it loses nothing and
        doubles nothing: the claim is a row lock, and facts and fates are committed together.

        :param str lane: a value of the field ``lane``
        """
        turns = Turns()
        clashes = 0  # in a row
        while connection_ids := self._due_connections(lane):
            most = _ALONE if len(connection_ids) == 1 else _AMONG_OTHERS
            for connection_id in turns.order(connection_ids):
                broken, messages = turns.broken[connection_id], self.browse()
                share = turns.share(connection_id, most)
                try:
                    messages = self._next_batch(connection_id, share, broken)
                    seconds_left = self._serve(messages, broken)
                    turns.went_well(connection_id)
                    clashes = 0
                except CLASHES:
                    self.env.cr.rollback()
                    turns.clashed(connection_id)
                    clashes += 1
                    seconds_left = self._after_clash(clashes)
                if not seconds_left:
                    return
                if broken or len(messages) >= share:
                    turns.had_much(connection_id)
                    break
        self.env["ir.cron"]._commit_progress(remaining=0)

    def _next_batch(self, connection_id, limit, broken):
        """What broke together and waits to be tried in parts goes before new messages."""
        while broken:
            ids = broken.pop(0)
            if messages := self._claim(SQL("m.id = ANY(%s)", ids), len(ids)):
                return messages
        return self._next_of(connection_id, limit)

    def _after_clash(self, clashes):
        """The seconds left: 0 after too many clashes, so that the other workers get through."""
        seconds_left = self.env["ir.cron"]._commit_progress(remaining=1)
        return seconds_left if clashes <= _MAX_CLASHES else 0

    def _due_connections(self, lane):
        """Ids of the connections with messages to process, each found by one look at an index."""
        self.env.cr.execute(
            """
            SELECT c.id FROM logistics_connection c
             WHERE c.lane = %s AND c.state = 'active' AND c.active
               AND (c.breaker_state = 'closed'
                    OR c.breaker_probe_at <= now() AT TIME ZONE 'UTC')
               AND EXISTS (
                SELECT 1 FROM logistics_message m
                 WHERE m.connection_id = c.id AND m.state = 'received'
                   AND (m.next_attempt_at IS NULL OR m.next_attempt_at <= now() AT TIME ZONE 'UTC'))
            """,
            [lane],
        )
        connection_ids = [row[0] for row in self.env.cr.fetchall()]
        # In another order each time: a run that ends early does not always end before the same.
        random.shuffle(connection_ids)
        return connection_ids

    def _next_of(self, connection_id, limit):
        """Claim the next messages of a connection; a single one to see whether it works again."""
        connection = self.env["logistics.connection"].browse(connection_id)
        connection.invalidate_recordset(["breaker_state", "breaker_failures", "breaker_probe_at"])
        if connection.breaker_state == CLOSED:
            return self._due(connection_id, limit)
        return self._due(connection_id, 1) if connection._may_attempt() else self.browse()

    def _due(self, connection_id, limit):
        """Claim the oldest due messages of a connection that no other worker holds.

        The claim lasts until the transaction ends, however it ends.
        """
        return self._claim(
            SQL(
                "m.connection_id = %s AND (m.next_attempt_at IS NULL"
                " OR m.next_attempt_at <= now() AT TIME ZONE 'UTC')",
                connection_id,
            ),
            limit,
        )

    def _claim(self, condition, limit):
        """Lock messages, and take as many as make a batch; one that broke before goes alone."""
        # NO KEY: a sender who repeats a message only takes a KEY SHARE lock and never waits.
        self.env.cr.execute(
            SQL(
                """
                SELECT m.id, m.size, m.error_class = 'poison' FROM logistics_message m
                 WHERE m.state = 'received' AND %s
                 ORDER BY m.id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED
                """,
                condition,
                limit,
            )
        )
        claimed, total = [], 0
        for message_id, size, broke in self.env.cr.fetchall():
            total += size
            if claimed and (broke or total > BATCH_BYTES):
                break
            claimed.append(message_id)
            if broke:
                break
        messages = self.browse(claimed)
        messages.invalidate_recordset()
        return messages

    def _serve(self, messages, broken):
        """Process claimed messages and commit; if that breaks, leave them to be tried in parts.

        The others have their turn in between, so one bad message costs them a batch each time and
        not the whole search for it.

        :param list broken: groups of ids of this connection, extended here
        :return: the seconds left, 0 to stop
        """
        cron = self.env["ir.cron"]
        if not messages:
            return cron._commit_progress()
        try:
            # Whoever holds a shipment makes our snapshot of it old: a long wait is in vain.
            self.env.cr.execute(_SHORT_WAIT)
            messages._process()
            # "Maybe more" is always true in the middle of a run; the run ends with 0.
            return cron._commit_progress(len(messages), remaining=1)
        except psycopg2.OperationalError:
            # The database's trouble or another worker's, never the message's fault.
            raise
        except Exception as error:
            self.env.cr.rollback()
            _logger.exception("processing messages %s failed", messages.ids)
            return self._isolate(messages.ids, error, broken)

    def _isolate(self, ids, error, broken):
        """Put a message that broke alone aside; of several, leave the halves for the next turns."""
        cron = self.env["ir.cron"]
        if len(ids) > 1:
            middle = len(ids) // 2
            broken[:0] = [ids[:middle], ids[middle:]]
            return cron._commit_progress(remaining=1)
        message = self._claim(SQL("m.id = %s", ids[0]), 1)
        if message:
            message._note_breakdown(error)
        return cron._commit_progress(len(message), remaining=1)
