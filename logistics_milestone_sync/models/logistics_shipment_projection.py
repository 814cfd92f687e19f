from odoo import api, models
from odoo.tools import SQL

from ..core.certified import certified_weight
from ..core.change import EXCEPTION_CLOSED, EXCEPTION_OPENED, STATE, Change
from ..core.clock import naive
from ..core.fold import fold
from ..core.state import Folded, State
from .logistics_shipment_outlook import OUTLOOK_COLUMNS

# column → SQL type, in the order of _shipment_values
_SHIPMENT_COLUMNS = {
    "status_id": "int4",
    "phase": "varchar",
    "since": "timestamp",
    "eta": "timestamp",
    "dispatched_at": "timestamp",
    "delivered_at": "timestamp",
    "pod_at": "timestamp",
    "pod_signer": "varchar",
    "certified_weight": "numeric",
    "attempts": "int4",
    "last_event_at": "timestamp",
    "has_open_exception": "bool",
    "is_conflicting": "bool",
    "is_overridden": "bool",
}
_CONSIGNMENT_COLUMNS = {
    "status_id": "int4",
    "phase": "varchar",
    "since": "timestamp",
    "eta": "timestamp",
}


class LogisticsShipment(models.Model):
    """The stored state of a shipment is the fold of its ledger, and nothing else writes it."""

    _inherit = "logistics.shipment"

    def _fold_many(self, ledger=None):
        """Fold the ledgers of these shipments.

        :param dict ledger: what ``_ledger_of`` read, where somebody read it already
        :return: ``{shipment id: core.fold.Folded}``, every shipment present
        """
        if ledger is None:
            ledger = self.env["logistics.milestone.event"]._ledger_of(self.ids)
        milestones = {
            code: milestone
            for code, (_id, milestone) in self.env["logistics.milestone"]._catalogue().items()
        }
        consignments = self._consignments_of()
        packages = self._packages_of()
        return {
            shipment_id: fold(
                ledger.get(shipment_id, ()),
                consignments.get(shipment_id, ()),
                milestones,
                packages.get(shipment_id),
            )
            for shipment_id in self.ids
        }

    def _consignments_of(self):
        self.env["logistics.consignment"].flush_model(["shipment_id"])
        return dict(
            self.env.execute_query(
                SQL(
                    "SELECT shipment_id, array_agg(id) FROM logistics_consignment"
                    " WHERE shipment_id = ANY(%s) GROUP BY shipment_id",
                    self.ids,
                )
            )
        )

    def _project(self):
        """Store the fold of these shipments; the command that rebuilds all states uses it too.

        :return: list of ``core.change.Change`` for shipments that stand elsewhere than before
        """
        if not self:
            return []
        before = {shipment.id: shipment.status_id.code for shipment in self}
        folded, states = self._states_to_store()
        for model, (columns, values) in states.items():
            self._store(model, columns, values)
        changes = [
            Change(STATE, id_, detail=f"{before[id_] or '–'} → {result.shipment.milestone}")
            for id_, result in folded.items()
            if result.shipment.milestone and result.shipment.milestone != before[id_]
        ]
        cases = self.env["logistics.exception"]._follow_ledger(
            {id_: result.shipment.exceptions for id_, result in folded.items()}
        )
        opened, closed = cases
        changes += [Change(EXCEPTION_OPENED, c.shipment_id.id, exception_id=c.id) for c in opened]
        changes += [Change(EXCEPTION_CLOSED, c.shipment_id.id, exception_id=c.id) for c in closed]
        return changes

    def _states_to_store(self):
        """What the ledger says that the columns of these shipments and of their parts must hold.

        :return: ``(folded, states)``: ``{shipment id: core.state.Folded}`` and
            ``{model: ({column: SQL type}, {record id: values})}``
        """
        ledger = self.env["logistics.milestone.event"]._ledger_of(self.ids)
        folded = self._fold_many(ledger)
        outlook = self._outlook_values(folded, ledger)
        shipments = {
            id_: (*self._shipment_values(result), *outlook[id_]) for id_, result in folded.items()
        }
        states = {"logistics.shipment": (_SHIPMENT_COLUMNS | OUTLOOK_COLUMNS, shipments)}
        for model, parts in (
            ("logistics.consignment", [result.consignments for result in folded.values()]),
            ("logistics.package", [result.packages for result in folded.values()]),
        ):
            values = {
                id_: self._consignment_values(state)
                for part in parts
                for id_, state in part.items()
            }
            states[model] = (_CONSIGNMENT_COLUMNS, values)
        return folded, states

    def _consignment_values(self, state: State):
        status = self.env["logistics.milestone"]._catalogue().get(state.milestone)
        return (status and status[0], state.phase, naive(state.since), naive(state.eta))

    def _shipment_values(self, result: Folded):
        state = result.shipment

        def first(code):
            return state.reached.get(code)

        def when(code):
            return naive(first(code).occurred_at) if first(code) else None

        # Stock is booked out by it, which does not end when an override does: only facts count.
        left = first("dispatched")
        proof = first("pod_received")
        return (
            *self._consignment_values(state),
            naive(left.occurred_at) if left and not left.override else None,
            when("delivered"),
            when("pod_received"),
            (proof.evidence.signer or None) if proof and proof.evidence else None,
            certified_weight(result) or None,
            state.attempts,
            naive(state.last_event_at),
            bool(state.exceptions),
            state.conflicting,
            state.overridden,
        )

    @api.model
    def _store(self, model_name, columns, values):
        """Write computed columns of many rows with one statement and tell the ORM."""
        if not values:
            return
        records = self.env[model_name].browse(sorted(values))
        records.flush_recordset(columns)
        self.env.cr.execute(
            SQL(
                "UPDATE %s AS record SET %s FROM (VALUES %s) AS state(id, %s)"
                " WHERE record.id = state.id",
                SQL.identifier(records._table),
                SQL(", ").join(
                    SQL(f"%s = state.%s::{sql_type}", SQL.identifier(c), SQL.identifier(c))
                    for c, sql_type in columns.items()
                ),
                SQL(", ").join(SQL("%s", (id_, *values[id_])) for id_ in sorted(values)),
                SQL(", ").join(map(SQL.identifier, columns)),
            )
        )
        records.invalidate_recordset(columns)
        records.modified(columns)
