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
# Another transaction may commit the same key between our snapshot and our insert; the next look
# then sees it. More than twice cannot happen, because messages are never deleted under load.
_LOOKS = 3
_KEPT_HEADERS = ("User-Agent", "Date", "X-Request-Id", "Webhook-Id", "Content-Encoding")


# Insert, or count as a repetition, or say that it contradicts; and wake the lane.
# FOR KEY SHARE SKIP LOCKED sees a trigger only while no worker has taken it: the one that a running
# worker is about to delete would otherwise swallow the wake-up of this message.
_ACCEPT = """
    WITH fresh AS (
        INSERT INTO logistics_message (%(columns)s) VALUES %(row)s
        ON CONFLICT (connection_id, message_key) WHERE conflict_of_id IS NULL DO NOTHING
        RETURNING id, public_id
    ), known AS (
        SELECT id, public_id, sha256 = %(sha256)s AS same FROM logistics_message
         WHERE connection_id = %(connection_id)s AND message_key = %(message_key)s
           AND conflict_of_id IS NULL AND NOT EXISTS (SELECT 1 FROM fresh)
    ), repeated AS (
        INSERT INTO logistics_message_duplicate (message_id, received_at)
        SELECT id, %(received_at)s FROM known WHERE same
    ), woken AS (
        INSERT INTO ir_cron_trigger (cron_id, call_at)
        SELECT cron.id, %(now)s FROM ir_cron cron
         WHERE cron.logistics_lane = %(lane)s AND cron.active
           AND EXISTS (SELECT 1 FROM fresh)
           AND NOT EXISTS (
                SELECT 1 FROM ir_cron_trigger pending
                 WHERE pending.cron_id = cron.id AND pending.call_at <= %(now)s
                   FOR KEY SHARE SKIP LOCKED)
        RETURNING 1
    )
    SELECT %(accepted)s, id, public_id, (SELECT count(*) FROM woken) FROM fresh
    UNION ALL
    SELECT CASE WHEN same THEN %(duplicate)s ELSE %(conflict)s END, id, public_id, 0 FROM known
"""
# As above, for what contradicts the message whose id it uses. It is kept and not processed.
_ACCEPT_CONFLICT = """
    WITH fresh AS (
        INSERT INTO logistics_message (%(columns)s) VALUES %(row)s
        ON CONFLICT (connection_id, message_key, sha256) WHERE conflict_of_id IS NOT NULL
              DO NOTHING
        RETURNING id, public_id
    ), known AS (
        SELECT id, public_id FROM logistics_message
         WHERE connection_id = %(connection_id)s AND message_key = %(message_key)s
           AND sha256 = %(sha256)s AND conflict_of_id IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM fresh)
    ), repeated AS (
        INSERT INTO logistics_message_duplicate (message_id, received_at)
        SELECT id, %(received_at)s FROM known
    )
    SELECT id, public_id FROM fresh UNION ALL SELECT id, public_id FROM known
"""


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
        for _look in range(_LOOKS):
            self.env.cr.execute(self._accept_sql(values))
            row = self.env.cr.fetchone()
            if row:
                break
        else:
            raise ConcurrencyError("the message was stored and deleted again")
        status, message_id, public_id, woken = row
        if woken:
            self.env.cr.postcommit.add(self._notify_cron_workers)
        if status == CONFLICT:
            return self._accept_conflict(values, message_id)
        return Receipt(status, message_id, public_id)

    def _arrival_values(self, arrival):
        door = arrival.door
        return {
            # Starts with the time, so that new rows stand together in the index.
            "public_id": f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}",
            "connection_id": door["id"],
            "system_id": door["system_id"],
            "company_id": door["company_id"],
            "client_id": door["client_id"],
            "lane": door["lane"],
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

    def _accept_sql(self, values):
        return SQL(
            _ACCEPT,
            columns=SQL(", ").join(map(SQL.identifier, values)),
            row=tuple(values.values()),
            sha256=values["sha256"],
            connection_id=values["connection_id"],
            message_key=values["message_key"],
            received_at=values["received_at"],
            lane=values["lane"],
            # By the clock of the database, because that is what the cron workers look at.
            now=SQL("date_trunc('second', now() AT TIME ZONE 'UTC')"),
            accepted=ACCEPTED,
            duplicate=DUPLICATE,
            conflict=CONFLICT,
        )

    def _accept_conflict(self, values, original_id):
        values = values | {"state": "conflict", "conflict_of_id": original_id}
        self.env.cr.execute(
            SQL(
                _ACCEPT_CONFLICT,
                columns=SQL(", ").join(map(SQL.identifier, values)),
                row=tuple(values.values()),
                connection_id=values["connection_id"],
                message_key=values["message_key"],
                sha256=values["sha256"],
                received_at=values["received_at"],
            )
        )
        row = self.env.cr.fetchone()
        if not row:
            raise ConcurrencyError("the conflict was stored by somebody else meanwhile")
        return Receipt(CONFLICT, *row)

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
