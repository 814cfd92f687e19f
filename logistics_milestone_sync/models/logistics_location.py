from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from odoo.addons.base.models.res_partner import _tz_get

from ..core.check_digit import WRONG, check_gln
from ..core.location import compact, is_unlocode

KINDS = [
    ("warehouse", "Warehouse"),
    ("hub", "Hub"),
    ("port", "Port"),
    ("airport", "Airport"),
    ("terminal", "Terminal"),
    ("border", "Border crossing"),
    ("depot", "Depot"),
    ("customer", "Customer's site"),
    ("other", "Other"),
]


class LogisticsLocation(models.Model):
    """A place where things happen to shipments; systems name it by codes."""

    _name = "logistics.location"
    _description = "Logistics Location"
    _inherit = ["mail.thread"]
    _order = "name, id"
    _rec_names_search = ["name", "unlocode", "gln", "alias_ids.normalised"]
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    kind = fields.Selection(KINDS, required=True, default="other")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index="btree_not_null", help="Empty: a place of all companies."
    )
    partner_id = fields.Many2one(
        "res.partner", "Contact", index="btree_not_null", check_company=True
    )

    # === Codes by which systems name it === #
    unlocode = fields.Char(
        "UN/LOCODE",
        index="btree_not_null",
        tracking=True,
        help="Five characters of UN/ECE Recommendation 16: 'DEHAM' is Hamburg. It means the whole "
        "town or port; two locations with one UN/LOCODE are not told apart by it.",
    )
    gln = fields.Char(
        "GLN", tracking=True, help="GS1 Global Location Number: 13 digits with a check digit."
    )
    alias_ids = fields.One2many("logistics.location.alias", "location_id", "Codes of Systems")

    # === Where it is === #
    country_id = fields.Many2one("res.country")
    state_id = fields.Many2one("res.country.state", domain="[('country_id', '=?', country_id)]")
    city = fields.Char()
    zip = fields.Char("ZIP")
    tz = fields.Selection(
        _tz_get,
        "Time Zone",
        help="The clock of the place, for people. Times in the ledger are kept in UTC.",
    )

    event_count = fields.Integer(compute="_compute_event_count")

    # Used while recording: a GLN means one place of a company, or one that all companies share.
    _gln_uniq = models.UniqueIndex(
        "(gln, COALESCE(company_id, 0)) WHERE gln IS NOT NULL",
        "Another location has this GLN already.",
    )

    def _compute_event_count(self):
        counts = dict(
            self.env["logistics.milestone.event"]._read_group(
                [("location_id", "in", self.ids)], ["location_id"], ["__count"]
            )
        )
        for location in self:
            location.event_count = counts.get(location, 0)

    @api.depends("name", "unlocode")
    def _compute_display_name(self):
        for location in self:
            location.display_name = (
                f"{location.name} ({location.unlocode})" if location.unlocode else location.name
            )

    @api.onchange("unlocode")
    def _onchange_unlocode(self):
        if self.unlocode and not self.country_id:
            code = compact(self.unlocode)[:2]
            self.country_id = self.env["res.country"].search([("code", "=", code)], limit=1)

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        for name in ("country_id", "state_id", "city", "zip", "tz"):
            self[name] = self[name] or self.partner_id[name]

    @api.constrains("unlocode", "gln", "country_id")
    def _check_codes(self):
        for location in self:
            if location.unlocode and not is_unlocode(location.unlocode):
                raise ValidationError(
                    self.env._(
                        "“%s” is no UN/LOCODE: it has two letters of the country and three "
                        "characters of the place, like DEHAM.",
                        location.unlocode,
                    )
                )
            country = location.country_id.code
            if location.unlocode and country and location.unlocode[:2] != country:
                raise ValidationError(
                    self.env._(
                        "The UN/LOCODE %(code)s is not in %(country)s.",
                        code=location.unlocode,
                        country=location.country_id.name,
                    )
                )
            judged = check_gln(location.gln) if location.gln else None
            if judged and judged.verdict == WRONG:
                raise ValidationError(
                    self.env._(
                        "GLN %(gln)s is mistyped: %(why)s.", gln=location.gln, why=judged.why
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        locations = super().create([self._clean(vals) for vals in vals_list])
        locations._check_may_share()
        locations._place_earlier_events()
        return locations

    def write(self, vals):
        self._check_may_share()
        result = super().write(self._clean(vals))
        self._check_may_share()
        if {"unlocode", "gln", "company_id", "active"} & vals.keys():
            self._place_earlier_events()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_shared(self):
        self._check_may_share()

    def _check_may_share(self):
        """Raise if these are shared, and the user does not work for all who share them.

        A shared location places events of every company, in ledgers that are never corrected.
        """
        if self.env.su or all(location.company_id for location in self):
            return
        if not self.env["logistics.ownership.change"]._works_for_all():
            raise AccessError(
                self.env._(
                    "A shared location holds for every company: only somebody who works for all "
                    "of them enters or changes it. Make one for your own company instead."
                )
            )

    @api.model
    def _clean(self, vals):
        """The values with codes as they are compared: no blanks, upper case, empty is none."""
        return vals | {
            name: compact(vals[name] or "") or False for name in ("unlocode", "gln") if name in vals
        }

    def action_open_events(self):
        """Open the ledger rows of this place."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_milestone_sync.logistics_milestone_event_action"
        )
        return action | {"domain": [("location_id", "=", self.id)], "context": {}}
