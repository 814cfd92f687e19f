from odoo import models
from odoo.exceptions import AccessError, UserError

_PREPARER = "logistics_milestone_sync.logistics_milestone_sync_group_finance_preparer"
_APPROVER = "logistics_milestone_sync.logistics_milestone_sync_group_finance_approver"


class LogisticsRelease(models.Model):
    """What finance does with releases."""

    _inherit = "logistics.release"

    def action_release(self):
        """Evaluate these releases now and invoice those that are ready. Overrides nothing.

        :return: a notification that names those that were not released, and why
        :raises AccessError: for users who do not prepare invoices
        :raises UserError: about a single one that cannot be, or that somebody works on right now
        """
        self._check_finance(_PREPARER)
        releases_sudo, left = self._workable_sudo()
        before_sudo = releases_sudo.filtered("released_at")
        if len(self) == 1:
            releases_sudo._process(by_hand=True)
        else:
            releases_sudo._isolated(lambda some: some._process(by_hand=True))
        released_sudo = releases_sudo.filtered("released_at") - before_sudo
        left |= {r: r.error or r._reason_text() for r in releases_sudo - released_sudo}
        return self._summary(self.env._("%s released.", len(released_sudo)), left)

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
        released_sudo = releases_sudo._process(by_hand=True)
        left = {release: release._reason_text() for release in releases_sudo - released_sudo}
        return self._summary(self.env._("%s released.", len(released_sudo)), left)

    def action_withdraw(self):
        """Cancel the draft invoices of these releases, and look at the facts again.

        What is ready is invoiced anew if the agreement says so, from the order and the prices of
        now: so a changed price comes from there and never from the draft.

        :raises UserError: about a single one whose invoice is posted already
        """
        self._check_finance(_PREPARER)
        releases_sudo, left = self._workable_sudo()
        drafts_sudo, refused = releases_sudo._each(lambda release: release._check_drafts_only())
        drafts_sudo._withdraw()
        drafts_sudo._process()
        done = self.env._("%s withdrawn.", len(drafts_sudo))
        return self._summary(done, left | refused)

    def _check_drafts_only(self):
        moves = self.line_ids.filtered("live").move_line_id.move_id
        if not moves or any(move.state != "draft" or move.posted_before for move in moves):
            raise UserError(
                self.env._("Only a release whose invoices are drafts can be withdrawn.")
            )

    def action_evaluate(self):
        """Look at the facts again now. What is ready is invoiced if the agreement says so."""
        self._check_finance(_PREPARER)
        self._locked_sudo()._process()

    def action_request_approval(self):
        """Ask finance to bill in spite of open exceptions, and doubtful charges as they are.

        :return: a notification, or the dialog that asks for a reason where one is required
        :raises UserError: about a single one that holds nothing to ask for
        """
        self._check_finance(_PREPARER)
        dialogs = {}
        asked, left = self._each(lambda release: dialogs.update(release._ask()))
        if dialogs:
            return self.env["logistics.exception"].union(*dialogs)._ask_for_reason()
        workable_sudo, _others = asked._workable_sudo()  # the lane looks at the others soon
        workable_sudo._process()
        return self._summary(self.env._("Finance was asked about %s.", len(asked)), left)

    def _ask(self):
        """Ask about whatever holds this release.

        :return: ``{exceptions: dialog}`` where a reason has to be chosen first
        """
        cases = self.shipment_id.exception_ids.filtered(
            lambda case: case.state == "open"
            and not case.billing_approved
            and not case.pending_approval
        )
        asked = self._ask_to_accept_charges()
        if not cases and not asked:
            raise UserError(self.env._("No exception and no charge waits for a request."))
        dialog = cases.action_request_billing_approval() if cases else None
        return {cases: dialog} if dialog else {}

    def action_approve(self):
        """Approve the requests that hold these releases."""
        return self._decide_approvals("action_approve")

    def action_reject(self, answer=""):
        """Reject the requests that hold these releases.

        :param str answer: tells the requester why; without it, the dialog that asks for one
        """
        return self._decide_approvals("action_reject", *([answer] if answer else []))

    def _decide_approvals(self, action, *values):
        waiting = self.filtered(lambda release: release.approval_id.state == "pending")
        nothing = self.env._("Nothing waits for your decision here.")
        if not waiting:
            raise UserError(nothing)
        approvals = waiting.approval_id
        result = getattr(approvals, action)(*values)
        waiting._workable_sudo()[0]._process()
        left = dict.fromkeys(self - waiting, nothing)
        if result or (len(self) == 1 and not left):
            return result  # a dialog, or what was refused and why
        return self._summary(self.env._("%s decided.", len(approvals)), left)

    def action_assign(self):
        """Open the dialog that gives these releases to somebody."""
        self._check_finance(_PREPARER)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Assign"),
            "res_model": "logistics.release.assignment",
            "view_mode": "form",
            "target": "new",
            "context": {"default_release_ids": self.ids},
        }

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
