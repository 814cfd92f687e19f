from odoo import models


class LogisticsSystem(models.Model):
    _inherit = "logistics.system"

    def write(self, vals):
        result = super().write(vals)
        if "client_id" in vals:
            # Messages carry the client of the system, as the accept path remembers it.
            self.flush_model()
            self.env["logistics.connection"]._forget_doors()
        return result
