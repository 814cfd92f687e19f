from odoo import fields, models
from odoo.tools import SQL


class LogisticsArrival(models.Model):
    """Every shipment that arrived, against what was promised and estimated."""

    _name = "logistics.arrival"
    _description = "Arrival"
    _auto = False
    _order = "delivered_at desc, id desc"
    _rec_name = "shipment_id"

    shipment_id = fields.Many2one("logistics.shipment", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    client_id = fields.Many2one("res.partner", "3PL Client", readonly=True)
    partner_id = fields.Many2one("res.partner", "Consignee", readonly=True)
    delivery_carrier_id = fields.Many2one("delivery.carrier", "Delivery Method", readonly=True)
    dispatched_at = fields.Datetime("Dispatched", readonly=True)
    promised_at = fields.Datetime("Promised", readonly=True)
    delivered_at = fields.Datetime("Delivered", readonly=True)
    promise = fields.Selection(
        [("kept", "Kept"), ("broken", "Broken"), ("none", "Nothing promised")], readonly=True
    )
    on_time = fields.Float(
        readonly=True,
        aggregator="avg",
        help="Share of the shipments with a promise that arrived by when it was promised.",
    )
    delay_hours = fields.Float(
        "Against Promise (hours)",
        readonly=True,
        aggregator="avg",
        help="Arrival minus promise: positive when it was late.",
    )
    transit_hours = fields.Float("Time in Transit (hours)", readonly=True, aggregator="avg")
    eta_error_hours = fields.Float(
        "ETA Error (hours)",
        readonly=True,
        aggregator="avg",
        help="Arrival minus last estimate: positive when it came later than estimated.",
    )
    attempts = fields.Integer("Delivery Attempts", readonly=True, aggregator="avg")

    _depends = {
        "logistics.shipment": ["delivered_at", "promised_at", "dispatched_at", "eta_error_hours"]
    }

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT id, id AS shipment_id, company_id, client_id, partner_id, delivery_carrier_id,
                   dispatched_at, promised_at, delivered_at, eta_error_hours, attempts,
                   CASE WHEN promised_at IS NULL THEN 'none'
                        WHEN delivered_at <= promised_at THEN 'kept' ELSE 'broken' END AS promise,
                   CASE WHEN promised_at IS NULL THEN NULL
                        WHEN delivered_at <= promised_at THEN 1.0 ELSE 0.0 END AS on_time,
                   EXTRACT(EPOCH FROM delivered_at - promised_at) / 3600 AS delay_hours,
                   EXTRACT(EPOCH FROM delivered_at - dispatched_at) / 3600 AS transit_hours
              FROM logistics_shipment
             WHERE delivered_at IS NOT NULL
            """
        )
