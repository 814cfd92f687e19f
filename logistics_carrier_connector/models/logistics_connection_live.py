from odoo import api, fields, models
from odoo.exceptions import UserError

_FIXED_ONCE_OPEN = {"system_id", "company_id", "environment"}


class LogisticsConnection(models.Model):
    """Going live: a carrier whose words count needs a second person who looked at it."""

    _name = "logistics.connection"
    _inherit = ["logistics.connection", "logistics.live.mixin"]

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
        return self._tell_asked(
            self.env._("A second person has to approve that it goes live. They were told.")
        )

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
        kinds = dict(self._fields["verifier_kind"]._description_selection(self.env))
        proofs = (kinds[self.verifier_kind], *self.proof_ids.mapped("display_name"))
        note = self.env._(
            "%(system)s speaks here, read as %(profile)s. Proof: %(proofs)s.",
            system=self.system_id.name,
            profile=self.mapping_id.name,
            proofs=", ".join(proofs),
        )
        self._ask_second_person("connection_live", note)

    def _looked_at(self):
        """Override: the settings, the proofs, and which secrets there are."""
        names = sorted(self._watched_fields() - {"state", "active", "token"})
        values = [str(self[name]) for name in names]
        proofs = [(each.id, each.verifier_kind, each._verifier_config()) for each in self.proof_ids]
        secrets = sorted(self.secret_ids.ids)
        return [values, proofs, secrets]

    def _approval_obsolete(self, approval):
        """Override of `logistics_milestone_sync`."""
        if self.state != "draft":
            return self.env._("%s is open already.", self.name)
        return super()._approval_obsolete(approval) or self._why_unprovable()

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
