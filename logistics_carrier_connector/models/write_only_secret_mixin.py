from contextlib import contextmanager

from odoo import fields, models
from odoo.exceptions import UserError

from .secret_box import SecretKeyMissing


class LogisticsWriteOnlySecretMixin(models.AbstractModel):
    """A secret that people set and nobody reads back."""

    _name = "logistics.write.only.secret.mixin"
    _description = "Record with a secret that nobody reads back"

    secret = fields.Char(
        "Set Secret",
        compute="_compute_secret",
        inverse="_inverse_secret",
        help="Write only. The secret in use stays valid for 24 more hours.",
    )
    # That there is one is no secret; the rows are for administrators and auditors.
    has_secret = fields.Boolean("Secret Is Set", compute="_compute_has_secret", compute_sudo=True)

    def _compute_secret(self):
        self.secret = False

    def _inverse_secret(self):
        for record in self:
            if record.secret:
                record._set_secret(record.secret)

    def _compute_has_secret(self):
        """To be overridden, with what it depends on."""
        raise NotImplementedError

    def _set_secret(self, plain):
        """Use a new secret from now on; to be overridden. ``_keeping`` what it stores.

        :raises UserError: if this server has no key to keep it
        """
        raise NotImplementedError

    @contextmanager
    def _keeping(self):
        """Tell people what to do where the server has no key to keep secrets with."""
        try:
            yield
        except SecretKeyMissing as error:
            raise UserError(
                self.env._(
                    "This server has no key to keep secrets with. Ask for 'logistics_secret_key' "
                    "to be set in its configuration file."
                )
            ) from error
