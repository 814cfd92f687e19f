from odoo import api, fields, models
from odoo.tools import SQL

from ..core.clock import naive, utc
from ..core.route_fact import Plan, standing_plan


class LogisticsRoute(models.Model):
    """One plan of the way of a shipment, and who made it. A newer one replaces it; it stays.

    Plans of systems come in by ``logistics.shipment._record_facts`` only. People enter stops; those
    belong to a plan in Odoo's own voice, which stands until a system that owns the planning speaks.
    """

    _name = "logistics.route"
    _description = "Planned Route"
    _order = "shipment_id, id desc"
    _rec_names_search = ["shipment_id.name"]
    _check_company_auto = True

    name = fields.Char(compute="_compute_name")
    shipment_id = fields.Many2one(
        "logistics.shipment", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="shipment_id.company_id", store=True, precompute=True, index=True
    )
    client_id = fields.Many2one(
        related="shipment_id.client_id", store=True, precompute=True, index="btree_not_null"
    )
    system_id = fields.Many2one(
        "logistics.system",
        "Planned By",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    stated_at = fields.Datetime("Made", readonly=True, help="When the source made the plan.")
    received_at = fields.Datetime("Received", required=True, readonly=True)
    source = fields.Char(readonly=True)
    verdict = fields.Selection(
        [("accept", "Counts"), ("advisory", "Advisory"), ("reject", "Refused")],
        required=True,
        readonly=True,
    )
    rule_id = fields.Many2one(
        "logistics.ownership.rule", "Decided By", readonly=True, ondelete="restrict"
    )
    by_hand = fields.Boolean(readonly=True)
    active = fields.Boolean(default=False, readonly=True, help="This plan stands.")
    duplicate_count = fields.Integer("Repeated", readonly=True)
    plan_hash = fields.Char(required=True, readonly=True)
    stop_ids = fields.One2many("logistics.stop", "route_id", "Stops")
    leg_ids = fields.One2many("logistics.leg", "route_id", "Legs")

    _plan_uniq = models.UniqueIndex(
        "(shipment_id, system_id, plan_hash)", "This plan is here already."
    )
    _one_stands_uniq = models.UniqueIndex(
        "(shipment_id) WHERE active", "Another plan of this shipment stands."
    )

    @api.depends("system_id.name", "received_at")
    def _compute_name(self):
        for route in self:
            route.name = self.env._(
                "Plan of %(system)s, %(date)s",
                system=route.system_id.name,
                date=fields.Date.to_string(route.stated_at or route.received_at),
            )

    @api.model
    def _keep(self, plans):
        """Create plans with their stops and legs.

        :param list plans: of ``(core.route_fact.RouteFact, values of the fields)``
        """
        routes = self.create([vals for _plan, vals in plans])
        stops = self.env["logistics.stop"].create(
            [
                _stop_vals(route, place, stop)
                for route, (plan, _vals) in zip(routes, plans, strict=True)
                for place, stop in enumerate(plan.stops, start=1)
            ]
        )
        of_route = stops.grouped("route_id")
        self.env["logistics.leg"].create(
            [
                _leg_vals(route, of_route[route], leg)
                for route, (plan, _vals) in zip(routes, plans, strict=True)
                for leg in plan.legs
            ]
        )
        routes.shipment_id._let_plan_stand()
        return routes

    def _by_hand(self, shipment):
        """The plan that people enter for ``shipment``, made when first needed."""
        system_sudo = self.env["logistics.system"]._odoo_system(shipment.company_id)
        known = self.with_context(active_test=False).search(
            [("shipment_id", "=", shipment.id), ("by_hand", "=", True)], limit=1
        )
        if known:
            return known
        route = self.create(
            {
                "shipment_id": shipment.id,
                "system_id": system_sudo.id,
                "received_at": fields.Datetime.now(),
                "verdict": "advisory",
                "by_hand": True,
                "plan_hash": "by hand",
            }
        )
        shipment._let_plan_stand()
        return route


class LogisticsShipment(models.Model):
    _inherit = "logistics.shipment"

    route_ids = fields.One2many("logistics.route", "shipment_id")
    stop_ids = fields.One2many("logistics.stop", "shipment_id", "Stops")
    leg_ids = fields.One2many("logistics.leg", "shipment_id", "Legs")

    def _let_plan_stand(self):
        """Of all plans of each shipment, one stands, with its stops and legs."""
        routes = (
            self.env["logistics.route"]
            .with_context(active_test=False)
            .search([("shipment_id", "in", self.ids)])
        )
        chosen = {
            standing_plan(map(_to_plan, several))
            for several in routes.grouped("shipment_id").values()
        }
        standing = routes.browse(plan.id for plan in chosen if plan)
        (routes - standing).filtered("active").active = False
        self.env.flush_all()  # one plan at a time may stand
        standing.filtered(lambda route: not route.active).active = True
        self.env.flush_all()
        for table in ("logistics_stop", "logistics_leg"):
            self.env.cr.execute(
                SQL(
                    "UPDATE %s AS part SET active = route.active FROM logistics_route route"
                    " WHERE part.route_id = route.id AND part.shipment_id = ANY(%s)",
                    SQL.identifier(table),
                    self.ids,
                )
            )
        self.invalidate_recordset(["route_ids", "stop_ids", "leg_ids"])
        for model in ("logistics.stop", "logistics.leg"):
            self.env[model].invalidate_model(["active"])


def _to_plan(route):
    return Plan(
        route.id,
        utc(route.stated_at or route.received_at),
        accepted=route.verdict == "accept",
        by_hand=route.by_hand,
    )


def _stop_vals(route, place, stop):
    return {
        "route_id": route.id,
        "shipment_id": route.shipment_id.id,
        "sequence": 10 * place,
        "kind": stop.kind,
        "name": stop.name or False,
        "city": stop.city or False,
        "country_code": stop.country or False,
        "unlocode": stop.unlocode or False,
        "code": stop.code or False,
        "planned_arrival": naive(stop.planned_arrival) or False,
        "planned_departure": naive(stop.planned_departure) or False,
        "active": False,
    }


def _leg_vals(route, stops, leg):
    return {
        "route_id": route.id,
        "shipment_id": route.shipment_id.id,
        "from_stop_id": stops[leg.origin].id,
        "to_stop_id": stops[leg.destination].id,
        "mode": leg.mode,
        "carrier": leg.carrier or False,
        "vehicle": leg.vehicle or False,
        "voyage": leg.voyage or False,
        "active": False,
    }
