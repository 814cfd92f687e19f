from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.errors import ConfigurationInvalid
from ..core.exchange_place import parse_place
from .outbound_http import public_policy
from .place_opening import Access, check_access, open_place
from .place_sftp import fingerprint, is_private_key, private_key
from .secret_box import SecretKeyMissing, SecretUnreadable, secret_box

_ADMIN = "logistics_milestone_sync.logistics_milestone_sync_group_integration_admin"


class LogisticsFolder(models.Model):
    """How we get in, and how we know that it is the right place."""

    _name = "logistics.folder"
    _inherit = ["logistics.folder", "logistics.write.only.secret.mixin"]

    scheme = fields.Char(compute="_compute_scheme")
    server_url = fields.Char(
        "S3 Server", tracking=True, help="For stores that are not Amazon's: https://s3.example.com"
    )
    host_key = fields.Char(
        tracking=True,
        help="What the SFTP server has to show, as in known_hosts: ssh-ed25519 AAAA…",
    )
    host_fingerprint = fields.Char("Fingerprint", compute="_compute_host_fingerprint")
    # Text: a private key has lines.
    secret = fields.Text(
        "Set Password or Key",
        compute="_compute_secret",
        inverse="_inverse_secret",
        groups=_ADMIN,
        help="Write only: a password, or a private key without a passphrase.",
    )
    has_secret = fields.Boolean("Password or Key Is Set")
    # NO_ACCESS: not even for administrators; only the worker opens it, in memory.
    sealed_secret = fields.Char(groups=fields.NO_ACCESS, copy=False)

    @api.depends("url")
    def _compute_scheme(self):
        for folder in self:
            folder.scheme = (folder.url or "").strip().partition("://")[0].lower()

    @api.depends("host_key")
    def _compute_host_fingerprint(self):
        for folder in self:
            try:
                folder.host_fingerprint = folder.host_key and fingerprint(folder.host_key)
            except ConfigurationInvalid:
                folder.host_fingerprint = False

    @api.depends("sealed_secret")
    def _compute_has_secret(self):
        for folder in self:
            folder.has_secret = bool(folder.sealed_secret)

    def write(self, vals):
        """Override: nobody reads a password back, nor is it sent to a server named afterwards."""
        before = {folder: folder._whom() for folder in self}
        result = super().write(vals)
        if vals.get("secret"):
            return result  # the one that is meant for the new server
        moved = self.filtered(lambda folder: before[folder] != folder._whom())
        # The right to change them was checked; nobody writes the column.
        for folder_sudo in moved.sudo().filtered("sealed_secret"):
            folder_sudo.sealed_secret = False
        return result

    def _whom(self):
        """Whom the secret is meant for."""
        try:
            place = parse_place(self.url or "")
        except ConfigurationInvalid:
            return self.url
        return place.scheme, place.host, place.port, place.username, self.server_url or ""

    def _set_secret(self, plain):
        """Use a new password or key from now on.

        :raises UserError: if it is unreadable, or this server has no key to keep it
        """
        self.ensure_one()
        self.check_access("write")
        try:
            if is_private_key(plain):
                private_key(plain)
        except ConfigurationInvalid as error:
            raise UserError(
                self.env._("This key cannot be used: %s.", error.public_message)
            ) from error
        with self._keeping():
            sealed = secret_box().seal(plain, self._sealed_place())
        # Who may change the exchange may set its secret; nobody may write the column directly.
        self.sudo().sealed_secret = sealed
        self.invalidate_recordset(["secret", "has_secret"])
        self.connection_id._configuration_changed("secret", self.env._("file exchange"))

    def _sealed_place(self):
        """What the secret is bound to; copied to another row it does not open."""
        return f"logistics.folder,{self.id},sealed_secret"

    def _check_usable(self):
        """
        :raises ConfigurationInvalid: if the place cannot be opened as it is described
        """
        self.ensure_one()
        # Who may start it was checked; the secret stays in memory.
        check_access(self.sudo()._access())

    def _open(self):
        """The files of this place: ``with folder._open() as files``. For workers and boundaries.

        :raises IntegrationError: if it cannot be opened as it is described
        """
        return open_place(self._access())

    def _access(self):
        """
        :raises ConfigurationInvalid: if this server cannot open the secret
        """
        self.ensure_one()
        return Access(
            place=parse_place(self.url),
            policy=public_policy(self.env),
            secret=self._opened_secret(),
            host_key=self.host_key or "",
            server_url=self.server_url or "",
        )

    def _opened_secret(self):
        if not self.sealed_secret:
            return ""
        try:
            return secret_box().open(self.sealed_secret, self._sealed_place())
        except (SecretKeyMissing, SecretUnreadable) as error:
            raise ConfigurationInvalid("this server cannot open the secret; set it anew") from error


class LogisticsConnectionSecret(models.Model):
    _inherit = "logistics.connection.secret"

    @api.model
    def _sealed_columns(self):
        """Override: passwords and keys of file exchanges are encrypted anew, too."""
        return [*super()._sealed_columns(), ("logistics.folder", "sealed_secret")]
