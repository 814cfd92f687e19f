from odoo import api, fields, models

_GROUP = "logistics_milestone_sync.logistics_milestone_sync_group_manager"


class LogisticsPoll(models.Model):
    """Going live: who answers a plan speaks as the carrier, so nobody alone chooses whom we ask."""

    _inherit = "logistics.poll"

    _looked_at_fields = (
        *("connection_id", "url", "method", "headers", "body"),
        *("account", "allowed_hosts", "token_url"),
        *("paging_kind", "paging_more", "paging_parameter"),
    )

    def _asked_to_start(self):
        """Override: whom we ask."""
        note = self.env._(
            "%(url)s is asked, and what it answers counts as the word of %(system)s.",
            url=self.url,
            system=self.system_id.name,
        )
        return "polling_live", note


class LogisticsApproval(models.Model):
    _inherit = "logistics.approval"

    kind = fields.Selection(
        selection_add=[("polling_live", "A carrier is asked")],
        ondelete={"polling_live": "cascade"},
    )

    @api.model
    def _approver_group(self, kind):
        """Override of `logistics_milestone_sync`."""
        return _GROUP if kind == "polling_live" else super()._approver_group(kind)
