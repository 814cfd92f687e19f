from odoo import fields, models

# Work of one lane never waits for work of another; each lane has its own scheduled actions.
LANES = [
    ("visibility", "Visibility"),
    ("batch", "Batch"),
]


class IrCron(models.Model):
    _inherit = "ir.cron"

    logistics_lane = fields.Selection(
        LANES,
        help="This action works off the messages of the lane. Copy the action to add a worker.",
    )
