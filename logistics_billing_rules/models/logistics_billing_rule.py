from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core.case import Terms


class LogisticsBillingRule(models.Model):
    """What has to happen before a shipment is billed, and what happens then."""

    _name = "logistics.billing.rule"
    _description = "Billing Rule"
    _order = "agreement_id, sequence, id"
    _inherit = ["logistics.agreement.part"]
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
        string="Wait for All Of",
        default=lambda self: self._default_trigger_ids(),
        help="All of these must have happened to the whole shipment.",
    )
    any_trigger_ids = fields.Many2many(
        "logistics.milestone",
        "logistics_billing_rule_any_trigger_rel",
        "rule_id",
        "milestone_id",
        "And One Of",
        help="One of these must have happened to the whole shipment, whichever it is.",
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

    # === How charges are invoiced === #
    weight_source = fields.Selection(
        [("declared", "Declared by us"), ("certified", "Certified by the carrier")],
        "Weight to Charge",
        required=True,
        default="declared",
        help="Prices by weight use this one. A certified weight is waited for.",
    )
    freight_product_id = fields.Many2one(
        "product.product",
        "Product of Charges",
        required=True,
        check_company=True,
        domain=[("type", "=", "service")],
        default=lambda self: self.env.ref(
            "logistics_billing_rules.product_product_freight", raise_if_not_found=False
        ),
        help="Gives invoice lines their account and taxes, unless a price line has its own.",
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

    @api.model
    def _default_trigger_ids(self):
        return self.env["logistics.milestone"].search(
            [("code", "in", ("delivered", "pod_received"))]
        )

    @api.depends("trigger_ids", "any_trigger_ids", "invoicing")
    def _compute_summary(self):
        invoicing = dict(self._fields["invoicing"]._description_selection(self.env))
        for rule in self:
            needed = rule.trigger_ids.mapped("name")
            if rule.any_trigger_ids:
                needed.append(self.env._(" or ").join(rule.any_trigger_ids.mapped("name")))
            rule.summary = self.env._(
                "Wait for: %(triggers)s. Then: %(invoicing)s.",
                triggers=", ".join(needed),
                invoicing=invoicing.get(rule.invoicing, ""),
            )

    @api.constrains("trigger_ids", "any_trigger_ids")
    def _check_waits_for_something(self):
        for rule in self:
            if not rule.trigger_ids and not rule.any_trigger_ids:
                raise ValidationError(
                    self.env._("Choose at least one milestone that an invoice waits for.")
                )

    @api.private
    def to_terms(self):
        """This rule as the value that decides (``core.case.Terms``)."""
        self.ensure_one()
        return Terms(
            triggers=self._codes(self.trigger_ids),
            any_of=self._codes(self.any_trigger_ids),
            lines=tuple(line.to_line() for line in self.agreement_id.rate_ids),
            zones=self.agreement_id._to_zones(),
            stated=tuple(term._to_term() for term in self.agreement_id.stated_ids),
            digits=self.currency_id.decimal_places,
            inferred_counts=self.inferred_counts,
            exceptions_block=self.exceptions_block,
            approval_replaces_proof=self.approval_replaces_proof,
            document_required=self.document_required,
            certified_weight=self.weight_source == "certified",
        )

    def _codes(self, milestones):
        """Their codes in the order of the way, whatever order they were chosen in."""
        catalogue = self.env["logistics.milestone"]._catalogue()
        return tuple(sorted(milestones.mapped("code"), key=lambda code: catalogue[code][1].rank))
