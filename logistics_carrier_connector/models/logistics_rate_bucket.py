import threading
import time

from odoo import api, fields, models
from odoo.tools import SQL

_LEASE_SECONDS = 1.0
_BURST_SECONDS = 10.0


class LogisticsRateBucket(models.Model):
    """How many messages each connection may still send, over all processes and servers.

    A process takes tokens for about a second at a time and spends them in memory, so that the
    limit costs next to nothing per message. The table is not written to the log: after a crash
    every bucket is full, which is fine.
    """

    _name = "logistics.rate.bucket"
    _description = "Rate Limit of a Connection"
    _log_access = False
    _rec_name = "connection_id"

    connection_id = fields.Many2one("logistics.connection", required=True, ondelete="cascade")
    tokens = fields.Float(required=True)
    granted = fields.Float(required=True)
    refilled_at = fields.Datetime(required=True)

    _connection_uniq = models.UniqueIndex("(connection_id)")

    def init(self):
        self.env.cr.execute(
            "SELECT relpersistence FROM pg_class WHERE oid = %s::regclass", [self._table]
        )
        if self.env.cr.fetchone() != ("u",):
            self.env.cr.execute(SQL("ALTER TABLE %s SET UNLOGGED", SQL.identifier(self._table)))

    @api.model
    def _take(self, connection_id, per_minute):
        """Spend one token.

        :param int per_minute: the limit; 0 for none
        :return: 0 if granted, else the seconds to wait
        """
        if not per_minute:
            return 0
        key = (self.env.cr.dbname, connection_id)
        if _leases.spend(key):
            return 0
        granted, tokens = self._lease(connection_id, per_minute)
        if granted < 1:
            return max(1, round((1 - tokens) * 60 / per_minute + 0.5))
        _leases.add(key, granted - 1)
        return 0

    def _lease(self, connection_id, per_minute):
        """Take up to a second's worth of tokens out of the bucket, with its row locked."""
        rate = per_minute / 60
        values = {
            "id": connection_id,
            "rate": rate,
            "full": max(1.0, rate * _BURST_SECONDS),
            "wanted": max(1, int(rate * _LEASE_SECONDS / 4)),
        }
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO logistics_rate_bucket AS b
                       (connection_id, tokens, granted, refilled_at)
                VALUES (%(id)s, %(full)s - %(wanted)s, %(wanted)s,
                        clock_timestamp() AT TIME ZONE 'UTC')
                ON CONFLICT (connection_id) DO UPDATE SET (tokens, granted, refilled_at) = (
                    SELECT level - give, give, clock_timestamp() AT TIME ZONE 'UTC'
                      FROM (SELECT level, LEAST(%(wanted)s, FLOOR(level)) AS give
                              FROM (SELECT LEAST(%(full)s, b.tokens + %(rate)s * GREATEST(0,
                                    EXTRACT(EPOCH FROM clock_timestamp() AT TIME ZONE 'UTC'
                                                       - b.refilled_at))) AS level) AS filled
                           ) AS given)
                RETURNING granted, tokens
                """,
                **values,
            )
        )
        return self.env.cr.fetchone()


class _Leases:
    """Tokens that this process took and has not spent; forgotten after a moment."""

    def __init__(self):
        self._lock = threading.Lock()
        self._held = {}

    def spend(self, key):
        """Whether there was a token left."""
        with self._lock:
            tokens, until = self._held.get(key, (0, 0.0))
            if tokens < 1 or until < time.monotonic():
                return False
            self._held[key] = (tokens - 1, until)
            return True

    def add(self, key, tokens):
        """Hold these tokens instead of the ones held before."""
        with self._lock:
            self._held[key] = (tokens, time.monotonic() + _LEASE_SECONDS)


_leases = _Leases()
