from odoo import models
from odoo.tools import SQL

_PRICED_BY = {"country_id", "state_id", "zip", "tz", "category_id"}


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        """Override of `base`: prices depend on where goods go and on the tags of who pays."""
        result = super().write(vals)
        if self.ids and _PRICED_BY & vals.keys():
            self.env["logistics.release"]._mark_stale_where(
                SQL(
                    """state NOT IN ('released', 'cancelled') AND (
                        partner_id = ANY(%(ids)s) OR shipment_id IN (
                            SELECT id FROM logistics_shipment WHERE partner_id = ANY(%(ids)s)))""",
                    ids=self.ids,
                )
            )
        return result
