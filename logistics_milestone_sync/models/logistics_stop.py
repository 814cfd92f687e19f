from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

STOP_KINDS = [
    ("pickup", "Pickup"),
    ("hub", "Hub"),
    ("port", "Port"),
    ("border", "Border"),
    ("delivery", "Delivery"),
]
MODES = [
    ("road", "Road"),
    ("air", "Air"),
    ("ocean", "Ocean"),
    ("rail", "Rail"),
    ("parcel", "Parcel"),
]


class LogisticsRoutePart(models.AbstractModel):
    """What stops and legs have in common: they belong to a plan, and only people's is edited."""

    _name = "logistics.route.part"
    _description = "Part of a Planned Route"
    _inherit = ["logistics.governed.mixin"]

    route_id = fields.Many2one(
        "logistics.route", required=True, readonly=True, index=True, ondelete="cascade"
    )
    shipment_id = fields.Many2one(
        "logistics.shipment", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="shipment_id.company_id", store=True, precompute=True, index=True
    )
    client_id = fields.Many2one(
        related="shipment_id.client_id", store=True, precompute=True, index="btree_not_null"
    )
    active = fields.Boolean(default=True, readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        missing = [vals for vals in vals_list if not vals.get("route_id")]
        if missing:
            if not self.env.su:
                self._check_given(vals_list)  # before the plan is filled in
            self._join_plans_of_people(missing)
        # The plan was chosen above, for a caller who may write its shipment.
        maker_sudo = self._without_stray_defaults().sudo() if missing else self
        parts_sudo = super(LogisticsRoutePart, maker_sudo).create(vals_list)
        parts = parts_sudo.with_env(self.env)
        parts.check_access("create")
        if missing:
            parts.shipment_id._follow_route()
        return parts

    def write(self, vals):
        if not self.env.su:
            self._check_made_by_people()
            if "shipment_id" in vals:
                raise AccessError(self.env._("A stop or leg cannot move to another shipment."))
        result = super().write(vals)
        if not self.env.su:
            self.shipment_id._follow_route()
        return result

    def unlink(self):
        shipments = self.shipment_id
        result = super().unlink()
        shipments._follow_route()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_planned(self):
        if not self.env.su:
            self._check_made_by_people()

    def _join_plans_of_people(self, vals_list):
        shipments = self.env["logistics.shipment"].browse({v["shipment_id"] for v in vals_list})
        shipments.check_access("write")
        for shipment in shipments:
            self._refuse_if_planned(shipment.route_ids)
            route_sudo = self.env["logistics.route"].sudo()._by_hand(shipment.sudo())
            for vals in vals_list:
                if vals["shipment_id"] == shipment.id:
                    vals["route_id"] = route_sudo.id
                    vals["active"] = route_sudo.active

    def _check_made_by_people(self):
        self._refuse_if_planned(self.route_id)

    def _refuse_if_planned(self, routes):
        planned = routes.filtered(lambda route: not route.by_hand)[:1]
        if planned:
            raise UserError(
                self.env._(
                    "%(system)s planned this way and owns it. Change the plan there; it will be "
                    "stated anew.",
                    system=planned.system_id.name,
                )
            )


class LogisticsStop(models.Model):
    """One place on the way of a shipment: when it should be there, and when it was."""

    _name = "logistics.stop"
    _description = "Stop"
    _inherit = ["logistics.route.part"]
    _order = "shipment_id, sequence, id"
    _check_company_auto = True
    _governed_fields = (
        "route_id",
        "active",
        "estimated_arrival",
        "estimated_departure",
        "actual_arrival",
        "actual_departure",
    )

    sequence = fields.Integer(default=10)
    kind = fields.Selection(STOP_KINDS, required=True, default="hub")

    # The place, as its planner writes it. A link to a record of places belongs here, beside the
    # words, and into ``_place_names``.
    name = fields.Char("Place")
    city = fields.Char()
    country_code = fields.Char("Country", size=2, help="ISO 3166-1, two letters.")
    unlocode = fields.Char("UN/LOCODE", size=5)
    code = fields.Char("Planner's Code")

    planned_arrival = fields.Datetime()
    planned_departure = fields.Datetime()
    # Follow from the ledger (core/route.py).
    estimated_arrival = fields.Datetime(readonly=True, copy=False)
    estimated_departure = fields.Datetime(readonly=True, copy=False)
    actual_arrival = fields.Datetime(readonly=True, copy=False)
    actual_departure = fields.Datetime(readonly=True, copy=False)

    @api.depends("name", "city", "code", "unlocode", "kind")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for stop in self:
            known_as = stop.name or stop.city or stop.unlocode or stop.code
            stop.display_name = known_as or kinds.get(stop.kind)

    def _place_names(self):
        """What the place is called, for matching it with the places of events."""
        return tuple(filter(None, (self.name, self.code, self.unlocode)))


class LogisticsLeg(models.Model):
    """How the goods get from one stop to another."""

    _name = "logistics.leg"
    _description = "Leg"
    _inherit = ["logistics.route.part"]
    _order = "shipment_id, sequence, id"
    _check_company_auto = True
    _governed_fields = ("route_id", "active")

    sequence = fields.Integer(default=10)
    from_stop_id = fields.Many2one(
        "logistics.stop", "From", required=True, index=True, ondelete="cascade"
    )
    to_stop_id = fields.Many2one(
        "logistics.stop", "To", required=True, index=True, ondelete="cascade"
    )
    mode = fields.Selection(MODES, required=True, default="road")
    carrier = fields.Char(help="Who drives, sails or flies it, as the planner writes it.")
    vehicle = fields.Char("Vehicle or Vessel")
    voyage = fields.Char("Voyage or Flight")

    _leads_somewhere = models.Constraint(
        "CHECK(from_stop_id <> to_stop_id)", "A leg leads from one stop to another."
    )

    @api.constrains("from_stop_id", "to_stop_id", "shipment_id")
    def _check_same_way(self):
        for leg in self:
            if leg.from_stop_id.route_id != leg.route_id or leg.to_stop_id.route_id != leg.route_id:
                raise ValidationError(self.env._("A leg leads between stops of its own plan."))

    @api.depends("from_stop_id", "to_stop_id")
    def _compute_display_name(self):
        for leg in self:
            leg.display_name = f"{leg.from_stop_id.display_name} → {leg.to_stop_id.display_name}"

    def _way_text(self):
        """One line for people: ``Ocean, MSC Anna, voyage 7W``."""
        modes = dict(self._fields["mode"]._description_selection(self.env))
        return ", ".join(filter(None, (modes[self.mode], self.carrier, self.vehicle, self.voyage)))
