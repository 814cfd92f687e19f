from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    logistics_shipment_policy = fields.Selection(
        [
            ("confirmation", "When the delivery is confirmed"),
            ("reservation", "When the goods are reserved"),
            ("validation", "When the transfer is validated"),
            ("manual", "By hand only"),
        ],
        "Create Shipments",
        required=True,
        default="confirmation",
    )
    logistics_validate_on_dispatch = fields.Boolean(
        "Validate transfers on dispatch",
        default=True,
        help="When the warehouse or the transport system states that goods left, Odoo's transfer "
        "is validated, so that delivered quantities are true.",
    )
