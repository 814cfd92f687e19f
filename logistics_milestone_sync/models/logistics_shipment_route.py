from collections import defaultdict

from babel.dates import format_skeleton

from odoo import api, fields, models
from odoo.tools import SQL, babel_locale_parse, format_time, get_lang

from ..core import route as way
from ..core.clock import naive, utc
from ..core.route import Planned, Sighting, Stop, dots, follow
from ..core.verification import compare
from ..core.vocabulary import PHASES

_COLUMNS = {
    "actual_arrival": "timestamp",
    "actual_departure": "timestamp",
    "estimated_arrival": "timestamp",
    "estimated_departure": "timestamp",
}
_STOP_ICONS = {
    "pickup": "fa-cube",
    "hub": "fa-building-o",
    "port": "fa-anchor",
    "border": "fa-flag-o",
    "delivery": "fa-home",
}
_PHASE_ICONS = {
    "planning": "fa-file-text-o",
    "fulfilment": "fa-cubes",
    "transit": "fa-truck",
    "delivered": "fa-home",
}
_MODE_ICONS = {
    "road": "fa-truck",
    "air": "fa-plane",
    "ocean": "fa-ship",
    "rail": "fa-train",
    "parcel": "fa-archive",
}
# What stands in the ledger about the way; a statement that its speaker withdrew does not.
_SIGHTINGS_SQL = """
    SELECT event.shipment_id, event.fact_key, event.milestone_code, event.occurred_at,
           event.location_label, event.classifier, event.priority, event.stated_at
      FROM logistics_milestone_event event
     WHERE event.shipment_id = ANY(%s) AND event.verdict = 'accept'
       AND (event.milestone_code IN ('arrived_at_hub', 'departed_hub')
            OR event.classifier = 'estimated')
       AND NOT EXISTS (
           SELECT 1 FROM logistics_milestone_event withdrawal
            WHERE withdrawal.shipment_id = event.shipment_id
              AND withdrawal.system_id = event.system_id
              AND withdrawal.retracts = event.source_event_id)
"""


