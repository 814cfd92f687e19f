from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from ..core.fact import Location
from ..core.location import Known, Register, codes_of, compact, find


class LogisticsLocation(models.Model):
    """How statements find their place: while they are recorded, and when a code becomes known."""

    _inherit = "logistics.location"

    @api.model
    def _find_many(self, company, asked):
        """The locations that systems of one company mean. Two queries, however many are asked.

        :param asked: iterable of ``(logistics.system id, core.fact.Location)``
        :return: ``{(system id, core location): id}``; what nobody knows is absent
        """
        asked = {pair for pair in asked if codes_of(pair[1])}
        if not asked:
            return {}
        register = self._register_of(company, asked)
        found = {(system, place): find(place, system, register) for system, place in asked}
        return {pair: location_id for pair, location_id in found.items() if location_id}

    @api.model
    def _register_of(self, company, asked):
        self.flush_model(["unlocode", "gln", "company_id", "active"])
        self.env["logistics.location.alias"].flush_model()
        aliases = self.env.execute_query(
            SQL(
                "SELECT alias.system_id, alias.normalised, alias.location_id"
                "  FROM logistics_location_alias alias"
                "  JOIN logistics_location location ON location.id = alias.location_id"
                " WHERE location.active AND alias.system_id = ANY(%s)"
                "   AND alias.normalised = ANY(%s)",
                sorted({system for system, _place in asked}),
                sorted({code for _system, place in asked for code in codes_of(place)}),
            )
        )
        glns, unlocodes = defaultdict(list), defaultdict(list)
        for location_id, owner, gln, unlocode in self.env.execute_query(
            SQL(
                "SELECT id, company_id, gln, unlocode FROM logistics_location"
                " WHERE active AND (company_id IS NULL OR company_id = %s)"
                "   AND (gln = ANY(%s) OR unlocode = ANY(%s))",
                company.id,
                sorted({compact(place.gln) for _system, place in asked}),
                sorted({compact(place.unlocode) for _system, place in asked}),
            )
        ):
            glns[gln].append(Known(location_id, shared=not owner))
            unlocodes[unlocode].append(Known(location_id, shared=not owner))
        return Register(
            {(system, code): location_id for system, code, location_id in aliases},
            glns,
            unlocodes,
        )

    def _place_earlier_events(self):
        """Place what was said of the codes of these locations before anybody knew them."""
        public = {name: self.filtered(name).mapped(name) for name in ("gln", "unlocode")}
        systems = self.alias_ids.system_id
        if systems or any(public.values()):
            self._place_events(
                SQL(
                    "(location_gln = ANY(%s) OR location_unlocode = ANY(%s)"
                    " OR system_id = ANY(%s))",
                    public["gln"],
                    public["unlocode"],
                    systems.ids,
                )
            )

    @api.model
    def _place_events(self, condition):
        """Give the ledger rows that have codes and no location the one that is known by now.

        The ledger lets an empty location be filled once. Who the event is about and what it says
        stays as it is, so nothing is folded anew.

        :param SQL condition: on columns of the ledger
        """
        unplaced = defaultdict(dict)
        for company_id, system_id, *codes in self.env.execute_query(
            SQL(
                "SELECT DISTINCT company_id, system_id, location_code, location_gln,"
                "                location_unlocode"
                "  FROM logistics_milestone_event"
                " WHERE location_id IS NULL AND COALESCE(location_code, location_gln,"
                "       location_unlocode) IS NOT NULL AND %s",
                condition,
            )
        ):
            code, gln, unlocode = (text or "" for text in codes)
            place = Location(code=code, gln=gln, unlocode=unlocode)
            unplaced[company_id][system_id, place] = codes
        rows = [
            (location_id, pair[0], *unplaced[company_id][pair])
            for company_id, asked in unplaced.items()
            for pair, location_id in self._find_many(
                self.env["res.company"].browse(company_id), asked
            ).items()
        ]
        if rows:
            self._fill_locations(rows)

    @api.model
    def _fill_locations(self, rows):
        self.env.cr.execute_values(
            "UPDATE logistics_milestone_event AS event SET location_id = placed.location_id"
            "  FROM (VALUES %s) AS placed(location_id, system_id, code, gln, unlocode)"
            " WHERE event.location_id IS NULL AND event.system_id = placed.system_id"
            "   AND event.location_code IS NOT DISTINCT FROM placed.code"
            "   AND event.location_gln IS NOT DISTINCT FROM placed.gln"
            "   AND event.location_unlocode IS NOT DISTINCT FROM placed.unlocode",
            rows,
            template="(%s::int4, %s::int4, %s::varchar, %s::varchar, %s::varchar)",
        )
        self.env["logistics.milestone.event"].invalidate_model(["location_id"])
        self.invalidate_model(["event_count"])
