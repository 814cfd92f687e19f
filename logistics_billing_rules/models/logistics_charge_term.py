from decimal import Decimal

from odoo import fields, models
from odoo.tools import format_amount

from odoo.addons.logistics_milestone_sync.models.ownership_cell_mixin import CHARGE_TYPES

from ..core.money import Money
from ..core.validation import ChargeTerm


class LogisticsChargeTerm(models.Model):
    """A kind of charge that systems may state, and how much of it the customer agreed to.

    What no line of the agreement names is held until finance accepts it.
    """

    _name = "logistics.charge.term"
    _description = "Stated Charge of an Agreement"
    _order = "agreement_id, charge_type"
    _inherit = ["logistics.agreement.part"]
    _rec_name = "charge_type"
    _check_company_auto = True

    agreement_id = fields.Many2one(
        "logistics.agreement", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="agreement_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="agreement_id.currency_id")
    charge_type = fields.Selection(CHARGE_TYPES, required=True)
    expected = fields.Monetary(
        "Usual Amount", help="Compared with what is stated where nothing was quoted. Empty: any."
    )
    tolerance_percent = fields.Float(
        "Tolerance (%)", help="How far off it may be, up or down. What allows more counts."
    )
    tolerance_amount = fields.Monetary(
        "Tolerance", help="How far off it may be, up or down. What allows more counts."
    )
    maximum = fields.Monetary(help="Never more than that, whatever was quoted. Empty: no limit.")

    _one_per_type_uniq = models.UniqueIndex(
        "(agreement_id, charge_type)", "The agreement has a line for this kind of charge already."
    )
    _sensible = models.Constraint(
        "CHECK(tolerance_percent >= 0 AND tolerance_amount >= 0 AND maximum >= 0)",
        "Tolerances and maximums are not negative.",
    )

    def _to_term(self):
        """This line as the value that decides (``core.validation.ChargeTerm``)."""
        self.ensure_one()
        return ChargeTerm(
            self.charge_type,
            self._money(self.expected),
            Decimal(str(self.tolerance_percent)),
            self._money(self.tolerance_amount),
            self._money(self.maximum),
        )

    def _words(self):
        """What may be stated, in a few words."""
        label = dict(self._fields["charge_type"]._description_selection(self.env))
        limits = [
            (self.env._("usually %s"), self.expected),
            (self.env._("± %s"), self.tolerance_amount),
            (self.env._("at most %s"), self.maximum),
        ]
        said = [
            text % format_amount(self.env, amount, self.currency_id)
            for text, amount in limits
            if amount
        ]
        if self.tolerance_percent:
            said.append(f"± {self.tolerance_percent:g} %")
        return " ".join([label[self.charge_type], *([f"({', '.join(said)})"] if said else [])])

    def _money(self, amount):
        rounded = self.currency_id.round(amount)
        return Money(Decimal(str(rounded)), self.currency_id.name) if rounded else None
