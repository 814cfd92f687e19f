import hashlib
import json
from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..core import fact as facts
from ..core.clock import naive, utc
from ..core.fact import Statement, fact_from_json, to_json
from .clashes import clash_when_taken, work_off


class LogisticsParkedFact(models.Model):
    """A statement that no shipment, or more than one, answers to. Kept until one does."""

    _name = "logistics.parked.fact"
    _description = "Parked Fact"
    _order = "received_at desc, id desc"
    _inherit = ["logistics.governed.mixin"]
    _rec_name = "references_text"
    _governed_fields = (
        "fact",
        "state",
        "shipment_id",
        "source",
        "system_id",
        "company_id",
        "received_at",
        "park_key",
        "duplicate_count",
    )

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    system_id = fields.Many2one(
        "logistics.system", required=True, readonly=True, index=True, ondelete="restrict"
    )
    client_id = fields.Many2one(
        related="system_id.client_id", store=True, precompute=True, index="btree_not_null"
    )
    milestone_code = fields.Char("Milestone", readonly=True)
    occurred_at = fields.Datetime("Happened", readonly=True)
    received_at = fields.Datetime("Heard", required=True, readonly=True)
    references_text = fields.Char("References", readonly=True)
    explanation = fields.Char("Why", readonly=True)
    fact = fields.Text(required=True, readonly=True, help="The canonical fact, as JSON.")
    source = fields.Char(readonly=True, index="btree_not_null")
    duplicate_count = fields.Integer("Repeated", readonly=True)
    state = fields.Selection(
        [
            ("deferred", "Waiting for Its Batch"),
            ("parked", "Parked"),
            ("matched", "Matched"),
            ("dismissed", "Dismissed"),
        ],
        required=True,
        readonly=True,
        default="parked",
        index=True,
    )
    shipment_id = fields.Many2one(
        "logistics.shipment", "Matched Shipment", readonly=True, index="btree_not_null"
    )
    dismiss_reason = fields.Char()
    park_key = fields.Char(required=True, readonly=True)
    key_ids = fields.One2many("logistics.parked.reference", "parked_id", "Keys")

    _park_key_uniq = models.UniqueIndex("(park_key)", "This fact is parked already.")
    _waiting_idx = models.Index("(company_id, id) WHERE state = 'parked'")

    @api.model
    def _park(self, system, statements):
        """Keep statements for later; the same one again is counted.

        :param list statements: of ``(Statement, explanation)``
        """
        rows, times = {}, Counter()
        for statement, explanation in statements:
            vals = self._vals_from(system, statement, explanation)
            rows.setdefault(vals["park_key"], (vals, statement.fact))
            times[vals["park_key"]] += 1
        known = self._count_known(times)
        # In the order of the keys: two batches that park the same facts then wait, not deadlock.
        fresh = [(key, *rows[key]) for key in sorted(rows) if key not in known]
        with clash_when_taken():
            self.create(
                [
                    vals
                    | {
                        "duplicate_count": times[key] - 1,
                        "key_ids": [fields.Command.create(name) for name in self._keys(stated)],
                    }
                    for key, vals, stated in fresh
                ]
            )

    def _count_known(self, times):
        """Count facts that are parked already.

        :param dict times: ``{park key: how often it was stated now}``
        :return: the keys of those that are known
        """
        self.flush_model(["park_key", "duplicate_count"])
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE logistics_parked_fact parked
                   SET duplicate_count = COALESCE(duplicate_count, 0) + stated.times
                  FROM (SELECT known.id, stated.times
                          FROM (VALUES %s) AS stated(park_key, times)
                          JOIN logistics_parked_fact known USING (park_key)
                         ORDER BY known.id FOR NO KEY UPDATE OF known) AS stated
                 WHERE parked.id = stated.id
             RETURNING parked.id, parked.park_key
                """,
                SQL(", ").join(SQL("%s", pair) for pair in times.items()),
            )
        )
        known = self.browse(row[0] for row in rows)
        known.invalidate_recordset(["duplicate_count"])
        known.modified(["duplicate_count"])
        return {row[1] for row in rows}

    def _vals_from(self, system, statement, explanation):
        data = json.dumps(to_json(statement.fact), sort_keys=True)
        return {
            "company_id": system.company_id.id,
            "system_id": system.id,
            "milestone_code": getattr(statement.fact, "milestone", False),
            "occurred_at": naive(getattr(statement.fact, "occurred_at", None)),
            "received_at": naive(statement.received_at),
            "references_text": ", ".join(
                f"{ref.scheme} {ref.value}" for ref in statement.fact.references
            ),
            "explanation": explanation,
            "fact": data,
            "source": statement.source,
            "park_key": hashlib.sha256(f"{system.id}/{data}".encode()).hexdigest(),
        }

    def _keys(self, stated):
        return [{"scheme": r.scheme, "normalised": r.normalised} for r in stated.references]

    # === Matching again === #

    @api.model
    def _wake_for(self, company_ids):
        """New names exist in these companies: look at the parked facts again, soon."""
        if company_ids and self.sudo()._matchable(company_ids, limit=1):
            self.env.ref("logistics_milestone_sync.ir_cron_rematch")._trigger()

    def _matchable(self, company_ids=None, limit=200, after=0):
        """Parked facts with a reference that somebody knows by now, oldest first."""
        self.env["logistics.reference"].flush_model()
        self.flush_model()
        self.env["logistics.parked.reference"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT parked.id FROM logistics_parked_fact parked
                 WHERE parked.state = 'parked' AND parked.id > %s %s AND EXISTS (
                    SELECT 1 FROM logistics_parked_reference key
                      JOIN logistics_reference known
                        ON known.company_id = parked.company_id
                       AND known.scheme = key.scheme AND known.normalised = key.normalised
                     WHERE key.parked_id = parked.id)
                 ORDER BY parked.id LIMIT %s
                """,
                after,
                SQL("AND parked.company_id = ANY(%s)", list(company_ids))
                if company_ids
                else SQL(""),
                limit,
            )
        )
        return self.browse(row[0] for row in rows)

    @api.model
    def _cron_rematch(self):
        """Give every parked fact that can be placed by now to its shipment."""
        work_off(
            self.env,
            lambda after: self._matchable(after=after),
            lambda batch: len(batch._rematch()),
        )

    def _rematch(self):
        """Try to record these facts.

        :return: those that found their shipment
        """
        matched = self.browse()
        for system, parked in self.grouped("system_id").items():
            readable = parked._statements()
            outcomes = self.env["logistics.shipment"]._record_facts(
                system, list(readable.values()), park=False
            )
            for row, outcome in zip(readable, outcomes, strict=True):
                if outcome.status == facts.PARKED:
                    row.write({"state": "parked", "explanation": outcome.explanation})
                    continue
                row.write({"state": "matched", "shipment_id": outcome.shipment_id})
                matched |= row
            self.browse(row.id for row in readable)._rematched(outcomes)
        return matched

    def _statements(self):
        """``{record: Statement}`` of the facts that can still be read; the others say why not."""
        statements = {}
        for row in self:
            try:
                stated = fact_from_json(json.loads(row.fact))
            except ValueError as error:
                row.explanation = self.env._("This fact can no longer be read: %s.", error)
                continue
            statements[row] = Statement(stated, utc(row.received_at), row.source or "")
        return statements

    def _rematched(self, outcomes):
        """Hook: these facts were tried again, in this very transaction.

        :param list outcomes: of ``core.fact.Outcome``, one per record
        """

    # === Actions === #

    def action_rematch(self):
        """Try these facts again now, and say what came of it."""
        self.check_access("write")
        # Matching writes to ledgers that the user may only read; the door checks who states.
        waiting_sudo = self.sudo().filtered(lambda row: row.state in ("parked", "deferred"))
        matched = waiting_sudo._rematch()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if matched else "warning",
                "message": self.env._(
                    "%(matched)s of %(all)s facts found their shipment.",
                    matched=len(matched),
                    all=len(waiting_sudo),
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def action_dismiss(self):
        """Put facts aside that will never have a shipment; they stay readable.

        :raises UserError: without a reason
        """
        self.check_access("write")
        for row in self:
            if not row.dismiss_reason:
                raise UserError(self.env._("Write down why %s is dismissed.", row.display_name))
        self.sudo().write({"state": "dismissed"})


class LogisticsParkedReference(models.Model):
    """The names by which a parked fact may find its shipment later."""

    _name = "logistics.parked.reference"
    _description = "Reference of a Parked Fact"
    _rec_name = "normalised"

    parked_id = fields.Many2one(
        "logistics.parked.fact", required=True, index=True, ondelete="cascade"
    )
    scheme = fields.Char(required=True)
    normalised = fields.Char(required=True)

    _lookup_idx = models.Index("(scheme, normalised)")
