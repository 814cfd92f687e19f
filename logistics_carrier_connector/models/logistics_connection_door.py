from datetime import UTC, datetime

from odoo import api, models, tools
from odoo.tools import SQL

from ..core.errors import UNKNOWN, UNUSABLE, ConfigurationInvalid, NotVerified
from ..core.verifier import build
from .logistics_connection_verifier import verifier_of

# Unknown addresses cost the same as wrong signatures, so that the clock does not tell them apart.
_DECOY = build("hmac", {"header": "X-Signature"}, ["no connection has this secret"])


class LogisticsConnection(models.Model):
    """The door: from a token and a proof to the connection, without the ORM."""

    _inherit = "logistics.connection"

    @api.model
    def _find_door(self, token):
        """What the accept path has to know about a connection that takes messages.

        :return: dict of columns, with ``format`` of its profile and ``proofs`` (``_proof_rows``),
            not to be changed; ``None`` if no active or suspended connection has this token
        """
        try:
            return self._remembered_door(token)
        except LookupError:
            return None

    @api.model
    @tools.ormcache("token")
    def _remembered_door(self, token):
        """``_find_door``, looked up once per process and forgotten with every change of it.

        :raises LookupError: which is not remembered, so that nobody can fill the memory by guessing
        """
        self.env.cr.execute(
            SQL(
                """
                SELECT c.id, c.company_id, c.state, c.lane, c.max_bytes, c.rate_per_minute,
                       c.message_id_header, c.contract_id, p.format
                  FROM logistics_connection c JOIN logistics_mapping p ON p.id = c.mapping_id
                 WHERE c.token = %s AND c.active AND c.state IN ('active', 'suspended')
                """,
                token,
            )
        )
        rows = self.env.cr.dictfetchall()
        if not rows:
            raise LookupError
        return rows[0] | {"proofs": self.browse(rows[0]["id"])._proof_rows()}

    def _forget_doors(self):
        """Something that the accept path knows has changed: look it up again, in all processes."""
        self.env.registry.clear_cache()

    @api.model
    def _open_door(self, token, request):
        """The connection that a request proves to come from. Who does not is counted.

        :param str token: from the address or a header; may be anything
        :param core.presented.Presented request: what came
        :raises NotVerified: alike for an unknown token, a missing, a wrong and a stale proof
        :raises SecretKeyMissing: if this server cannot open any secret
        :raises SecretUnreadable: if it cannot open this one
        """
        door = self._find_door(token) if token and "\x00" not in token else None
        try:
            self._verify(door, request)
        except NotVerified as refusal:
            cause = refusal.cause if door else UNKNOWN
            detail = refusal.public_message if door else "there is no such connection"
            self.env["logistics.refusal"]._note(door, cause, detail, request.client)
            raise
        return door

    def _verify(self, door, request):
        now = datetime.now(UTC)
        try:
            verifier = verifier_of(door, now) if door else _DECOY
        except ConfigurationInvalid as error:
            raise NotVerified(error.public_message, cause=UNUSABLE) from error
        verifier.verify(request, now)
        if not door:
            raise NotVerified("there is no such connection", cause=UNKNOWN)
