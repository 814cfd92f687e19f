from odoo import api, fields, models

from .secret_box import SecretUnreadable, secret_box

_BATCH = 200


class LogisticsConnectionSecret(models.Model):
    """A secret shared with a sender. It can be set and replaced, and never be read back."""

    _name = "logistics.connection.secret"
    _description = "Secret of a Connection"
    _order = "id desc"

    connection_id = fields.Many2one(
        "logistics.connection", required=True, index=True, ondelete="cascade"
    )
    proof_id = fields.Many2one(
        "logistics.connection.proof",
        "Of the Proof",
        index="btree_not_null",
        ondelete="cascade",
        help="Empty: of the first proof of the connection.",
    )
    # NO_ACCESS: not even for administrators; only the accept path opens it, in SQL and memory.
    sealed = fields.Char(groups=fields.NO_ACCESS, copy=False)
    replaced = fields.Boolean(help="A newer secret is in use; this one ends when it says.")
    expires_at = fields.Datetime("Valid Until", help="Empty: until it is replaced.")

    @api.depends("connection_id.name", "proof_id")
    def _compute_display_name(self):
        for secret in self:
            proof = secret.proof_id.display_name
            secret.display_name = " · ".join(filter(None, (secret.connection_id.name, proof)))

    @api.model
    def _replace(self, connection, proof, plain, until, expires_at):
        """Keep a new secret of a connection; the ones in use end at ``until`` or before.

        :param proof: a further proof, or none for the first
        :param until: naive UTC
        :param expires_at: naive UTC, or ``False``
        :raises SecretKeyMissing: if this server has no key
        """
        # Who may change the connection may set its secret; nobody may write the rows directly.
        in_use_sudo = connection.secret_ids.sudo().filtered(
            lambda secret: not secret.replaced and secret.proof_id == proof
        )
        for secret_sudo in in_use_sudo:
            secret_sudo.write(
                {
                    "replaced": True,
                    "expires_at": min(filter(None, (secret_sudo.expires_at, until))),
                }
            )
        return self._seal_for(connection, plain, proof_id=proof.id, expires_at=expires_at)

    @api.model
    def _seal_for(self, connection, plain, **values):
        """Keep a secret of a connection, encrypted and bound to its own row.

        :raises SecretKeyMissing: if this server has no key
        """
        box = secret_box()
        secret_sudo = self.sudo().create({"connection_id": connection.id, **values})
        secret_sudo.sealed = box.seal(plain, place_of(secret_sudo.id))
        return secret_sudo

    # === Another key of the server === #

    @api.model
    def _sealed_columns(self):
        """``(model, field)`` of everything that is kept sealed, each bound to
        ``<model>,<id>,<field>``. To be extended by whoever keeps more."""
        return [("logistics.connection.secret", "sealed")]

    @api.model
    def _reseal_all(self, progress=None):
        """Encrypt everything anew that the newest key did not encrypt.

        Commits after each batch, so it may be stopped and begun again. What was encrypted anew is
        opened again before it is written: nothing is lost to a key that does not work.

        :param progress: called as ``progress(done, unreadable)`` after each batch
        :return: ``(done, unreadable)``: how many were encrypted anew, and the places of those that
            no key opens
        :raises SecretKeyMissing: if this server has no key
        """
        box, done, unreadable = secret_box(), 0, []
        for model, field in self._sealed_columns():
            last = 0
            while batch := _sealed_after(self.env[model].sudo(), field, last):
                last = batch[-1][0]
                for record_id, sealed in batch:
                    place = f"{model},{record_id},{field}"
                    try:
                        fresh = box.reseal(sealed, place)
                    except SecretUnreadable:
                        unreadable.append(place)
                        continue
                    if fresh != sealed:
                        self.env[model].sudo().browse(record_id)[field] = fresh
                        done += 1
                self.env["logistics.connection"]._forget_doors()
                self.env["ir.cron"]._commit_progress(len(batch))
                if progress:
                    progress(done, len(unreadable))
        return done, unreadable


def _sealed_after(model, field, last):
    """The next ``(id, sealed text)`` of a model, in id order."""
    records = model.search([("id", ">", last), (field, "!=", False)], order="id", limit=_BATCH)
    return [(record.id, record[field]) for record in records]


def place_of(secret_id):
    """What a secret is bound to; one that was copied to another row does not open."""
    return f"logistics.connection.secret,{secret_id},sealed"
