from odoo import api, fields, models

from .secret_box import secret_box


class LogisticsConnectionSecret(models.Model):
    """A secret shared with a sender. It can be set and replaced, and never be read back."""

    _name = "logistics.connection.secret"
    _description = "Secret of a Connection"
    _order = "id desc"

    connection_id = fields.Many2one(
        "logistics.connection", required=True, index=True, ondelete="cascade"
    )
    # NO_ACCESS: not even for administrators; only the accept path opens it, in SQL and memory.
    sealed = fields.Char(groups=fields.NO_ACCESS, copy=False)
    expires_at = fields.Datetime(
        "Valid Until", help="Empty while this is the secret in use. Set when it was replaced."
    )

    @api.model
    def _seal_for(self, connection, plain):
        """Keep a secret of a connection, encrypted and bound to its own row.

        :raises SecretKeyMissing: if this server has no key
        """
        box = secret_box()
        secret_sudo = self.sudo().create({"connection_id": connection.id})
        secret_sudo.sealed = box.seal(plain, place_of(secret_sudo.id))
        return secret_sudo


def place_of(secret_id):
    """What a secret is bound to; one that was copied to another row does not open."""
    return f"logistics.connection.secret,{secret_id},sealed"
