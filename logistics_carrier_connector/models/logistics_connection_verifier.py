import functools
from datetime import UTC, datetime, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.logistics_milestone_sync.core.clock import utc

from ..core.errors import ConfigurationInvalid
from ..core.verifier import SECRET_KINDS, AllOf, build
from .logistics_connection_secret import place_of
from .secret_box import SecretKeyMissing, SecretUnreadable, secret_box

OVERLAP = timedelta(hours=24)


class LogisticsConnection(models.Model):
    """How a sender proves who it is: a first proof, and further ones that have to be right too."""

    _name = "logistics.connection"
    _inherit = [
        "logistics.connection",
        "logistics.proof.mixin",
        "logistics.write.only.secret.mixin",
    ]

    proof_ids = fields.One2many(
        "logistics.connection.proof",
        "connection_id",
        "Further Proofs",
        copy=True,
        help="All of them have to be right, beside the first.",
    )
    secret_ids = fields.One2many("logistics.connection.secret", "connection_id", "Secrets")

    @api.depends("secret_ids", "secret_ids.proof_id")
    def _compute_has_secret(self):
        for connection in self:
            connection.has_secret = any(not each.proof_id for each in connection.secret_ids)

    def _set_secret(self, plain, overlap=OVERLAP, expires_at=False, proof=None):
        """Use a new secret; the ones in use stay valid for ``overlap``.

        :param overlap: a ``timedelta``
        :param expires_at: naive UTC, when the new one ends by itself; ``False`` if it does not
        :param proof: the ``logistics.connection.proof`` whose secret it is; the first by default
        :raises UserError: if it is too short or not in the agreed form, or this server has no key
            to keep it
        """
        self.ensure_one()
        self.check_access("write")
        proof = proof or self.env["logistics.connection.proof"]
        self._check_secret(plain, proof or self)
        with self._keeping():
            self.env["logistics.connection.secret"]._replace(
                self, proof, plain, fields.Datetime.now() + overlap, expires_at
            )
        self.invalidate_recordset(["secret_ids", "has_secret", "secret"])
        self._forget_doors()
        self._configuration_changed("secret", "")

    def _check_secret(self, plain, proof):
        """:raises UserError: if this cannot be the secret of a proof"""
        if len(plain) < MIN_SECRET:
            raise UserError(self.env._("A secret needs at least %s characters.", MIN_SECRET))
        if proof.verifier_kind not in SECRET_KINDS:
            raise UserError(self.env._("This kind of proof has no secret."))
        try:
            build(proof.verifier_kind, proof._verifier_config(), [plain])
        except ConfigurationInvalid as error:
            raise UserError(
                self.env._("This secret cannot be used: %s.", error.public_message)
            ) from error

    def _why_unprovable(self):
        """Why no sender could prove anything here, as a sentence; empty if one can."""
        self.ensure_one()
        self.env["logistics.connection.secret"].flush_model()
        try:
            verifier_of({"proofs": self._proof_rows()}, datetime.now(UTC))
        except (SecretKeyMissing, SecretUnreadable):
            return self.env._("This server cannot open the secret of %s.", self.display_name)
        except ConfigurationInvalid:
            return self.env._("Set a secret for %s first.", self.display_name)
        return ""

    def _proof_rows(self):
        """What the accept path keeps of the proofs: ``((kind, settings, sealed secrets), …)``, the
        settings as pairs, and all of it hashable."""
        sealed = self._sealed_secrets()
        # Settings are no secret; who may use them was decided by the token.
        connection_sudo = self.sudo()
        rows = []
        for proof in (connection_sudo, *connection_sudo.proof_ids):
            of = 0 if proof == connection_sudo else proof.id
            config = tuple(proof._verifier_config().items())
            mine = tuple(row[1:] for row in sealed if row[0] == of)
            rows.append((proof.verifier_kind, config, mine))
        return tuple(rows)

    def _sealed_secrets(self):
        """``((proof or 0, id, sealed text, end in naive UTC or None), …)``, newest first."""
        self.env.cr.execute(
            "SELECT COALESCE(proof_id, 0), id, sealed, expires_at FROM logistics_connection_secret"
            " WHERE connection_id = %s AND sealed IS NOT NULL ORDER BY id DESC",
            [self.id],
        )
        return tuple(self.env.cr.fetchall())

    @api.autovacuum
    def _gc_expired_secrets(self):
        """Forget secrets that were replaced and are no longer valid."""
        self.env["logistics.connection.secret"].sudo().search(
            [("replaced", "=", True), ("expires_at", "<", fields.Datetime.now())], limit=1000
        ).unlink()
        self._forget_doors()


MIN_SECRET = 12


def valid(sealed, now):
    """``((id, sealed text), …)`` of the secrets that are valid now.

    :param sealed: ``(id, sealed text, end in naive UTC or None)`` of each
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


def verifier_of(door, now):
    """The verifier of a connection.

    :param dict door: see ``_find_door``
    :param now: aware
    :raises ConfigurationInvalid: among others without a secret, so that nobody gets in
    """
    return _all_of(
        tuple((kind, config, valid(sealed, now)) for kind, config, sealed in door["proofs"])
    )


@functools.lru_cache(maxsize=2048)
def _all_of(proofs):
    return AllOf(
        tuple(
            build(kind, dict(config), open_secrets(sealed) if kind in SECRET_KINDS else ())
            for kind, config, sealed in proofs
        )
    )
