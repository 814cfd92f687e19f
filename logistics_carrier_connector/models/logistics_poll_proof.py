from odoo import api, fields, models

from odoo.addons.logistics_milestone_sync.core.clock import naive, utc

from ..core.errors import ConfigurationInvalid
from ..core.poll_auth import OAUTH2, Credentials, Token
from .secret_box import SecretKeyMissing, SecretUnreadable, secret_box


class LogisticsPoll(models.Model):
    """How we prove to the carrier who we are."""

    _name = "logistics.poll"
    _inherit = ["logistics.poll", "logistics.write.only.secret.mixin"]

    proof_kind = fields.Selection(
        [
            ("none", "None"),
            ("header", "API key in a header"),
            ("query", "API key in the address"),
            ("basic", "User and password (Basic)"),
            ("oauth2", "OAuth 2 client credentials"),
        ],
        "Proof",
        required=True,
        default="none",
        tracking=True,
    )
    proof_name = fields.Char("Header or Parameter", help="That carries the key.")
    proof_prefix = fields.Char("Prefix", help="Text before the key, e.g. 'Bearer'.")
    username = fields.Char(
        "User or Client Id",
        tracking=True,
        help="Empty with Basic: the key is the user, and there is no password.",
    )
    token_url = fields.Char("Address of the Token", tracking=True)
    token_style = fields.Selection(
        [("basic", "Proved with Basic"), ("form", "In the form"), ("json", "As JSON")],
        "Client Secret Is Sent",
        required=True,
        default="basic",
    )
    scope = fields.Char()
    secret = fields.Char(
        groups="logistics_milestone_sync.logistics_milestone_sync_group_integration_admin",
        help="Write only: the key, the password or the client's secret.",
    )
    # NO_ACCESS: not even for administrators; only the worker opens them, in memory.
    sealed_secret = fields.Char(groups=fields.NO_ACCESS, copy=False)
    sealed_token = fields.Char(groups=fields.NO_ACCESS, copy=False)
    token_expires_at = fields.Datetime("Token Valid Until", readonly=True, copy=False)

    @api.depends("sealed_secret")
    def _compute_has_secret(self):
        for poll in self:
            poll.has_secret = bool(poll.sealed_secret)

    def _set_secret(self, plain):
        """Use a new secret from now on. A token that the old one got is forgotten.

        :raises UserError: if this server has no key to keep it
        """
        self.ensure_one()
        self.check_access("write")
        with self._keeping():
            sealed = secret_box().seal(plain, self._place("sealed_secret"))
        # Who may change the plan may set its secret; nobody may write the column directly.
        self.sudo().write(
            {"sealed_secret": sealed, "sealed_token": False, "token_expires_at": False}
        )
        self.invalidate_recordset(["secret", "has_secret"])
        self.connection_id._configuration_changed("secret", self.env._("polling"))

    def _place(self, column):
        """What a secret of this plan is bound to; copied to another row it does not open."""
        return f"logistics.poll,{self.id},{column}"

    def _credentials(self):
        """
        :raises ConfigurationInvalid: if this server cannot open the secret, or something is missing
        """
        self.ensure_one()
        return Credentials(
            kind=self.proof_kind,
            secret=self._opened("sealed_secret"),
            name=self.proof_name or "",
            prefix=self.proof_prefix or "",
            username=self.username or "",
            token_url=self.token_url or "",
            token_style=self.token_style,
            scope=self.scope or "",
        )

    def _opened(self, column):
        if not self[column]:
            return ""
        try:
            return secret_box().open(self[column], self._place(column))
        except (SecretKeyMissing, SecretUnreadable) as error:
            raise ConfigurationInvalid("this server cannot open the secret; set it anew") from error

    def _token(self):
        """The access token that is remembered, ``None`` if there is none."""
        if self.proof_kind != OAUTH2 or not self.sealed_token:
            return None
        try:
            return Token(self._opened("sealed_token"), utc(self.token_expires_at))
        except ConfigurationInvalid:
            return None  # another one is fetched

    def _remember_token(self, token):
        """Keep the token that was used last, if it is another one."""
        if token == self._token():
            return
        self.write(
            {
                "sealed_token": token
                and secret_box().seal(token.value, self._place("sealed_token")),
                "token_expires_at": token and naive(token.expires_at),
            }
        )


class LogisticsConnectionSecret(models.Model):
    _inherit = "logistics.connection.secret"

    @api.model
    def _sealed_columns(self):
        """Override: keys to ask with are encrypted anew, too."""
        return [
            *super()._sealed_columns(),
            ("logistics.poll", "sealed_secret"),
            ("logistics.poll", "sealed_token"),
        ]
