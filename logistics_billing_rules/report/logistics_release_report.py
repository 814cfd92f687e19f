from odoo import fields, models
from odoo.tools import SQL

from ..models.logistics_release import OWERS, REASONS, STATES

# Upper ends in days, and what people call the ages between them.
_AGES = [
    ("0", "Up to 1 day"),
    ("1", "2 to 3 days"),
    ("2", "4 to 7 days"),
    ("3", "8 to 30 days"),
    ("4", "More than 30 days"),
]
_ENDS = (1, 3, 7, 30)


class LogisticsReleaseReport(models.Model):
    """What is delivered, what of it is invoiced, how long that took, and why the rest is not.

    One row per release of a shipment, not stored. Amounts are untaxed, in the currency of the
    company; ages and times are counted from the delivery.
    """

    _name = "logistics.release.report"
    _description = "Billing Analysis"
    _auto = False
    _order = "amount_unbilled desc, id desc"
    _rec_name = "shipment_id"

    release_id = fields.Many2one("logistics.release", readonly=True)
    shipment_id = fields.Many2one("logistics.shipment", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    client_id = fields.Many2one("res.partner", "3PL Client", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    agreement_id = fields.Many2one("logistics.agreement", readonly=True)
    delivery_carrier_id = fields.Many2one("delivery.carrier", "Delivery Method", readonly=True)
    transport_mode = fields.Char("Mode", readonly=True)
    state = fields.Selection(STATES, readonly=True)
    reason_code = fields.Selection(REASONS, "Reason", readonly=True, help="Why it is held.")
    owed_by = fields.Selection(OWERS, readonly=True, help="Who has to do something.")
    user_id = fields.Many2one("res.users", "Responsible", readonly=True)
    delivered_at = fields.Datetime("Delivered", readonly=True)
    released_at = fields.Datetime("Released", readonly=True)
    age = fields.Selection(
        _AGES, "Age of the Delivery", readonly=True, help="Delivered and not invoiced for so long."
    )
    age_days = fields.Float(
        "Days Unbilled",
        readonly=True,
        aggregator="avg",
        help="From the delivery until now, for deliveries that are not invoiced.",
    )
    lead_time = fields.Float(
        "Delivered to Released (hours)",
        readonly=True,
        aggregator="avg",
        help="From the delivery to the release of its invoice; 0 when it was released before.",
    )
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount_billed = fields.Monetary("Billed", readonly=True, help="Untaxed, on invoices.")
    amount_unbilled = fields.Monetary(
        "Delivered, Unbilled", readonly=True, help="Untaxed, of delivered shipments."
    )
    amount_in_transit = fields.Monetary(
        "Not Delivered Yet", readonly=True, help="Untaxed, of shipments on their way."
    )
    is_leaking = fields.Boolean(
        "Delivered and Unbilled", readonly=True, help="There is money that nobody has asked for."
    )

    @property
    def _table_query(self):
        now = fields.Datetime.now()
        # A cancelled release has nothing to invoice; what it once reckoned with is no money.
        return SQL(
            """
            SELECT release.id, release.id AS release_id, release.shipment_id, release.company_id,
                   release.client_id, release.partner_id, release.agreement_id,
                   shipment.delivery_carrier_id, shipment.transport_mode, release.state,
                   CASE WHEN release.state <> 'released' THEN release.reason_code END
                       AS reason_code,
                   CASE WHEN release.state <> 'released' THEN release.owed_by END AS owed_by,
                   release.user_id, shipment.delivered_at, release.released_at,
                   release.currency_id, money.billed AS amount_billed,
                   CASE WHEN money.delivered THEN money.open ELSE 0 END AS amount_unbilled,
                   CASE WHEN money.delivered THEN 0 ELSE money.open END AS amount_in_transit,
                   money.delivered AND money.open > 0 AS is_leaking,
                   CASE WHEN money.delivered AND money.open > 0 THEN money.days END AS age_days,
                   CASE WHEN money.delivered AND money.open > 0
                        THEN width_bucket(money.days, %(ends)s::float8[])::varchar END AS age,
                   CASE WHEN release.released_at < shipment.delivered_at THEN 0
                        ELSE EXTRACT(EPOCH FROM release.released_at - shipment.delivered_at)
                             / 3600.0 END AS lead_time
              FROM logistics_release release
              JOIN logistics_shipment shipment ON shipment.id = release.shipment_id
             CROSS JOIN LATERAL (
                   SELECT shipment.delivered_at IS NOT NULL AS delivered,
                          COALESCE(release.amount_invoiced, 0) AS billed,
                          CASE WHEN release.state = 'cancelled' THEN 0
                               ELSE COALESCE(release.amount_at_stake, 0) END AS open,
                          EXTRACT(EPOCH FROM %(now)s - shipment.delivered_at)::float8 / 86400
                              AS days
                   ) money
            """,
            now=now,
            ends=list(_ENDS),
        )

    def action_open_release(self):
        """Open the release behind this row."""
        self.ensure_one()
        return self.release_id._action_open()
