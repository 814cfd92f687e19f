from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def session_info(self):
        """Override of `web`: whether the command palette offers to find shipments."""
        info = super().session_info()
        info["logistics_finds_shipments"] = self.env["logistics.shipment"].has_access("read")
        return info
