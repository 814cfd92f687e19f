from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

_HOURS = 3600.0
# Figures that PostgreSQL works out of the columns, so that lists can be grouped and averaged by
# them; NULL where there is nothing to measure, which an average leaves out.
_FIGURES = {
    "delay_hours": "EXTRACT(EPOCH FROM %(delivered_at)s - %(promised_at)s) / 3600.0",
    "transit_hours": "EXTRACT(EPOCH FROM %(delivered_at)s - %(dispatched_at)s) / 3600.0",
    "on_time_rate": "CASE WHEN %(delivered_at)s <= %(promised_at)s THEN 100.0"
    " WHEN %(delivered_at)s > %(promised_at)s THEN 0.0 END",
}
_COLUMNS = ("delivered_at", "promised_at", "dispatched_at")
# What a person looks at first, most urgent first.
_ATTENTION = """
    CASE WHEN %(has_open_exception)s OR %(is_conflicting)s THEN 'exception'
         WHEN %(phase)s IN ('delivered', 'failed') THEN 'fine'
         WHEN %(promised_at)s < %(now)s THEN 'late'
         WHEN %(eta)s > %(promised_at)s THEN 'risk'
         ELSE 'fine' END
"""
_ATTENTION_COLUMNS = ("has_open_exception", "is_conflicting", "phase", "promised_at", "eta")


class LogisticsShipment(models.Model):
    """How well shipments did, and what needs a person today."""

    _inherit = "logistics.shipment"

    delay_hours = fields.Float(
        "Delay (hours)",
        compute="_compute_figures",
        aggregator="avg",
        help="From the promise to the delivery; negative when it came early.",
    )
    transit_hours = fields.Float(
        "Transit (hours)",
        compute="_compute_figures",
        aggregator="avg",
        help="From the dispatch to the delivery.",
    )
    on_time_rate = fields.Float(
        "On Time (%)",
        compute="_compute_figures",
        aggregator="avg",
        help="Share of the delivered shipments that kept their promise.",
    )
    attention = fields.Selection(
        [
            ("exception", "Exception"),
            ("late", "Late"),
            ("risk", "Will be late"),
            ("fine", "Fine"),
        ],
        compute="_compute_attention",
        search="_search_attention",
        help="Why somebody should look at it, if there is a reason.",
    )
    is_at_risk = fields.Boolean(
        "At Risk Today",
        compute="_compute_is_at_risk",
        search="_search_is_at_risk",
        help="Promised for today and not delivered yet, or expected after its promise.",
    )
    tracking_links = fields.Html("Track", compute="_compute_tracking_links", sanitize=False)

    @api.depends(*_COLUMNS)
    def _compute_figures(self):
        for shipment in self:
            arrived = shipment.delivered_at
            promised, left = shipment.promised_at, shipment.dispatched_at
            measured = arrived and promised
            shipment.delay_hours = (arrived - promised).total_seconds() / _HOURS if measured else 0
            shipment.transit_hours = (
                (arrived - left).total_seconds() / _HOURS if arrived and left else 0
            )
            shipment.on_time_rate = 100.0 if measured and arrived <= promised else 0.0

    @api.depends(*_ATTENTION_COLUMNS)
    def _compute_attention(self):
        now = fields.Datetime.now()
        for shipment in self:
            promised, eta = shipment.promised_at, shipment.eta
            if shipment.has_open_exception or shipment.is_conflicting:
                shipment.attention = "exception"
            elif shipment.phase in ("delivered", "failed") or not promised:
                shipment.attention = "fine"
            elif promised < now:
                shipment.attention = "late"
            else:
                shipment.attention = "risk" if eta and eta > promised else "fine"

    def _search_attention(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s IN %s",
                model._field_to_sql(alias, "attention", query),
                tuple(value) or (None,),
            )
        )

    @api.depends("promised_at", "eta", "phase")
    def _compute_is_at_risk(self):
        today = fields.Date.context_today(self)
        for shipment in self:
            promised = shipment.promised_at
            shipment.is_at_risk = bool(
                promised
                and shipment.phase not in ("delivered", "failed")
                and (
                    fields.Datetime.context_timestamp(self, promised).date() == today
                    or (shipment.eta and shipment.eta > promised)
                )
            )

    def _search_is_at_risk(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = Domain("promised_at", ">=", "today") & Domain("promised_at", "<", "today +1d")
        slips = Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s > %s",
                model._field_to_sql(alias, "eta", query),
                model._field_to_sql(alias, "promised_at", query),
            )
        )
        at_risk = Domain("phase", "not in", ("delivered", "failed")) & (today | slips)
        wanted = set(value)
        if len(wanted) != 1:
            return Domain(bool(wanted))
        return at_risk if wanted == {True} else ~at_risk

    @api.depends(
        "reference_ids.value", "delivery_carrier_id", "consignment_ids.delivery_carrier_id"
    )
    def _compute_tracking_links(self):
        for shipment in self:
            links = [
                (reference.value, shipment._link_of(reference))
                for reference in shipment.reference_ids
                if reference.scheme in ("tracking", "pro", "waybill")
            ]
            shipment.tracking_links = self.env["ir.qweb"]._render(
                "logistics_milestone_sync.shipment_tracking_links", {"links": links}
            )

    def _link_of(self, reference):
        carrier = reference.consignment_id.delivery_carrier_id or self.delivery_carrier_id
        return carrier._logistics_link(reference.value) if carrier else False

    def _field_to_sql(self, alias, field_expr, query=None):
        """Override of the ORM to aggregate and to order by figures that are not stored."""
        expression = _FIGURES.get(field_expr)
        if expression:
            columns = {name: self._field_to_sql(alias, name, query) for name in _COLUMNS}
            return SQL(expression, **columns)
        if field_expr == "attention":
            columns = {n: self._field_to_sql(alias, n, query) for n in _ATTENTION_COLUMNS}
            return SQL(_ATTENTION, now=fields.Datetime.now(), **columns)
        return super()._field_to_sql(alias, field_expr, query)
