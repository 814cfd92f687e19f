from datetime import timedelta

from odoo import api, fields, models

_ACTIVITY = "logistics_carrier_connector.mail_activity_secret"
# Days before the end on which people are told.
_NOTICES = (1, 7, 30)


class LogisticsConnectionSecret(models.Model):
    """Secrets that end by agreement are replaced before they do."""

    _inherit = "logistics.connection.secret"

    told_days = fields.Integer(help="The last notice that was given, in days before the end.")
    state = fields.Selection(
        [("current", "In use"), ("replaced", "Replaced, still valid"), ("ended", "Ended")],
        "Status",
        compute="_compute_state",
    )

    @api.depends("replaced", "expires_at")
    def _compute_state(self):
        now = fields.Datetime.now()
        for secret in self:
            if secret.expires_at and secret.expires_at <= now:
                secret.state = "ended"
            else:
                secret.state = "replaced" if secret.replaced else "current"

    @api.model
    def _cron_remind(self):
        """Tell people 30, 7 and 1 days before a secret ends that nothing replaces yet."""
        now = fields.Datetime.now()
        ending = self.search(
            [
                ("replaced", "=", False),
                ("expires_at", "<=", now + timedelta(days=_NOTICES[-1])),
                ("connection_id.active", "=", True),
            ],
            order="id",
        )
        for secret in ending:
            days = max((secret.expires_at - now) / timedelta(days=1), 0)
            notice = next(notice for notice in _NOTICES if days <= notice)
            if not secret.told_days or notice < secret.told_days:
                secret.told_days = notice
                secret.connection_id._tell_secret_ends(secret)
        self.env["ir.cron"]._commit_progress(len(ending), remaining=0)

    @api.model
    def _replace(self, connection, proof, plain, until, expires_at):
        """Override: what was told about the old one is settled."""
        secret_sudo = super()._replace(connection, proof, plain, until, expires_at)
        connection.sudo().activity_unlink([_ACTIVITY])
        return secret_sudo


class LogisticsConnection(models.Model):
    _inherit = "logistics.connection"

    secret_expires_at = fields.Datetime(
        "Secret Ends",
        compute="_compute_secret_expires_at",
        compute_sudo=True,
        help="The first secret in use that ends by itself. Nothing gets in after that.",
    )

    @api.depends("secret_ids.expires_at", "secret_ids.replaced")
    def _compute_secret_expires_at(self):
        for connection in self:
            in_use = connection.secret_ids.filtered(lambda secret: not secret.replaced)
            ends = [end for end in in_use.mapped("expires_at") if end]
            connection.secret_expires_at = min(ends, default=False)

    def _tell_secret_ends(self, secret):
        """One activity says when; a later notice takes the place of the one before."""
        self.activity_unlink([_ACTIVITY])
        for user in self._people():
            self.activity_schedule(
                _ACTIVITY,
                date_deadline=secret.expires_at.date(),
                user_id=user.id,
                note=self.env._(
                    "The secret of %(name)s ends on %(day)s. Agree on a new one with the sender "
                    "and set it; both are valid for a while.",
                    name=secret.display_name,
                    day=fields.Date.to_string(secret.expires_at.date()),
                ),
            )
