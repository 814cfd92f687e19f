from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core.case import Terms
from ..core.money import Money
from ..core.pricing import Flat, NoFreight, PercentageOfGoods, PerKilogram

_PRICE_DIGITS = (16, 6)


class LogisticsBillingRule(models.Model):
    """What has to happen before a shipment is billed, and what freight costs the customer."""

    _name = "logistics.billing.rule"
    _description = "Billing Rule"
    _order = "agreement_id, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, default=lambda self: self.env._("Standard"))
    sequence = fields.Integer(default=10)
    agreement_id = fields.Many2one(
        "logistics.agreement", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="agreement_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="agreement_id.currency_id")

    # === What has to happen first === #
    trigger_ids = fields.Many2many(
        "logistics.milestone",
        string="Wait For",
        required=True,
        default=lambda self: self._default_trigger_ids(),
        help="All of these must have happened to the whole shipment.",
    )
    inferred_counts = fields.Boolean(
        "Derived milestones count",
        help="Bill on milestones that were derived from others, not stated by anybody.",
    )
    exceptions_block = fields.Boolean(
        "No open exception",
        default=True,
        help="An open exception holds the invoice until it is closed, or until a finance approver "
        "accepts to bill in spite of it.",
    )
    approval_replaces_proof = fields.Boolean(
        "An approved exception replaces missing proof",
        default=True,
        help="When finance approved to bill in spite of an exception, proof of delivery is no "
        "longer waited for. The delivery itself is.",
    )
    document_required = fields.Boolean(
        "Proof must name a document",
        help="The proof of delivery must come with a document, not with a signature only.",
    )

    # === What freight costs === #
    freight_pricing = fields.Selection(
        [
            ("none", "Not invoiced"),
            ("flat", "Flat per shipment"),
            ("per_kg", "Per kilogram"),
            ("percentage", "Percentage of the goods"),
        ],
        required=True,
        default="none",
        help="Choose 'Not invoiced' when your orders carry a delivery line of their own.",
    )
    flat_amount = fields.Monetary("Amount")
    rate_per_kg = fields.Float("Rate per kg", digits=_PRICE_DIGITS)
    percentage = fields.Float(digits=_PRICE_DIGITS, help="5 means five per cent.")
    minimum = fields.Monetary(help="Per shipment; zero for none.")
    weight_source = fields.Selection(
        [("declared", "Declared by us"), ("certified", "Certified by the carrier")],
        required=True,
        default="declared",
    )
    freight_product_id = fields.Many2one(
        "product.product",
        required=True,
        check_company=True,
        domain=[("type", "=", "service")],
        default=lambda self: self.env.ref(
            "logistics_billing_rules.product_product_freight", raise_if_not_found=False
        ),
        help="Gives the invoice line its account and taxes.",
    )

    # === What happens then === #
    invoicing = fields.Selection(
        [
            ("posted", "Create and post the invoice"),
            ("draft", "Create a draft invoice"),
            ("manual", "Wait until finance releases it"),
        ],
        "When Ready",
        required=True,
        default="draft",
    )
    summary = fields.Char(compute="_compute_summary")

    _amounts_positive = models.Constraint(
        "CHECK(flat_amount >= 0 AND rate_per_kg >= 0 AND percentage >= 0 AND minimum >= 0)",
        "Prices cannot be negative.",
    )

    @api.model
    def _default_trigger_ids(self):
        return self.env["logistics.milestone"].search(
            [("code", "in", ("delivered", "pod_received"))]
        )

    @api.depends("trigger_ids", "freight_pricing", "invoicing", "flat_amount", "rate_per_kg")
    def _compute_summary(self):
        for rule in self:
            pricing = dict(self._fields["freight_pricing"]._description_selection(self.env))
            invoicing = dict(self._fields["invoicing"]._description_selection(self.env))
            rule.summary = self.env._(
                "Wait for: %(triggers)s. Freight: %(pricing)s. Then: %(invoicing)s.",
                triggers=", ".join(rule.trigger_ids.mapped("name")),
                pricing=pricing.get(rule.freight_pricing, ""),
                invoicing=invoicing.get(rule.invoicing, ""),
            )

    @api.constrains("freight_pricing", "flat_amount", "rate_per_kg", "percentage")
    def _check_priced(self):
        needed = {"flat": "flat_amount", "per_kg": "rate_per_kg", "percentage": "percentage"}
        for rule in self:
            field = needed.get(rule.freight_pricing)
            if field and not rule[field]:
                label = self._fields[field]._description_string(self.env)
                raise ValidationError(self.env._("Enter the price of the freight: %s.", label))

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules.agreement_id._check_terms_open()
        rules.agreement_id._note_contributor()
        return rules

    def write(self, vals):
        self.agreement_id._check_terms_open()
        result = super().write(vals)
        self.agreement_id._check_terms_open()
        self.agreement_id._note_contributor()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        self.agreement_id._check_terms_open()
        self.agreement_id._note_contributor()

    @api.private
    def to_terms(self):
        """This rule as the value that decides (``core.case.Terms``)."""
        self.ensure_one()
        return Terms(
            triggers=tuple(sorted(self.trigger_ids.mapped("code"), key=self._rank)),
            tariff=self._to_tariff(),
            digits=self.currency_id.decimal_places,
            inferred_counts=self.inferred_counts,
            exceptions_block=self.exceptions_block,
            approval_replaces_proof=self.approval_replaces_proof,
            document_required=self.document_required,
            certified_weight=self.freight_pricing == "per_kg" and self.weight_source == "certified",
        )

    def _rank(self, code):
        return self.env["logistics.milestone"]._catalogue()[code][1].rank

    def _to_tariff(self):
        currency = self.currency_id.name

        def money(value):
            return Money(Decimal(str(value)), currency)

        if self.freight_pricing == "flat":
            return Flat(money(self.flat_amount))
        if self.freight_pricing == "per_kg":
            return PerKilogram(money(self.rate_per_kg), money(self.minimum))
        if self.freight_pricing == "percentage":
            return PercentageOfGoods(Decimal(str(self.percentage)), money(self.minimum))
        return NoFreight()
