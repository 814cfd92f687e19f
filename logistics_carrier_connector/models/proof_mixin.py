from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core.errors import ConfigurationInvalid
from ..core.verifier import SECRET_KINDS, build

# Fits every form in which a secret may be written: a text, base64 and hexadecimal.
_ANY_SECRET = "0123456789abcdef"
_STAMPED = {
    "timestamp_header": "verifier_timestamp_header",
    "timestamp_format": "verifier_timestamp_format",
    "tolerance_seconds": "verifier_tolerance",
}
# The settings that each kind of verifier knows (core/verifier.py) and the columns that hold them.
CONFIG_COLUMNS = {
    "hmac": {
        "header": "verifier_header",
        "algorithm": "verifier_algorithm",
        "encoding": "verifier_encoding",
        "prefix": "verifier_prefix",
        "signature_field": "verifier_signature_field",
        "timestamp_field": "verifier_timestamp_field",
        "signed": "verifier_signed",
        "secret_form": "verifier_secret_form",
        **_STAMPED,
    },
    "public_key": {
        "keys": "verifier_public_keys",
        "key_header": "verifier_key_header",
        "header": "verifier_header",
        "algorithm": "verifier_algorithm",
        "padding": "verifier_padding",
        "encoding": "verifier_encoding",
        "prefix": "verifier_prefix",
        "signature_field": "verifier_signature_field",
        "timestamp_field": "verifier_timestamp_field",
        "signed": "verifier_signed",
        **_STAMPED,
    },
    "standard": {
        "header_prefix": "verifier_header_prefix",
        "tolerance_seconds": "verifier_tolerance",
    },
    "bearer": {},
    "api_key": {"header": "verifier_header", "prefix": "verifier_prefix"},
    "basic": {"username": "verifier_username"},
    "query": {"parameter": "verifier_parameter"},
    "network": {"networks": "verifier_networks"},
    "certificate": {
        "header": "verifier_header",
        "values": "verifier_certificates",
        "verified_header": "verifier_verified_header",
    },
}
COLUMNS = sorted({column for columns in CONFIG_COLUMNS.values() for column in columns.values()})


