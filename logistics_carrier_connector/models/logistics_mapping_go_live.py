from odoo import fields, models

from .logistics_version_approval import Point


class LogisticsMappingVersion(models.Model):
    _inherit = "logistics.mapping.version"

    dry_run_ids = fields.One2many("logistics.dry.run", "version_id", "Dry Runs")

    def action_dry_run(self):
        """Try this version on the messages of the last days."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Dry Run"),
            "res_model": "logistics.dry.run",
            "view_mode": "form",
            "context": {"default_version_id": self.id},
        }

    def _go_live_points(self):
        """Override: the text was tried on real messages after its last change."""
        # Whoever decides reads the result, also where it was asked for in another company.
        runs_sudo = self.sudo().dry_run_ids.filtered(
            lambda run: run.state == "done" and not run.is_outdated
        )
        point = Point(
            self.env._("Dry run"),
            bool(runs_sudo),
            runs_sudo[:1]._summary()
            if runs_sudo
            else self.env._("It was not tried on real messages since its last change."),
        )
        return [*super()._go_live_points(), point]