class LogisticsShipment(models.Model):
    """The way of a shipment: times of its stops from the ledger, and the line that people see."""

    _inherit = "logistics.shipment"

    is_route_planned = fields.Boolean(
        "Planned by a System",
        compute="_compute_is_route_planned",
        help="A system owns the route; it is not edited by hand.",
    )
    route_html = fields.Html(
        "Way", compute="_compute_route_html", sanitize=False, compute_sudo=False
    )

    def _project(self):
        """Override: the times of the stops follow from the ledger as well."""
        changes = super()._project()
        self._follow_route()
        return changes

    def _state_differences(self):
        """Override: the times of the stops follow from the ledger as well."""
        times = self._stop_times()
        stored = self._stored("logistics.stop", _COLUMNS) if times else {}
        return super()._state_differences() + list(
            compare("logistics.stop", list(_COLUMNS), stored, times)
        )

    def _follow_route(self):
        """Store what the ledger says about the stops of these shipments."""
        # The caller may write the plan or states a fact; the times follow from the ledger.
        self.sudo()._store("logistics.stop", _COLUMNS, self._stop_times())

    def _stop_times(self):
        """``{stop id: values of _COLUMNS}``, as the ledger says."""
        stops_sudo = self.env["logistics.stop"].sudo().search([("shipment_id", "in", self.ids)])
        if not stops_sudo:
            return {}
        sightings = self._sightings(self.sudo().browse(stops_sudo.shipment_id.ids))
        times = {}
        for shipment, stops in stops_sudo.grouped("shipment_id").items():
            planned = [Stop(stop.id, stop._place_names(), stop.city or "") for stop in stops]
            times |= follow(planned, sightings[shipment.id])
        return {
            id_: (
                naive(found.arrival),
                naive(found.departure),
                naive(found.estimated_arrival),
                naive(found.estimated_departure),
            )
            for id_, found in times.items()
        }

    def _sightings(self, shipments):
        """What is known about the way, by shipment.

        The goods left, and arrived, when all of them did: that is what the fold says, not the news
        of a single package.
        """
        sightings = defaultdict(list)
        for shipment in shipments:
            for milestone, moment in (
                ("dispatched", shipment.dispatched_at),
                ("delivered", shipment.delivered_at),
            ):
                if moment:
                    sightings[shipment.id].append(Sighting(milestone, milestone, utc(moment)))
        for row in self.env.execute_query_dict(SQL(_SIGHTINGS_SQL, shipments.ids)):
            sightings[row["shipment_id"]].append(
                Sighting(
                    key=row["fact_key"],
                    milestone=row["milestone_code"],
                    occurred_at=utc(row["occurred_at"]),
                    place=row["location_label"] or "",
                    classifier=row["classifier"],
                    priority=row["priority"] or 0,
                    stated_at=utc(row["stated_at"]),
                )
            )
        return sightings

    @api.depends("route_ids.by_hand")
    def _compute_is_route_planned(self):
        for shipment in self:
            shipment.is_route_planned = not all(shipment.route_ids.mapped("by_hand"))

    # === The line === #

    def _compute_route_html(self):
        words = {
            way.DONE: self.env._("done"),
            way.CURRENT: self.env._("here now"),
            way.LATE: self.env._("late"),
            way.AHEAD: self.env._("ahead"),
        }
        for shipment in self:
            shipment.route_html = self.env["ir.qweb"]._render(
                "logistics_milestone_sync.shipment_route",
                {
                    "points": shipment._route_points(),
                    "words": words,
                    "plan": shipment.route_ids[:1],
                },
            )

    def _route_points(self):
        """The points of the line, in order: those of the plan, without one the phases.

        :return: list of dicts with ``state``, ``icon``, ``title``, ``lines`` (texts) and the
            ``mode`` and ``mode_icon`` of the leg that leads there
        """
        self.ensure_one()
        return self._stop_points() if len(self.stop_ids) > 1 else self._phase_points()

    def _stop_points(self):
        stops = self.stop_ids
        ways = {leg.to_stop_id: leg for leg in self.leg_ids}
        plans = [self._to_planned(stop) for stop in stops]
        states = dots(plans, utc(fields.Datetime.now()))
        return self._with_progress(
            plans,
            [
                {
                    "state": state,
                    "icon": _STOP_ICONS[stop.kind],
                    "title": stop.display_name,
                    "lines": self._stop_lines(stop),
                    "mode": ways[stop]._way_text() if stop in ways else "",
                    "mode_icon": _MODE_ICONS[ways[stop].mode] if stop in ways else "",
                }
                for stop, state in zip(stops, states, strict=True)
            ],
        )

    def _with_progress(self, plans, points):
        """Tell each point whether the goods came as far, and whether they went on from there."""
        here = way.furthest(plans)
        for place, point in enumerate(points):
            point |= {"reached": place <= here, "passed": place < here}
        return points

    def _to_planned(self, stop):
        return Planned(
            due=utc(stop.planned_arrival or stop.planned_departure),
            expected=utc(stop.estimated_arrival),
            arrived=utc(stop.actual_arrival),
            left=utc(stop.actual_departure),
        )

    def _stop_lines(self, stop):
        leaving = stop.kind == "pickup"
        actual = stop.actual_departure if leaving else stop.actual_arrival
        estimated = stop.estimated_departure if leaving else stop.estimated_arrival
        planned = stop.planned_departure if leaving else stop.planned_arrival
        lines = []
        if actual:
            lines.append(
                self.env._("Left %s", self._when(actual)) if leaving else self._when(actual)
            )
        elif estimated:
            lines.append(self.env._("Expected %s", self._when(estimated)))
        if planned:
            lines.append(self.env._("Planned %s", self._when(planned)))
        if stop.actual_departure and not leaving:
            lines.append(self.env._("Left %s", self._when(stop.actual_departure)))
        return lines

    def _phase_points(self):
        shown = [phase for phase in PHASES if phase != "failed"]
        first = self._first_of_each_phase()
        reached = shown.index(self.phase) if self.phase in shown else -1
        if self.phase == "failed":
            reached = max((shown.index(p) for p in first if p in shown), default=0)
        plans = [
            Planned(
                due=utc(self.promised_at) if phase == "delivered" else None,
                expected=utc(self.eta) if phase == "delivered" else None,
                arrived=utc(first.get(phase) or self.since or self.create_date)
                if place <= reached
                else None,
            )
            for place, phase in enumerate(shown)
        ]
        labels = dict(self._fields["phase"]._description_selection(self.env))
        states = dots(plans, utc(fields.Datetime.now()))
        points = [
            {
                "state": state,
                "icon": _PHASE_ICONS[phase],
                "title": labels[phase],
                "lines": self._phase_lines(phase, first),
                "mode": "",
                "mode_icon": "",
            }
            for phase, state in zip(shown, states, strict=True)
        ]
        self._with_progress(plans, points)
        if self.phase == "failed":
            points[-1] |= {"state": way.LATE, "icon": "fa-times", "title": self.status_id.name}
            points[-1]["lines"] = [self._when(self.since)] if self.since else []
        return points

    def _phase_lines(self, phase, first):
        lines = [self._when(first[phase])] if phase in first else []
        if phase != "delivered":
            return lines
        if self.eta and not self.delivered_at:
            lines.append(self.env._("Expected %s", self._when(self.eta)))
        if self.promised_at:
            lines.append(self.env._("Promised %s", self._when(self.promised_at)))
        return lines

    def _first_of_each_phase(self):
        """``{phase: when its first event that counts happened}``, reached phases only."""
        first = {}
        for event in self.event_ids.sorted("occurred_at"):
            if event.verdict == "accept" and event.classifier == "actual":
                first.setdefault(event.milestone_id.phase, event.occurred_at)
        if self.phase != "delivered":
            first.pop("delivered", None)
        return first

    def _when(self, moment):
        """Day and time as the reader's language writes them; without the year, to fit the line."""
        local = fields.Datetime.context_timestamp(self, moment)
        locale = babel_locale_parse(get_lang(self.env).code)
        day = format_skeleton("MMMd", local, locale=locale)
        return f"{day}, {format_time(self.env, local.timetz(), time_format='short')}"
