import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .clashes import CLASHES

_logger = logging.getLogger(__name__)


class LogisticsApproval(models.Model):
    """Who decides, when, and what a late decision finds."""

    _inherit = "logistics.approval"

    obstacle = fields.Char(
        "Why Not", compute="_compute_obstacle", help="Why you cannot decide this request."
    )

    @api.depends_context("uid")
    @api.depends("state")
    def _compute_obstacle(self):
        for approval in self:
            try:
                approval._check_may_decide()
                approval._check_as_asked()
                approval.obstacle = False
            except UserError as refusal:
                approval.obstacle = str(refusal)

    def action_approve(self):
        """Approve, as somebody of the approver group who did not ask for it.

        Of several, those that he may not approve are left alone and named.

        :raises AccessError: for whoever may not decide it
        :raises UserError: if it was decided, has expired, or is about something that has changed
        """
        return self._decide_each("approved")

    def action_reject(self, answer="", reason_code=""):
        """Reject, as somebody of the approver group who did not ask for it.

        Of several, those that he may not reject are left alone and named.

        :param str answer: tells the requester why; without it, the dialog that asks for one
        :param str reason_code: code of a reason for rejections
        """
        self.check_access("read")
        if not (answer or "").strip():
            return self._ask_for_answer()
        reasons_sudo = self.env["logistics.reason.code"].sudo()
        reason_sudo = reasons_sudo._find("rejection", reason_code or "")
        return self._decide_each(
            "rejected", decision_note=answer.strip(), rejection_reason_id=reason_sudo.id
        )

    def action_withdraw(self):
        """Take back requests of one's own that nobody has decided yet.

        :raises AccessError: for requests of others
        """
        self.check_access("read")
        for approval in self:
            if approval.requester_id != self.env.user:
                raise AccessError(
                    self.env._("Only %s can withdraw this request.", approval.requester_id.name)
                )
            approval._check_pending()
        # They are his own requests; writing is nobody's right but this method's.
        self_sudo = self.sudo()
        self_sudo._close("withdrawn")

    def _ask_for_answer(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reject"),
            "res_model": "logistics.approval.rejection",
            "view_mode": "form",
            "target": "new",
            "context": {"default_approval_ids": self.ids},
        }

    def _decide_each(self, decision, **values):
        """Decide each of these by itself, so that one that cannot be does not hold the others."""
        self.check_access("read")
        if not self:
            return None
        # Shipments are locked first, in id order, by everything that changes facts or money.
        self.sudo().shipment_id._lock_in_order()
        if len(self) == 1:
            self._decide(decision, **values)
            return None
        refusals = []
        for approval in self:
            try:
                with self.env.cr.savepoint():
                    approval._decide(decision, **values)
            except UserError as refusal:
                refusals.append(f"{approval.name}: {refusal}")
        if len(refusals) == len(self):
            raise UserError("\n".join(refusals))
        return self._notify_refusals(len(self) - len(refusals), refusals)

    def _notify_refusals(self, done, refusals):
        if not refusals:
            return None
        message = self.env._("%(done)s decided, %(left)s left:", done=done, left=len(refusals))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "message": "\n".join([message, *refusals]),
                "sticky": True,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _decide(self, decision, **values):
        self.ensure_one()
        self._check_may_decide()
        if decision == "approved":
            self._check_as_asked()
        # The approver's right was checked above; writing is nobody's right but this method's.
        approval_sudo = self.sudo()
        approval_sudo._close(decision, approver_id=self.env.uid, **values)

    def _close(self, state, **values):
        """End these pending requests and act on it. Called elevated, after all checks."""
        self.shipment_id._lock_in_order()
        locked = self.try_lock_for_update()
        if len(locked) < len(self):
            raise UserError(self.env._("Somebody else is deciding this right now."))
        moved = self._move_to(state, decided_at=fields.Datetime.now(), **values)
        for approval in moved:
            record = approval._record()
            if record:
                record._on_approval_decided(approval)
        moved._decided()

    # === What stands against it === #

    def _check_may_decide(self):
        self.ensure_one()
        self._check_pending()
        group = self.env.ref(self._approver_group(self.kind))
        if not self.env.user.has_group(self._approver_group(self.kind)):
            raise AccessError(self.env._("Only %s may decide this.", group.sudo().full_name))
        if self.requester_id == self.env.user:
            raise AccessError(
                self.env._("You asked for this yourself: somebody else has to decide it.")
            )
        if self.expires_at and self.expires_at < fields.Datetime.now():
            raise UserError(self.env._("This request has expired. Ask for it again."))
        # What is decided about was read by whoever may read the request.
        record_sudo = self.sudo()._record()
        conflict = record_sudo._approval_conflict(self) if record_sudo else ""
        refused = self.env["logistics.duty.conflict"]._refusals(f"{self.kind}.approve", record_sudo)
        conflict = conflict or refused.get(record_sudo.id)
        if conflict:
            raise AccessError(conflict)

    def _check_pending(self):
        if self.state != "pending":
            states = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(name)s was closed before: %(state)s.",
                    name=self.name,
                    state=states[self.state],
                )
            )

    def _check_as_asked(self):
        """Raise if what was asked for is gone or has changed since."""
        record_sudo = self.sudo()._record()
        if not record_sudo:
            raise UserError(
                self.env._(
                    "%s does not exist any more: nothing to approve. Reject the request.",
                    self.res_name,
                )
            )
        obsolete = record_sudo._approval_obsolete(self)
        if obsolete:
            raise UserError(obsolete)

    @api.model
    def _cron_expire(self):
        """Close requests that nobody decided in time, and let what they are about know."""
        late = [("state", "=", "pending"), ("expires_at", "<", fields.Datetime.now())]
        approvals = self.search(late, order="id")
        self.env["ir.cron"]._commit_progress(remaining=len(approvals))
        for approval in approvals:
            try:
                approval.shipment_id._lock_in_order()
                approval.try_lock_for_update().filtered_domain(late)._close("expired")
            except CLASHES:
                self.env.cr.rollback()  # the next run finds it again
                continue
            except UserError:
                self.env.cr.rollback()  # one that cannot be closed does not hold the others
                _logger.exception("Approval %s cannot expire", approval.id)
                continue
            if not self.env["ir.cron"]._commit_progress(1):
                return
