import logging

from odoo import api, models
from odoo.tools import SQL

from ..core.verification import Difference, compare
from .clashes import CLASHES, MOST_CLASHES

_logger = logging.getLogger(__name__)

# So many ledgers are in memory at a time, whatever the number of shipments.
BATCH = 500
_MOST_KEPT = 1000


class LogisticsShipment(models.Model):
    """Folding ledgers anew, to prove that the stored state is theirs, or to make it so."""

    _inherit = "logistics.shipment"

    @api.model
    def _rebuild_all(self, repair=False, company=None, progress=None):
        """Fold the ledger of every shipment anew and compare it with the stored state.

        Works through the shipments in batches, in id order, and commits after each: memory does
        not depend on how many there are, and whoever records facts never waits for long.

        :param bool repair: write what the ledger says; otherwise nothing is changed
        :param company: only the shipments of this ``res.company``
        :param progress: called as ``progress(checked, differing)`` after each batch
        :return: ``(checked, differing, differences)``: numbers of shipments and of differing
            values, and the first ``core.verification.Difference`` of them
        """
        checked, differing, kept, reached, clashes = 0, 0, [], 0, 0
        while batch := self._next_to_verify(reached, company):
            try:
                found = batch._verify_state(repair)
                self.env["ir.cron"]._commit_progress(len(batch))
            except CLASHES:
                self.env.cr.rollback()
                clashes += 1
                if clashes > MOST_CLASHES:
                    raise
                continue
            reached, clashes = batch[-1].id, 0
            checked += len(batch)
            differing += len(found)
            kept += found[: _MOST_KEPT - len(kept)]
            self.env.invalidate_all(flush=False)
            if progress:
                progress(checked, differing)
        return checked, differing, kept

    @api.model
    def _next_to_verify(self, after, company=None, limit=BATCH):
        """The next shipments in id order, archived ones included."""
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM logistics_shipment WHERE id > %s %s ORDER BY id LIMIT %s",
                after,
                SQL("AND company_id = %s", company.id) if company else SQL(),
                limit,
            )
        )
        return self.sudo().browse(row[0] for row in rows)

    def _verify_state(self, repair=False):
        """Compare the stored state of these shipments with the fold of their ledgers.

        :param bool repair: lock them, and write what the ledger says where it differs
        :return: list of ``core.verification.Difference``, as they were before a repair
        """
        if repair:
            self._lock_in_order()
        found = self._state_differences()
        if found and repair:
            wrong = self.browse(sorted({what.shipment_id for what in found}))
            _logger.warning(
                "the stored state of %s shipments differed from their ledgers and was repaired: %s",
                len(wrong),
                wrong.ids[:50],
            )
            wrong = wrong.with_context(tracking_disable=True)
            wrong._facts_recorded(wrong._project())
        return found

    def _state_differences(self):
        self.env.flush_all()
        folded, states = self._states_to_store()
        found = []
        for model, (columns, values) in states.items():
            stored = self._stored(model, columns)
            found += compare(model, list(columns), stored, values)
        return found + list(
            self._case_differences({id_: one.shipment.exceptions for id_, one in folded.items()})
        )

    def _stored(self, model, columns):
        """``{record id: (shipment id, values of the columns)}`` as the database has them."""
        owner = "id" if model == self._name else "shipment_id"
        rows = self.env.execute_query(
            SQL(
                "SELECT id, %(owner)s, %(columns)s FROM %(table)s"
                " WHERE %(owner)s = ANY(%(ids)s) ORDER BY id",
                owner=SQL.identifier(owner),
                columns=SQL(", ").join(map(SQL.identifier, columns)),
                table=SQL.identifier(self.env[model]._table),
                ids=self.ids,
            )
        )
        return {record_id: (shipment_id, values) for record_id, shipment_id, *values in rows}

    def _case_differences(self, open_keys):
        """Exceptions that are open or closed, or missing, against the fold."""
        wanted = {key for keys in open_keys.values() for key in keys}
        for row in self.env["logistics.exception"]._stated_exceptions(self.ids):
            if row["verdict"] != "accept" and not row["case_id"]:
                continue
            should = "open" if row["fact_key"] in wanted else "closed"
            if row["case_state"] != should:
                yield Difference(
                    "logistics.exception",
                    row["case_id"] or 0,
                    row["shipment_id"],
                    "state",
                    row["case_state"] or "missing",
                    should,
                )
