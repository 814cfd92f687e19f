"""A shell line that sends a message with a right proof: what a newcomer copies to try a connection.

It needs ``curl``, ``openssl``, ``od``, ``tr`` and ``date``, and works in any POSIX shell.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlsplit

from .proof_signed import default_template, template_parts

PLACEHOLDER: Final = "put the secret here"
_HEX: Final = "od -An -v -tx1 | tr -d ' \\n'"
_NOW: Final = {
    "seconds": "$(date +%s)",
    "milliseconds": "$(date +%s)000",
    "rfc3339": "$(date -u +%Y-%m-%dT%H:%M:%SZ)",
    "http_date": "$(LC_ALL=C date -u '+%a, %d %b %Y %H:%M:%S GMT')",
}
_WRITTEN: Final = {
    "hex": _HEX,
    "base64": "openssl base64 -A",
    "base64url": "openssl base64 -A | tr '+/' '-_' | tr -d '='",
}


@dataclass(frozen=True, slots=True)
class ProofWords:
    """One proof as the line has to give it.

    :param kind: one of ``verifier.KINDS``
    :param config: see ``verifier.build``
    :param secret: empty if it is not known here; then the line has a place for it
    """

    kind: str
    config: Mapping[str, Any]
    secret: str = field(default="", repr=False)

    def get(self, name: str, default: str = "") -> str:
        """A setting, or its default where it is empty."""
        return str(self.config.get(name) or default)


def command(
    proofs: Sequence[ProofWords],
    url: str,
    body: str,
    content_type: str,
    headers: Mapping[str, str] | None = None,
) -> str:
    """Lines for a shell: the secret, the content, the signature, and the call.

    :param url: the address, without a secret in it
    :param headers: further headers; their values are shell words in double quotes
    """
    queries = [_query(proof) for proof in proofs if proof.kind == "query"]
    lines = [f"BODY={shlex.quote(body)}", f"URL={shlex.quote('?'.join([url, *queries][:2]))}"]
    sent: dict[str, str] = {"Content-Type": _plain(content_type), **(headers or {})}
    remarks = []
    for number, proof in enumerate(proofs, start=1):
        suffix = "" if number == 1 else f"_{number}"
        if proof.kind in _SAYS:
            lines.append(f"SECRET{suffix}={shlex.quote(proof.secret or PLACEHOLDER)}")
            said = _SAYS[proof.kind](proof, suffix, url)
            lines += said[0]
            sent |= said[1]
        elif proof.kind in _REMARKS:
            remarks.append(_REMARKS[proof.kind])
    call = ['curl -sS -i "$URL"', *(f'-H "{name}: {value}"' for name, value in sent.items())]
    call.append('--data-binary "$BODY"')
    return "\n".join([*remarks, *lines, " \\\n  ".join(call)])


def _query(proof: ProofWords) -> str:
    return f"{quote(proof.get('parameter', 'token'))}={quote(proof.secret or PLACEHOLDER, safe='')}"


def _hmac(proof: ProofWords, suffix: str, url: str) -> tuple[list[str], dict[str, str]]:
    stamp_field, stamp_header = proof.get("timestamp_field"), proof.get("timestamp_header")
    stamped = bool(stamp_field or stamp_header)
    lines = [_key(proof.get("secret_form", "text"), f'"$SECRET{suffix}"', suffix)]
    if stamped:
        now = _NOW[proof.get("timestamp_format", "seconds")]
        lines.append(f'TIMESTAMP{suffix}="{now}"')
    template = proof.get("signed") or default_template(stamped)
    signed = _signed(template_parts(template, stamped), suffix, urlsplit(url).path)
    digest = f"openssl dgst -{proof.get('algorithm', 'sha256')} -mac HMAC -binary"
    written = _WRITTEN[proof.get("encoding", "hex")]
    lines.append(
        f'SIGNATURE{suffix}=$(printf %s "{signed}"'
        f' | {digest} -macopt "hexkey:$KEY{suffix}" | {written})'
    )
    value = f"{_plain(proof.get('prefix'))}$SIGNATURE{suffix}"
    if proof.get("signature_field"):
        value = f"{_plain(proof.get('signature_field'))}={value}"
    sent = {_plain(stamp_header): f"$TIMESTAMP{suffix}"} if stamp_header else {}
    if stamp_field:
        value = f"{_plain(stamp_field)}=$TIMESTAMP{suffix},{value}"
        sent = {}
    return lines, sent | {_plain(proof.get("header")): value}


def _standard(proof: ProofWords, suffix: str, url: str) -> tuple[list[str], dict[str, str]]:
    head = _plain(proof.get("header_prefix", "webhook"))
    lines = [
        _key("base64", f'"${{SECRET{suffix}#whsec_}}"', suffix),
        f"TIMESTAMP{suffix}=$(date +%s)",
        f'SIGNATURE{suffix}=$(printf %s "msg_$TIMESTAMP{suffix}.$TIMESTAMP{suffix}.$BODY"'
        f' | openssl dgst -sha256 -mac HMAC -binary -macopt "hexkey:$KEY{suffix}"'
        f" | {_WRITTEN['base64']})",
    ]
    return lines, {
        f"{head}-id": f"msg_$TIMESTAMP{suffix}",
        f"{head}-timestamp": f"$TIMESTAMP{suffix}",
        f"{head}-signature": f"v1,$SIGNATURE{suffix}",
    }


def _api_key(proof: ProofWords, suffix: str, url: str) -> tuple[list[str], dict[str, str]]:
    value = f"{_plain(proof.get('prefix'))}$SECRET{suffix}"
    return [], {_plain(proof.get("header", "X-Api-Key")): value}


def _bearer(proof: ProofWords, suffix: str, url: str) -> tuple[list[str], dict[str, str]]:
    return [], {"Authorization": f"Bearer $SECRET{suffix}"}


def _basic(proof: ProofWords, suffix: str, url: str) -> tuple[list[str], dict[str, str]]:
    pair = f'printf %s "{_plain(proof.get("username"))}:$SECRET{suffix}"'
    return (
        [f"BASIC{suffix}=$({pair} | openssl base64 -A)"],
        {"Authorization": f"Basic $BASIC{suffix}"},
    )


_SAYS: Final = {
    "hmac": _hmac,
    "standard": _standard,
    "api_key": _api_key,
    "bearer": _bearer,
    "basic": _basic,
}
_REMARKS: Final = {
    "network": "# Run this on a machine whose address is on the allow-list.",
    "public_key": "# Only the sender can sign this: it takes his private key.",
    "certificate": "# This passes only through the proxy, with the client certificate: add"
    " --cert and --key to curl.",
}


def _key(form: str, secret: str, suffix: str) -> str:
    """The key in hexadecimal, the only form in which openssl takes any bytes."""
    if form == "hex":
        return f"KEY{suffix}={secret}"
    decode = "openssl base64 -d -A | " if form == "base64" else ""
    return f"KEY{suffix}=$(printf %s {secret} | {decode}{_HEX})"


def _signed(parts: Sequence[str], suffix: str, path: str) -> str:
    """What is signed, as the inside of a shell word in double quotes."""
    values = {
        "body": "${BODY}",
        "timestamp": f"${{TIMESTAMP{suffix}}}",
        "url": "${URL}",
        "path": _plain(path),
        "method": "POST",
    }
    return "".join(values[part] if index % 2 else _plain(part) for index, part in enumerate(parts))


def _plain(text: str) -> str:
    """A text as the inside of a shell word in double quotes."""
    return re.sub(r'([\\"$`])', r"\\\1", text)
