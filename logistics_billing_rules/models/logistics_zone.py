from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core.zone import Zone, read_ranges


class LogisticsZone(models.Model):
    """Places that cost the same under an agreement; conditions of its price lines name it."""

    _name = "logistics.zone"
    _description = "Zone of an Agreement"
    _order = "agreement_id, sequence, id"
    _inherit = ["logistics.agreement.part"]

    agreement_id = fields.Many2one(
        "logistics.agreement", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="agreement_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, help="As the conditions of price lines name it.")
    country_ids = fields.Many2many("res.country", string="Countries", help="None: all of them.")
    zips = fields.Char(
        "Postal Codes",
        help="How they begin, e.g. “80-82, 94, SW1”. None: all of them. The first zone that fits "
        "a place counts.",
    )

    _name_uniq = models.UniqueIndex("(agreement_id, name)", "The agreement has this zone already.")

    @api.constrains("zips")
    def _check_zips(self):
        for zone in self:
            try:
                zone.to_zone()
            except ValueError as error:
                raise ValidationError(
                    self.env._("Zone “%(zone)s”: %(why)s.", zone=zone.name, why=error)
                ) from error

    @api.private
    def to_zone(self):
        """This zone as the value that decides (``core.zone.Zone``).

        :raises ValueError: where its postal codes cannot be read
        """
        self.ensure_one()
        countries = frozenset(self.country_ids._origin.ids)
        return Zone(self.name or "", countries, read_ranges(self.zips or ""))

    def _words(self):
        """What is in the zone, for comparing versions."""
        places = ", ".join(self.country_ids.mapped("name")) or self.env._("every country")
        return f"{self.name}: {places} {self.zips or ''}".strip()
