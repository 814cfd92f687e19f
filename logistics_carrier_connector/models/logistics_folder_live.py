from odoo import api, fields, models

_GROUP = "logistics_milestone_sync.logistics_milestone_sync_group_manager"


class LogisticsFolder(models.Model):
    """Going live: who puts files there speaks as the carrier, so nobody alone chooses the place."""

    _inherit = "logistics.folder"

    _looked_at_fields = (
        *("connection_id", "url", "server_url", "host_key"),
        *("in_folder", "pattern", "marker", "charset", "out_folder"),
    )

    def _asked_to_start(self):
        """Override: whose files are taken, and which."""
        note = self.env._(
            "Files like %(pattern)s in %(place)s are taken, and count as the word of %(system)s.",
            pattern=self.pattern,
            place="/".join(filter(None, (self.url, self.in_folder))),
            system=self.system_id.name,
        )
        return "folder_live", note


class LogisticsApproval(models.Model):
    _inherit = "logistics.approval"

    kind = fields.Selection(
        selection_add=[("folder_live", "Files are picked up")],
        ondelete={"folder_live": "cascade"},
    )

    @api.model
    def _approver_group(self, kind):
        """Override of `logistics_milestone_sync`."""
        return _GROUP if kind == "folder_live" else super()._approver_group(kind)
