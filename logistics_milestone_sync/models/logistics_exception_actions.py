from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core import fact as facts
from .governed_mixin import INTERNAL


class LogisticsException(models.Model):
    """What people do with cases. Whatever decides about a shipment is a statement in its ledger."""

    _inherit = "logistics.exception"

    claim_state = fields.Selection(
        [("none", "No claim"), ("opened", "Claim open"), ("closed", "Claim closed")],
        "Claim",
        required=True,
        readonly=True,
        default="none",
        copy=False,
        tracking=True,
        groups=INTERNAL,
    )
    claim_reference = fields.Char(
        "Claim Number",
        copy=False,
        tracking=True,
        groups=INTERNAL,
        help="As the other side calls it.",
    )
    claim_amount = fields.Monetary("Amount Claimed", copy=False, tracking=True, groups=INTERNAL)
    currency_id = fields.Many2one(related="company_id.currency_id")

    _claim_positive = models.Constraint(
        "CHECK(claim_amount IS NULL OR claim_amount >= 0)", "A claim cannot be negative."
    )

    @api.model
    def _raise_by_hand(self, shipment, reason, responsible_party, text):
        """Open a case by stating ``exception_raised`` in this database's own voice.

        :return: the case
        :raises UserError: if the source-of-truth rules do not let Odoo raise exceptions
        """
        [outcome] = shipment._state_milestone(
            "exception_raised",
            source_event_id=f"raised/{uuid4().hex}",
            reason=reason,
            responsible_party=responsible_party or "",
            raw_text=text,
        )
        self._check_counts([outcome])
        return self.search([("event_id", "=", outcome.event_id)])

    def action_close(self):
        """Close the cases, each of them: states ``exception_closed`` for their shipments.

        :raises UserError: if a reason or a resolution is missing
        """
        self.check_access("write")
        closing = self.filtered(lambda case: case.state == "open")
        for case in closing:
            if not (case.closure_reason_id and case.resolution):
                raise UserError(
                    self.env._(
                        "Choose why %s is closed, and write how it was resolved.",
                        case.name,
                    )
                )
        outcomes = self.env["logistics.shipment"]._record_own(
            (
                case.shipment_id,
                case.shipment_id._own_fact(
                    "exception_closed",
                    source_event_id=f"closed/{uuid4().hex}",
                    closes=case.event_id.fact_key,
                    raw_code=case.closure_reason_id.code,
                    raw_text=case.resolution,
                ),
            )
            for case in closing
        )
        self._check_counts(outcomes)

    def action_assign_to_me(self):
        """Make the current user the owner of these cases."""
        self.write({"user_id": self.env.uid})

    def action_open_claim(self):
        """Say in the ledger that a claim was opened.

        :raises UserError: without a claim number and an amount, or if there is a claim already
        """
        self.check_access("write")
        for case in self:
            if case.claim_state != "none":
                raise UserError(self.env._("%s has a claim already.", case.name))
            if not case.claim_reference or not case.claim_amount:
                raise UserError(
                    self.env._(
                        "Enter the number and the amount of the claim for %s first.", case.name
                    )
                )
        self._state_claim("claim_opened", "opened")

    def action_close_claim(self):
        """Say in the ledger that the claim was closed.

        :raises UserError: if no claim is open
        """
        self.check_access("write")
        for case in self:
            if case.claim_state != "opened":
                raise UserError(self.env._("%s has no open claim.", case.name))
        self._state_claim("claim_closed", "closed")

    def _state_claim(self, milestone, state):
        outcomes = self.env["logistics.shipment"]._record_own(
            (
                case.shipment_id,
                case.shipment_id._own_fact(
                    milestone,
                    source_event_id=f"claim/{case.id}",
                    reason=case.reason,
                    responsible_party=case.responsible_party or "",
                    raw_code=case.claim_reference,
                    raw_text=f"{case.claim_amount:.2f} {case.currency_id.name}",
                ),
            )
            for case in self
        )
        self._check_counts(outcomes)
        # The right to write the case was checked by the action; the state follows the ledger.
        self.sudo().write({"claim_state": state})

    def write(self, vals):
        if {"claim_reference", "claim_amount"} & vals.keys():
            stated = self.filtered(lambda case: case.claim_state != "none")
            if stated:
                raise UserError(
                    self.env._(
                        "The claim of %s was stated already; its number and amount stay as they "
                        "are.",
                        stated[0].name,
                    )
                )
        return super().write(vals)

    def _check_counts(self, outcomes):
        """Raise if a statement of Odoo does not count: ledger and case would disagree."""
        for outcome in outcomes:
            if outcome.status not in (facts.RECORDED, facts.DUPLICATE):
                raise UserError(
                    self.env._(
                        "The source-of-truth rules do not let Odoo state this. "
                        "Ask a logistics manager to change them."
                    )
                )
