from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core.check_digit import WRONG
from ..core.reference import Reference
from .governed_mixin import INTERNAL

SCHEMES = [
    ("shipment", "Shipment"),
    ("sscc", "SSCC"),
    ("tracking", "Tracking number"),
    ("pro", "PRO number"),
    ("waybill", "Waybill"),
    ("bol", "Bill of lading"),
    ("container", "Container"),
    ("delivery", "Delivery"),
    ("sale_order", "Sale order"),
    ("purchase_order", "Customer's order"),
    ("client_ref", "Client's reference"),
]
# Numbers that name one shipment only; the index below says the same per issuer.
EXCLUSIVE_SCHEMES = ("shipment", "sscc", "tracking", "pro", "waybill", "delivery")


class LogisticsReference(models.Model):
    """One name of a shipment or consignment, by which messages find it."""

    _name = "logistics.reference"
    _description = "Shipment Reference"
    _inherit = ["logistics.governed.mixin"]
    _order = "shipment_id, scheme, id"
    _rec_name = "value"

    shipment_id = fields.Many2one(
        "logistics.shipment", required=True, index=True, ondelete="cascade"
    )
    consignment_id = fields.Many2one(
        "logistics.consignment", index="btree_not_null", ondelete="cascade"
    )
    package_id = fields.Many2one(
        "logistics.package",
        index="btree_not_null",
        ondelete="cascade",
        help="A message that uses this number speaks of this package only.",
    )
    company_id = fields.Many2one(
        related="shipment_id.company_id", store=True, precompute=True, index=True
    )
    client_id = fields.Many2one(
        related="shipment_id.client_id", store=True, precompute=True, index="btree_not_null"
    )
    scheme = fields.Selection(SCHEMES, required=True)
    value = fields.Char(required=True, help="As written by whoever gave the name.")
    normalised = fields.Char(
        compute="_compute_normalised", store=True, precompute=True, index="trigram"
    )
    system_id = fields.Many2one(
        "logistics.system",
        "Given By",
        ondelete="restrict",
        help="Empty: a name of our own, known to everybody.",
        groups=INTERNAL,
    )

    # Used by _record_facts: every message looks its shipment up here.
    _lookup_idx = models.Index("(company_id, scheme, normalised)")
    # Used by find_by_number: the beginning of any number, in whichever company.
    _number_idx = models.Index("(normalised text_pattern_ops)")
    # One order may travel in several shipments; a carrier's number never does.
    _own_uniq = models.UniqueIndex(
        "(shipment_id, scheme, normalised, COALESCE(system_id, 0), COALESCE(consignment_id, 0))",
        "The shipment has this reference already.",
    )
    _carrier_number_uniq = models.UniqueIndex(
        "(company_id, scheme, normalised, COALESCE(system_id, 0)) "
        "WHERE scheme IN ('shipment', 'sscc', 'tracking', 'pro', 'waybill', 'delivery')",
        "Another shipment has this number already.",
    )

    @api.depends("scheme", "value")
    def _compute_normalised(self):
        for reference in self:
            reference.normalised = (
                reference.scheme
                and reference.value
                and self._normalise(reference.scheme, reference.value)
            )

    @api.model
    def _normalise(self, scheme, value):
        try:
            return Reference(scheme, value).normalised
        except ValueError as error:
            raise ValidationError(
                self.env._("This reference cannot be used: %s.", error)
            ) from error

    @api.model_create_multi
    def create(self, vals_list):
        references = super().create(vals_list)
        if not self.env.su:
            references._check_given_by_hand()
        self.env["logistics.parked.fact"]._wake_for(references.mapped("company_id").ids)
        return references

    def write(self, vals):
        result = super().write(vals)
        if not self.env.su:
            self._check_given_by_hand()
        return result

    def _check_given_by_hand(self):
        """Raise for names by which a person would draw the news of another shipment."""
        for reference in self:
            if reference.consignment_id and reference.consignment_id not in (
                reference.shipment_id.consignment_ids
            ):
                raise ValidationError(self.env._("This consignment is of another shipment."))
            reference._check_digit()
            if reference.package_id and reference.package_id.consignment_id != (
                reference.consignment_id
            ):
                raise ValidationError(self.env._("This package is of another consignment."))
            if reference.scheme in EXCLUSIVE_SCHEMES and reference.sudo()._names_another():
                raise ValidationError(
                    self.env._("Another shipment has the number %s already.", reference.value)
                )

    def _check_digit(self):
        """Raise for a number that its own check digit proves to be mistyped."""
        judged = Reference(self.scheme, self.value).check
        if judged.verdict == WRONG:
            raise ValidationError(
                self.env._(
                    "%(scheme)s %(number)s is mistyped: %(why)s. Compare it with the label.",
                    scheme=dict(self._fields["scheme"]._description_selection(self.env))[
                        self.scheme
                    ],
                    number=self.value,
                    why=judged.why,
                )
            )

    def _names_another(self):
        """Whether another shipment has this number, whoever gave it."""
        return self.search_count(
            [
                ("company_id", "=", self.company_id.id),
                ("scheme", "=", self.scheme),
                ("normalised", "=", self.normalised),
                ("shipment_id", "!=", self.shipment_id.id),
            ],
            limit=1,
        )
