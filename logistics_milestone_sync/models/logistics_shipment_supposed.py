from odoo import models

from ..core.supposition import Supposed


class LogisticsShipment(models.Model):
    """Questions about shipments that others answer; asking changes nothing."""

    _inherit = "logistics.shipment"

    def _suppose(self, ledger):
        """Hook: what would follow if the ledgers of these shipments were other ones.

        Overriders call super, add what they decide from the fold, and write nothing. Called
        elevated, for shipments of one company.

        :param dict ledger: ``{shipment id: [core.state.LedgerEvent, …]}``
        :return: ``{shipment id: core.supposition.Supposed}``, every shipment present
        """
        return {
            id_: Supposed(milestone=folded.shipment.milestone)
            for id_, folded in self._fold_many(ledger).items()
        }
