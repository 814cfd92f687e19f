"""Does the sender know the secret? Values in, nothing or ``NotVerified`` out.

A verifier cannot exist without a secret, so a connection that lost its secrets refuses everybody
instead of trusting everybody. Several secrets may be valid at once while one replaces another.
All comparisons take the same time whichever secret fits, or none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from .errors import ConfigurationInvalid, NotVerified
from .network import parse_networks
from .presented import Presented
from .proof_checks import known, with_tolerance
from .proof_hmac import HmacVerifier, StandardVerifier
from .proof_keys import PublicKeyVerifier
from .proof_plain import (
    ApiKeyVerifier,
    BasicVerifier,
    BearerVerifier,
    CertificateVerifier,
    NetworkVerifier,
    QueryVerifier,
)


class Verifier(Protocol):
    """Anything that can tell whether a request is the sender's own."""

    def verify(self, request: Presented, now: datetime) -> None:
        """Return if the proof is right.

        :param now: aware, for the age of a timestamp
        :raises NotVerified: with a ``cause`` for people
        """


@dataclass(frozen=True, slots=True)
class AllOf:
    """Several proofs, each of which has to be right."""

    verifiers: Sequence[Verifier]

    def __post_init__(self) -> None:
        if not self.verifiers:
            raise ConfigurationInvalid("a connection needs at least one proof")

    def verify(self, request: Presented, now: datetime) -> None:
        """See :meth:`Verifier.verify`; the first refusal is told, after all were asked."""
        refusals = []
        for verifier in self.verifiers:
            try:
                verifier.verify(request, now)
            except NotVerified as refusal:
                refusals.append(refusal)
        if refusals:
            raise refusals[0]


def _build_hmac(config: Mapping[str, Any], secrets: Sequence[str]) -> Verifier:
    names = set(HmacVerifier.__dataclass_fields__) - {"secrets", "tolerance", "_keys", "_parts"}
    values = with_tolerance(known(config, names | {"tolerance_seconds"}))
    if "header" not in values:
        raise ConfigurationInvalid("a signature needs the name of its header")
    return HmacVerifier(secrets, **values)


def _build_public_key(config: Mapping[str, Any], secrets: Sequence[str]) -> Verifier:
    names = set(PublicKeyVerifier.__dataclass_fields__) - {"tolerance", "_keys", "_parts"}
    values = with_tolerance(known(config, names | {"tolerance_seconds"}))
    if "header" not in values:
        raise ConfigurationInvalid("a signature needs the name of its header")
    return PublicKeyVerifier(values.pop("keys", ""), **values)


def _build_standard(config: Mapping[str, Any], secrets: Sequence[str]) -> Verifier:
    values = with_tolerance(known(config, {"header_prefix", "tolerance_seconds"}))
    return StandardVerifier(secrets, **values)


def _build_api_key(config: Mapping[str, Any], secrets: Sequence[str]) -> Verifier:
    return ApiKeyVerifier(secrets, **known(config, {"header", "prefix"}))


def _build_bearer(config: Mapping[str, Any], secrets: Sequence[str]) -> Verifier:
    known(config, set())
    return BearerVerifier(secrets)


def _build_basic(config: Mapping[str, Any], secrets: Sequence[str]) -> Verifier:
    return BasicVerifier(secrets, **known(config, {"username"}))


def _build_query(config: Mapping[str, Any], secrets: Sequence[str]) -> Verifier:
    return QueryVerifier(secrets, **known(config, {"parameter"}))


def _build_network(config: Mapping[str, Any], secrets: Sequence[str]) -> Verifier:
    return NetworkVerifier(parse_networks(known(config, {"networks"}).get("networks", "")))


def _build_certificate(config: Mapping[str, Any], secrets: Sequence[str]) -> Verifier:
    given = known(config, {"header", "values", "verified_header"})
    accepted = [line for line in given.get("values", "").splitlines() if line.strip()]
    return CertificateVerifier(given.get("header", ""), accepted, given.get("verified_header", ""))


_BUILDERS: Final[dict[str, Callable[[Mapping[str, Any], Sequence[str]], Verifier]]] = {
    "hmac": _build_hmac,
    "public_key": _build_public_key,
    "standard": _build_standard,
    "api_key": _build_api_key,
    "bearer": _build_bearer,
    "basic": _build_basic,
    "query": _build_query,
    "network": _build_network,
    "certificate": _build_certificate,
}
KINDS: Final = tuple(_BUILDERS)
# The others prove by what the network knows of the sender, beside the address that only he has.
SECRET_KINDS: Final = ("hmac", "standard", "api_key", "bearer", "basic", "query")


def build(kind: str, config: Mapping[str, Any], secrets: Sequence[str]) -> Verifier:
    """The verifier that a connection's data describes.

    :param kind: one of ``KINDS``
    :param config: the fields of the verifier's class except its secrets; empty values count as not
        given. ``tolerance_seconds`` stands for ``tolerance``; ``networks`` is a text, and so is
        ``values`` with a line for each
    :param secrets: all that are valid now, newest first
    :raises ConfigurationInvalid: on an unknown kind or field, a bad value, or without a secret
    """
    if kind not in _BUILDERS:
        raise ConfigurationInvalid(f"a verifier is one of {', '.join(KINDS)}")
    return _BUILDERS[kind](config, tuple(secrets))
