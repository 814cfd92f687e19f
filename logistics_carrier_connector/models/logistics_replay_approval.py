from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount

from .logistics_replay import ADMIN

KIND = "replay"


class LogisticsReplay(models.Model):
    """From the dry run to the replay: a person starts it; with many messages, two have to agree."""

    _name = "logistics.replay"
    _inherit = ["logistics.replay", "logistics.awaiting.mixin"]

    # What the messages were read with in the dry run, see ``_means``.
    read_with = fields.Json(readonly=True)
    is_outdated = fields.Boolean(compute="_compute_is_outdated")

    @api.depends("read_with", "state")
    def _compute_is_outdated(self):
        for replay in self:
            # Whoever may read the replay may know whether it is outdated.
            replay.is_outdated = replay.state == "examined" and (
                replay.read_with != replay.sudo()._means()
            )

    def _means(self):
        """What the messages are read with now, as JSON: per connection, by its id as text."""
        overrides = self.env["logistics.mapping.override"]
        grouped = self.env["logistics.replay.line"]._read_group(
            [("replay_id", "=", self.id)], ["connection_id"]
        )
        return {
            str(connection.id): [
                connection._version_in_use().id,
                connection.contract_id.active_version_id.id,
                repr(overrides._of_connection(connection)),
            ]
            for (connection,) in grouped
        }

    def action_replay(self):
        """Replay the messages, after the dry run said what that does.

        :return: a notification if a second person was asked
        :raises UserError: if the dry run is not over, or says no longer what would happen
        """
        self.ensure_one()
        self._check_right_to_replay()
        self.check_access("write")
        if refusal := self._why_not_startable():
            raise UserError(refusal)
        # The right to replay was checked above; nobody sets the state by hand.
        replay_sudo = self.sudo()
        if not self._needs_second_person():
            replay_sudo._go(self.env.user)
            return None
        if self.pending_approval_id:
            raise UserError(self.env._("A second person was asked already."))
        self.env["logistics.approval"]._request(self, KIND, note=self._summary())
        self.invalidate_recordset(["pending_approval_id"])
        return self._tell_asked(
            self.env._("So many messages need a second person. The other administrators were told.")
        )

    def action_cancel(self):
        """Override: what was recorded stays recorded, and nobody is asked any more."""
        result = super().action_cancel()
        # The right to cancel was checked; a request about it ends with it.
        self.sudo().pending_approval_id._close("withdrawn")
        return result

    def action_examine_again(self):
        """Make the dry run once more, with what messages mean by now."""
        self.ensure_one()
        self._check_right_to_replay()
        self.check_access("write")
        if self.pending_approval_id:
            raise UserError(
                self.env._("It waits for a decision. Take it back before you change anything.")
            )
        # The rights were checked above; nobody sets these by hand.
        replay_sudo = self.sudo()
        replay_sudo._move_to("waiting", reached=0)
        replay_sudo.shipment_ids.unlink()
        replay_sudo.line_ids._forget()
        self.env.ref(self._cron).sudo()._trigger()

    def _why_not_startable(self):
        """The reason why the messages cannot be replayed now, for people; empty if they can."""
        if self.state != "examined":
            return self.env._("Replay messages after their dry run is over, and once.")
        if self.is_outdated:
            return self.env._(
                "What these messages mean was changed since the dry run. Make it once more."
            )
        if not self.line_ids.search_count(
            [("replay_id", "=", self.id), ("state", "=", "ready")], limit=1
        ):
            return self.env._("None of these messages can be replayed; each line says why.")
        return ""

    def _needs_second_person(self):
        most = self.company_id.logistics_replay_alone
        return bool(most) and self.total_count > most

    def _summary(self):
        """What the dry run found, in one sentence, for whoever decides."""
        return self.env._(
            "%(scope)s, because: %(reason)s. Of %(messages)s messages %(refused)s are not "
            "replayed; %(moved)s shipments would stand elsewhere, %(released)s would be released "
            "otherwise, invoices %(money)s.",
            scope=self.scope,
            reason=self.reason,
            messages=self.total_count,
            refused=self.trouble_count,
            moved=self.milestone_changed_count,
            released=self.release_changed_count,
            money=("+" if self.amount_difference > 0 else "")
            + format_amount(self.env, self.amount_difference, self.currency_id),
        )

    def _go(self, user):
        """Have the messages replayed, soon. Called elevated, after all checks."""
        self._move_to(
            "replaying",
            started_by_id=user.id,
            replay_started_at=fields.Datetime.now(),
            next_at=False,
        )
        self.env.ref(self._cron)._trigger()

    def _approval_obsolete(self, approval):
        """Override of `logistics_milestone_sync`."""
        return super()._approval_obsolete(approval) or self._why_not_startable()

    def _on_approval_decided(self, approval):
        """Override of `logistics_milestone_sync`: replay. Called elevated."""
        super()._on_approval_decided(approval)
        if approval.state == "approved":
            self._go(approval.requester_id)


class LogisticsApproval(models.Model):
    _inherit = "logistics.approval"

    kind = fields.Selection(
        selection_add=[(KIND, "Many messages are replayed")], ondelete={KIND: "cascade"}
    )

    @api.model
    def _approver_group(self, kind):
        """Override of `logistics_milestone_sync`: another integration administrator decides."""
        return ADMIN if kind == KIND else super()._approver_group(kind)


class ResCompany(models.Model):
    _inherit = "res.company"

    logistics_replay_alone = fields.Integer(
        "Messages one person may replay",
        default=500,
        help="More than this need a second integration administrator. 0: no limit.",
    )
