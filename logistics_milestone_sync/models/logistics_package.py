from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .logistics_milestone import PHASES

_CUBIC_CENTIMETERS = 1_000_000  # in a cubic meter


class LogisticsPackage(models.Model):
    """One piece of a consignment that is handled, labelled and may get lost on its own.

    Its numbers (SSCC, tracking number) are references; a statement that uses one of them speaks of
    this package only, and the consignment is delivered when all of its packages are.
    """

    _name = "logistics.package"
    _description = "Shipment Package"
    _order = "shipment_id, consignment_id, sequence, id"
    _inherit = ["logistics.governed.mixin"]
    _check_company_auto = True
    _governed_fields = ("status_id", "phase", "since", "eta", "stock_package_id")

    name = fields.Char(compute="_compute_name", store=True)
    sequence = fields.Integer(default=10)
    consignment_id = fields.Many2one(
        "logistics.consignment", required=True, index=True, ondelete="restrict", check_company=True
    )
    shipment_id = fields.Many2one(related="consignment_id.shipment_id", store=True, index=True)
    company_id = fields.Many2one(related="consignment_id.company_id", store=True, index=True)
    client_id = fields.Many2one(
        related="consignment_id.client_id", store=True, index="btree_not_null"
    )
    reference_ids = fields.One2many("logistics.reference", "package_id", "Numbers")
    package_type_id = fields.Many2one("stock.package.type")
    stock_package_id = fields.Many2one(
        "stock.package",
        "Odoo Package",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    weight = fields.Float("Declared Weight", digits="Stock Weight", help="In kilograms, packed.")
    length_cm = fields.Float("Length", help="In centimeters.")
    width_cm = fields.Float("Width", help="In centimeters.")
    height_cm = fields.Float("Height", help="In centimeters.")
    volume = fields.Float(
        compute="_compute_volume",
        store=True,
        readonly=False,
        precompute=True,
        digits=(16, 4),
        help="In cubic meters; from the dimensions unless somebody enters another one.",
    )
    contents = fields.Text()

    # State: the fold of the ledger, written by the projection only.
    status_id = fields.Many2one("logistics.milestone", readonly=True, copy=False)
    phase = fields.Selection(PHASES, required=True, readonly=True, copy=False, default="planning")
    since = fields.Datetime("Status Since", readonly=True, copy=False)
    eta = fields.Datetime("Estimated Arrival", readonly=True, copy=False)

    # Packages are made from transfers again and again: one per Odoo package and consignment.
    _stock_package_uniq = models.UniqueIndex(
        "(consignment_id, stock_package_id) WHERE stock_package_id IS NOT NULL",
        "The consignment has this package already.",
    )
    _measures_positive = models.Constraint(
        "CHECK(weight >= 0 AND length_cm >= 0 AND width_cm >= 0 AND height_cm >= 0"
        " AND volume >= 0)",
        "The weight and the dimensions of a package cannot be negative.",
    )

    @api.depends("reference_ids.value", "stock_package_id.name", "consignment_id.name", "sequence")
    def _compute_name(self):
        for package in self:
            numbers = package.reference_ids.sorted(
                lambda ref: (ref.scheme != "sscc", ref._origin.id)
            )
            package.name = (
                numbers[:1].value
                or package.stock_package_id.name
                or f"{package.consignment_id.name or ''}/P{package.sequence // 10 or 1}"
            )

    @api.depends("length_cm", "width_cm", "height_cm")
    def _compute_volume(self):
        for package in self:
            size = package.length_cm * package.width_cm * package.height_cm
            package.volume = size / _CUBIC_CENTIMETERS or package.volume

    @api.model_create_multi
    def create(self, vals_list):
        packages = super().create(vals_list)
        if not self.env.su:
            packages._check_may_be_added()
            packages._fold_again()
        return packages

    def write(self, vals):
        # What happened to it happened to its consignment; moving it would deliver the rest.
        if "consignment_id" in vals and not self.env.su:
            raise AccessError(self.env._("A package cannot move to another consignment."))
        return super().write(vals)

    def unlink(self):
        # Without it the others may be all there is.
        shipments = self.shipment_id
        result = super().unlink()
        shipments._fold_again()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_underway(self):
        for package in self:
            if package.phase in ("transit", "delivered", "failed"):
                raise UserError(
                    self.env._(
                        "%s left already and cannot be deleted: without it, the rest would count "
                        "as the whole. If it will not arrive, have it stated as lost, returned or "
                        "cancelled.",
                        package.name,
                    )
                )
            if not self.env.su and package._is_left_behind():
                raise UserError(
                    self.env._(
                        "The rest of %(consignment)s has arrived or failed already: without "
                        "%(package)s, it would count as the whole. Ask for the status to be "
                        "overridden instead.",
                        consignment=package.consignment_id.name,
                        package=package.name,
                    )
                )

    def _is_left_behind(self):
        """Whether another package of the consignment is at its end."""
        others = self.consignment_id.package_ids - self
        return any(other.phase in ("delivered", "failed") for other in others)

    def _check_may_be_added(self):
        for package in self:
            if package.shipment_id.phase in ("delivered", "failed"):
                raise UserError(
                    self.env._(
                        "%s has ended: no package can be added to it any more.",
                        package.shipment_id.name,
                    )
                )

    def _fold_again(self):
        self.shipment_id._fold_again()

    def _is_untouched(self):
        """Whether nothing has happened to the package itself, so that it may be taken back."""
        self.ensure_one()
        return self.phase in ("planning", "fulfilment") and not self.env[
            "logistics.milestone.event"
        ].search_count([("package_id", "=", self.id)], limit=1)

    def _own_numbers(self):
        """Values of the references of packages whose name in Odoo is an SSCC.

        A container that travels again keeps its number; the number stays with its first journey.
        """
        named = self.filtered("stock_package_id.valid_sscc")
        known = self.env["logistics.reference"].search(
            [
                ("company_id", "in", named.company_id.ids),
                ("scheme", "=", "sscc"),
                ("normalised", "in", named.stock_package_id.mapped("name")),
            ]
        )
        taken = set(known.mapped("normalised"))
        return [
            {
                "shipment_id": package.shipment_id.id,
                "consignment_id": package.consignment_id.id,
                "package_id": package.id,
                "scheme": "sscc",
                "value": package.stock_package_id.name,
            }
            for package in named
            if package.stock_package_id.name not in taken
        ]
