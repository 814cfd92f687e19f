from odoo import fields, models
from odoo.exceptions import UserError


class LogisticsReleaseAssignment(models.TransientModel):
    """Gives releases to the person who takes care of them."""

    _name = "logistics.release.assignment"
    _description = "Assign Releases"

    release_ids = fields.Many2many("logistics.release", string="Releases", required=True)
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        required=True,
        domain=[("share", "=", False)],
        default=lambda self: self.env.uid,
    )

    def action_assign(self):
        """Give these releases to this person, and say which could not be given.

        :raises UserError: about a single one that the person may not see
        """
        self.ensure_one()
        self.release_ids.check_access("write")
        given, left = self.release_ids._each(self._assign)
        done = self.env._(
            "%(count)s assigned to %(user)s.", count=len(given), user=self.user_id.name
        )
        return self.release_ids._summary(done, left)

    def _assign(self, release):
        if release.company_id not in self.user_id.company_ids:
            raise UserError(
                self.env._(
                    "%(user)s does not work for %(company)s.",
                    user=self.user_id.name,
                    company=release.company_id.name,
                )
            )
        # One message for each of a hundred releases is none: they are found under “My Releases”.
        quiet = len(self.release_ids) > 1
        release.with_context(mail_auto_subscribe_no_notify=quiet).user_id = self.user_id
