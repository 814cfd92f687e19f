from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.logistics_milestone_sync.models.ownership_cell_mixin import CHARGE_TYPES

from ..core.breaks import BRACKET, Break, Table, single
from ..core.condition import read
from ..core.measure import CHARGEABLE, Quantity
from ..core.money import Money
from ..core.rate import GOODS, Line, OnCost, PerUnit, Share
from ..core.summary import summary
from ..core.vocabulary import VOCABULARY

PRICE_DIGITS = (16, 6)
MEASURES = [
    ("shipment", "Shipment (flat)"),
    ("weight", "Weight (kg)"),
    ("chargeable_weight", "Chargeable weight (kg)"),
    ("volume", "Volume (m³)"),
    ("package", "Package"),
    ("pallet", "Pallet (that leaves)"),
    ("pallet_in", "Pallet received"),
    ("piece", "Piece"),
    ("pick", "Pick"),
    ("pack", "Parcel packed"),
    ("distance", "Distance (km)"),
    ("order", "Order"),
    ("order_line", "Order line"),
    ("stop", "Stop"),
    ("attempt", "Failed delivery attempt"),
    ("waiting_minute", "Waiting at a stop (minutes)"),
    ("storage_day", "Storage until collected (days)"),
    ("storage_pallet_day", "Storage until collected (pallets × days)"),
    ("return", "Return to the shipper"),
]


