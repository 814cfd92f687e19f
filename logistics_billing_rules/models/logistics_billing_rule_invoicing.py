from datetime import timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core.period import DAY, MONTH, WEEK, Rhythm

SHIPMENT, ORDER, REFERENCE, CLIENT, CUSTOMER = (
    "shipment",
    "order",
    "reference",
    "client",
    "customer",
)
AT_ONCE = "none"
_COMPARED = (
    "invoice_per",
    "invoice_period",
    "period_weekday",
    "period_day",
    "cutoff_hour",
    "grace_hours",
    "minimum_invoice",
    "journal_id",
    "payment_term_id",
    "dated_by",
    "rate_by",
    "rate_day",
    "analytic_distribution",
    "annex",
)


class LogisticsBillingRule(models.Model):
    """How many invoices there are, when they are made, and what stands in their head."""

    _name = "logistics.billing.rule"
    _inherit = ["logistics.billing.rule", "analytic.mixin"]

    # === How many, and when === #
    invoice_per = fields.Selection(
        [
            (SHIPMENT, "One for each shipment"),
            (ORDER, "One for each sale order"),
            (REFERENCE, "One for each reference of the customer"),
            (CLIENT, "One for each 3PL client"),
            (CUSTOMER, "One for each customer"),
        ],
        "Invoices",
        required=True,
        default=SHIPMENT,
        help="Without a period, the invoice of an order or a reference is made once nothing of it "
        "is waited for any more.",
    )
    invoice_period = fields.Selection(
        [
            (AT_ONCE, "As soon as everything is there"),
            (DAY, "At the end of the day"),
            (WEEK, "At the end of the week"),
            (MONTH, "At the end of the month"),
        ],
        "When",
        required=True,
        default=AT_ONCE,
        help="A delivery belongs to the period in which it was made, whenever it is heard.",
    )
    period_weekday = fields.Selection(
        [
            ("0", "Monday"),
            ("1", "Tuesday"),
            ("2", "Wednesday"),
            ("3", "Thursday"),
            ("4", "Friday"),
            ("5", "Saturday"),
            ("6", "Sunday"),
        ],
        "Week Ends On",
        required=True,
        default="6",
    )
    period_day = fields.Integer(
        "Month Ends On Day",
        default=31,
        required=True,
        help="A shorter month ends with its last day.",
    )
    cutoff_hour = fields.Float(
        "Cut-Off",
        default=24.0,
        required=True,
        help="Until when the last day counts, in the time zone of the company. What is delivered "
        "later goes with the next invoice.",
    )
    grace_hours = fields.Integer(
        "Wait For (Hours)",
        default=0,
        required=True,
        help="How long after the cut-off late news of the period is waited for.",
    )
    minimum_invoice = fields.Monetary(
        "Least Amount",
        help="Untaxed. An invoice of less is not made: it is carried to the next period.",
    )

    # === What stands in the head === #
    journal_id = fields.Many2one(
        "account.journal",
        check_company=True,
        domain=[("type", "=", "sale")],
        help="Empty: the journal of the order, or the first one for sales.",
    )
    payment_term_id = fields.Many2one(
        "account.payment.term",
        check_company=True,
        help="Empty: the terms of the order, or of the customer.",
    )
    dated_by = fields.Selection(
        [
            ("posting", "The day it is posted"),
            ("delivery", "The delivery, or the last day of the period"),
        ],
        "Date of the Invoice",
        required=True,
        default="posting",
        help="Where the books are closed on that day, the first open day after it.",
    )
    rate_by = fields.Selection(
        [
            ("invoice", "The day of the invoice"),
            ("delivery", "The day of the (last) delivery"),
            ("order", "The day of the order"),
            ("fixed", "A fixed day"),
        ],
        "Currency Rate Of",
        required=True,
        default="invoice",
    )
    rate_day = fields.Date("Fixed Day")
    annex = fields.Boolean(
        "Print the annex with the invoice",
        help="Shipments, milestones and proofs of delivery follow the invoice on pages of their "
        "own. The annex can be printed alone, too.",
    )

    _period_day_range = models.Constraint(
        "CHECK(period_day BETWEEN 1 AND 31)", "A month ends on one of its days: 1 to 31."
    )
    _cutoff_range = models.Constraint(
        "CHECK(cutoff_hour > 0 AND cutoff_hour <= 24)", "The cut-off is a time of the day."
    )
    _grace_range = models.Constraint(
        "CHECK(grace_hours BETWEEN 0 AND 1440)", "News is waited for between 0 hours and 60 days."
    )
    _minimum_not_negative = models.Constraint(
        "CHECK(minimum_invoice IS NULL OR minimum_invoice >= 0)",
        "The least amount cannot be negative.",
    )
    _fixed_rate_has_day = models.Constraint(
        "CHECK(rate_by <> 'fixed' OR rate_day IS NOT NULL)",
        "Say of which day the fixed currency rate is.",
    )

    @api.constrains("invoice_per", "invoice_period", "minimum_invoice")
    def _check_collects_until_some_day(self):
        for rule in self.filtered(lambda rule: rule.invoice_period == AT_ONCE):
            if rule.invoice_per in (CLIENT, CUSTOMER):
                raise ValidationError(
                    self.env._("One invoice for all shipments of a customer needs a period.")
                )
            if rule.minimum_invoice:
                raise ValidationError(
                    self.env._("A least amount needs a period: what is less waits for the next.")
                )

    @api.depends("invoice_per", "invoice_period")
    def _compute_summary(self):
        super()._compute_summary()
        per = dict(self._fields["invoice_per"]._description_selection(self.env))
        when = dict(self._fields["invoice_period"]._description_selection(self.env))
        for rule in self.filtered(lambda rule: rule._collects()):
            rule.summary = self.env._(
                "%(summary)s %(per)s, %(when)s.",
                summary=rule.summary,
                per=per[rule.invoice_per],
                when=when[rule.invoice_period].lower(),
            )

    def _collects(self):
        """Whether shipments wait for each other and share an invoice."""
        return self.invoice_per != SHIPMENT or self.invoice_period != AT_ONCE

    def _rhythm(self):
        """The period of its invoices (``core.period.Rhythm``); nothing if there is none."""
        self.ensure_one()
        if self.invoice_period == AT_ONCE:
            return None
        return Rhythm(
            self.invoice_period,
            ZoneInfo(self.company_id.partner_id.tz or "UTC"),
            int(self.period_weekday),
            self.period_day,
            round(self.cutoff_hour * 60),
            timedelta(hours=self.grace_hours),
        )

    def _compared_invoicing(self):
        """``[(label, words), …]`` of the terms above, in a fixed order; also of an empty rule."""
        accounts = self.env["account.analytic.account"].browse(
            {int(id_) for ids in self.analytic_distribution or {} for id_ in ids.split(",")}
        )
        words = {"analytic_distribution": ", ".join(accounts.sorted("id").mapped("display_name"))}
        return [
            (
                self._fields[name]._description_string(self.env),
                words.get(name, self._in_words(name)),
            )
            for name in _COMPARED
        ]

    def _in_words(self, name):
        field = self._fields[name]
        if field.relational:
            return self[name].display_name or ""
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(self[name], "")
        if field.type == "boolean":
            return self.env._("Yes") if self[name] else ""
        return str(field.convert_to_export(self[name], self)) if self[name] else ""

    def _head_vals(self):
        """What it says about the head of an invoice; what it does not say is left to Odoo."""
        said = {
            "journal_id": self.journal_id.id,
            "invoice_payment_term_id": self.payment_term_id.id,
        }
        return {name: value for name, value in said.items() if value}

    def _rate_date(self, releases, delivered):
        """Of which day the rate of an invoice is; nothing for its own day.

        :param delivered: the last day of its deliveries
        """
        orders = releases.shipment_id.sale_order_ids
        return {
            "delivery": delivered,
            "order": min(orders.mapped("date_order")).date() if orders else delivered,
            "fixed": self.rate_day,
        }.get(self.rate_by)
