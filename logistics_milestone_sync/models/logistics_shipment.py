from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .governed_mixin import INTERNAL
from .logistics_milestone import PHASES


class LogisticsShipment(models.Model):
    """Goods that travel together to one consignee, whatever documents they came from.

    Fields of the ``state`` group are written by the projection only
    (``logistics_shipment_projection.py``); people change them by stating facts.
    """

    _name = "logistics.shipment"
    _description = "Shipment"
    _inherit = [
        "portal.mixin",
        "mail.thread",
        "mail.activity.mixin",
        "logistics.governed.mixin",
    ]
    _order = "promised_at, id"
    _check_company_auto = True

    _governed_fields = (
        "status_id",
        "phase",
        "since",
        "eta",
        "dispatched_at",
        "delivered_at",
        "pod_at",
        "pod_signer",
        "certified_weight",
        "attempts",
        "last_event_at",
        "has_open_exception",
        "is_conflicting",
        "is_overridden",
        "return_of_id",
        "combined_into_id",
        "next_milestone_id",
        "next_expected_at",
        "silence_told_for",
        "first_eta",
        "last_eta",
        "eta_error_hours",
    )

    name = fields.Char(
        required=True, copy=False, readonly=True, index="trigram", default=lambda self: self._new()
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    active = fields.Boolean(default=True)

    direction = fields.Selection(
        [
            ("outbound", "Outbound"),
            ("dropship", "Drop-ship"),
            ("return", "Return"),
            ("inbound", "Inbound"),
        ],
        required=True,
        default="outbound",
        help="Only what a customer receives, outbound or drop-shipped, is ever invoiced.",
    )
    return_of_id = fields.Many2one(
        "logistics.shipment", readonly=True, index="btree_not_null", copy=False, check_company=True
    )
    return_ids = fields.One2many("logistics.shipment", "return_of_id", "Returns")
    combined_into_id = fields.Many2one(
        "logistics.shipment", readonly=True, index="btree_not_null", copy=False, check_company=True
    )

    # === Parties and documents === #
    partner_id = fields.Many2one(
        "res.partner", "Consignee", index="btree_not_null", check_company=True
    )
    shipper_id = fields.Many2one("res.partner", check_company=True)
    client_id = fields.Many2one(
        "res.partner",
        "3PL Client",
        index="btree_not_null",
        tracking=True,
        help="Whose goods they are. The client sees them in the portal.",
    )
    user_id = fields.Many2one("res.users", "Responsible", tracking=True, groups=INTERNAL)
    sale_order_ids = fields.Many2many(
        "sale.order",
        "logistics_shipment_sale_order_rel",
        "shipment_id",
        "order_id",
        "Sale Orders",
        groups=INTERNAL,
    )
    picking_ids = fields.Many2many(
        "stock.picking",
        "logistics_shipment_stock_picking_rel",
        "shipment_id",
        "picking_id",
        "Transfers",
        groups=INTERNAL,
    )
    delivery_carrier_id = fields.Many2one(
        "delivery.carrier", "Delivery Method", index="btree_not_null", check_company=True
    )
    consignment_ids = fields.One2many("logistics.consignment", "shipment_id", "Consignments")
    reference_ids = fields.One2many("logistics.reference", "shipment_id", "References")
    event_ids = fields.One2many("logistics.milestone.event", "shipment_id", "Events")
    exception_ids = fields.One2many("logistics.exception", "shipment_id", "Exceptions")
    charge_ids = fields.One2many("logistics.charge", "shipment_id", "Charges", groups=INTERNAL)
    # Tracked: who changes what was declared or promised has to be seen.
    weight = fields.Float(
        "Declared Weight", digits="Stock Weight", tracking=True, help="In kilograms."
    )
    promised_at = fields.Datetime("Promised", index=True, tracking=True)

    # === State: the fold of the ledger === #
    status_id = fields.Many2one(
        "logistics.milestone", readonly=True, copy=False, index="btree_not_null"
    )
    phase = fields.Selection(
        PHASES,
        required=True,
        readonly=True,
        copy=False,
        default="planning",
        group_expand=True,
        index=True,
    )
    since = fields.Datetime("Status Since", readonly=True, copy=False)
    eta = fields.Datetime("Estimated Arrival", readonly=True, copy=False)
    dispatched_at = fields.Datetime("Dispatched", readonly=True, copy=False)
    delivered_at = fields.Datetime("Delivered", readonly=True, copy=False)
    pod_at = fields.Datetime("Proof of Delivery", readonly=True, copy=False)
    pod_signer = fields.Char("Signed By", readonly=True, copy=False)
    certified_weight = fields.Float(
        readonly=True,
        copy=False,
        digits="Stock Weight",
        help="In kilograms, as stated by the carrier or the warehouse.",
    )
    attempts = fields.Integer("Delivery Attempts", readonly=True, copy=False)
    last_event_at = fields.Datetime("Last Event", readonly=True, copy=False)
    has_open_exception = fields.Boolean("Open Exception", readonly=True, copy=False)
    is_conflicting = fields.Boolean(
        "Contradictory",
        readonly=True,
        copy=False,
        help="Sources state different final outcomes. Somebody should look.",
    )
    is_overridden = fields.Boolean(
        "Overridden",
        readonly=True,
        copy=False,
        help="People put the status there for a time, in spite of what was stated.",
    )

    # === Figures for the screen === #
    tracking_refs = fields.Char("Tracking", compute="_compute_tracking_refs")
    event_count = fields.Integer(compute="_compute_counts")
    exception_count = fields.Integer(compute="_compute_counts")
    is_late = fields.Boolean(compute="_compute_is_late", search="_search_is_late")

    _name_uniq = models.UniqueIndex("(company_id, name)", "This shipment number exists already.")
    _phase_idx = models.Index("(company_id, phase, promised_at) WHERE active")
    # Used by the filter of late shipments: those on the way, and those that came too late.
    _overdue_idx = models.Index("(promised_at) WHERE phase NOT IN ('delivered', 'failed')")
    _late_idx = models.Index("(company_id) WHERE delivered_at > promised_at")
    _open_exception_idx = models.Index("(company_id) WHERE has_open_exception")

    @api.model_create_multi
    def create(self, vals_list):
        shipments = super().create(vals_list)
        self.env["logistics.reference"].sudo().create(
            [{"shipment_id": s.id, "scheme": "shipment", "value": s.name} for s in shipments]
        )
        self.env["logistics.consignment"].sudo().create(
            [
                {"shipment_id": s.id, "delivery_carrier_id": s.delivery_carrier_id.id}
                for s in shipments
                if not s.consignment_ids
            ]
        )
        return shipments

    def write(self, vals):
        linked = {"sale_order_ids", "picking_ids", "company_id", "direction"} & vals.keys()
        if linked and not self.env.su:
            raise AccessError(
                self.env._(
                    "The documents of a shipment cannot be exchanged: its invoice depends on them. "
                    "Archive it and make another one."
                )
            )
        if "name" in vals and not self.env.su:
            # What people state is addressed by it.
            raise AccessError(
                self.env._(
                    "The number of a shipment stays. Add another number under References instead."
                )
            )
        return super().write(vals)

    @api.model
    def _new(self):
        return self.env["ir.sequence"].next_by_code("logistics.shipment") or "/"

    @api.depends("reference_ids.value")
    def _compute_tracking_refs(self):
        shown = ("tracking", "pro", "waybill", "sscc", "container")
        for shipment in self:
            refs = shipment.reference_ids.filtered(
                lambda ref: ref.scheme in shown and not ref.package_id
            )
            shipment.tracking_refs = ", ".join(refs.mapped("value"))

    def _compute_counts(self):
        events = dict(
            self.env["logistics.milestone.event"]._read_group(
                [("shipment_id", "in", self.ids)], ["shipment_id"], ["__count"]
            )
        )
        exceptions = dict(
            self.env["logistics.exception"]._read_group(
                [("shipment_id", "in", self.ids), ("state", "=", "open")],
                ["shipment_id"],
                ["__count"],
            )
        )
        for shipment in self:
            shipment.event_count = events.get(shipment, 0)
            shipment.exception_count = exceptions.get(shipment, 0)

    @api.depends("promised_at", "delivered_at", "phase")
    def _compute_is_late(self):
        now = fields.Datetime.now()
        for shipment in self:
            arrived = shipment.delivered_at or (now if shipment.phase != "failed" else False)
            shipment.is_late = bool(
                shipment.promised_at and arrived and arrived > shipment.promised_at
            )

    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = (
            Domain("phase", "not in", ("delivered", "failed")) & Domain("promised_at", "<", "now")
        ) | Domain.custom(to_sql=lambda model, alias, query: model._late_delivery_sql(alias))
        wanted = set(value)
        if wanted == {True}:
            return late
        return ~late if wanted == {False} else Domain.TRUE

    def _late_delivery_sql(self, alias):
        return SQL(
            "%s > %s",
            SQL.identifier(alias, "delivered_at"),
            SQL.identifier(alias, "promised_at"),
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_history(self):
        if self.event_ids:
            raise UserError(
                self.env._(
                    "A shipment with events cannot be deleted: its history is evidence. "
                    "Archive it instead."
                )
            )

    def action_open_events(self):
        """Open the ledger rows of this shipment."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_milestone_sync.logistics_milestone_event_action"
        )
        return action | {
            "domain": [("shipment_id", "=", self.id)],
            "context": {"default_shipment_id": self.id},
        }

    def action_open_exceptions(self):
        """Open the exception cases of this shipment."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_milestone_sync.logistics_exception_action"
        )
        return action | {
            "domain": [("shipment_id", "=", self.id)],
            "context": {"default_shipment_id": self.id},
        }
