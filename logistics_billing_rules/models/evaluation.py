"""What a batch of releases rests on, read at once. Used by ``logistics.release._evaluate`` only."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from odoo import fields
from odoo.fields import Domain

from odoo.addons.logistics_milestone_sync.core.clock import utc

from ..core.case import Case, Decision, ExceptionCase, Transfer
from ..core.decision import decide
from ..core.money import Money
from ..core.settlement import DRAFTED, NOTHING, POSTED, may_stand, next_step, settle
from .basis import Bases, order_day
from .stated import StatedCharges, is_quote


def is_priced(charge):
    """Whether an agreement made it; a system may use the same key for a charge of its own."""
    return charge.source_kind == "contract"


def same_price(charge, price):
    """Whether a charge that an agreement made still says what the agreement charges.

    :param price: ``core.money.Money`` or ``None``
    """
    return (
        price is not None
        and charge.currency_id.name == price.currency
        and charge.currency_id.compare_amounts(charge.amount, float(price.amount)) == 0
    )


@dataclass(frozen=True)
class Judged:
    """One release in the light of the facts.

    :param quantities: ``{sale.order.line: quantity}`` that the shipment carries
    :param charges: live sell charges of the shipment
    :param invoiced: ``{key: quantity}`` on living invoice lines
    :param conceded: ``{key: quantity}`` that an accountant credited, and that stays so
    :param invoices: ``NOTHING``, ``DRAFTED`` or ``POSTED`` (``core/settlement.py``)
    :param at_stake: untaxed, in the currency of the company
    :param rendered_at: when the service was: of the delivery, else of what was waited for last
    :param rendered_on: the day of that where it happened
    """

    decision: Decision
    agreement: object
    customer: object
    approval: object
    quantities: dict
    charges: object
    invoiced: dict
    conceded: dict
    invoices: str
    at_stake: float
    rendered_at: datetime
    rendered_on: date

    @property
    def justified(self):
        """``{key: quantity}`` that may be on invoices, given what Odoo says is invoiceable."""
        prices = {price.key: price.amount for price in self.decision.charges if price.amount}
        standing = self.charges.filtered(
            lambda c: not is_priced(c) or same_price(c, prices.get(c.charge_key))
        )
        known = {charge.charge_key for charge in standing if is_priced(charge)}
        nothing = Decimal(0)
        justified = {
            key: Decimal(1) - self.conceded.get(key, nothing)
            for key in (f"charge/{charge.id}" for charge in standing)
        }
        justified |= {f"price/{key}": Decimal(1) for key in prices if key not in known}
        for line, quantity in self.quantities.items():
            key = f"goods/{line.id}"
            justified[key] = may_stand(
                Decimal(str(quantity)),
                self.invoiced.get(key, nothing),
                Decimal(str(max(line.qty_to_invoice, 0.0))),
                self.conceded.get(key, nothing),
            )
        # Services are invoiced along with whichever release comes first; they are never missing.
        return justified | {k: q for k, q in self.invoiced.items() if k.startswith("service/")}

    def next_step(self, release):
        """What the core says to do with the release (``core.settlement.Step``)."""
        settlement = settle(self.justified, self.invoiced)
        return next_step(self.decision.state, self.invoices, settlement, bool(release.released_at))


class Evaluation:
    """Reads what all releases rest on with a fixed number of queries."""

    def __init__(self, releases):
        self.env = releases.env
        self.release_ids = releases.ids
        shipments = releases.shipment_id
        # A slice of a recordset is read alone: read the orders and the books of all of them first.
        shipments.sale_order_ids.mapped("partner_id.commercial_partner_id.name")
        releases.line_ids.move_line_id.mapped("move_id.state")
        self.folds = self._fold(shipments)
        self.cases = (
            self.env["logistics.exception"]
            .search([("shipment_id", "in", shipments.ids)], order="id")
            .grouped("shipment_id")
        )
        self.reasons = dict(self.env["logistics.exception"]._fields["reason"].selection)
        self.pending = self._pending_approvals()
        self.customers = {shipment: self._customer(shipment) for shipment in shipments}
        customers = self.env["res.partner"].union(*self.customers.values())
        customers.mapped("category_id")
        self.agreements = self.env["logistics.agreement"]._in_force(shipments.company_id, customers)
        self.terms = {}
        # Live ones only (active): owned by who states them, current, and approved.
        charges = self.env["logistics.charge"].search([("shipment_id", "in", shipments.ids)])
        sells = charges.filtered(lambda charge: charge.side == "sell")
        self.stated = StatedCharges(self.env, sells, self._convert)
        self.charges = sells.filtered(lambda c: not is_quote(c)).grouped("shipment_id")
        costs = charges.filtered(lambda charge: charge.side == "buy")
        self.bases = Bases(shipments, self.folds, costs, self._convert)

    def _fold(self, shipments):
        """``{shipment id: core.state.Folded}``. To be overridden by what only supposes facts."""
        return shipments._fold_many()

    def judge(self, release):
        """Decide about one release (``Judged``)."""
        shipment = release.shipment_id
        state = self.folds[shipment.id].shipment
        agreement = self._agreement(shipment, state)
        currency = agreement.currency_id or release.currency_id
        quantities = self.env["sale.order.line"]._logistics_quantities(shipment.picking_ids)
        charges = self.charges.get(shipment, self.env["logistics.charge"])
        case = self._case(release, state, currency, quantities, charges)
        decision = decide(case, self._terms(agreement))
        invoiced, conceded, invoices = self._books(release)
        return Judged(
            decision=decision,
            agreement=agreement,
            customer=self.customers[shipment],
            approval=self._approval(release),
            quantities=quantities,
            charges=charges,
            invoiced=invoiced,
            conceded=conceded,
            invoices=invoices,
            at_stake=self._convert(decision.amount.amount, currency, release.currency_id, shipment),
            rendered_at=self._rendered_at(case, decision),
            rendered_on=case.basis.day,
        )

    def _rendered_at(self, case, decision):
        delivered = case.state.reached.get("delivered")
        if delivered:
            return delivered.occurred_at
        return max(filter(None, (r.at for r in decision.requirements)), default=case.known_since)

    # === Whose shipment, under which agreement === #

    def _customer(self, shipment):
        party = shipment.sale_order_ids[:1].partner_id or shipment.client_id or shipment.partner_id
        return party.commercial_partner_id

    def _agreement(self, shipment, state):
        """In force when it was delivered, because that is when the service was rendered."""
        delivered = state.reached.get("delivered")
        day = delivered.occurred_at.date() if delivered else fields.Date.context_today(shipment)
        for customer in (self.customers[shipment].id, False):
            found = self.agreements.get((shipment.company_id.id, customer))
            agreement = found and found._holds_on(day)
            if agreement:
                return agreement
        return self.env["logistics.agreement"]

    def _terms(self, agreement):
        """The terms as a value, read once per agreement."""
        if agreement and agreement not in self.terms:
            self.terms[agreement] = agreement.to_terms()
        return self.terms.get(agreement)

    # === The case === #

    def _case(self, release, state, currency, quantities, charges):
        shipment = release.shipment_id
        stated = charges - charges.filtered(is_priced)
        goods = self._goods_value(shipment, currency, quantities)
        basis = self.bases.of(shipment, state, self.customers[shipment], goods, currency)
        pickings = shipment.picking_ids.filtered(lambda picking: picking.state != "cancel")
        certified = shipment.certified_weight
        return Case(
            state=state,
            known_since=utc(shipment.create_date),
            basis=basis,
            certified=basis.weighing(Decimal(str(certified))) if certified else None,
            others=self._others_value(shipment, currency, charges),
            exceptions=tuple(map(self._exception, self.cases.get(shipment, ()))),
            transfers=tuple(
                Transfer(picking.name, utc(picking.date_done) if picking.state == "done" else None)
                for picking in pickings
            ),
            stated=self.stated.of(shipment, stated, currency),
            accepted=frozenset(release.accepted_marks or ()),
            asked=frozenset(release.asked_marks or ()),
        )

    def _exception(self, case):
        return ExceptionCase(
            id=case.id,
            name=self.reasons.get(case.reason, case.reason),
            opened_at=utc(case.opened_at),
            event_id=case.event_id.id or None,
            party=case.responsible_party or "",
            is_open=case.state == "open",
            approved=case.billing_approved,
            pending=case.id in self.pending,
        )

    def _pending_approvals(self):
        case_ids = [case.id for cases in self.cases.values() for case in cases]
        about = Domain("kind", "=", "exception_billing") & Domain("res_id", "in", case_ids)
        about |= Domain("kind", "=", "charge_billing") & Domain("res_id", "in", self.release_ids)
        found = self.env["logistics.approval"].search(about & Domain("state", "=", "pending"))
        charges = found.filtered(lambda approval: approval.kind == "charge_billing")
        self.asked = charges.grouped("res_id")
        return (found - charges).grouped("res_id")

    def _approval(self, release):
        for case in self.cases.get(release.shipment_id, ()):
            if case.id in self.pending:
                return self.pending[case.id][:1]
        return self.asked.get(release.id, self.env["logistics.approval"])[:1]

    # === Money === #

    def _goods_value(self, shipment, currency, quantities):
        value = sum(
            (
                self._convert(line._logistics_value(q), line.currency_id, currency, shipment)
                for line, q in quantities.items()
            ),
            start=0.0,
        )
        return Money(Decimal(str(currency.round(value))), currency.name)

    def _others_value(self, shipment, currency, charges):
        """Charges that others stated, and services that go with the order's first shipment."""
        stated = charges - charges.filtered(is_priced)
        value = sum(
            self._convert(charge.amount, charge.currency_id, currency, shipment)
            for charge in stated
        )
        for order in shipment.sale_order_ids:
            if min(order.logistics_shipment_ids.ids) == shipment.id:
                for line in order.order_line._logistics_services():
                    worth = line._logistics_value(line.qty_to_invoice)
                    value += self._convert(worth, line.currency_id, currency, shipment)
        return Money(Decimal(str(currency.round(value))), currency.name)

    def _convert(self, amount, currency, target, shipment):
        """In another currency at the rate of the order's day: the same at every evaluation."""
        if currency == target:
            return float(amount)
        return currency._convert(float(amount), target, shipment.company_id, order_day(shipment))

    # === The books === #

    def _books(self, release):
        live = release.line_ids.filtered("live")
        invoiced = live._quantities()
        stands = live.filtered("stands")._quantities()
        conceded = {key: -quantity for key, quantity in stands.items()}
        moves = live.move_line_id.move_id
        if not moves:
            return invoiced, conceded, NOTHING
        # An invoice that was in the books once stays a matter for people, whatever its state now.
        in_books = any(move.posted_before or move.state == "posted" for move in moves)
        return invoiced, conceded, POSTED if in_books else DRAFTED
