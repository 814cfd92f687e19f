"""Charges that no price line made, as values. Used by ``evaluation.Evaluation`` only."""

from decimal import Decimal

from ..core.money import Money
from ..core.validation import StatedCharge


def is_quote(charge):
    """Whether it says what something would cost: compared with, never billed."""
    return charge.source_kind == "quote"


class StatedCharges:
    """Reads the charges of a batch of shipments, with a fixed number of queries."""

    def __init__(self, env, charges, convert):
        """:param charges: live sell charges of the batch
        :param convert: ``(amount, currency, target currency, shipment) → float``
        """
        self.quotes = charges.filtered(is_quote).grouped("shipment_id")
        self.convert = convert
        charges.system_id.mapped("name")
        currencies = charges.currency_id
        rated = env["res.currency.rate"]._read_group(
            [("currency_id", "in", currencies.ids)], ["currency_id"]
        )
        # Odoo converts at 1.0 what has no rate.
        self.rated = env["res.currency"].union(*(currency for (currency,) in rated))

    def of(self, shipment, charges, currency):
        """``StatedCharge`` for each of these charges, in the order in which they were stated.

        :param currency: of the agreement
        """
        quoted = {}
        for quote in self.quotes.get(shipment, ()):
            money = self._money(quote, currency)
            if money:
                before = quoted.get(quote.charge_type)
                quoted[quote.charge_type] = before + money if before else money
        return tuple(
            StatedCharge(
                charge.id,
                charge.name,
                charge.charge_type,
                Money(
                    Decimal(str(charge.currency_id.round(charge.amount))), charge.currency_id.name
                ),
                self._money(charge, currency),
                charge.system_id.name or "",
                charge.source_kind == "manual",
                quoted.get(charge.charge_type),
            )
            for charge in charges.sorted("id")
        )

    def _money(self, charge, currency):
        """In another currency; ``None`` if there is no rate."""
        own = charge.currency_id
        known = self.rated | charge.company_id.currency_id
        if own != currency and not (own in known and currency in known | self.rated):
            return None
        amount = self.convert(charge.amount, own, currency, charge.shipment_id)
        return Money(Decimal(str(currency.round(amount))), currency.name)
