from collections import defaultdict

from odoo import api, fields, models

from ..core.change import EXCEPTION_APPROVED, Change
from ..core.clock import utc
from ..core.fact import MilestoneFact, Statement
from ..core.reference import Reference
from .recording import Recording
from .recording_foretold import Foretelling

# What recording inserts by SQL.
_INSERTED = ["event_ids", "field_statement_ids", "eta_ids", "weighing_ids"]


class LogisticsShipment(models.Model):
    """The one door in and the one hook out."""

    _inherit = "logistics.shipment"

    @api.model
    def _record_facts(self, system, statements, park=True):
        """Record what one system states. The only way into the ledger.

        Everything happens in the caller's transaction. The shipments are locked first, in id
        order; a serialization failure is left to the caller, who retries the transaction.

        :param system: one ``logistics.system``; its company is the only one that is touched
        :param list statements: of ``core.fact.Statement``; any number, any mix of shipments
        :param bool park: keep for later (``logistics.parked.fact``) what has no shipment, or what
            its flow policy records in a batch
        :return: list of ``core.fact.Outcome``, one per statement, in the same order
        """
        system.ensure_one()
        # Rights were checked where the statement came in; ownership rules decide from here on.
        self_sudo = self.sudo().with_company(system.company_id).with_context(tracking_disable=True)
        recording = Recording(self_sudo.env, system.sudo(), list(statements))
        shipments_sudo = recording.run(park).with_env(self_sudo.env)
        # They were inserted by SQL.
        shipments_sudo.invalidate_recordset(_INSERTED)
        self_sudo.env["logistics.document"].invalidate_model(["event_ids"])
        recording.changes += shipments_sudo._project()
        shipments_sudo._facts_recorded(recording.changes)
        return recording.outcomes

    @api.model
    def _foretell(self, system, statements):
        """What ``_record_facts`` would answer now. Nothing is written and nothing is locked.

        :param system: one ``logistics.system``
        :param list statements: of ``core.fact.Statement``
        :return: list of ``core.fact.Outcome``, one per statement, in the same order; what others
            record meanwhile may change it
        """
        system.ensure_one()
        # Rights were checked by who asks; nothing but the outcome is told.
        self_sudo = self.sudo().with_company(system.company_id)
        foretelling = Foretelling(self_sudo.env, system.sudo(), list(statements))
        foretelling.tell()
        return foretelling.outcomes

    def _facts_recorded(self, changes):
        """Hook: facts about these shipments were recorded, in this very transaction.

        Overriders call super and work on the whole set at once; what they raise undoes the
        recording. Nothing outside the database may be called here.

        :param list changes: of ``core.change.Change``
        """
        # Not only when the state moved: a dispatch may be heard after the delivery.
        self._validate_transfers_later()
        self._write_back_numbers(changes)

    def _more_to_tell(self):
        """Hook: what further modules tell the company's own systems of these shipments.

        Overriders add to what super returns; set-based, read-only.

        :return: ``{shipment id: {name: JSON-ready value}}``
        """
        return {}

    def _state_milestone(self, milestone, occurred_at=None, **values):
        """State one milestone of these shipments in this database's own voice.

        :param str milestone: code of the catalogue
        :param occurred_at: naive UTC; now by default
        :param values: further values of ``core.fact.MilestoneFact``
        :return: list of ``core.fact.Outcome``, one per shipment
        """
        return self._record_own(
            (shipment, shipment._own_fact(milestone, occurred_at, **values)) for shipment in self
        )

    def _own_fact(self, milestone, occurred_at=None, **values):
        """A fact about this shipment for ``_record_own``; the arguments of ``_state_milestone``."""
        return MilestoneFact(
            (Reference("shipment", self.name),),
            milestone,
            utc(occurred_at or fields.Datetime.now()),
            utc_offset=0,
            **values,
        )

    @api.model
    def _record_own(self, stated):
        """Record what this database states itself.

        :param stated: pairs of a shipment and a fact about it
        :return: list of ``core.fact.Outcome``, one per pair, in the same order
        """
        stated = list(stated)
        now = utc(fields.Datetime.now())
        outcomes = [None] * len(stated)
        by_company = defaultdict(list)
        for index, (shipment, _fact) in enumerate(stated):
            by_company[shipment.company_id].append(index)
        for company, indexes in by_company.items():
            system_sudo = self.env["logistics.system"]._odoo_system(company)
            statements = [
                Statement(stated[index][1], received_at=now, source=f"res.users,{self.env.uid}")
                for index in indexes
            ]
            told = self._record_facts(system_sudo, statements)
            for index, outcome in zip(indexes, told, strict=True):
                outcomes[index] = outcome
        return outcomes

    def _exception_approved(self, exceptions):
        """Tell the hook that finance accepts to bill in spite of these exceptions."""
        self._facts_recorded(
            [
                Change(EXCEPTION_APPROVED, case.shipment_id.id, exception_id=case.id)
                for case in exceptions
            ]
        )

    def _lock_in_order(self):
        """Take the row locks of these shipments in id order: two batches can never deadlock.

        Everything that changes facts or money does this before it locks anything else.
        """
        if self:
            self.env.cr.execute(
                "SELECT 1 FROM logistics_shipment WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
                [sorted(self.ids)],
                log_exceptions=False,  # a clash is no error: whoever works here starts over
            )
