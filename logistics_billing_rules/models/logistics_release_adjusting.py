from odoo import fields, models

from ..core.adjustment import propose
from ..core.case import CANCELLED, READY, WAITING
from ..core.settlement import POSTED
from .adjusting import DebitBatch, credit, worths
from .invoicing import with_charges


class LogisticsRelease(models.Model):
    """After the books: changes are proposed, decided by people, then invoiced or credited."""

    _inherit = "logistics.release"

    adjustment_ids = fields.One2many("logistics.adjustment", "release_id", "Adjustments")
    adjustment_count = fields.Integer(compute="_compute_adjustment_count")

    def _compute_adjustment_count(self):
        for release in self:
            release.adjustment_count = len(release.adjustment_ids)

    def action_open_adjustments(self):
        """Open the corrections of these releases."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_billing_rules.logistics_adjustment_action"
        )
        return action | {"domain": [("release_id", "in", self.ids)], "context": {}}

    def _keep(self, judged, targets):
        """Override to bring the adjustments of posted invoices in line, before it is kept."""
        targets = dict(targets)
        for release, what in judged.items():
            if what.invoices == POSTED:
                targets[release] = release._adjust(what, targets[release])
            elif release.adjustment_ids:
                release._open_adjustments()._no_longer_needed()
        super()._keep(judged, targets)
        for release in judged:
            for adjustment in release.adjustment_ids.filtered(lambda a: not a.decision_id):
                adjustment.decision_id = release.decision_ids[:1]

    def _open_adjustments(self):
        return self.adjustment_ids.filtered(
            lambda a: a.state in ("proposed", "awaiting_approval")
            or (a.state == "approved" and not a.release_line_ids)
        )

    def _corrected(self):
        """``(state, why)`` of a release whose books were corrected, or nothing.

        By adjustments whose documents are made, and not all cancelled since, or by hand.
        """
        by_hand = self.line_ids.filtered(lambda line: line.live and line.by_hand)
        if by_hand:
            names = ", ".join(by_hand.move_id.mapped(lambda move: move.name or move.ref or "/"))
            return "adjusted", self.env._("Credited by hand: %s", names)
        done = self.adjustment_ids.filtered(lambda a: a.release_line_ids.filtered("live"))
        return ("adjusted", "") if done else None

    def _adjust(self, what, target):
        """Propose, put into the books what was approved, and take back what nobody needs.

        :param tuple target: ``(state, why)`` without regard to adjustments
        :return: the same with regard to them
        """
        proposal = propose(
            what.decision.state,
            what.justified,
            what.invoiced,
            worths(self, what),
            self.currency_id.decimal_places,
            self.currency_id.name,
        )
        key = proposal and proposal.difference_key(
            len(self.adjustment_ids.filtered("release_line_ids"))
        )
        mine = self.adjustment_ids.filtered(lambda a: a.difference_key == key)
        (self._open_adjustments() - mine)._no_longer_needed()
        if not proposal:
            agreed = target[0] == "released" or what.decision.state in (WAITING, CANCELLED)
            if agreed:
                return self._corrected() or target
            return "disputed", target[1]
        if mine.state == "rejected":
            return "released", self.env._("%s was rejected: the invoice stands.", mine.name)
        if mine.state == "approved":
            self._carry_out(mine, proposal, what)
            return "adjusted", ""
        if mine.state == "withdrawn":
            mine._move_to("proposed", evidence=list(what.decision.event_ids))
        elif not mine:
            self._propose(proposal, key, what)
        return "disputed", target[1] or proposal.why

    def _propose(self, proposal, key, what):
        self.env["logistics.adjustment"].create(
            {
                "name": f"{self.name}/{len(self.adjustment_ids) + 1}",
                "release_id": self.id,
                "shipment_id": self.shipment_id.id,
                "company_id": self.company_id.id,
                "client_id": self.client_id.id,
                "partner_id": what.customer.id,
                "kind": proposal.kind,
                "difference_key": key,
                "why": " ".join([proposal.why, *self._weights_said(self.released_at)]),
                "currency_id": self.currency_id.id,
                "amount": float(proposal.amount.amount),
                "evidence": list(what.decision.event_ids),
                "line_ids": [
                    fields.Command.create(
                        {
                            "key": part.key,
                            "name": part.label,
                            "quantity": float(part.quantity),
                            "amount": float(part.amount.amount),
                        }
                    )
                    for part in proposal.parts
                ],
            }
        )

    def _carry_out(self, adjustment, proposal, what):
        """Draft the credit notes and the invoice of an approved adjustment; the lane posts them."""
        self._lock_orders()
        before = self.line_ids
        credit(self, adjustment, proposal.credits)
        if what.decision.state == READY:
            charges = self._finalize_charges({self: what})
            moves = DebitBatch(with_charges({self: what}, charges)).make()
            noting = self.with_context(logistics_adjustment_id=adjustment.id)
            noting._note_lines({noting: moves[self]})
        made = (self.line_ids - before).filtered("live").move_line_id
        self.write(
            {
                "amount_invoiced": self.amount_invoiced - sum(made.mapped("balance")),
                "to_post": True,
            }
        )
        self._wake()

    def _line_vals(self, line):
        """Override: what an adjustment adds is noted as its own."""
        adjustment_id = self.env.context.get("logistics_adjustment_id")
        return super()._line_vals(line) | (
            {"adjustment_id": adjustment_id} if adjustment_id else {}
        )

    def _post_invoices(self):
        """Override: an adjustment is in the books once its documents are."""
        super()._post_invoices()
        made = self.adjustment_ids.filtered(lambda a: a.state == "approved" and a.release_line_ids)
        made.filtered(lambda a: set(a.move_ids.mapped("state")) == {"posted"})._move_to("posted")
