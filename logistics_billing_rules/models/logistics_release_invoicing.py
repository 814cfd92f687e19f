from odoo import fields, models
from odoo.tools import SQL

from ..core.case import READY
from ..core.settlement import HOLD, RELEASE, REVIEW, STAND, WITHDRAW
from .evaluation import is_priced
from .invoicing import InvoiceBatch, with_charges


class LogisticsRelease(models.Model):
    """Settling: from a decision to draft invoices (back: ``logistics_release_withdrawing.py``).

    Works on elevated releases whose shipments are locked (``logistics_release_lane.py``).
    """

    _inherit = "logistics.release"

    def _process(self, by_hand=False, run=None):
        """Evaluate these releases and bring their invoices in line with the facts.

        :param bool by_hand: also release what the agreement leaves to people, and now
        :param run: the invoice run that is closed with them
        :return: the releases that were released now
        """
        judged = self._evaluate()
        steps = {release: what.next_step(release) for release, what in judged.items()}
        self.filtered(lambda r: steps[r].action == WITHDRAW)._withdraw()
        self.filtered(lambda r: steps[r].action == HOLD)._begin_anew()
        ready = self.filtered(lambda r: steps[r].action == RELEASE)
        judged |= ready._held_by_limit(judged, bool(by_hand or run))
        ready = ready.filtered(lambda r: judged[r].decision.state == READY)
        collected = ready._collected(judged, by_hand, run)
        releasing = ready.filtered(
            lambda r: r not in collected and (by_hand or run or r._is_automatic(judged[r]))
        )
        self.filtered(lambda r: steps[r].action in (HOLD, WITHDRAW))._leave_runs()
        (releasing if not run else releasing.browse())._leave_runs()
        made = {release: judged[release] for release in releasing}
        notes = releasing._make_invoices(made, by_hand, run)
        targets = {r: r._target(steps[r], judged[r], notes) for r in self}
        targets |= {r: ("ready", into._wait_text()) for r, into in collected.items()}
        self._keep(judged, targets)
        self.filtered(lambda r: steps[r].action == REVIEW)._tell_finance()
        return releasing

    def _collected(self, judged, by_hand, run):
        """Those of these ready releases that wait for others: ``{release: run}``."""
        if by_hand:
            return {}
        return run._carry(self, judged) if run else self._collect(judged)

    def _is_automatic(self, what):
        return what.agreement.rule_ids[:1].invoicing != "manual"

    def _target(self, step, what, notes):
        """``(state, why)`` that a step leads to.

        :param dict notes: ``{release: what there is to say about its invoice}`` of those made now
        """
        if self in notes:
            return "released", notes[self]
        if step.action == STAND:
            return "released", (self.reason or "") if self.state == "released" else ""
        if step.action == REVIEW:
            return "review", step.why
        return what.decision.state, ""

    # === Making invoices === #

    def _make_invoices(self, judged, by_hand, run=None):
        """Create the draft invoices of these releases, each once, and note them in our books.

        :return: ``{release: what there is to say about its invoice}``
        """
        if not self:
            return {}
        self._lock_orders()
        charges = self._finalize_charges(judged)
        judged = with_charges(judged, charges)
        batch = InvoiceBatch(judged, run)
        moves = batch.make()
        self._note_lines(moves)
        for release in self:
            invoicing = judged[release].agreement.rule_ids[:1].invoicing
            release.write(
                {
                    "released_at": fields.Datetime.now(),
                    "revision": release.revision + 1,
                    "prepared_by_id": self.env.uid if by_hand else False,
                    "to_post": bool(moves[release]) and invoicing == "posted",
                    "amount_invoiced": release._amount_on(moves[release]),
                }
            )
        self._state_release([release for release in self if moves[release]], charges)
        if any(release.to_post for release in self):
            self._wake()
        return batch.notes

    def _amount_on(self, moves):
        """Untaxed, in the currency of the company: its part of what is on these invoices."""
        return -sum(self._own_lines(moves).mapped("balance"))

    def _own_lines(self, moves):
        return moves.invoice_line_ids.filtered(
            lambda line: line.logistics_shipment_id == self.shipment_id
            and line.display_type == "product"
        )

    def _lock_orders(self):
        """Lock the orders after their shipments, in id order, by writing to them.

        Two shipments of one order share its services and open quantities. A lock alone would let
        the second worker go on with what it read before; a write makes it start over.
        """
        orders = self.shipment_id.sale_order_ids
        self.env.cr.execute(
            SQL(
                "SELECT 1 FROM sale_order WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
                orders.ids,
            )
        )
        self.env.cr.execute(
            SQL(
                "UPDATE sale_order SET write_date = (now() AT TIME ZONE 'UTC') WHERE id = ANY(%s)",
                orders.ids,
            )
        )

    def _finalize_charges(self, judged):
        """Turn the prices of the agreements into sell charges, one for each price line.

        :return: ``{release: all its live sell charges}`` where one is new, revised or gone
        """
        changed = {}
        fresh = []
        for release, what in judged.items():
            lines = {line._charge_key(): line for line in what.agreement.rate_ids}
            known = {charge.charge_key: charge for charge in what.charges.filtered(is_priced)}
            vals = {
                price.key: release._charge_vals(price, lines[price.key])
                for price in what.decision.charges
                if price.amount
            }
            gone = [charge for key, charge in known.items() if key not in vals]
            new = {key for key in vals if key not in known}
            revised = {
                key: known[key]._supersede(vals[key])
                for key in vals
                if key in known and not known[key]._says(vals[key])
            }
            for charge in gone:
                charge.write({"active": False})
            if gone or new or revised:
                stated = what.charges - what.charges.filtered(is_priced)
                changed[release] = (stated, {**known, **revised}, list(vals))
                fresh += [vals[key] for key in vals if key in new]
        made = self.env["logistics.charge"].create(fresh).grouped("shipment_id")
        return {
            release: self._live(stated, kept, keys, made.get(release.shipment_id, ()))
            for release, (stated, kept, keys) in changed.items()
        }

    def _live(self, stated, kept, keys, made):
        """What others stated, then the charges of these keys in the order of the agreement."""
        found = kept | {charge.charge_key: charge for charge in made}
        return stated.union(*(found[key] for key in keys))

    def _charge_vals(self, price, line):
        return {
            "name": price.name,
            "shipment_id": self.shipment_id.id,
            "side": "sell",
            "charge_type": price.charge_type,
            "charge_key": price.key,
            "quantity": float(price.quantity),
            "amount": float(price.amount.amount),
            "currency_id": line.currency_id.id,
            "rate_id": line.id,
            "source_kind": "contract",
            "explanation": price.explanation,
        }

    def _note_lines(self, moves):
        """Write down which invoice line is for what; the database refuses a second one."""
        self.env["logistics.release.line"].create(
            [
                release._line_vals(line)
                for release, invoices in moves.items()
                for line in release._own_lines(invoices)
            ]
        )

    def _line_vals(self, line):
        sale_line = line.sale_line_ids[:1]
        sign = line._logistics_sign()
        service = sale_line.product_id.type == "service" or sale_line.is_delivery
        kind = "charge" if line.logistics_charge_id else "service" if service else "goods"
        return {
            "release_id": self.id,
            "shipment_id": self.shipment_id.id,
            "company_id": self.company_id.id,
            "kind": kind,
            "sale_line_id": sale_line.id,
            "charge_id": line.logistics_charge_id.id,
            "quantity": line.quantity * sign,
            "released_amount": line.price_subtotal * sign,
            "released_currency_id": line.currency_id.id,
            "released_product_id": line.product_id.id,
            "move_line_id": line.id,
        }
