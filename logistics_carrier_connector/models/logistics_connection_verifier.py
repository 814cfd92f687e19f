import functools
from datetime import UTC, datetime, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.logistics_milestone_sync.core.clock import utc

from ..core.verifier import build
from .logistics_connection_secret import place_of
from .secret_box import SecretKeyMissing, SecretUnreadable, secret_box

_OVERLAP = timedelta(hours=24)
_MIN_SECRET = 12


class LogisticsConnection(models.Model):
    """How a sender proves who it is."""

    _inherit = "logistics.connection"

    verifier_kind = fields.Selection(
        [
            ("hmac", "Signature (HMAC)"),
            ("bearer", "Bearer token"),
            ("api_key", "API key in a header"),
            ("basic", "User and password (Basic)"),
        ],
        "Proof",
        required=True,
        default="hmac",
        tracking=True,
    )
    verifier_header = fields.Char(
        "Header",
        default="X-Signature",
        tracking=True,
        help="Header that carries the signature or the key.",
    )
    verifier_algorithm = fields.Selection(
        [("sha256", "SHA-256"), ("sha512", "SHA-512"), ("sha1", "SHA-1")],
        "Algorithm",
        default="sha256",
        tracking=True,
    )
    verifier_encoding = fields.Selection(
        [("hex", "Hexadecimal"), ("base64", "Base64")], "Encoding", default="hex", tracking=True
    )
    verifier_prefix = fields.Char(
        "Prefix", tracking=True, help="Text before the signature, e.g. 'sha256='."
    )
    verifier_timestamp_header = fields.Char(
        "Timestamp Header",
        tracking=True,
        help="Header with the time of sending. It is signed together with the content.",
    )
    verifier_tolerance = fields.Integer(
        "Tolerance (seconds)",
        default=300,
        tracking=True,
        help="A message with an older or younger timestamp is refused.",
    )
    verifier_username = fields.Char("User Name", tracking=True)
    secret_ids = fields.One2many("logistics.connection.secret", "connection_id", "Secrets")
    secret = fields.Char(
        "Set Secret",
        compute="_compute_secret",
        inverse="_inverse_secret",
        help="Write only. The secret in use stays valid for 24 more hours.",
    )
    has_secret = fields.Boolean("Secret Is Set", compute="_compute_has_secret")

    _tolerance_positive = models.Constraint(
        "CHECK(verifier_tolerance > 0)", "The tolerance has to be a number of seconds."
    )

    @api.constrains("verifier_kind", "verifier_header")
    def _check_verifier_header(self):
        for connection in self:
            if connection.verifier_kind in ("hmac", "api_key") and not connection.verifier_header:
                raise ValidationError(
                    self.env._("%s: which header carries the proof?", connection.display_name)
                )

    def _compute_secret(self):
        self.secret = False

    def _inverse_secret(self):
        for connection in self:
            if connection.secret:
                connection._set_secret(connection.secret)

    @api.depends("secret_ids")
    def _compute_has_secret(self):
        for connection in self:
            connection.has_secret = bool(connection.secret_ids)

    def _set_secret(self, plain, overlap=_OVERLAP):
        """Use a new secret; the ones in use stay valid for ``overlap``.

        :raises UserError: if it is too short, or this server has no key to keep it
        """
        self.ensure_one()
        self.check_access("write")
        if len(plain) < _MIN_SECRET:
            raise UserError(self.env._("A secret needs at least %s characters.", _MIN_SECRET))
        # Who may change the connection may set its secret; nobody may write the rows directly.
        in_use_sudo = self.secret_ids.sudo().filtered(lambda secret: not secret.expires_at)
        in_use_sudo.expires_at = fields.Datetime.now() + overlap
        try:
            self.env["logistics.connection.secret"]._seal_for(self, plain)
        except SecretKeyMissing as error:
            raise UserError(
                self.env._(
                    "This server has no key to keep secrets with. Ask for 'logistics_secret_key' "
                    "to be set in its configuration file."
                )
            ) from error
        self.invalidate_recordset(["secret_ids", "has_secret", "secret"])
        self._forget_doors()
        self._configuration_changed("secret", "")

    def _has_usable_secret(self):
        self.ensure_one()
        self.env["logistics.connection.secret"].flush_model()
        try:
            return bool(open_secrets(valid(self._sealed_secrets(), datetime.now(UTC))))
        except (SecretKeyMissing, SecretUnreadable):
            return False

    def _sealed_secrets(self):
        """``((id, sealed text, end in naive UTC or None), …)``, newest first."""
        self.env.cr.execute(
            "SELECT id, sealed, expires_at FROM logistics_connection_secret"
            " WHERE connection_id = %s AND sealed IS NOT NULL ORDER BY id DESC",
            [self.id],
        )
        return tuple(self.env.cr.fetchall())

    @api.autovacuum
    def _gc_expired_secrets(self):
        """Forget secrets that were replaced and are no longer valid."""
        self.env["logistics.connection.secret"].sudo().search(
            [("expires_at", "<", fields.Datetime.now())], limit=1000
        ).unlink()
        self._forget_doors()


def valid(sealed, now):
    """``((id, sealed text), …)`` of the secrets that are valid now.

    :param sealed: as ``_sealed_secrets`` gives it
    :param now: aware
    """
    return tuple((key, text) for key, text, end in sealed if end is None or utc(end) > now)


@functools.lru_cache(maxsize=2048)
def open_secrets(sealed):
    """The secrets in clear, in the order given. They live in this process' memory only.

    :param tuple sealed: as ``valid`` gives it
    :raises SecretKeyMissing: if this server has no key
    :raises SecretUnreadable: if the key does not open one of them
    """
    box = secret_box()
    return tuple(box.open(text, place_of(secret_id)) for secret_id, text in sealed)


# The settings that each kind of verifier knows (core/verifier.py) and the columns that hold them.
CONFIG_COLUMNS = {
    "hmac": {
        "header": "verifier_header",
        "algorithm": "verifier_algorithm",
        "encoding": "verifier_encoding",
        "prefix": "verifier_prefix",
        "timestamp_header": "verifier_timestamp_header",
        "tolerance_seconds": "verifier_tolerance",
    },
    "bearer": {},
    "api_key": {"header": "verifier_header"},
    "basic": {"username": "verifier_username"},
}


def verifier_of(door, now):
    """The verifier of a connection.

    :param dict door: see ``_find_door``
    :param now: aware
    :raises ConfigurationInvalid: among others without a secret, so that nobody gets in
    """
    kind = door["verifier_kind"]
    config = tuple((name, door[column]) for name, column in CONFIG_COLUMNS[kind].items())
    return _verifier(kind, config, valid(door["sealed"], now))


@functools.lru_cache(maxsize=2048)
def _verifier(kind, config, sealed):
    return build(kind, dict(config), open_secrets(sealed))