class LogisticsProofMixin(models.AbstractModel):
    """How a sender proves who it is: one proof and its settings, without its secret."""

    _name = "logistics.proof.mixin"
    _description = "Proof of a sender"

    verifier_kind = fields.Selection(
        [
            ("hmac", "Signature (HMAC)"),
            ("public_key", "Signature (public key: RSA, ECDSA, Ed25519)"),
            ("standard", "Signature (Standard Webhooks)"),
            ("bearer", "Bearer token"),
            ("api_key", "API key in a header"),
            ("basic", "User and password (Basic)"),
            ("query", "Token in the address"),
            ("network", "Address of the sender (allow-list)"),
            ("certificate", "Client certificate (mutual TLS)"),
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
        help="Header that carries the signature, the key, or what the proxy says of the "
        "certificate: its subject or its fingerprint.",
    )
    verifier_algorithm = fields.Selection(
        [
            ("sha256", "SHA-256"),
            ("sha384", "SHA-384"),
            ("sha512", "SHA-512"),
            ("sha1", "SHA-1 (weak)"),
        ],
        "Algorithm",
        default="sha256",
        tracking=True,
        help="SHA-1 is only for senders that offer nothing better.",
    )
    verifier_encoding = fields.Selection(
        [("hex", "Hexadecimal"), ("base64", "Base64"), ("base64url", "Base64 for addresses")],
        "Encoding",
        default="hex",
        tracking=True,
    )
    verifier_prefix = fields.Char(
        "Prefix",
        tracking=True,
        help="Text before the signature or the key, e.g. 'sha256='. Blanks count.",
    )
    verifier_signature_field = fields.Char(
        "Name of the Signature",
        tracking=True,
        help="Where the header is a list such as t=…,v1=…: the name before the signature, v1.",
    )
    verifier_timestamp_field = fields.Char(
        "Name of the Timestamp",
        tracking=True,
        help="Where the header is a list such as t=…,v1=…: the name before the time, t.",
    )
    verifier_timestamp_header = fields.Char(
        "Timestamp Header",
        tracking=True,
        help="Header with the time of sending. It is signed together with the content.",
    )
    verifier_timestamp_format = fields.Selection(
        [
            ("seconds", "Unix seconds"),
            ("milliseconds", "Unix milliseconds"),
            ("rfc3339", "2026-03-02T12:00:00Z (RFC 3339)"),
            ("http_date", "Mon, 02 Mar 2026 12:00:00 GMT"),
        ],
        "Form of the Timestamp",
        default="seconds",
        tracking=True,
    )
    verifier_tolerance = fields.Integer(
        "Tolerance (seconds)",
        default=300,
        tracking=True,
        help="A message with an older or younger timestamp is refused.",
    )
    verifier_signed = fields.Char(
        "What Is Signed",
        tracking=True,
        help="With {body}, {timestamp}, {url}, {path} and {method}. Empty: {body}, or "
        "{timestamp}.{body} where the sender states a time.",
    )
    verifier_secret_form = fields.Selection(
        [
            ("text", "As it is written"),
            ("nfkd", "As it is written, in Unicode's form NFKD"),
            ("base64", "Base64 of the key"),
            ("hex", "Hexadecimal of the key"),
        ],
        "The Secret Is",
        default="text",
        tracking=True,
    )
    verifier_public_keys = fields.Text(
        "Public Keys",
        tracking=True,
        help="The sender's public keys or certificates as PEM, or its JSON Web Key Set. They are "
        "pinned: paste the new one beside the old one when the sender changes its key.",
    )
    verifier_key_header = fields.Char(
        "Header of the Key Id",
        tracking=True,
        help="Header that says which key of the set signed. Empty: any of them.",
    )
    verifier_padding = fields.Selection(
        [("pkcs1", "PKCS #1 v1.5"), ("pss", "PSS")],
        "Padding of RSA",
        default="pkcs1",
        tracking=True,
    )
    verifier_header_prefix = fields.Char(
        "Prefix of the Headers",
        default="webhook",
        tracking=True,
        help="'webhook' for webhook-id, webhook-timestamp and webhook-signature.",
    )
    verifier_username = fields.Char("User Name", tracking=True)
    verifier_parameter = fields.Char("Parameter", default="token", tracking=True)
    verifier_networks = fields.Text(
        "Allowed Addresses",
        tracking=True,
        help="Addresses and networks, IPv4 or IPv6, e.g. 192.0.2.0/24, one per line.",
    )
    verifier_certificates = fields.Text(
        "Certificates",
        tracking=True,
        help="Subject or fingerprint of the sender's certificate; several, one per line, while one "
        "replaces another.",
    )
    verifier_verified_header = fields.Char(
        "Header of the Verdict",
        tracking=True,
        help="Header in which the proxy says SUCCESS where it verified the certificate. Empty: the "
        "proxy lets nothing else through.",
    )
    verifier_needs_secret = fields.Boolean(compute="_compute_verifier_needs_secret")

    _tolerance_positive = models.Constraint(
        "CHECK(verifier_tolerance > 0)", "The tolerance has to be a number of seconds."
    )

    @api.depends("verifier_kind")
    def _compute_verifier_needs_secret(self):
        for proof in self:
            proof.verifier_needs_secret = proof.verifier_kind in SECRET_KINDS

    @api.constrains("verifier_kind", *COLUMNS)
    def _check_verifier(self):
        for proof in self:
            try:
                build(proof.verifier_kind, proof._verifier_config(), [_ANY_SECRET])
            except ConfigurationInvalid as error:
                raise ValidationError(
                    self.env._(
                        "%(proof)s cannot prove anything like this: %(reason)s.",
                        proof=proof.display_name,
                        reason=error.public_message,
                    )
                ) from error

    def _verifier_config(self):
        """The settings of this proof, as ``core.verifier.build`` takes them."""
        self.ensure_one()
        columns = CONFIG_COLUMNS[self.verifier_kind]
        return {name: self[column] for name, column in columns.items()}

    @api.model
    def _verifier_values(self, kind, config):
        """Values of these fields for the settings of a profile (``core.profile``); the inverse of
        ``_verifier_config``."""
        columns = CONFIG_COLUMNS[kind]
        blank = {column: False for column in columns.values() if column not in _KEPT}
        given = {columns[name]: value for name, value in config.items()}
        if "verifier_tolerance" in given:
            given["verifier_tolerance"] = int(given["verifier_tolerance"])
        return {"verifier_kind": kind, **blank, **given}


# What has a default of its own, so that a setting that is not given does not empty it.
_KEPT = {
    "verifier_algorithm",
    "verifier_encoding",
    "verifier_header_prefix",
    "verifier_padding",
    "verifier_parameter",
    "verifier_secret_form",
    "verifier_timestamp_format",
    "verifier_tolerance",
}
