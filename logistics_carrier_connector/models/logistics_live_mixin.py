import hashlib
import json

from odoo import fields, models
from odoo.exceptions import UserError


class LogisticsLiveMixin(models.AbstractModel):
    """What counts once it is live: a second person looks at it first, and approves just that."""

    _name = "logistics.live.mixin"
    _description = "Record that goes live by a second person"
    _inherit = ["logistics.awaiting.mixin"]

    # Of what was asked for: something else than that is not what was looked at.
    asked_digest = fields.Char(groups=fields.NO_ACCESS, copy=False)

    def _looked_at(self):
        """Everything that the second person looks at, as JSON can hold it; to be overridden."""
        raise NotImplementedError

    def _digest_of_looked_at(self):
        """A short name of everything that a second person looks at."""
        data = json.dumps(self._looked_at(), sort_keys=True, default=str)
        return hashlib.sha256(data.encode()).hexdigest()

    def _ask_second_person(self, kind, note):
        """Request the approval that this goes live.

        :param str kind: of the approval
        :param str note: for who decides
        :raises UserError: if it was requested already
        """
        if self.pending_approval_id:
            raise UserError(self.env._("%s was submitted for approval already.", self.display_name))
        # The right to change it was checked; what was looked at is nobody's to write.
        self.sudo().asked_digest = self._digest_of_looked_at()
        self.env["logistics.approval"]._request(self, kind, note=note)
        self.invalidate_recordset(["pending_approval_id"])

    def _approval_obsolete(self, approval):
        """Override of `logistics_milestone_sync`."""
        if self.sudo().asked_digest != self._digest_of_looked_at():
            return self.env._(
                "%s was changed after it was submitted. Reject the request; whoever made the "
                "change asks again.",
                self.display_name,
            )
        return super()._approval_obsolete(approval)
