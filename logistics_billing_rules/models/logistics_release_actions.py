from odoo import models
from odoo.exceptions import AccessError, UserError

_PREPARER = "logistics_milestone_sync.logistics_milestone_sync_group_finance_preparer"
_APPROVER = "logistics_milestone_sync.logistics_milestone_sync_group_finance_approver"


class LogisticsRelease(models.Model):
    """What finance does with releases."""

    _inherit = "logistics.release"

    def action_release(self):
        """Evaluate these releases now and invoice those that are ready. Overrides nothing.

        :raises AccessError: for users who do not prepare invoices
        :raises UserError: if the billing lane, or somebody else, works on one of them right now
        """
        self._check_finance(_PREPARER)
        releases_sudo = self._locked_sudo()
        released_sudo = releases_sudo._process(by_hand=True)
        return self._notify(releases_sudo, released_sudo)

    def action_release_again(self):
        """Invoice anew what was released before and whose invoice was cancelled.

        :raises AccessError: for users who do not approve, and for whoever released it before
        :raises UserError: if an invoice of it is still alive
        """
        self._check_finance(_APPROVER)
        for release in self:
            if release.prepared_by_id == self.env.user:
                raise AccessError(
                    self.env._("You released %s before: somebody else has to do it.", release.name)
                )
        releases_sudo = self._locked_sudo()
        if releases_sudo.line_ids.filtered("live"):
            raise UserError(
                self.env._("An invoice of this release is still alive. Cancel it first.")
            )
        releases_sudo.write({"released_at": False})
        return self._notify(releases_sudo, releases_sudo._process(by_hand=True))

    def action_withdraw(self):
        """Cancel the draft invoices of these releases, and look at the facts again.

        What is ready is invoiced anew if the agreement says so, from the order and the prices of
        now: so a changed price comes from there and never from the draft.

        :raises UserError: if an invoice is posted already
        """
        self._check_finance(_PREPARER)
        releases_sudo = self._locked_sudo()
        moves_sudo = releases_sudo.line_ids.filtered("live").move_line_id.move_id
        if not moves_sudo or any(m.state != "draft" or m.posted_before for m in moves_sudo):
            raise UserError(
                self.env._("Only a release whose invoices are drafts can be withdrawn.")
            )
        releases_sudo._withdraw()
        return self._notify(releases_sudo, releases_sudo._process())

    def action_evaluate(self):
        """Look at the facts again now. What is ready is invoiced if the agreement says so."""
        self._check_finance(_PREPARER)
        self._locked_sudo()._process()

    def action_request_approval(self):
        """Ask finance to bill in spite of open exceptions, and doubtful charges as they are."""
        self._check_finance(_PREPARER)
        cases = self.shipment_id.exception_ids.filtered(
            lambda case: case.state == "open"
            and not case.billing_approved
            and not case.pending_approval
        )
        asked = self._ask_to_accept_charges()
        if not cases and not asked:
            raise UserError(self.env._("No exception and no charge waits for a request."))
        result = cases.action_request_billing_approval() if cases else None
        self._locked_sudo()._process()
        return result

    def action_approve(self):
        """Approve the request that holds each of these releases."""
        return self._decide_approvals("action_approve")

    def action_reject(self, answer=""):
        """Reject the request that holds each of these releases.

        :param str answer: tells the requester why; without it, the dialog that asks for one
        """
        return self._decide_approvals("action_reject", *([answer] if answer else []))

    def _decide_approvals(self, action, *values):
        approvals = self.approval_id.filtered(lambda approval: approval.state == "pending")
        if not approvals:
            raise UserError(self.env._("Nothing waits for your decision here."))
        result = getattr(approvals, action)(*values)
        self._locked_sudo()._process()
        return result

    # === Helpers === #

    def _check_finance(self, group):
        self.check_access("write")
        if not self.env.user.has_group(group):
            raise AccessError(self.env._("Only %s may do this.", self.env.ref(group).full_name))

    def _locked_sudo(self):
        """The same releases, elevated and locked. The caller's rights were checked."""
        releases_sudo = self.sudo().with_context(tracking_disable=True)
        locked_sudo = releases_sudo._lock()
        if len(locked_sudo) < len(self):
            raise UserError(
                self.env._("These are being worked on right now. Try again in a moment.")
            )
        return locked_sudo

    def _notify(self, releases_sudo, released_sudo):
        waiting = [release._why_text() for release in releases_sudo - released_sudo]
        message = self.env._("%s released.", len(released_sudo))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if released_sudo else "warning",
                "message": "\n".join([message, *waiting[:10]]),
                "sticky": bool(waiting),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
