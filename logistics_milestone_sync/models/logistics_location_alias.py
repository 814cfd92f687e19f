from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..core.location import normalise_code


class LogisticsLocationAlias(models.Model):
    """What one system writes for a place."""

    _name = "logistics.location.alias"
    _description = "Code of a Location in a System"
    _order = "system_id, normalised"
    _rec_name = "code"
    _check_company_auto = True

    location_id = fields.Many2one(
        "logistics.location", required=True, index=True, ondelete="cascade", check_company=True
    )
    system_id = fields.Many2one(
        "logistics.system", required=True, index=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(
        related="system_id.company_id", store=True, precompute=True, index=True
    )
    code = fields.Char(
        required=True,
        help="As the system writes it. What it said of this code and nobody placed is placed "
        "now, and stays so: the ledger is never changed twice.",
    )
    normalised = fields.Char(compute="_compute_normalised", store=True, precompute=True)

    _code_uniq = models.UniqueIndex(
        "(system_id, normalised)", "This code of the system means another location already."
    )

    @api.depends("code")
    def _compute_normalised(self):
        for alias in self:
            alias.normalised = normalise_code(alias.code or "")

    @api.constrains("code")
    def _check_code(self):
        for alias in self:
            if not alias.normalised:
                raise ValidationError(self.env._("A code of a location cannot be blank."))

    @api.model_create_multi
    def create(self, vals_list):
        aliases = super().create(vals_list)
        aliases._place_earlier_events()
        return aliases

    def write(self, vals):
        result = super().write(vals)
        self._place_earlier_events()
        return result

    def _place_earlier_events(self):
        """Place what these systems said of these codes before anybody knew them."""
        self.env["logistics.location"]._place_events(SQL("system_id = ANY(%s)", self.system_id.ids))
