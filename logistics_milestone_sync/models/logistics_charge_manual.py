from odoo import api, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..core.charge import issues
from ..core.ownership import ACCEPT, CHARGE, Topic

KIND = "manual_charge"
# What does not touch money, as long as nobody decided on it.
_EDITABLE = {"name", "reason"}


class LogisticsCharge(models.Model):
    """Charges that people enter: Odoo's statements, and revenue is approved by somebody else."""

    _inherit = "logistics.charge"

    @api.model_create_multi
    def create(self, vals_list):
        charges = super().create(vals_list)
        if not self.env.su:
            # The right to create was checked; what follows from an entry is nobody's to write.
            charges.sudo()._enter()
        return charges

    def write(self, vals):
        if not self.env.su:
            self._check_may_edit(vals)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_undecided(self):
        if self.filtered(
            lambda charge: charge.source_kind != "manual"
            or charge.superseded_by_id
            or charge.decision == "approved"
        ):
            raise UserError(
                self.env._(
                    "Only a charge entered by hand that nobody approved can be deleted. "
                    "Enter a revision instead."
                )
            )

    def _check_may_edit(self, vals):
        if self.filtered(lambda charge: charge.source_kind != "manual"):
            raise AccessError(
                self.env._("Only a charge entered by hand can be edited. Enter a revision instead.")
            )
        if set(vals) - _EDITABLE or "approved" in self.mapped("decision"):
            raise AccessError(
                self.env._("What a charge says is not edited. Enter a revision instead.")
            )

    def _enter(self):
        """Judge what a person entered, like any statement; ask for approval of revenue."""
        for charge_sudo in self:
            judgement = charge_sudo._judge_as_odoo()
            accepted = judgement.verdict == ACCEPT
            waits = accepted and charge_sudo.side == "sell"
            older_sudo = charge_sudo._standing_before()
            charge_sudo.write(
                {
                    "active": False,
                    "verdict": judgement.verdict,
                    "rule_id": judgement.rule_id,
                    "decision": "pending" if waits else False,
                    "issue": charge_sudo._issue_text(older_sudo),
                }
            )
            if waits:
                charge_sudo._ask()
            elif accepted:
                charge_sudo._go_live()

    def _judge_as_odoo(self):
        system_sudo = self.env["logistics.system"]._odoo_system(self.company_id)
        judge = self.env["logistics.ownership.rule"]._judge_of(system_sudo)
        return judge(Topic(CHARGE, self.charge_type, self.side))

    def _standing_before(self):
        """The live charge whose place this one would take."""
        return self.search(
            [
                ("id", "!=", self.id),
                ("shipment_id", "=", self.shipment_id.id),
                ("side", "=", self.side),
                ("charge_key", "=", self.charge_key),
                ("system_id", "=", self.system_id.id),
            ]
        )

    def _issue_text(self, older):
        currency = self.currency_id
        found = issues(
            self.amount, currency.name, currency.decimal_places, older.currency_id.name or ""
        )
        return ", ".join(found) or False

    def _ask(self):
        if not (self.reason or "").strip():
            raise ValidationError(
                self.env._("Write why %s is charged by hand: finance decides on it.", self.name)
            )
        self.env["logistics.approval"]._request(
            self, KIND, note=self.reason, amount=self.amount, currency=self.currency_id
        )

    def _go_live(self):
        older = self._standing_before()
        older.write({"active": False, "superseded_by_id": self.id})
        older.flush_recordset(["active"])
        self.write({"active": True})
        self._tell_changed()

    def _on_approval_decided(self, approval):
        """Override of ``logistics.approvable.mixin``: approved revenue is live from now on."""
        # Taken back, or decided by nobody in time: it is kept as refused and can be entered anew.
        approved = approval.state == "approved"
        self.write({"decision": "approved" if approved else "rejected"})
        if approved:
            self._go_live()

    def action_revise(self):
        """Open the entry of a new amount that takes the place of this one."""
        self.ensure_one()
        if self.source_kind != "manual":
            raise UserError(
                self.env._("A charge that a system states is revised by that system alone.")
            )
        names = ("shipment_id", "currency_id", "uom_id")
        values = ("name", "side", "charge_type", "charge_key", "quantity")
        defaults = {name: self[name].id for name in names} | {name: self[name] for name in values}
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Revise %s", self.name),
            "res_model": self._name,
            "views": [(False, "form")],
            "context": {f"default_{name}": value for name, value in defaults.items()},
        }
