from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..core.check_digit import FINE, check_gln
from ..core.fact import Location
from ..core.location import is_unlocode


class LogisticsUnknownPlace(models.Model):
    """Codes by which systems name places that nobody entered yet; one row per code, not stored."""

    _name = "logistics.unknown.place"
    _description = "Unknown Place"
    _auto = False
    _order = "event_count desc, id"
    _rec_name = "label"

    company_id = fields.Many2one("res.company", readonly=True)
    system_id = fields.Many2one("logistics.system", readonly=True)
    location_code = fields.Char("Code", readonly=True)
    location_gln = fields.Char("GLN", readonly=True)
    location_unlocode = fields.Char("UN/LOCODE", readonly=True)
    label = fields.Char("In the Source's Words", readonly=True)
    city = fields.Char(readonly=True)
    country = fields.Char(readonly=True)
    event_count = fields.Integer("Events", readonly=True)
    first_at = fields.Datetime("First Happened", readonly=True)
    last_at = fields.Datetime("Last Happened", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT MIN(id) AS id, company_id, system_id, location_code, location_gln,
                   location_unlocode, MAX(location_label) AS label, MAX(location_city) AS city,
                   MAX(location_country) AS country, COUNT(*) AS event_count,
                   MIN(occurred_at) AS first_at, MAX(occurred_at) AS last_at
              FROM logistics_milestone_event
             WHERE location_id IS NULL
               AND COALESCE(location_code, location_gln, location_unlocode) IS NOT NULL
             GROUP BY company_id, system_id, location_code, location_gln, location_unlocode
            """
        )

    def action_create_location(self):
        """Make the location that the system means, with its codes, and open it.

        Every earlier event with these codes is placed at once.
        """
        location = self._known_by_now()
        if not location:
            location = location.create(self._location_vals())
            self.env["logistics.location.alias"].create(
                {
                    "location_id": location.id,
                    "system_id": self.system_id.id,
                    "code": self._best_code(),
                }
            )
        return self._open(location)

    def action_assign(self):
        """Ask which known location the system means by this code."""
        location = self._known_by_now()
        if location:
            return self._open(location)
        return {
            "name": self.env._("Which location is it?"),
            "type": "ir.actions.act_window",
            "res_model": "logistics.location.alias",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_system_id": self.system_id.id, "default_code": self._best_code()},
        }

    def _open(self, location):
        return {
            "type": "ir.actions.act_window",
            "res_model": "logistics.location",
            "res_id": location.id,
            "views": [(False, "form")],
        }

    def _known_by_now(self):
        """The location, if somebody entered the code while these events were being recorded.

        Two such transactions do not see each other; the events are placed now.
        """
        self.ensure_one()
        locations = self.env["logistics.location"]
        locations.check_access("create")
        place = Location(
            code=self.location_code or "",
            gln=self.location_gln or "",
            unlocode=self.location_unlocode or "",
        )
        found = locations._find_many(self.company_id, [(self.system_id.id, place)])
        if found:
            locations._place_events(SQL("system_id = %s", self.system_id.id))
        return locations.browse(found.values())

    def _best_code(self):
        code = self.location_code or self.location_gln or self.location_unlocode
        if not code:
            raise UserError(self.env._("This place is known by now. Reload the list."))
        return code

    def _location_vals(self):
        """What the source said, as far as it is sure.

        Beside a code of its own, a UN/LOCODE only tells the town: it would draw there what others
        say of the whole town.
        """
        country = self.env["res.country"].search([("code", "=", self.country or "")], limit=1)
        gln, unlocode = self.location_gln or "", self.location_unlocode or ""
        vals = {
            "name": self.label or self._best_code(),
            "company_id": self.company_id.id,
            "city": self.city,
            "country_id": country.id,
            "gln": gln if check_gln(gln).verdict == FINE else False,
        }
        if is_unlocode(unlocode) and not (self.location_code or vals["gln"]):
            vals |= {"unlocode": unlocode, "country_id": self._country_of(unlocode).id}
        return vals

    def _country_of(self, unlocode):
        return self.env["res.country"].search([("code", "=", unlocode[:2])], limit=1)
