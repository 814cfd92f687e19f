from odoo import api, fields, models, tools

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

    @api.model
    @tools.ormcache("lane")
    def _of_lane(self, lane):
        """Ids of the active workers of a lane; every sender waits for the answer."""
        return tuple(self.sudo().search([("logistics_lane", "=", lane)]).ids)

    @api.model_create_multi
    def create(self, vals_list):
        crons = super().create(vals_list)
        if crons.filtered("logistics_lane"):
            self.env.registry.clear_cache()
        return crons

    def write(self, vals):
        result = super().write(vals)
        if {"active", "logistics_lane"} & set(vals):
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result
