from zoneinfo import ZoneInfo

from odoo import api, fields, models

from ..core import fact as facts
from ..core.clock import naive, utc
from ..core.fact import MilestoneFact, Outcome
from .clashes import clash_when_taken, work_off


class LogisticsParkedFact(models.Model):
    """Facts that a flow policy records in batches wait here, too."""

    _inherit = "logistics.parked.fact"

    not_before = fields.Datetime(
        "Batch", readonly=True, help="When the batch is due that records this fact."
    )

    # Used by _due: what is recorded already is the far greater part.
    _deferred_idx = models.Index("(not_before, id) WHERE state = 'deferred'")

    @api.model
    def _defer(self, system, statements):
        """Keep the statements whose flow policy wants a batch.

        A statement that was in a batch before is not kept again: the ledger counts the repeat.
        Odoo's own statements are never kept, because people wait for what they bring about.

        :param dict statements: ``{index: Statement}``
        :return: ``{index: Outcome}`` of those that are kept
        """
        batches = self._batches_of(system, statements)
        if not batches:
            return {}
        return self._store_deferred(system, {i: (statements[i], batches[i]) for i in batches})

    @api.model
    def _batches_of(self, system, statements):
        """``{index: batch}`` of the statements whose flow policy wants one."""
        policies = self.env["logistics.flow.policy"]._policy_by_milestone(system.company_id.id)
        return {
            index: policy.batch
            for index, statement in statements.items()
            if isinstance(statement.fact, MilestoneFact)
            and system.kind != "odoo"
            and (policy := policies.get(statement.fact.milestone))
            and policy.batch
        }

    def _store_deferred(self, system, stated):
        zone = ZoneInfo(system.company_id.partner_id.tz or "UTC")
        now = utc(fields.Datetime.now())
        vals = {}
        for index, (statement, batch) in stated.items():
            due = batch.next_after(now, zone)
            sentence = f"it is recorded with the batch of {due:%Y-%m-%d %H:%M} UTC"
            vals[index] = self._vals_from(system, statement, sentence) | {
                "state": "deferred",
                "not_before": naive(due),
            }
        keys = [row["park_key"] for row in vals.values()]
        known = {row.park_key: row for row in self.search([("park_key", "in", keys)])}
        waiting, fresh = {}, {}
        for index, row in vals.items():
            key = row["park_key"]
            if key in known and known[key].state != "deferred":
                continue
            if key in known:
                known[key].duplicate_count += 1
                row["explanation"] = known[key].explanation
            elif key in fresh:
                fresh[key]["duplicate_count"] += 1
            else:
                named = self._keys(stated[index][0].fact)
                fresh[key] = row | {
                    "duplicate_count": 0,
                    "key_ids": [fields.Command.create(name) for name in named],
                }
            waiting[index] = Outcome(facts.DEFERRED, explanation=row["explanation"])
        # In the order of the keys: two batches that defer the same facts then wait, not deadlock.
        with clash_when_taken():
            self.create([fresh[key] for key in sorted(fresh)])
        return waiting

    def _due(self, limit=500, after=0):
        """Deferred facts whose batch is due, oldest first."""
        return self.search(
            [
                ("state", "=", "deferred"),
                ("not_before", "<=", fields.Datetime.now()),
                ("id", ">", after),
            ],
            order="id",
            limit=limit,
        )

    @api.model
    def _cron_record_deferred(self):
        """Record the batches that are due."""
        work_off(
            self.env, lambda after: self._due(after=after), lambda batch: len(batch._rematch())
        )
