from odoo import api, fields, models

_GROUP = "logistics_milestone_sync.logistics_milestone_sync_group_manager"
# Whose word the files are. Everything here was looked at by a second person.
_LOOKED_AT = (
    *("connection_id", "url", "server_url", "host_key"),
    *("in_folder", "pattern", "marker", "charset", "out_folder"),
)


class LogisticsFolder(models.Model):
    """Going live: who puts files there speaks as the carrier, so nobody alone chooses the place."""

    _name = "logistics.folder"
    _inherit = ["logistics.folder", "logistics.live.mixin"]

    approved_digest = fields.Char(groups=fields.NO_ACCESS, copy=False)

    def write(self, vals):
        result = super().write(vals)
        if set(_LOOKED_AT) & set(vals):
            active = self.filtered(lambda folder: folder.state == "active")
            if self.env.su:
                active._look_at()
            # The right to change them was checked; the state is nobody's to write.
            for folder_sudo in active.sudo():
                folder_sudo._stopped_unseen()
        return result

    def _look_at(self):
        """What is picked up now counts as approved. Called elevated."""
        for folder in self:
            folder.approved_digest = folder._digest_of_looked_at()

    def _stopped_unseen(self):
        """Stop if this is another place than was approved; whether it did. Called elevated.

        The worker looks, too: a connection may have become one for production meanwhile.
        """
        if not self._is_unseen():
            return False
        self._move_to(
            "paused", last_error=self.env._("It was changed. Start it again, for a second look.")
        )
        return True

    def action_start(self):
        """Override: in production, a second person looks at whose files are taken.

        :return: a notification if a second person was asked
        """
        self.check_access("write")
        # Elevated code is an installation or a shell, and no person.
        if self.env.su:
            self._look_at()
        asking = self.filtered(lambda folder: not self.env.su and folder._is_unseen())
        super(LogisticsFolder, self - asking).action_start()
        if not asking:
            return None
        asking._raise_unusable()
        for folder in asking:
            folder._ask_to_start()
        return self._tell_asked(
            self.env._("A second person has to approve that it starts. They were told.")
        )

    def _is_unseen(self):
        return (
            self.connection_id.environment == "production"
            and self.company_id.logistics_second_person_live
            and self.sudo().approved_digest != self._digest_of_looked_at()
        )

    def _ask_to_start(self):
        note = self.env._(
            "Files like %(pattern)s in %(place)s are taken, and count as the word of %(system)s.",
            pattern=self.pattern,
            place="/".join(filter(None, (self.url, self.in_folder))),
            system=self.system_id.name,
        )
        self._ask_second_person("folder_live", note)

    def _looked_at(self):
        """Override: whose files are taken, and which."""
        return [str(self[name]) for name in _LOOKED_AT]

    def _on_approval_decided(self, approval):
        """Override of `logistics_milestone_sync`: begin. Called elevated."""
        super()._on_approval_decided(approval)
        if approval.state == "approved":
            self.approved_digest = self.asked_digest
            self._start()


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
