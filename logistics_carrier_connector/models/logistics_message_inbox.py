import logging
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg2
from psycopg2.extras import Json

from odoo import api, models
from odoo.exceptions import ConcurrencyError
from odoo.tools import SQL

from ..core.message_key import message_key, sha256

_logger = logging.getLogger(__name__)

ACCEPTED, DUPLICATE, CONFLICT = "accepted", "duplicate", "conflict"
_KEPT_HEADERS = ("User-Agent", "Date", "X-Request-Id", "Webhook-Id", "Content-Encoding")


# What makes two rows the same message: the predicates of the two unique indexes.
_BY_KEY = SQL("(connection_id, message_key) WHERE conflict_of_id IS NULL")
_BY_CONTENT = SQL("(connection_id, message_key, sha256) WHERE conflict_of_id IS NOT NULL")


@dataclass(frozen=True, slots=True)
class Arrival:
    """One verified message at the door.

    :param dict door: the connection's columns (``logistics.connection._find_door``)
    """

    door: dict
    raw: bytes
    headers: object
    content_type: str
    remote_addr: str

    @property
    def key(self):
        """The message key, by the sender's own id where the connection expects one."""
        name = self.door["message_id_header"]
        return message_key(self.headers.get(name) if name else None, self.raw)

    @property
    def kept_headers(self):
        """The headers that are evidence. Never those that carry a proof."""
        names = {*_KEPT_HEADERS, self.door["message_id_header"] or "Idempotency-Key"}
        return {name: self.headers[name] for name in sorted(names) if name in self.headers}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the sender is told: ``accepted``, ``duplicate`` or ``conflict``."""

    status: str
    message_id: int
    public_id: str


class LogisticsMessage(models.Model):
    """The inbox: from a verified request to a durable row, in one statement and without the ORM."""

    _inherit = "logistics.message"

    @api.model
    def _accept(self, arrival):
        """Store a message once.

        Runs in the caller's transaction, which has to be READ COMMITTED: under REPEATABLE READ a
        duplicate that arrived a moment ago would be a serialization failure.

        :param Arrival arrival: what came, verified
        :return: the ``Receipt``; durable once the transaction is committed
        """
        values = self._arrival_values(arrival)
        fresh = self._insert_once(values, _BY_KEY)
        if fresh:
            self._wake_lane(arrival.door["lane"])
            return Receipt(ACCEPTED, *fresh)
        original_id, public_id, same = self._find_stored(values, conflicts=False)
        if same:
            return Receipt(DUPLICATE, original_id, public_id)
        conflict = self._insert_once(
            values | {"state": "conflict", "conflict_of_id": original_id}, _BY_CONTENT
        )
        return Receipt(CONFLICT, *(conflict or self._find_stored(values, conflicts=True)[:2]))

    def _arrival_values(self, arrival):
        return {
            # Starts with the time, so that new rows stand together in the index.
            "public_id": f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}",
            "connection_id": arrival.door["id"],
            "message_key": arrival.key,
            "received_at": datetime.now(UTC).replace(tzinfo=None),
            "body": psycopg2.Binary(arrival.raw),
            "size": len(arrival.raw),
            "sha256": sha256(arrival.raw),
            "content_type": arrival.content_type or None,
            "headers": Json(arrival.kept_headers),
            "remote_addr": arrival.remote_addr,
            "state": "received",
            "attempts": 0,
            "problem_count": 0,
            "fact_count": 0,
        }

    def _insert_once(self, values, arbiter):
        """``(id, public_id)`` of the new row, ``None`` if the message is stored already."""
        self.env.cr.execute(
            SQL(
                "INSERT INTO logistics_message (%s) VALUES %s ON CONFLICT %s DO NOTHING"
                " RETURNING id, public_id",
                SQL(", ").join(map(SQL.identifier, values)),
                tuple(values.values()),
                arbiter,
            )
        )
        return self.env.cr.fetchone()

    def _find_stored(self, values, conflicts):
        """The message that was there first, whose repetition is counted if it is one.

        :param bool conflicts: look among the messages that contradict an earlier one
        :return: ``(id, public_id, has the same content)``
        """
        self.env.cr.execute(
            SQL(
                """
                WITH known AS (
                    SELECT id, public_id, sha256 = %(sha256)s AS same FROM logistics_message
                     WHERE connection_id = %(connection_id)s AND message_key = %(message_key)s
                       AND %(which)s
                ), repeated AS (
                    INSERT INTO logistics_message_duplicate (message_id, received_at)
                    SELECT id, %(received_at)s FROM known WHERE same
                )
                SELECT id, public_id, same FROM known
                """,
                sha256=values["sha256"],
                connection_id=values["connection_id"],
                message_key=values["message_key"],
                received_at=values["received_at"],
                which=SQL("conflict_of_id IS NOT NULL AND sha256 = %s", values["sha256"])
                if conflicts
                else SQL("conflict_of_id IS NULL"),
            )
        )
        row = self.env.cr.fetchone()
        if not row:
            raise ConcurrencyError("the message was stored and deleted again meanwhile")
        return row

    def _wake_lane(self, lane):
        """Have a worker look at the lane, unless one is about to.

        SKIP LOCKED sees a trigger only while no worker has taken it: the one that a running worker
        is about to delete would otherwise swallow the wake-up of this message. A trigger that waits
        for some time already is not relied upon: whoever was told of it may have died. The clock is
        the database's, because that is what the cron workers go by.
        """
        self.env.cr.execute(
            """
            INSERT INTO ir_cron_trigger (cron_id, call_at)
            SELECT cron.id, date_trunc('second', now() AT TIME ZONE 'UTC') FROM ir_cron cron
             WHERE cron.logistics_lane = %s AND cron.active AND NOT EXISTS (
                SELECT 1 FROM ir_cron_trigger pending
                 WHERE pending.cron_id = cron.id
                   AND pending.call_at <= (now() AT TIME ZONE 'UTC')
                   AND pending.call_at > (now() AT TIME ZONE 'UTC') - interval '10 seconds'
                   FOR KEY SHARE SKIP LOCKED)
            """,
            [lane],
        )
        if self.env.cr.rowcount:
            self.env.cr.postcommit.add(self._notify_cron_workers)

    def _notify_cron_workers(self):
        """Tell the cron processes that a lane has work. Without it they look every minute."""
        try:
            self.env["ir.cron"]._notifydb()
        except psycopg2.Error:
            _logger.warning("the cron workers could not be woken", exc_info=True)

    @api.model
    def _wake_lanes(self, lanes):
        """Have the workers of these lanes look for messages, soon."""
        crons_sudo = self.env["ir.cron"].sudo().search([("logistics_lane", "in", list(lanes))])
        for cron_sudo in crons_sudo:
            cron_sudo._trigger()
