from odoo import SUPERUSER_ID, models

_ACTIVITY = "logistics_milestone_sync.mail_activity_type_approval"


class LogisticsApproval(models.Model):
    """Approvers find what waits for them; whoever asked hears what became of it."""

    _inherit = "logistics.approval"

    def _announce(self):
        """Tell people about these requests that were made or closed just now. Elevated."""
        waiting = self.filtered(lambda approval: approval.state == "pending")
        waiting._call_approvers()
        closed = self - waiting
        closed.activity_unlink([_ACTIVITY])
        for approval in closed:
            approval._tell_requester()

    def _call_approvers(self):
        for approval in self.with_context(mail_activity_quick_update=True):
            for user in approval._approvers():
                approval.activity_schedule(_ACTIVITY, summary=approval.name, user_id=user.id)

    def _approvers(self):
        """The people who might decide this request."""
        group = self.env.ref(self._approver_group(self.kind))
        return group.all_user_ids.filtered(
            lambda user: user.active
            and user.id != SUPERUSER_ID
            and user != self.requester_id
            and self.company_id in user.company_ids
        )

    def _tell_requester(self):
        states = dict(self._fields["state"]._description_selection(self.env))
        body = self.env._(
            "%(name)s: %(state)s. %(answer)s",
            name=self.name,
            state=states[self.state],
            answer=self.decision_note or "",
        )
        asked_by = self.requester_id.partner_id
        told = asked_by if self.requester_id.active and self.requester_id != self.env.user else None
        # Mail waits for its queue: nothing outside the database is called in this transaction.
        self.with_context(mail_notify_force_send=False).message_post(
            body=body, subtype_xmlid="mail.mt_note", partner_ids=told.ids if told else []
        )
        record = self._record()
        if record and "message_ids" in record:
            record._message_log(body=body)
