"""Credit notes and debit invoices of an approved adjustment. Used by ``logistics.release`` only."""

from decimal import Decimal

from odoo import fields
from odoo.fields import Command

from ..core.adjustment import Worth
from ..core.money import Money
from ..core.settlement import settle
from .invoicing import InvoiceBatch


class DebitBatch(InvoiceBatch):
    """Invoices what an adjustment adds, and nothing that was not approved with it."""

    def _take(self, order, what, owed):
        """Override: no services, which go with the first invoice of a release only."""
        taken = super()._take(order, what, owed)
        return {line: q for line, q in taken.items() if f"goods/{line.id}" in owed}

    def _charge_lines(self, part, charges, currency):
        """Override: a part of a charge where the rest stands on invoices already."""
        owed = settle(part.what.justified, part.what.invoiced).to_invoice
        return [
            vals | {"quantity": float(owed[f"charge/{vals['logistics_charge_id']}"])}
            for vals in super()._charge_lines(part, charges, currency)
        ]

    def _deductions(self, order, part):
        """Override: what was paid in advance goes with the invoices of deliveries."""
        return []


def worths(release, what):
    """``{key: core.adjustment.Worth}`` of all that is on invoices, or could be."""
    currency, company = release.currency_id, release.company_id
    today = fields.Date.context_today(release)

    def exact(amount, of):
        own = of._convert(float(amount), currency, company, today) if of != currency else amount
        return Money(Decimal(str(currency.round(float(own)))), currency.name)

    found = {}
    for line, quantity in what.quantities.items():
        if quantity:
            value = exact(line._logistics_value(quantity), line.currency_id)
            found[f"goods/{line.id}"] = Worth(line.name, Decimal(str(quantity)), value)
    for charge in what.charges:
        value = exact(charge.amount, charge.currency_id)
        found[f"charge/{charge.id}"] = Worth(charge.name, Decimal(1), value)
    priced_in = what.agreement.currency_id  # what an agreement charges is in its own currency
    for price in what.decision.charges:
        label = f"{price.name}: {price.explanation}"
        value = exact(price.amount.amount, priced_in)
        found[f"price/{price.key}"] = Worth(label, Decimal(1), value)
    return found | _booked(release)


def _booked(release):
    """What is on living invoices, in the currency of the company; credit notes count off."""
    found = {}
    for line in release.line_ids.filtered("live"):
        move_line = line.move_line_id
        label = move_line.name or line.charge_id.name or line.sale_line_id.name
        quantity, amount = Decimal(str(line.quantity)), Decimal(str(-move_line.balance))
        known = found.get(line._key(), (label, Decimal(0), Decimal(0)))
        found[line._key()] = (known[0], known[1] + quantity, known[2] + amount)
    name = release.currency_id.name
    return {
        key: Worth(label, quantity, Money(amount, name))
        for key, (label, quantity, amount) in found.items()
        if quantity > 0
    }


def credit(release, adjustment, quantities):
    """Draft Odoo's own credit notes of these quantities, and note them in our books.

    :param dict quantities: ``{key: quantity}``, positive
    """
    taken = _taken(release, dict(quantities))
    moves = release.env["account.move"].union(*(line.move_line_id.move_id for line in taken))
    for move in moves.sorted("id"):
        mine = {line: q for line, q in taken.items() if line.move_line_id.move_id == move}
        refund = move.with_company(move.company_id)._reverse_moves(
            [
                {
                    "ref": adjustment.name,
                    "invoice_origin": move.name,
                    # Nothing else of an invoice that shipments may share.
                    "line_ids": [_copied(line, q) for line, q in mine.items()],
                }
            ]
        )
        if refund.amount_total < 0:
            refund.action_switch_move_type()  # the invoice was a credit note (``invoicing.py``)
        copies = refund.invoice_line_ids.sorted("id")
        release.env["logistics.release.line"].create(
            [
                _credited(line, quantity, copy, adjustment)
                for (line, quantity), copy in zip(mine.items(), copies, strict=True)
            ]
        )


def _copied(line, quantity):
    """Odoo's own copy of an invoice line for its credit note, of a part of its quantity.

    At the price of the invoice, less what an accountant took off it since.
    """
    original = line.move_line_id
    values = {"quantity": float(quantity) * original._logistics_sign()}
    off = sum(
        credited.move_line_id.price_subtotal
        for credited in line.reversal_ids.filtered(lambda each: each.live and not each.quantity)
    )
    if off and original.price_subtotal:
        values["price_unit"] = original.price_unit * max(1 - off / original.price_subtotal, 0)
    [vals] = original.with_context(include_business_fields=True).copy_data(values)
    return Command.create(vals)


def _taken(release, quantities):
    """``{release line: quantity}`` that is credited, from the newest invoice backwards."""
    taken = {}
    posted = release.line_ids.filtered(
        lambda line: line.quantity > 0 and line.move_line_id.parent_state == "posted"
    )
    for line in posted.sorted("id", reverse=True):
        gone = sum(line.reversal_ids.filtered("live").mapped("quantity"))
        quantity = min(quantities.get(line._key(), Decimal(0)), Decimal(str(line.quantity + gone)))
        if quantity > 0:
            taken[line] = quantity
            quantities[line._key()] -= quantity
    return taken


def _credited(line, quantity, copy, adjustment):
    return {
        "release_id": line.release_id.id,
        "shipment_id": line.shipment_id.id,
        "company_id": line.company_id.id,
        "kind": line.kind,
        "sale_line_id": line.sale_line_id.id,
        "charge_id": line.charge_id.id,
        "quantity": -float(quantity),
        "move_line_id": copy.id,
        "reverses_id": line.id,
        "adjustment_id": adjustment.id,
    }
