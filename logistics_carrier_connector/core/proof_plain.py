"""Proofs that are the secret itself, and proofs by the way a request came."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from .errors import (
    MALFORMED,
    MISSING,
    NETWORK,
    PROXY,
    WRONG,
    ConfigurationInvalid,
    NotVerified,
)
from .network import Network, within
from .presented import Presented
from .proof_checks import as_bytes, require_any, require_name, require_secret, require_secrets


@dataclass(frozen=True, slots=True)
class ApiKeyVerifier:
    """The secret in a header.

    :param prefix: what precedes it there, e.g. ``Token`` and a blank
    """

    secrets: Sequence[str] = field(repr=False)
    header: str = "X-Api-Key"
    prefix: str = ""

    def __post_init__(self) -> None:
        require_secrets(self.secrets)
        require_name(self.header, "header")

    def verify(self, request: Presented, now: datetime) -> None:
        """See :meth:`verifier.Verifier.verify`."""
        value = request.header(self.header)
        if not value.startswith(self.prefix):
            raise NotVerified("the key is not in the agreed form", cause=MALFORMED)
        key = value[len(self.prefix) :].strip()
        require_secret(key, self.secrets, "the key is wrong")


@dataclass(frozen=True, slots=True)
class BearerVerifier:
    """``Authorization: Bearer <secret>`` (RFC 6750)."""

    secrets: Sequence[str] = field(repr=False)

    def __post_init__(self) -> None:
        require_secrets(self.secrets)

    def verify(self, request: Presented, now: datetime) -> None:
        """See :meth:`verifier.Verifier.verify`."""
        token = _credentials(request, "bearer")
        require_secret(token, self.secrets, "the bearer token is wrong")


@dataclass(frozen=True, slots=True)
class BasicVerifier:
    """``Authorization: Basic …`` (RFC 7617); the secrets are the valid passwords of one user."""

    secrets: Sequence[str] = field(repr=False)
    username: str = ""

    def __post_init__(self) -> None:
        require_secrets(self.secrets)

    def verify(self, request: Presented, now: datetime) -> None:
        """See :meth:`verifier.Verifier.verify`."""
        try:
            claimed = base64.b64decode(_credentials(request, "basic"), validate=True)
        except ValueError:
            message = "the credentials are not in the agreed form"
            raise NotVerified(message, cause=MALFORMED) from None
        user = as_bytes(self.username)
        pairs = [user + b":" + as_bytes(secret) for secret in self.secrets]
        require_any(claimed, pairs, "the user name or the password is wrong")


@dataclass(frozen=True, slots=True)
class QueryVerifier:
    """The secret in the address, for senders that can do nothing else.

    Addresses end up in logs of every hop; a header is better wherever the sender offers one.

    :param parameter: its name, e.g. ``token``
    """

    secrets: Sequence[str] = field(repr=False)
    parameter: str = "token"

    def __post_init__(self) -> None:
        require_secrets(self.secrets)
        require_name(self.parameter, "parameter")

    def verify(self, request: Presented, now: datetime) -> None:
        """See :meth:`verifier.Verifier.verify`."""
        value = request.query.get(self.parameter, "")
        if not value:
            message = f"the address has no parameter {self.parameter}"
            raise NotVerified(message, cause=MISSING)
        require_secret(value, self.secrets, "the token in the address is wrong")


@dataclass(frozen=True, slots=True)
class NetworkVerifier:
    """The sender's address is one of those it told us."""

    networks: Sequence[Network]

    def __post_init__(self) -> None:
        if not self.networks:
            raise ConfigurationInvalid("an allow-list needs at least one network")

    def verify(self, request: Presented, now: datetime) -> None:
        """See :meth:`verifier.Verifier.verify`."""
        if not within(request.client, self.networks):
            message = f"the address {request.client or 'of the sender'} is not on the allow-list"
            raise NotVerified(message, cause=NETWORK)


@dataclass(frozen=True, slots=True)
class CertificateVerifier:
    """A client certificate that our proxy verified and tells us about (mutual TLS, RFC 8446).

    Anybody can write a header, so it is believed only of a proxy of our own.

    :param header: carries the subject (a distinguished name, RFC 4514) or the fingerprint
    :param values: the subjects or fingerprints that are the sender's, one of which has to fit
    :param verified_header: carries ``SUCCESS`` where the proxy verified the certificate; empty if
        the proxy lets nothing else through
    """

    header: str
    values: Sequence[str]
    verified_header: str = ""

    def __post_init__(self) -> None:
        require_name(self.header, "header")
        if not self.values or not all(value.strip() for value in self.values):
            raise ConfigurationInvalid("which certificate? Name its subject or its fingerprint")

    def verify(self, request: Presented, now: datetime) -> None:
        """See :meth:`verifier.Verifier.verify`."""
        if not request.via_proxy:
            message = "it did not come through a proxy of this server"
            raise NotVerified(message, cause=PROXY)
        if self.verified_header and request.header(self.verified_header).upper() != "SUCCESS":
            raise NotVerified("the proxy did not verify the certificate", cause=WRONG)
        shown = _normalised(request.header(self.header))
        accepted = [_normalised(value) for value in self.values]
        require_secret(shown, accepted, "it is another certificate")


def _normalised(text: str) -> str:
    """A fingerprint without colons, or a distinguished name without the freedom of its spelling.

    >>> _normalised("CN = a, O=B") == _normalised("/O=B/CN=a") == _normalised("O=B,CN=a")
    True
    """
    bare = text.strip().replace(":", "")
    if re.fullmatch(r"[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64}", bare):
        return bare.lower()
    separator = "/" if text.strip().startswith("/") else ","
    pairs = [part.partition("=") for part in re.split(rf"(?<!\\){separator}", text) if part.strip()]
    return ",".join(sorted(f"{name.strip().upper()}={value.strip()}" for name, _, value in pairs))


def _credentials(request: Presented, scheme: str) -> str:
    found, _, value = request.header("Authorization").partition(" ")
    if found.lower() != scheme or not value.strip():
        message = f"the Authorization header is not of the {scheme} scheme"
        raise NotVerified(message, cause=MALFORMED)
    return value.strip()
