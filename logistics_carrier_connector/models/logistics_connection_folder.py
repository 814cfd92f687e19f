from odoo import fields, models
from odoo.exceptions import UserError


class LogisticsConnection(models.Model):
    """A connection whose system puts files somewhere, beside or instead of its pushes."""

    _inherit = "logistics.connection"

    folder_ids = fields.One2many("logistics.folder", "connection_id", "File Exchanges")
    folder_count = fields.Integer(compute="_compute_folder_count")

    def _compute_folder_count(self):
        counts = dict(
            self.env["logistics.folder"]._read_group(
                [("connection_id", "in", self.ids)], ["connection_id"], ["__count"]
            )
        )
        for connection in self:
            connection.folder_count = counts.get(connection, 0)

    def action_look_now(self):
        """Look at all active file exchanges of this connection, at once.

        :raises UserError: if there is none
        """
        self.check_access("write")
        active = self.folder_ids.filtered(lambda folder: folder.state == "active")
        if not active:
            raise UserError(
                self.env._(
                    "%s has no active file exchange. Add one under Files and start it.",
                    self[:1].display_name,
                )
            )
        return active.action_look_now()

    def action_open_files(self):
        """Open the files that were picked up for this connection."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_carrier_connector.logistics_folder_file_action"
        )
        return action | {"domain": [("folder_id.connection_id", "=", self.id)], "context": {}}

    def _only_asks(self):
        """Override: whose files are picked up need not send anything either."""
        return super()._only_asks() or (bool(self.folder_ids) and not self.sudo().secret_ids)