class LogisticsRate(models.Model):
    """One price line of an agreement: what is charged, for what, and when.

    Each line becomes one charge of each shipment that it applies to. ``core/rate.py`` prices.
    """

    _name = "logistics.rate"
    _description = "Price Line"
    _order = "agreement_id, sequence, id"
    _inherit = ["logistics.agreement.part", "logistics.governed.mixin"]
    _check_company_auto = True
    _governed_fields = ("origin_id",)

    name = fields.Char("Description", required=True, help="What the invoice line says.")
    sequence = fields.Integer(default=10, help="Percentages build on the lines above them.")
    agreement_id = fields.Many2one(
        "logistics.agreement", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="agreement_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="agreement_id.currency_id")
    origin_id = fields.Many2one(
        "logistics.rate",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The line of the first version that this one continues: the same charge, revised.",
    )
    charge_type = fields.Selection(CHARGE_TYPES, "Kind", required=True, default="freight")
    product_id = fields.Many2one(
        "product.product",
        check_company=True,
        domain=[("type", "=", "service")],
        ondelete="restrict",
        help="Gives the invoice line its account and taxes. Empty: as in the terms.",
    )
    method = fields.Selection(
        [
            ("per_unit", "Rate per unit"),
            ("table", "Table of rates"),
            ("percentage", "Percentage"),
            ("cost", "What the carrier charges"),
        ],
        required=True,
        default="per_unit",
    )

    # === So much per unit === #
    measure = fields.Selection(MEASURES, "Per", required=True, default="shipment")
    rate = fields.Float(digits=PRICE_DIGITS, help="Negative for a discount.")
    per_quantity = fields.Float(
        "Rate Is Per", digits=PRICE_DIGITS, default=1.0, help="100 for rates per 100 kg."
    )
    divisor = fields.Float(
        default=5000.0,
        help="Cubic centimeters per kilogram: 6000 is usual in air freight, 5000 with express "
        "carriers. The larger of the actual and the dimensional weight counts.",
    )
    free_quantity = fields.Float("Free", digits=PRICE_DIGITS, help="So much costs nothing.")
    step = fields.Float(
        "Begun Steps Of",
        digits=PRICE_DIGITS,
        help="15 for begun quarters of an hour. Zero: exactly.",
    )

    # === A table === #
    structure = fields.Selection(
        [
            ("bracket", "The rate reached holds for all of it"),
            ("graduated", "Each part at its own rate"),
            ("fixed", "The row is the price"),
        ],
        required=True,
        default="bracket",
    )
    up_to = fields.Boolean(
        "Rows Start After",
        help="What equals the start of a row belongs to the row before, as in “up to 2 kg”.",
    )
    deficit = fields.Boolean(
        "Next Row If Cheaper",
        help="Just below a break, charge the next row with its starting quantity if that is less.",
    )
    break_ids = fields.One2many("logistics.rate.break", "rate_id", "Rows", copy=True)

    # === A percentage === #
    percent = fields.Float("%", digits=PRICE_DIGITS, help="5 means 5 %. Negative for a discount.")
    fuel_table_id = fields.Many2one(
        "logistics.fuel.table",
        "By Date",
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The percentage of the day, instead of a fixed one.",
    )
    percent_of = fields.Selection(
        [
            ("goods", "The goods"),
            ("above", "Everything above"),
            ("kind", "One kind of charge above"),
        ],
        required=True,
        default="above",
    )
    percent_kind = fields.Selection(CHARGE_TYPES, "Kind Above", default="freight")

    # === The carrier's charge === #
    cost_kind = fields.Selection(CHARGE_TYPES, "Carrier's Charges", help="Empty: all of them.")
    margin_percent = fields.Float("Margin %", digits=PRICE_DIGITS)
    margin_amount = fields.Monetary("Margin")
    cost_awaited = fields.Boolean(
        "Wait for It",
        default=True,
        help="There always is such a charge: wait for it. Otherwise what is not there when the "
        "invoice is released is not passed on.",
    )

    # === When, and within which bounds === #
    minimum = fields.Monetary(help="Zero for none.")
    maximum = fields.Monetary(help="Zero for none.")
    condition = fields.Char("Only If", default="[]")
    summary = fields.Text("Price", compute="_compute_summary")

    _bounds_order = models.Constraint(
        "CHECK(COALESCE(minimum, 0) >= 0 AND COALESCE(maximum, 0) >= 0"
        " AND (COALESCE(maximum, 0) = 0 OR COALESCE(minimum, 0) <= maximum))",
        "The minimum and the maximum cannot be negative, nor the minimum above the maximum.",
    )
    # Two lines of one agreement would revise one charge.
    _origin_uniq = models.UniqueIndex(
        "(agreement_id, origin_id) WHERE origin_id IS NOT NULL",
        "This line is in the agreement already.",
    )

    @api.depends(lambda self: self._priced_by())
    def _compute_summary(self):
        for line in self:
            try:
                line.summary = summary(line.to_line())
            except ValueError:  # still being written
                line.summary = False

    @api.model
    def _priced_by(self):
        """Fields that the price follows from."""
        return (
            *("charge_type", "method", "measure", "rate", "per_quantity", "divisor"),
            *("free_quantity", "step", "structure", "up_to", "deficit"),
            *("break_ids.start", "break_ids.rate", "percent", "fuel_table_id", "percent_of"),
            *("percent_kind", "cost_kind", "margin_percent", "margin_amount", "cost_awaited"),
            *("minimum", "maximum", "condition", "currency_id", "agreement_id.currency_id"),
        )

    @api.constrains(
        *("method", "measure", "rate", "per_quantity", "divisor", "free_quantity", "step"),
        *("structure", "deficit", "break_ids", "percent", "fuel_table_id", "percent_of"),
        *("percent_kind", "condition"),
    )
    def _check_priced(self):
        for line in self:
            if line.method == "per_unit" and not line.rate:
                raise ValidationError(self.env._("Enter the price of “%s”.", line.name))
            if line.method == "percentage" and not (line.percent or line.fuel_table_id):
                raise ValidationError(self.env._("Enter the percentage of “%s”.", line.name))
            if line.percent_of == "kind" and not line.percent_kind:
                raise ValidationError(self.env._("“%s” is a percentage of what?", line.name))
            try:
                line.to_line()
            except ValueError as error:
                raise ValidationError(
                    self.env._("“%(line)s”: %(why)s.", line=line.name, why=error)
                ) from error

    def _charge_key(self):
        """Of the charges that this line makes: the same in all versions of the agreement."""
        self.ensure_one()
        return f"rate/{(self.origin_id or self).id}"

    def _words(self):
        """What this line charges, for comparing; empty for no line."""
        condition = f" {self.condition}" if self.condition not in (False, "[]") else ""
        return f"{self.summary}{condition}" if self else ""

    # === The line as a value === #

    @api.private
    def to_line(self):
        """This line as the value that prices (``core.rate.Line``).

        :raises ValueError: where the line makes no sense; the message is for people
        """
        self.ensure_one()
        return Line(
            key=self._charge_key(),
            charge_type=self.charge_type,
            name=self.name or "",
            method=getattr(self, f"_to_{self.method}")(),
            minimum=self._money(self.minimum) if self.minimum else None,
            maximum=self._money(self.maximum) if self.maximum else None,
            condition=read(self.condition or "", VOCABULARY),
        )

    def _to_per_unit(self):
        return PerUnit(
            self._to_quantity(), single(self._money(self.rate), _exact(self.per_quantity))
        )

    def _to_table(self):
        breaks = sorted(self.break_ids, key=lambda row: row.start)
        return PerUnit(
            self._to_quantity(),
            Table(
                self.structure,
                tuple(Break(_exact(row.start), self._money(row.rate)) for row in breaks),
                up_to=self.up_to,
                per=_exact(self.per_quantity),
                deficit=self.deficit and self.structure == BRACKET,
            ),
        )

    def _to_quantity(self):
        return Quantity(
            self.measure,
            divisor=_exact(self.divisor) if self.measure == CHARGEABLE else None,
            free=_exact(self.free_quantity),
            step=_exact(self.step),
        )

    def _to_percentage(self):
        percent = self.fuel_table_id._percentages() if self.fuel_table_id else _exact(self.percent)
        if self.percent_of == "goods":
            return Share(percent, GOODS)
        return Share(percent, (self.percent_kind,) if self.percent_of == "kind" else ())

    def _to_cost(self):
        return OnCost(
            types=(self.cost_kind,) if self.cost_kind else (),
            percent=_exact(self.margin_percent),
            absolute=self._money(self.margin_amount) if self.margin_amount else None,
            awaited=self.cost_awaited,
        )

    def _money(self, value):
        return Money(_exact(value), self.currency_id.name or "")


def _exact(value):
    return Decimal(str(value or 0))
