from odoo import fields, models
from odoo.tools import SQL

LEAD_TIMES = [
    ("1", "Less than 6 hours"),
    ("2", "6 to 24 hours"),
    ("3", "1 to 3 days"),
    ("4", "3 to 7 days"),
    ("5", "More than 7 days"),
]


class LogisticsEtaEstimate(models.Model):
    """Every estimate of arrival that counts, how it moved, and how wrong it was in the end.

    Read from the ledger; the order is that of ``core/eta.py``.
    """

    _name = "logistics.eta.estimate"
    _description = "Estimate of Arrival"
    _auto = False
    _order = "shipment_id, stated_at desc, id desc"
    _rec_name = "estimated_at"

    shipment_id = fields.Many2one("logistics.shipment", readonly=True)
    consignment_id = fields.Many2one("logistics.consignment", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    client_id = fields.Many2one("res.partner", "3PL Client", readonly=True)
    delivery_carrier_id = fields.Many2one("delivery.carrier", "Delivery Method", readonly=True)
    system_id = fields.Many2one("logistics.system", "Stated By", readonly=True)
    stated_at = fields.Datetime(
        "Stated", readonly=True, help="By the source's clock; when we heard it if it does not say."
    )
    estimated_at = fields.Datetime("Estimated Arrival", readonly=True)
    moved_hours = fields.Float(
        "Moved (hours)",
        readonly=True,
        aggregator="avg",
        help="How much later than the estimate before.",
    )
    arrived_at = fields.Datetime("Arrived", readonly=True)
    error_hours = fields.Float(
        "Error (hours)",
        readonly=True,
        aggregator="avg",
        help="Arrival minus estimate: positive when it came later than estimated.",
    )
    absolute_error_hours = fields.Float(
        "Error, Either Way (hours)", readonly=True, aggregator="avg"
    )
    lead_hours = fields.Float(
        "Lead Time (hours)",
        readonly=True,
        aggregator="avg",
        help="How long before the arrival it was stated.",
    )
    lead_time = fields.Selection(LEAD_TIMES, readonly=True)
    within_day = fields.Float(
        "Right Within a Day",
        readonly=True,
        aggregator="avg",
        help="Share of the estimates that were wrong by less than a day.",
    )

    _depends = {
        "logistics.milestone.event": ["milestone_code", "classifier", "verdict", "occurred_at"],
        "logistics.shipment": ["delivered_at", "delivery_carrier_id", "client_id"],
    }

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT told.*,
                   EXTRACT(EPOCH FROM estimated_at - previous) / 3600 AS moved_hours,
                   EXTRACT(EPOCH FROM arrived_at - estimated_at) / 3600 AS error_hours,
                   ABS(EXTRACT(EPOCH FROM arrived_at - estimated_at)) / 3600
                       AS absolute_error_hours,
                   EXTRACT(EPOCH FROM arrived_at - stated_at) / 3600 AS lead_hours,
                   CASE WHEN arrived_at IS NULL THEN NULL
                        WHEN arrived_at - stated_at < interval '6 hours' THEN '1'
                        WHEN arrived_at - stated_at < interval '1 day' THEN '2'
                        WHEN arrived_at - stated_at < interval '3 days' THEN '3'
                        WHEN arrived_at - stated_at < interval '7 days' THEN '4'
                        ELSE '5' END AS lead_time,
                   CASE WHEN arrived_at IS NULL THEN NULL
                        WHEN ABS(EXTRACT(EPOCH FROM arrived_at - estimated_at)) < 86400 THEN 1.0
                        ELSE 0.0 END AS within_day
              FROM (%s) told
            """,
            self._estimates_query(),
        )

    def _estimates_query(self):
        return SQL(
            """
            SELECT event.id, event.shipment_id, event.consignment_id, event.company_id,
                   event.system_id, shipment.client_id, shipment.delivery_carrier_id,
                   COALESCE(event.stated_at, event.received_at) AS stated_at,
                   event.occurred_at AS estimated_at,
                   LAG(event.occurred_at) OVER (
                       PARTITION BY event.shipment_id, event.consignment_id
                       ORDER BY event.stated_at NULLS FIRST, event.occurred_at, event.fact_key
                   ) AS previous,
                   shipment.delivered_at AS arrived_at
              FROM logistics_milestone_event event
              JOIN logistics_shipment shipment ON shipment.id = event.shipment_id
             WHERE event.classifier = 'estimated' AND event.verdict = 'accept'
               AND event.milestone_code IN ('eta_changed', 'delivered')
               AND (event.stated_at IS NULL OR shipment.delivered_at IS NULL
                    OR event.stated_at < shipment.delivered_at)
               AND NOT EXISTS (
                   SELECT 1 FROM logistics_milestone_event withdrawal
                    WHERE withdrawal.shipment_id = event.shipment_id
                      AND withdrawal.system_id = event.system_id
                      AND withdrawal.retracts = event.source_event_id)
            """
        )
