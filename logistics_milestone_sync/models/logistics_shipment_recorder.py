from odoo import api, fields, models

from ..core.change import EXCEPTION_APPROVED, Change
from ..core.clock import utc
from ..core.fact import MilestoneFact, Statement
from ..core.reference import Reference
from .recording import Recording


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
        :param bool park: keep statements without a shipment for later (``logistics.parked.fact``)
        :return: list of ``core.fact.Outcome``, one per statement, in the same order
        """
        system.ensure_one()
        # Rights were checked where the statement came in; ownership rules decide from here on.
        self_sudo = self.sudo().with_company(system.company_id).with_context(tracking_disable=True)
        recording = Recording(self_sudo.env, system.sudo(), list(statements))
        shipments_sudo = recording.run(park).with_env(self_sudo.env)
        shipments_sudo.invalidate_recordset(["event_ids", "weighing_ids"])  # inserted by SQL
        self_sudo.env["logistics.document"].invalidate_model(["event_ids"])
        recording.changes += shipments_sudo._project()
        shipments_sudo._facts_recorded(recording.changes)
        return recording.outcomes

    def _facts_recorded(self, changes):
        """Hook: facts about these shipments were recorded, in this very transaction.

        Overriders call super and work on the whole set at once; what they raise undoes the
        recording. Nothing outside the database may be called here.

        :param list changes: of ``core.change.Change``
        """
        # Not only when the state moved: a dispatch may be heard after the delivery.
        self._validate_transfers_later()

    def _state_milestone(self, milestone, occurred_at=None, **values):
        """State one milestone of these shipments in this database's own voice.

        :param str milestone: code of the catalogue
        :param occurred_at: naive UTC; now by default
        :param values: further values of ``core.fact.MilestoneFact``
        :return: list of ``core.fact.Outcome``, one per shipment
        """
        now = fields.Datetime.now()
        outcomes = []
        for company, shipments in self.grouped("company_id").items():
            system_sudo = self.env["logistics.system"]._odoo_system(company)
            statements = [
                Statement(
                    MilestoneFact(
                        (Reference("shipment", shipment.name),),
                        milestone,
                        utc(occurred_at or now),
                        utc_offset=0,
                        **values,
                    ),
                    received_at=utc(now),
                    source=f"res.users,{self.env.uid}",
                )
                for shipment in shipments
            ]
            outcomes += self._record_facts(system_sudo, statements)
        return outcomes

    def _exception_approved(self, exceptions):
        """Tell the hook that finance accepts to bill in spite of these exceptions."""
        self._facts_recorded(
            [
                Change(EXCEPTION_APPROVED, case.shipment_id.id, exception_id=case.id)
                for case in exceptions
            ]
        )
