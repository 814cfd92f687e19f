from odoo import api, fields, models

_GROUP = "logistics_milestone_sync.logistics_milestone_sync_group_manager"
# Whose word the answers are. Everything here was looked at by a second person.
_LOOKED_AT = (
    "connection_id",
    "url",
    "method",
    "headers",
    "body",
    "account",
    "allowed_hosts",
    "token_url",
    "paging_kind",
    "paging_more",
    "paging_parameter",
)


class LogisticsPoll(models.Model):
    """Going live: who answers a plan speaks as the carrier, so nobody alone chooses whom we ask."""

    _name = "logistics.poll"
    _inherit = ["logistics.poll", "logistics.live.mixin"]

    approved_digest = fields.Char(groups=fields.NO_ACCESS, copy=False)

    def write(self, vals):
        result = super().write(vals)
        if set(_LOOKED_AT) & set(vals):
            active = self.filtered(lambda poll: poll.state == "active")
            if self.env.su:
                active._look_at()
            # The right to change them was checked; the state is nobody's to write.
            for poll_sudo in active.sudo():
                poll_sudo._stopped_unseen()
        return result

    def _look_at(self):
        """What is asked now counts as approved. Called elevated."""
        for poll in self:
            poll.approved_digest = poll._digest_of_looked_at()

    def _stopped_unseen(self):
        """Stop if this asks otherwise than was approved; whether it did. Called elevated.

        The worker looks, too: a connection may have become one for production meanwhile.
        """
        if not self._is_unseen():
            return False
        self._move_to(
            "paused", last_error=self.env._("It was changed. Start it again, for a second look.")
        )
        return True

    def action_start(self):
        """Override: in production, a second person looks at whom we ask.

        :return: a notification if a second person was asked
        """
        self.check_access("write")
        # Elevated code is an installation or a shell, and no person.
        if self.env.su:
            self._look_at()
        asking = self.filtered(lambda poll: not self.env.su and poll._is_unseen())
        super(LogisticsPoll, self - asking).action_start()
        if not asking:
            return None
        asking._raise_unusable()
        for poll in asking:
            poll._ask_to_start()
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
            "%(url)s is asked, and what it answers counts as the word of %(system)s.",
            url=self.url,
            system=self.system_id.name,
        )
        self._ask_second_person("polling_live", note)

    def _looked_at(self):
        """Override: whom we ask, and what."""
        return [str(self[name]) for name in _LOOKED_AT]

    def _on_approval_decided(self, approval):
        """Override of `logistics_milestone_sync`: begin asking. Called elevated."""
        super()._on_approval_decided(approval)
        if approval.state == "approved":
            self.approved_digest = self.asked_digest
            self._start()


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
