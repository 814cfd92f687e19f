from odoo import api, models

_MEASURES = {"volume", "length_cm", "width_cm", "height_cm"}


class LogisticsPackage(models.Model):
    """Packages are counted and measured by prices: a change of them changes what is charged."""

    _inherit = "logistics.package"

    @api.model_create_multi
    def create(self, vals_list):
        packages = super().create(vals_list)
        self.env["logistics.release"]._mark_stale(packages.sudo().shipment_id)
        return packages

    def write(self, vals):
        result = super().write(vals)
        if _MEASURES & vals.keys():
            self.env["logistics.release"]._mark_stale(self.sudo().shipment_id)
        return result

    def unlink(self):
        shipments_sudo = self.sudo().shipment_id
        result = super().unlink()
        self.env["logistics.release"]._mark_stale(shipments_sudo)
        return result
