"""What a draft agreement makes of a batch of shipments. Used by ``logistics.simulation`` only."""

from decimal import Decimal

from ..core.simulation import GOODS, OTHERS, compare, would_invoice
from .evaluation import Evaluation, is_priced


class SimulatedEvaluation(Evaluation):
    """Decides as the billing lane does, but as if ``draft`` had been in force. Changes nothing."""

    def __init__(self, releases, draft):
        self.draft = draft
        self.covered = set()
        super().__init__(releases)

    def _agreement(self, shipment, state):
        """Override: the draft takes over from what is not more special than itself."""
        actual = super()._agreement(shipment, state)
        own = self.draft.customer_id
        if self.customers[shipment] == own if own else not actual.customer_id:
            self.covered.add(shipment)
            return self.draft
        return actual

    def rows_of(self, release):
        """What the draft changes about one release.

        :return: ``(state that the draft leads to, rows of core.simulation)`` with amounts in the
            currency of the company; ``None`` if the draft does not cover the shipment
        """
        shipment = release.shipment_id
        judged = self.judge(release)
        if shipment not in self.covered:
            return None
        currency, company_currency = self.draft.currency_id, release.currency_id

        def exact(amount):
            converted = self._convert(amount.amount, currency, company_currency, shipment)
            return Decimal(str(company_currency.round(converted)))

        charges = judged.charges
        simulated = would_invoice(
            judged.decision,
            self._goods_value(shipment, currency, judged.quantities),
            self._others_value(shipment, currency, charges),
        )
        simulated = {key: (exact(amount), why) for key, (amount, why) in simulated.items()}
        return judged.decision.state, compare(self._invoiced_amounts(release), simulated)

    def _invoiced_amounts(self, release):
        """``{key: untaxed amount}`` on living invoice lines, in the currency of the company."""
        amounts = {}
        for line in release.line_ids.filtered("live"):
            key = GOODS if line.kind == "goods" else OTHERS
            if line.charge_id and is_priced(line.charge_id):
                key = line.charge_id.charge_key
            signed = Decimal(str(-line.move_line_id.balance))
            amounts[key] = amounts.get(key, Decimal(0)) + signed
        return amounts
