from odoo import fields, models
from odoo.tools import format_amount

from ..core.money import Money
from ..core.runaway import Limit
from .logistics_release_day import exact


class LogisticsBillingRule(models.Model):
    """How much may be released in a day before somebody looks."""

    _inherit = "logistics.billing.rule"

    limit_count = fields.Integer(
        "Most Releases a Day",
        help="To one customer. What is more waits until a finance approver who did not write these "
        "terms lets it go. Zero: as the settings of the company say.",
    )
    limit_amount = fields.Monetary(
        "Most Money a Day",
        help="Untaxed, to one customer. Zero: as the settings of the company say.",
    )

    _limits_positive = models.Constraint(
        "CHECK(COALESCE(limit_count, 0) >= 0 AND COALESCE(limit_amount, 0) >= 0)",
        "A limit cannot be negative.",
    )


class LogisticsAgreement(models.Model):
    _inherit = "logistics.agreement"

    def _limit_of_day(self):
        """What may be released to one customer in one day (``core.runaway.Limit``)."""
        rule, company = self.rule_ids[:1], self.company_id
        own = company.currency_id
        amount = company.logistics_limit_amount
        if rule.limit_amount:
            today = fields.Date.context_today(self)
            amount = rule.currency_id._convert(rule.limit_amount, own, company, today)
        return Limit(
            rule.limit_count or company.logistics_limit_count,
            Money(exact(amount, own), own.name) if amount else None,
        )

    def _compared(self):
        """Override to compare the limits of two versions."""
        rule = self.rule_ids[:1]
        amount = format_amount(self.env, rule.limit_amount, self.currency_id)
        return [
            *super()._compared(),
            (
                rule._fields["limit_count"]._description_string(self.env),
                str(rule.limit_count or ""),
            ),
            (
                rule._fields["limit_amount"]._description_string(self.env),
                amount if rule.limit_amount else "",
            ),
        ]
