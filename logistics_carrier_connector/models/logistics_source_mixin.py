from odoo import fields, models


class LogisticsSourceMixin(models.AbstractModel):
    """A place that is looked at by itself, and whose word is that of the connection's system.

    In production nobody alone chooses such a place: it starts when a second person approves, and
    stops when it is changed.
    """

    _name = "logistics.source.mixin"
    _description = "Source that a second person looks at"
    _inherit = ["logistics.live.mixin"]

    # Whose word it is: everything here was looked at by a second person.
    _looked_at_fields = ()

    approved_digest = fields.Char(groups=fields.NO_ACCESS, copy=False)

    def write(self, vals):
        result = super().write(vals)
        if set(self._looked_at_fields) & set(vals):
            active = self.filtered(lambda source: source.state == "active")
            if self.env.su:
                active._look_at()
            # The right to change them was checked; the state is nobody's to write.
            for source_sudo in active.sudo():
                source_sudo._stopped_unseen()
        return result

    def _look_at(self):
        """What is there now counts as approved. Called elevated."""
        for source in self:
            source.approved_digest = source._digest_of_looked_at()

    def _stopped_unseen(self):
        """Stop if this is something else than was approved; whether it did. Called elevated.

        The worker looks, too: a connection may have become one for production meanwhile.
        """
        if not self._is_unseen():
            return False
        self._move_to(
            "paused", last_error=self.env._("It was changed. Start it again, for a second look.")
        )
        return True

    def action_start(self):
        """Begin, or go on. In production, a second person approves it first.

        :return: a notification if a second person was asked
        :raises UserError: if one of these cannot be used as it is
        """
        self.check_access("write")
        # Elevated code is an installation or a shell, and no person.
        if self.env.su:
            self._look_at()
        self._raise_unusable()
        asking = self.filtered(lambda source: not self.env.su and source._is_unseen())
        # The right to change them was checked; the state is nobody's to write.
        (self - asking).sudo()._start()
        return asking._ask_to_start()

    def action_pause(self):
        """Rest until somebody starts it again. What is under way is finished."""
        self.check_access("write")
        # The right to change them was checked; the state is nobody's to write.
        self.sudo()._move_to("paused")

    def _is_unseen(self):
        return (
            self.connection_id.environment == "production"
            and self.company_id.logistics_second_person_live
            and self.sudo().approved_digest != self._digest_of_looked_at()
        )

    def _ask_to_start(self):
        """Have a second person asked to start these.

        :return: the notification that tells so; ``None`` if there are none
        :raises UserError: if that was asked for already
        """
        if not self:
            return None
        for source in self:
            source._ask_second_person(*source._asked_to_start())
        return self._tell_asked(
            self.env._("A second person has to approve that it starts. They were told.")
        )

    def _asked_to_start(self):
        """Kind of the approval, and what it is about in words; to be overridden."""
        raise NotImplementedError

    def _looked_at(self):
        """Override: whose word it is."""
        return [str(self[name]) for name in self._looked_at_fields]

    def _on_approval_decided(self, approval):
        """Override of `logistics_milestone_sync`: begin. Called elevated."""
        super()._on_approval_decided(approval)
        if approval.state == "approved":
            self.approved_digest = self.asked_digest
            self._start()

    # === How it goes === #

    def _breaker_allows(self):
        return not self._has_breaker() or self.connection_id._may_attempt()

    def _tell_failing(self):
        """One open activity per person says what does not work here."""
        if self._failure_activities():
            return
        for user in self.connection_id._people():
            self.connection_id.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self._failure_summary(),
                note=self.last_error,
                user_id=user.id,
            )

    def _failure_activities(self):
        summary = self._failure_summary()
        return self.connection_id.activity_ids.filtered(lambda each: each.summary == summary)

    # === To be overridden === #

    def _raise_unusable(self):
        """:raises UserError: if one of these cannot be used as it is"""
        raise NotImplementedError

    def _start(self):
        """Work from now on. Called elevated, after all checks."""
        raise NotImplementedError

    def _has_breaker(self):
        """Whether failures here pause the whole connection."""
        raise NotImplementedError

    def _failure_summary(self):
        """What does not work, for the activity; the same text every time."""
        raise NotImplementedError
