import base64
import secrets
from datetime import timedelta

from odoo import fields, models

from ..core.curl import ProofWords, command
from ..core.hello import HELLO

_KEY_BYTES = 32
_SHOWN_ITEMS = 5


class LogisticsConnection(models.Model):
    """The last steps of connecting somebody: his secret, a line to try it with, his first message.

    Called by the page ``logistics_first_message`` of the web client.
    """

    _inherit = "logistics.connection"

    def action_open_first_message(self):
        """Open the page that waits for the first message."""
        self.ensure_one()
        return {
            "type": "ir.actions.client",
            "tag": "logistics_first_message",
            "name": self.env._("First Message"),
            "context": {"active_id": self.id},
        }

    def read_setup(self):
        """What the page shows of this connection, with no secret in it.

        :return: dict, JSON-ready
        :raises AccessError: for whoever may not change it
        """
        self.ensure_one()
        self.check_access("write")
        states = dict(self._fields["state"]._description_selection(self.env))
        return {
            "id": self.id,
            "name": self.name,
            "system": self.system_id.name,
            "profile": self.mapping_id.name,
            "environment": self.environment,
            "state": self.state,
            "state_label": states[self.state],
            "asked": bool(self.pending_approval_id),
            "needs_second_person": self._needs_second_person(),
            "url": self.hook_url,
            "proofs": [proof._proof_document() for proof in (self, *self.proof_ids)],
            "curl": self._curl(),
            "now": fields.Datetime.to_string(fields.Datetime.now()),
        }

    def action_set_secret(self, secret="", proof_id=False, keep_hours=24, expires_on=False):
        """Use another secret; without one given, a new one is made and told this once.

        :param str secret: as agreed with the sender, or empty
        :param proof_id: of a further proof; the first by default
        :param keep_hours: how long the secret in use stays valid
        :param expires_on: date on which the new one ends by itself, as ``YYYY-MM-DD``
        :return: ``{"secret": only if it was made here, "curl": the line that uses it}``
        """
        self.ensure_one()
        self.check_access("write")
        proof = self.proof_ids.filtered(lambda each: each.id == proof_id)
        plain = secret.strip() or _new_secret(proof or self)
        ends = fields.Date.to_date(expires_on) if expires_on else False
        hours = min(max(int(keep_hours), 0), 24 * 90)
        self._set_secret(
            plain,
            timedelta(hours=hours),
            fields.Datetime.to_datetime(ends),
            proof,
        )
        curl = self._curl({proof.id or False: plain})
        return {"secret": "" if secret.strip() else plain, "curl": curl}

    def read_arrivals(self, since):
        """What came since a moment, and what was turned away: the page asks every two seconds.

        :param str since: naive UTC, as ``read_setup`` gave it in ``now``
        """
        self.ensure_one()
        self.check_access("write")
        moment = fields.Datetime.to_datetime(since)
        # The newest by the index of its connection, however many there are.
        newest = self.env["logistics.message"].search([("connection_id", "=", self.id)], limit=1)
        message = newest.filtered(lambda each: each.received_at >= moment)
        refusals = self.env["logistics.refusal"].search(
            [("connection_id", "in", [self.id, False]), ("last_at", ">=", moment)], limit=3
        )
        causes = dict(refusals._fields["cause"]._description_selection(self.env))
        return {
            "state": self.state,
            "asked": bool(self.pending_approval_id),
            "message": message._arrival_document() if message else False,
            "refusals": [
                {
                    "id": each.id,
                    "cause": causes[each.cause],
                    "detail": each.detail or "",
                    "address": each.last_address or "",
                    "at": fields.Datetime.to_string(each.last_at),
                    "known": bool(each.connection_id),
                }
                for each in refusals
            ],
        }

    def _curl(self, known=None):
        """The shell line that sends a first message.

        :param dict known: ``{id of the further proof or False: secret in clear}``
        """
        known = known or {}
        words = [ProofWords(self.verifier_kind, self._verifier_config(), known.get(False, ""))]
        words += [
            ProofWords(each.verifier_kind, each._verifier_config(), known.get(each.id, ""))
            for each in self.proof_ids
        ]
        format_name = self.mapping_id.format
        content_type, body = HELLO[format_name]
        headers = {}
        if format_name == "canonical":
            headers["X-Logistics-Connection"] = self.token
        if self.message_id_header and not self.message_id_header.lower().startswith(
            f"{self.verifier_header_prefix or 'webhook'}-"
        ):
            headers[self.message_id_header] = "hello-$(date +%s)"
        return command(words, self.hook_url, body, content_type, headers)


class LogisticsProofMixin(models.AbstractModel):
    _inherit = "logistics.proof.mixin"

    def _proof_document(self):
        kinds = dict(self._fields["verifier_kind"]._description_selection(self.env))
        return {
            "id": self.id if self._name == "logistics.connection.proof" else False,
            "kind": self.verifier_kind,
            "label": kinds[self.verifier_kind],
            "needs_secret": self.verifier_needs_secret,
            "has_secret": self.has_secret,
        }


class LogisticsMessage(models.Model):
    _inherit = "logistics.message"

    def _arrival_document(self):
        """What the page shows of the newest message."""
        states = dict(self._fields["state"]._description_selection(self.env))
        names = {each.code: each.name for each in self.env["logistics.milestone"].search([])}
        return {
            "id": self.id,
            "state": self.state,
            "state_label": states[self.state],
            "waiting": self.state == "received",
            "why": self.error_message or "",
            "items": [
                {
                    "what": names.get(item.get("what"), item.get("what") or ""),
                    "about": item.get("references") or "",
                    "became": self._status_label(item["status"]),
                }
                for item in (self.outcomes or [])[:_SHOWN_ITEMS]
                if item.get("what")
            ],
        }


def _new_secret(proof):
    """A secret in the form in which this proof takes it."""
    key = secrets.token_bytes(_KEY_BYTES)
    if proof.verifier_kind == "standard":
        return "whsec_" + base64.b64encode(key).decode()
    if proof.verifier_kind == "hmac" and proof.verifier_secret_form == "base64":
        return base64.b64encode(key).decode()
    if proof.verifier_kind == "hmac" and proof.verifier_secret_form == "hex":
        return key.hex()
    return secrets.token_urlsafe(_KEY_BYTES)
