import functools
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

from ..core.api_schemas import IDEMPOTENCY_KEY
from ..core.message_key import message_key, sha256
from ..core.recent import Recent

_logger = logging.getLogger(__name__)

ACCEPTED, DUPLICATE, CONFLICT = "accepted", "duplicate", "conflict"
# Senders repeat soon or never. What this process saw is looked for before it is stored once more.
_recent = Recent(5_000)
_KEPT_HEADERS = (
    "User-Agent",
    "Date",
    "X-Request-Id",
    "Webhook-Id",
    "Content-Encoding",
    IDEMPOTENCY_KEY,
)


# What makes two rows the same message: the predicates of the two unique indexes.
_ORIGINAL = SQL("conflict_of_id IS NULL")
_CONTRADICTION = SQL("conflict_of_id IS NOT NULL")
_BY_KEY = SQL("(connection_id, message_key) WHERE %s", _ORIGINAL)
_BY_CONTENT = SQL("(connection_id, message_key, sha256) WHERE %s", _CONTRADICTION)


@functools.cache
def _columns(names):
    return SQL(", ").join(map(SQL.identifier, names))


@dataclass(frozen=True, slots=True)
class Arrival:
    """One verified message at the door.

    :param dict door: the connection's columns (``logistics.connection._find_door``)
    :param str request_key: the name that a client of our own API gave its request, if it did
    :param tuple receipt: what the sender is told of items that are not simply accepted
    """

    door: dict
    raw: bytes
    headers: object
    content_type: str
    remote_addr: str
    request_key: str = ""
    receipt: tuple = ()

    @property
    def key(self):
        """The message key: by the name of the request or of the message, else by its content."""
        return message_key(self.request_key or self.message_id, self.raw)

    @property
    def message_id(self):
        """The sender's own id of the message where the connection expects one, else empty."""
        name = self.door["message_id_header"]
        return self.headers.get(name, "").strip() if name else ""

    @property
    def kept_headers(self):
        """The headers that are evidence. Never those that carry a proof."""
        names = {*_KEPT_HEADERS, self.door["message_id_header"] or IDEMPOTENCY_KEY}
        return {name: self.headers[name] for name in sorted(names) if name in self.headers}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the sender is told: ``accepted``, ``duplicate`` or ``conflict``."""

    status: str
    message_id: int
    public_id: str


class LogisticsMessage(models.Model):
    """The inbox: from a verified request to a durable row, without the ORM."""

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
        key = (values["connection_id"], values["message_key"], values["sha256"])
        if _recent.saw((self.env.cr.dbname, *key)):
            repeated = self._count_repeat(values, _ORIGINAL)
            if repeated:
                return Receipt(DUPLICATE, *repeated)
        workers = self.env["ir.cron"]._of_lane(arrival.door["lane"])
        fresh = self._insert_once(values, _BY_KEY, workers)
        if fresh:
            message_id, public_id, awake = fresh
            self._wake(set(workers) - set(awake))
            return Receipt(ACCEPTED, message_id, public_id)
        repeated = self._count_repeat(values, _ORIGINAL)
        if repeated:
            return Receipt(DUPLICATE, *repeated)
        original_id = self._find_stored(values)
        if not original_id:
            raise ConcurrencyError("the message was stored and deleted again meanwhile")
        contradiction = values | {"state": "conflict", "conflict_of_id": original_id}
        kept = self._insert_once(contradiction, _BY_CONTENT) or self._count_repeat(
            values, _CONTRADICTION
        )
        return Receipt(CONFLICT, *kept[:2])

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
            "receipt": Json(list(arrival.receipt)) if arrival.receipt else None,
            "state": "received",
            "attempts": 0,
            "problem_count": 0,
            "fact_count": 0,
            "money_at_risk": 0,
        }

    def _insert_once(self, values, arbiter, workers=()):
        """Store a message, and look in the same statement which workers are about to look at it.

        SKIP LOCKED sees a trigger only while no worker has taken it: the one that a running worker
        is about to delete would otherwise swallow the wake-up of this message. A trigger that waits
        for some time already is not relied upon: whoever was told of it may have died. The clock is
        the database's, because that is what the cron workers go by.

        :param SQL arbiter: the unique index that says whether it is stored already
        :param workers: ids of scheduled actions
        :return: ``(id, public_id, ids of those that will look)``; ``None`` if it is stored already
        """
        self.env.cr.execute(
            SQL(
                """
                WITH stored AS (
                    INSERT INTO logistics_message (%s) VALUES %s ON CONFLICT %s DO NOTHING
                    RETURNING id, public_id
                ), awake AS (
                    SELECT cron_id FROM ir_cron_trigger
                     WHERE cron_id = ANY(%s) AND call_at <= (now() AT TIME ZONE 'UTC')
                       AND call_at > (now() AT TIME ZONE 'UTC') - interval '2 seconds'
                       FOR KEY SHARE SKIP LOCKED
                )
                SELECT id, public_id, ARRAY(SELECT cron_id FROM awake) FROM stored
                """,
                _columns(tuple(values)),
                tuple(values.values()),
                arbiter,
                list(workers),
            )
        )
        return self.env.cr.fetchone()

    def _count_repeat(self, values, which):
        """Count one more arrival of a message with this key and content.

        :param SQL which: ``_ORIGINAL`` or ``_CONTRADICTION``
        :return: ``(id, public_id)`` of the message, ``None`` if there is none
        """
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO logistics_message_duplicate (message_id, received_at)
                SELECT id, %s FROM logistics_message
                 WHERE connection_id = %s AND message_key = %s AND sha256 = %s AND %s
                RETURNING message_id,
                          (SELECT public_id FROM logistics_message WHERE id = message_id)
                """,
                values["received_at"],
                values["connection_id"],
                values["message_key"],
                values["sha256"],
                which,
            )
        )
        return self.env.cr.fetchone()

    def _find_stored(self, values):
        """Id of the message that came first under this key, ``None`` if it is gone meanwhile."""
        self.env.cr.execute(
            SQL(
                "SELECT id FROM logistics_message"
                " WHERE connection_id = %s AND message_key = %s AND %s",
                values["connection_id"],
                values["message_key"],
                _ORIGINAL,
            )
        )
        row = self.env.cr.fetchone()
        return row and row[0]

    def _wake(self, asleep):
        """Have these scheduled actions run, soon."""
        if asleep:
            self.env.cr.execute(
                "INSERT INTO ir_cron_trigger (cron_id, call_at)"
                " SELECT unnest(%s), date_trunc('second', now() AT TIME ZONE 'UTC')",
                [sorted(asleep)],
            )
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
        for lane in lanes:
            for cron_sudo in self.env["ir.cron"].sudo().browse(self.env["ir.cron"]._of_lane(lane)):
                cron_sudo._trigger()
