from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .ir_cron import MOST_WORKERS


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    logistics_second_person_live = fields.Boolean(
        related="company_id.logistics_second_person_live", readonly=False
    )
    logistics_replay_alone = fields.Integer(
        related="company_id.logistics_replay_alone", readonly=False
    )
    logistics_workers_visibility = fields.Integer("Workers of the Lane Visibility")
    logistics_workers_batch = fields.Integer("Workers of the Lane Batch")

    @api.model
    def get_values(self):
        """Override: the workers of a lane are scheduled actions."""
        crons = self.env["ir.cron"]
        return super().get_values() | {
            "logistics_workers_visibility": len(crons._of_lane("visibility")),
            "logistics_workers_batch": len(crons._of_lane("batch")),
        }

    def set_values(self):
        """Override: make, or archive, scheduled actions."""
        super().set_values()
        for lane in ("visibility", "batch"):
            self.env["ir.cron"]._set_lane_workers(lane, self[f"logistics_workers_{lane}"])

    @api.constrains("logistics_workers_visibility", "logistics_workers_batch")
    def _check_logistics_workers(self):
        for settings in self:
            for lane in ("visibility", "batch"):
                if not 1 <= settings[f"logistics_workers_{lane}"] <= MOST_WORKERS:
                    raise ValidationError(self.env._("A lane has 1 to %s workers.", MOST_WORKERS))
