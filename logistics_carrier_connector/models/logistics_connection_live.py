import hashlib
import json

from odoo import api, fields, models
from odoo.exceptions import UserError

_FIXED_ONCE_OPEN = {"system_id", "company_id", "environment"}


class LogisticsConnection(models.Model):
    """Going live: a carrier whose words count needs a second person who looked at it."""

    _name = "logistics.connection"
    _inherit = ["logistics.connection", "logistics.approvable.mixin"]

    live_approval_id = fields.Many2one(
        "logistics.approval",
        "Going Live",
        compute="_compute_live_approval_id",
        help="The request to go live that waits for a second person.",
    )
    # What was asked for: another secret, profile or system than that is not what was looked at.
    live_digest = fields.Char(groups=fields.NO_ACCESS, copy=False)

    @api.depends("state")
    def _compute_live_approval_id(self):
        # Whoever may read the connection may know that a request waits.
        approvals_sudo = self.env["logistics.approval"].sudo()
        pending = approvals_sudo.search(
            [
                ("kind", "=", "connection_live"),
                ("res_model", "=", "logistics.connection"),
                ("res_id", "in", self.ids),
                ("state", "=", "pending"),
            ]
        )
        by_id = {approval.res_id: approval for approval in pending}
        for connection in self:
            connection.live_approval_id = by_id.get(connection.id, False)

    def write(self, vals):
        if _FIXED_ONCE_OPEN & set(vals) and not self.env.su:
            self._check_still_draft()
        return super().write(vals)

    def _check_still_draft(self):
        """What is approved once would otherwise become something else afterwards.

        :raises UserError: if one of these connections was opened before
        """
        if any(connection.state != "draft" for connection in self):
            raise UserError(
                self.env._(
                    "The system, the company and the environment of a connection are fixed once "
                    "it is open. Archive it and make a new one instead."
                )
            )

    def action_activate(self):
        """Override: in production, whoever asks is not the one who opens.

        :return: a notification if a second person was asked
        """
        self.check_access("write")
        asking = self.filtered(lambda connection: connection._needs_second_person())
        super(LogisticsConnection, self - asking).action_activate()
        if not asking:
            return None
        asking._check_provable()
        for connection in asking:
            connection._ask_to_go_live()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "A second person has to approve that it goes live. They were told."
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _check_provable(self):
        """:raises UserError: if no sender could prove anything at one of these"""
        for connection in self:
            if unprovable := connection._why_unprovable():
                raise UserError(unprovable)

    def _open(self):
        """Take and process messages from now on. Called elevated, after all checks."""
        self._move_to("active")
        self.env["logistics.message"]._wake_lanes(set(self.mapped("lane")))

    def _needs_second_person(self):
        # Elevated code is an installation or a shell, and no person.
        return (
            not self.env.su
            and self.state == "draft"
            and self.environment == "production"
            and self.company_id.logistics_second_person_live
        )

    def _ask_to_go_live(self):
        if self.live_approval_id:
            raise UserError(self.env._("%s was submitted for approval already.", self.name))
        # The right to change it was checked; what was looked at is nobody's to write.
        connection_sudo = self.sudo()
        connection_sudo.live_digest = connection_sudo._digest_of_settings()
        kinds = dict(self._fields["verifier_kind"]._description_selection(self.env))
        proofs = (kinds[self.verifier_kind], *self.proof_ids.mapped("display_name"))
        note = self.env._(
            "%(system)s speaks here, read as %(profile)s. Proof: %(proofs)s.",
            system=self.system_id.name,
            profile=self.mapping_id.name,
            proofs=", ".join(proofs),
        )
        self.env["logistics.approval"]._request(self, "connection_live", note=note)
        self.invalidate_recordset(["live_approval_id"])

    def _digest_of_settings(self):
        """A short name of everything that a second person has looked at."""
        names = sorted(self._watched_fields() - {"state", "active", "token"})
        values = [str(self[name]) for name in names]
        proofs = [(each.id, each.verifier_kind, each._verifier_config()) for each in self.proof_ids]
        secrets = sorted(self.secret_ids.ids)
        data = json.dumps([values, proofs, secrets], sort_keys=True, default=str)
        return hashlib.sha256(data.encode()).hexdigest()

    def _approval_obsolete(self, approval):
        """Override of `logistics_milestone_sync`."""
        if self.state != "draft":
            return self.env._("%s is open already.", self.name)
        if self.live_digest != self._digest_of_settings():
            return self.env._(
                "%s was changed after it was submitted. Reject the request; whoever made the "
                "change asks again.",
                self.name,
            )
        return self._why_unprovable()

    def _on_approval_decided(self, approval):
        """Override of `logistics_milestone_sync`: open it. Called elevated."""
        super()._on_approval_decided(approval)
        if approval.state == "approved":
            self._open()


class LogisticsApproval(models.Model):
    _inherit = "logistics.approval"

    kind = fields.Selection(
        selection_add=[("connection_live", "A connection goes live")],
        ondelete={"connection_live": "cascade"},
    )

    @api.model
    def _approver_group(self, kind):
        """Override of `logistics_milestone_sync`."""
        if kind == "connection_live":
            return "logistics_milestone_sync.logistics_milestone_sync_group_manager"
        return super()._approver_group(kind)
