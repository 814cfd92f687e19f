from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import format_amount

from odoo.addons.logistics_milestone_sync.models.logistics_shipment_fields import (
    INCOTERMS,
    TRANSPORT_MODES,
)
from odoo.addons.logistics_milestone_sync.models.ownership_cell_mixin import CHARGE_TYPES

from ..core.measure import Basis, Cost
from ..core.money import Money
from ..core.quote import quote
from ..core.vocabulary import VOCABULARY
from ..core.zone import zones_of

# Field → what is counted (``core/measure.py``).
_MEASURED = {
    "weight": "weight",
    "volume": "volume",
    "packages": "package",
    "pallets": "pallet",
    "pallets_in": "pallet_in",
    "picks": "pick",
    "packs": "pack",
    "distance": "distance",
    "pieces": "piece",
    "orders": "order",
    "order_lines": "order_line",
    "stops": "stop",
    "attempts": "attempt",
    "waiting_minutes": "waiting_minute",
    "storage_days": "storage_day",
    "returns": "return",
}


class LogisticsRateTrial(models.TransientModel):
    """Prices a shipment that does not exist: what would it cost under this agreement?

    Its fields are also the vocabulary of conditions: whatever a price line may ask for can be
    entered here, and the domain editor of a price line shows these fields and no others.
    """

    _name = "logistics.rate.trial"
    _description = "Try Out Prices"

    agreement_id = fields.Many2one("logistics.agreement", required=True, readonly=True)
    company_id = fields.Many2one(related="agreement_id.company_id")
    currency_id = fields.Many2one(related="agreement_id.currency_id")

    # === What conditions may ask for (core/vocabulary.py) === #
    country_id = fields.Many2one("res.country", "Destination Country")
    state_id = fields.Many2one("res.country.state", "Destination State")
    zip = fields.Char("Destination ZIP")
    origin_country_id = fields.Many2one("res.country")
    origin_zip = fields.Char("Origin ZIP")
    zone = fields.Char(compute="_compute_zones", store=True, help="Of the agreement.")
    origin_zone = fields.Char(compute="_compute_zones", store=True)
    weight = fields.Float("Weight (kg)", digits="Stock Weight")
    volume = fields.Float("Volume (m³)", digits=(16, 4))
    packages = fields.Integer()
    pallets = fields.Integer()
    distance = fields.Float("Distance (km)", digits=(16, 3))
    goods = fields.Monetary("Value of the Goods", help="Untaxed.")
    transport_mode = fields.Selection(TRANSPORT_MODES, "Mode")
    service_level = fields.Char()
    incoterm = fields.Selection(INCOTERMS)
    delivery_carrier_id = fields.Many2one("delivery.carrier", "Delivery Method")
    client_id = fields.Many2one("res.partner", "3PL Client")
    category_ids = fields.Many2many("res.partner.category", string="Tags of the Customer")
    day = fields.Date("Delivered On", required=True, default=fields.Date.context_today)
    weekday = fields.Selection(
        [
            ("0", "Monday"),
            ("1", "Tuesday"),
            ("2", "Wednesday"),
            ("3", "Thursday"),
            ("4", "Friday"),
            ("5", "Saturday"),
            ("6", "Sunday"),
        ],
        compute="_compute_weekday",
        store=True,
    )

    # === What can be counted besides === #
    pieces = fields.Float()
    pallets_in = fields.Integer("Pallets Received")
    picks = fields.Integer()
    packs = fields.Integer("Parcels Packed")
    orders = fields.Integer(default=1)
    order_lines = fields.Integer()
    stops = fields.Integer()
    attempts = fields.Integer("Failed Attempts")
    waiting_minutes = fields.Integer()
    storage_days = fields.Integer()
    returns = fields.Integer()
    cost_ids = fields.One2many("logistics.rate.trial.cost", "trial_id", "The Carrier Charges")

    result_html = fields.Html(compute="_compute_result_html", sanitize=False)

    @api.depends("day")
    def _compute_weekday(self):
        for trial in self:
            trial.weekday = str(trial.day.weekday()) if trial.day else False

    @api.depends("agreement_id", "country_id", "zip", "origin_country_id", "origin_zip")
    def _compute_zones(self):
        for trial in self:
            stated = {
                "country_id": trial.country_id.id,
                "zip": trial.zip,
                "origin_country_id": trial.origin_country_id.id,
                "origin_zip": trial.origin_zip,
            }
            trial.update(zones_of(stated, trial.agreement_id._to_zones()))

    @api.depends(*VOCABULARY, *_MEASURED, "agreement_id", "cost_ids.charge_type", "cost_ids.amount")
    def _compute_result_html(self):
        for trial in self:
            trial.result_html = trial.day and trial.env["ir.qweb"]._render(
                "logistics_billing_rules.rate_trial_result", trial._result()
            )

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """Override of the ORM: the domain editor of a condition offers its vocabulary only."""
        found = super().fields_get(allfields, attributes)
        for name, description in found.items():
            if "searchable" in description:
                description["searchable"] = name in VOCABULARY
        return found

    def _result(self):
        """What the template shows: the charges, what is missing, and the total."""
        self.ensure_one()
        currency = self.currency_id
        lines = self.agreement_id.to_terms().lines
        quoted = quote(lines, self._basis(), currency.decimal_places)
        spoken = {charge.key for charge in quoted.charges}
        missing = dict(quoted.missing)
        total = sum(charge.amount.amount for charge in quoted.charges)

        def said(amount):
            return format_amount(self.env, float(amount), currency)

        return {
            "charges": [(c.name, c.explanation, said(c.amount.amount)) for c in quoted.charges],
            "missing": [(name, why.missing) for name, why in missing.items()],
            "silent": [x.name for x in lines if x.key not in spoken and x.name not in missing],
            "total": said(total),
        }

    def _basis(self):
        currency = self.currency_id.name
        return Basis(
            Money(_exact(self.goods), currency),
            self.day,
            {code: _exact(self[name]) for name, code in _MEASURED.items() if self[name]},
            tuple(
                Cost(cost.charge_type, Money(_exact(cost.amount), currency))
                for cost in self.cost_ids
                if cost.charge_type
            ),
            {
                name: self._value(name)
                for name in VOCABULARY
                if name not in _MEASURED and name not in ("goods", "day", "weekday")
            },
        )

    def _value(self, name):
        value = self[name]
        if not isinstance(value, models.BaseModel):
            return value or None
        many = self._fields[name].type == "many2many"
        return frozenset(value._origin.ids) if many else value._origin.id or None


class LogisticsRateTrialCost(models.TransientModel):
    """What the carrier would charge us."""

    _name = "logistics.rate.trial.cost"
    _description = "Carrier's Charge to Try Out"

    trial_id = fields.Many2one("logistics.rate.trial", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="trial_id.currency_id")
    charge_type = fields.Selection(CHARGE_TYPES, "Kind", required=True, default="freight")
    amount = fields.Monetary(required=True)


def _exact(value):
    return Decimal(str(value or 0))
