from dataclasses import replace
from decimal import Decimal

from odoo import models

from ..core.simulation import would_invoice
from .evaluation import Evaluation


class LogisticsShipment(models.Model):
    _inherit = "logistics.shipment"

    def _suppose(self, ledger):
        """Override of `logistics_milestone_sync`: what would become of the invoices.

        Decides as the billing lane does, and changes nothing.
        """
        supposed = super()._suppose(ledger)
        releases = self.logistics_release_ids.filtered(lambda release: release.state != "cancelled")
        if not releases:
            return supposed
        evaluation = SupposedEvaluation(releases, ledger)
        labels = dict(releases._fields["state"]._description_selection(self.env))
        for release in releases:
            id_ = release.shipment_id.id
            state, amount = evaluation.outcome_of(release)
            supposed[id_] = replace(
                supposed[id_],
                release=labels.get(state, state),
                amount=supposed[id_].amount + amount,
            )
        return supposed


class SupposedEvaluation(Evaluation):
    """Decides as the billing lane does, about ledgers that might have been. Changes nothing."""

    def __init__(self, releases, ledger):
        self._ledger = ledger
        super().__init__(releases)

    def _fold(self, shipments):
        """Override: the ledgers are given."""
        return shipments._fold_many(self._ledger)

    def outcome_of(self, release):
        """``(state, untaxed amount)`` of what would be invoiced, in the currency of the company."""
        judged = self.judge(release)
        shipment = release.shipment_id
        currency = judged.agreement.currency_id or release.currency_id
        found = would_invoice(
            judged.decision,
            self._goods_value(shipment, currency, judged.quantities),
            self._others_value(shipment, currency, judged.charges),
        )
        amounts = (
            self._convert(amount.amount, currency, release.currency_id, shipment)
            for amount, _why in found.values()
        )
        rounded = (Decimal(str(release.currency_id.round(amount))) for amount in amounts)
        return judged.decision.state, sum(rounded, Decimal(0))
