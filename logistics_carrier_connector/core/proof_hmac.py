"""Signatures with a shared secret: a keyed digest (HMAC, RFC 2104) of what was sent."""

from __future__ import annotations

import base64
import binascii
import hmac
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from .errors import MISSING, ConfigurationInvalid, NotVerified
from .presented import Presented
from .proof_checks import (
    as_bytes,
    require_fresh,
    require_name,
    require_secrets,
    require_tolerance,
)
from .proof_signed import MOST_SIGNATURES, SignedHeader, decoded, require_choice

# SHA-1 is weak; as an HMAC it is not broken (RFC 6194, 3.3), and some senders offer nothing else.
ALGORITHMS: Final = ("sha256", "sha384", "sha512", "sha1")
SECRET_FORMS: Final = ("text", "nfkd", "base64", "hex")


@dataclass(frozen=True, slots=True)
class HmacVerifier(SignedHeader):
    """A keyed digest in a header.

    :param algorithm: one of ``ALGORITHMS``
    :param secret_form: how a secret becomes the key, one of ``SECRET_FORMS``
    """

    secrets: Sequence[str] = field(repr=False)
    algorithm: str = "sha256"
    secret_form: str = "text"
    _keys: tuple[bytes, ...] = field(init=False, repr=False, compare=False, default=())

    def __post_init__(self) -> None:
        require_secrets(self.secrets)
        SignedHeader.__post_init__(self)
        require_choice(self.algorithm, ALGORITHMS, "a digest")
        require_choice(self.secret_form, SECRET_FORMS, "the form of a secret")
        object.__setattr__(self, "_keys", tuple(key_of(s, self.secret_form) for s in self.secrets))

    def verify(self, request: Presented, now: datetime) -> None:
        """See :meth:`verifier.Verifier.verify`."""
        claimed, signed = self.claimed(request, now)
        _require_one(claimed, [hmac.digest(key, signed, self.algorithm) for key in self._keys])


@dataclass(frozen=True, slots=True)
class StandardVerifier:
    """Standard Webhooks (standardwebhooks.com, 1.0.0), symmetric: HMAC-SHA256 of id, time and body.

    :param secrets: ``whsec_`` and base64, or the base64 alone
    :param header_prefix: ``webhook``, or what an older sender calls its headers, e.g. ``svix``
    """

    secrets: Sequence[str] = field(repr=False)
    header_prefix: str = "webhook"
    tolerance: timedelta = timedelta(minutes=5)
    _keys: tuple[bytes, ...] = field(init=False, repr=False, compare=False, default=())

    def __post_init__(self) -> None:
        require_secrets(self.secrets)
        require_name(self.header_prefix, "header")
        require_tolerance(self.tolerance)
        keys = tuple(key_of(s.strip().removeprefix("whsec_"), "base64") for s in self.secrets)
        object.__setattr__(self, "_keys", keys)

    def verify(self, request: Presented, now: datetime) -> None:
        """See :meth:`verifier.Verifier.verify`."""
        said = {
            name: request.header(f"{self.header_prefix}-{name}")
            for name in ("id", "timestamp", "signature")
        }
        require_fresh(said["timestamp"], "seconds", now, self.tolerance)
        texts = [word[3:] for word in said["signature"].split() if word.startswith("v1,")]
        if not texts:
            raise NotVerified("there is no signature of version v1", cause=MISSING)
        claimed = [decoded(text, "base64") for text in texts[:MOST_SIGNATURES]]
        head = as_bytes(f"{said['id']}.{said['timestamp']}.")
        digests = [hmac.digest(key, head + request.body, "sha256") for key in self._keys]
        _require_one(claimed, digests)


def key_of(secret: str, form: str) -> bytes:
    """The bytes with which a secret signs.

    :param form: ``nfkd`` is the text in Unicode's form NFKD (UAX 15)
    :raises ConfigurationInvalid: if the secret is not in this form
    """
    if form == "nfkd":
        return as_bytes(unicodedata.normalize("NFKD", secret))
    if form == "text":
        return as_bytes(secret)
    try:
        text = secret.strip()
        key = binascii.unhexlify(text) if form == "hex" else base64.b64decode(text, validate=True)
    except ValueError:
        raise ConfigurationInvalid(f"the secret is not {form}") from None
    if not key:
        raise ConfigurationInvalid("a verifier needs at least one secret, and none may be blank")
    return key


def _require_one(claimed: Iterable[bytes], digests: Sequence[bytes]) -> None:
    fits = [hmac.compare_digest(each, digest) for each in claimed for digest in digests]
    if True not in fits:
        raise NotVerified("the signature is wrong")
