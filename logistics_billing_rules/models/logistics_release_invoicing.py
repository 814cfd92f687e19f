from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.logistics_milestone_sync.core.clock import utc
from odoo.addons.logistics_milestone_sync.core.fact import MilestoneFact, Statement
from odoo.addons.logistics_milestone_sync.core.reference import Reference

from ..core.case import READY
from ..core.settlement import HOLD, RELEASE, REVIEW, STAND, WITHDRAW
from .evaluation import is_priced
from .invoicing import InvoiceBatch, with_charges


class LogisticsRelease(models.Model):
    """Settling: from a decision to draft invoices, and back while they are only drafts.

    Works on elevated releases whose shipments are locked (``logistics_release_lane.py``).
    """

    _inherit = "logistics.release"

    def _process(self, by_hand=False):
        """Evaluate these releases and bring their invoices in line with the facts.

        :param bool by_hand: also release what the agreement leaves to people
        :return: the releases that were released now
        """
        judged = self._evaluate()
        steps = {release: what.next_step(release) for release, what in judged.items()}
        self.filtered(lambda r: steps[r].action == WITHDRAW)._withdraw()
        self.filtered(lambda r: steps[r].action == HOLD)._begin_anew()
        ready = self.filtered(lambda r: steps[r].action == RELEASE)
        releasing = ready.filtered(lambda r: by_hand or r._is_automatic(judged[r]))
        judged |= ready._held_by_limit(judged, releasing)
        releasing = releasing.filtered(lambda r: judged[r].decision.state == READY)
        releasing._make_invoices({release: judged[release] for release in releasing}, by_hand)
        self._keep(judged, {r: r._target(steps[r], judged[r], r in releasing) for r in self})
        self.filtered(lambda r: steps[r].action == REVIEW)._tell_finance()
        return releasing

    def _is_automatic(self, what):
        return what.agreement.rule_ids[:1].invoicing != "manual"

    def _target(self, step, what, releasing):
        """``(state, why)`` that a step leads to."""
        if releasing or step.action == STAND:
            return "released", ""
        if step.action == REVIEW:
            return "review", step.why
        return what.decision.state, ""

    # === Making invoices === #

    def _make_invoices(self, judged, by_hand):
        """Create the draft invoices of these releases, each once, and note them in our books."""
        if not self:
            return
        self._lock_orders()
        charges = self._finalize_charges(judged)
        judged = with_charges(judged, charges)
        moves = InvoiceBatch(judged).make()
        self._note_lines(moves)
        for release in self:
            invoicing = judged[release].agreement.rule_ids[:1].invoicing
            release.write(
                {
                    "released_at": fields.Datetime.now(),
                    "revision": release.revision + 1,
                    "prepared_by_id": self.env.uid if by_hand else False,
                    "to_post": bool(moves[release]) and invoicing == "posted",
                    "amount_invoiced": sum(moves[release].mapped("amount_untaxed_signed")),
                }
            )
        self._state_release([release for release in self if moves[release]], charges)
        if any(release.to_post for release in self):
            self._wake()

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
                for line in invoices.invoice_line_ids
                if line.logistics_shipment_id
            ]
        )

    def _line_vals(self, line):
        sale_line = line.sale_line_ids[:1]
        service = sale_line.product_id.type == "service" or sale_line.is_delivery
        kind = "charge" if line.logistics_charge_id else "service" if service else "goods"
        return {
            "release_id": self.id,
            "shipment_id": self.shipment_id.id,
            "company_id": self.company_id.id,
            "kind": kind,
            "sale_line_id": sale_line.id,
            "charge_id": line.logistics_charge_id.id,
            "quantity": line.quantity,
            "released_amount": line.price_subtotal,
            "released_currency_id": line.currency_id.id,
            "released_product_id": line.product_id.id,
            "move_line_id": line.id,
        }

    # === Taking drafts back === #

    def _withdraw(self):
        """Cancel the drafts of these releases: the facts no longer justify them."""
        if not self:
            return
        self.line_ids.filtered("live").move_line_id.move_id.button_cancel()
        # The database must see that they are gone before it is asked about new ones.
        self.line_ids.flush_recordset(["live"])
        self._state(
            {
                release: MilestoneFact(
                    (Reference("shipment", release.name),),
                    "retracted",
                    utc(fields.Datetime.now()),
                    retracts=release._event_id(),
                )
                for release in self
            }
        )
        self.write(
            {
                "released_at": False,
                "prepared_by_id": False,
                "to_post": False,
                "amount_invoiced": 0.0,
            }
        )

    # === Telling === #

    def _event_id(self):
        """Our own id of the fact that the invoice was released."""
        return f"release/{self.id}/{self.revision}"

    def _state_release(self, releases, charges):
        """State the release, and the charges it finalised, in this database's own voice."""
        for code, about in (("charge_finalized", charges), ("invoice_released", releases)):
            self._state(
                {
                    release: MilestoneFact(
                        (Reference("shipment", release.name),),
                        code,
                        utc(release.released_at),
                        utc_offset=0,
                        source_event_id=f"{release._event_id()}/{code}"
                        if code != "invoice_released"
                        else release._event_id(),
                    )
                    for release in about
                }
            )

    def _state(self, facts):
        """Record one fact per release in the voice of its company's Odoo."""
        for company, releases in self.browse(r.id for r in facts).grouped("company_id").items():
            system_sudo = self.env["logistics.system"]._odoo_system(company)
            self.env["logistics.shipment"]._record_facts(
                system_sudo,
                [
                    Statement(facts[r], utc(fields.Datetime.now()), f"logistics.release,{r.id}")
                    for r in releases
                ],
            )

    def _tell_finance(self):
        """Leave an activity where the books and the facts differ; once per difference."""
        for release in self.filtered(lambda r: not r.activity_ids):
            terms = release.agreement_id
            told = release.user_id or terms.user_id or terms.approved_by_id or self.env.user
            release.activity_schedule(
                "mail.mail_activity_data_warning", summary=release.reason, user_id=told.id
            )
