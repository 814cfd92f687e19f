import hashlib
import json

from odoo import api, fields, models
from odoo.exceptions import UserError

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
    _inherit = ["logistics.poll", "logistics.approvable.mixin"]

    live_approval_id = fields.Many2one(
        "logistics.approval",
        "Starting",
        compute="_compute_live_approval_id",
        help="The request to start that waits for a second person.",
    )
    # What was asked for, and what was approved last.
    asked_digest = fields.Char(groups=fields.NO_ACCESS, copy=False)
    approved_digest = fields.Char(groups=fields.NO_ACCESS, copy=False)

    @api.depends("state")
    def _compute_live_approval_id(self):
        # Whoever may read the plan may know that a request waits.
        approvals_sudo = self.env["logistics.approval"].sudo()
        pending = approvals_sudo.search(
            [
                ("kind", "=", "polling_live"),
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("state", "=", "pending"),
            ]
        )
        by_id = {approval.res_id: approval for approval in pending}
        for poll in self:
            poll.live_approval_id = by_id.get(poll.id, False)

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
            poll.approved_digest = poll._digest_of_question()

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
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "A second person has to approve that it starts. They were told."
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _is_unseen(self):
        return (
            self.connection_id.environment == "production"
            and self.company_id.logistics_second_person_live
            and self.sudo().approved_digest != self._digest_of_question()
        )

    def _ask_to_start(self):
        if self.live_approval_id:
            raise UserError(self.env._("%s was submitted for approval already.", self.name))
        # The right to change it was checked; what was looked at is nobody's to write.
        self.sudo().asked_digest = self._digest_of_question()
        note = self.env._(
            "%(url)s is asked, and what it answers counts as the word of %(system)s.",
            url=self.url,
            system=self.system_id.name,
        )
        self.env["logistics.approval"]._request(self, "polling_live", note=note)
        self.invalidate_recordset(["live_approval_id"])

    def _digest_of_question(self):
        """A short name of everything that a second person has looked at."""
        values = [str(self[name]) for name in _LOOKED_AT]
        return hashlib.sha256(json.dumps(values).encode()).hexdigest()

    def _approval_obsolete(self, approval):
        """Override of `logistics_milestone_sync`."""
        if self.sudo().asked_digest != self._digest_of_question():
            return self.env._(
                "%s was changed after it was submitted. Reject the request; whoever made the "
                "change asks again.",
                self.name,
            )
        return super()._approval_obsolete(approval)

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
