import logging

import psycopg2
from psycopg2.extensions import ISOLATION_LEVEL_READ_COMMITTED

from odoo import api, fields, models
from odoo.sql_db import Cursor
from odoo.tools import SQL

from ..core import errors

_logger = logging.getLogger(__name__)

CAUSES = [
    (errors.MISSING, "Proof is missing"),
    (errors.MALFORMED, "Proof is not in the agreed form"),
    (errors.WRONG, "Proof is wrong"),
    (errors.STALE, "Timestamp is too old or too young"),
    (errors.NETWORK, "Address is not allowed"),
    (errors.PROXY, "Did not come through our proxy"),
    (errors.UNUSABLE, "We have no valid secret"),
    (errors.UNKNOWN, "No such connection, or not open yet"),
    (errors.UNSUITABLE, "Size or type is not what was agreed"),
]


class LogisticsRefusal(models.Model):
    """Requests that were turned away at the door, counted by day and cause.

    The sender hears the same 401 whatever was wrong; the cause is for our own people. Unknown
    addresses are counted as well, and so cost an attacker the same time.
    """

    _name = "logistics.refusal"
    _description = "Refused Requests"
    _order = "last_at desc, id desc"
    _rec_name = "cause"
    _log_access = False

    connection_id = fields.Many2one(
        "logistics.connection", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True, ondelete="cascade")
    cause = fields.Selection(CAUSES, required=True, readonly=True)
    detail = fields.Char("What Was Wrong", readonly=True, help="Of the last one.")
    day = fields.Date(required=True, readonly=True)
    count = fields.Integer("Times", required=True, readonly=True)
    first_at = fields.Datetime("First", required=True, readonly=True)
    last_at = fields.Datetime("Last", required=True, readonly=True)
    last_address = fields.Char("From", readonly=True, help="Of the last one.")

    # Used by _note: the arbiter of "is it one more of the same?".
    _cause_uniq = models.UniqueIndex(
        "(COALESCE(connection_id, 0), cause, day)", "This is counted already."
    )

    @api.model
    def _note(self, door, cause, detail, address):
        """Count one refusal, in a transaction of its own: the request's is rolled back.

        :param door: the connection's columns, ``None`` for an unknown address
        """
        # Nothing was written for the sender, and nothing will be.
        self.env.cr.rollback()
        try:
            with self.env.registry.cursor() as cursor:
                # A test's cursor lives inside a longer transaction and stays as it is.
                if isinstance(cursor, Cursor):
                    cursor.connection.set_isolation_level(ISOLATION_LEVEL_READ_COMMITTED)
                cursor.execute(
                    SQL(
                        """
                        INSERT INTO logistics_refusal AS r (connection_id, company_id, cause,
                               detail, day, count, first_at, last_at, last_address)
                        SELECT %(connection)s, %(company)s, %(cause)s, %(detail)s, moment::date, 1,
                               moment, moment, %(address)s
                          FROM (SELECT clock_timestamp() AT TIME ZONE 'UTC' AS moment) AS present
                        ON CONFLICT (COALESCE(connection_id, 0), cause, day) DO UPDATE SET
                               count = r.count + 1, last_at = EXCLUDED.last_at,
                               detail = EXCLUDED.detail, last_address = EXCLUDED.last_address
                        """,
                        connection=door["id"] if door else None,
                        company=door["company_id"] if door else None,
                        cause=cause,
                        detail=detail,
                        address=address,
                    )
                )
        except psycopg2.Error:
            _logger.warning("a refused request could not be counted", exc_info=True)

    @api.autovacuum
    def _gc_refusals(self):
        """Forget what is older than 90 days."""
        old = self.search([("day", "<", "today -90d")], limit=1000)
        old.unlink()
        return len(old), len(old) == 1000


class LogisticsConnection(models.Model):
    _inherit = "logistics.connection"

    refusal_count = fields.Integer(
        "Turned Away", compute="_compute_refusal_count", help="In the last 7 days."
    )

    def _compute_refusal_count(self):
        # How often is no secret; the causes are for administrators and auditors.
        refusals_sudo = self.env["logistics.refusal"].sudo()
        counts = dict(
            refusals_sudo._read_group(
                [("connection_id", "in", self.ids), ("day", ">=", "today -7d")],
                ["connection_id"],
                ["count:sum"],
            )
        )
        for connection in self:
            connection.refusal_count = counts.get(connection, 0)

    def action_open_refusals(self):
        """Open what was turned away at the door of this connection."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_carrier_connector.logistics_refusal_action"
        )
        return action | {"domain": [("connection_id", "=", self.id)]}
