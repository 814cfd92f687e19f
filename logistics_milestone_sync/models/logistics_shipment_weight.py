from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, float_is_zero

from ..core.certified import difference
from ..core.weight import Weight


class LogisticsShipment(models.Model):
    """Declared and certified weight side by side: neither ever takes the place of the other."""

    _inherit = "logistics.shipment"

    weighing_ids = fields.One2many(
        "logistics.milestone.event",
        "shipment_id",
        "Weighings",
        domain=[("milestone_code", "=", "weight_validated"), ("weight_unit", "!=", False)],
    )
    weight_difference = fields.Float(
        "Difference",
        compute="_compute_weight_difference",
        digits="Stock Weight",
        help="Certified less declared weight, in kilograms.",
    )
    weight_difference_share = fields.Float(
        "Difference (%)",
        compute="_compute_weight_difference",
        help="The difference as a share of the declared weight.",
    )
    weight_differs = fields.Boolean(
        compute="_compute_weight_difference", search="_search_weight_differs"
    )

    @api.depends("weight", "certified_weight")
    def _compute_weight_difference(self):
        for shipment in self:
            more, share = Decimal(0), None
            if shipment.certified_weight:
                more, share = difference(
                    Decimal(repr(shipment.weight)), Decimal(repr(shipment.certified_weight))
                )
            shipment.weight_difference = float(more)
            shipment.weight_difference_share = float(share or 0)
            shipment.weight_differs = not float_is_zero(float(more), precision_digits=2)

    def _search_weight_differs(self, operator, value):
        if operator != "in":
            return NotImplemented
        differs = Domain.custom(to_sql=lambda model, alias, query: model._weight_differs_sql(alias))
        wanted = set(value)
        if wanted == {True}:
            return differs
        return ~differs if wanted == {False} else Domain.TRUE

    def _weight_differs_sql(self, alias):
        return SQL(
            "COALESCE(ABS(NULLIF(%s, 0) - COALESCE(%s, 0)) >= 0.005, FALSE)",
            SQL.identifier(alias, "certified_weight"),
            SQL.identifier(alias, "weight"),
        )


class LogisticsMilestoneEvent(models.Model):
    _inherit = "logistics.milestone.event"

    weight_kg = fields.Float("Kilograms", compute="_compute_weight_kg", digits="Stock Weight")

    @api.depends("weight", "weight_unit")
    def _compute_weight_kg(self):
        for event in self:
            event.weight_kg = (
                float(Weight(Decimal(repr(event.weight)), event.weight_unit).kilograms)
                if event.weight_unit
                else 0.0
            )
