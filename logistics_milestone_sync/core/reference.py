"""Identifiers: how they are normalised and how a fact finds its shipment.

Precedence is strict and nothing is guessed: the most precise scheme that is known decides, and if
it answers with more than one shipment the fact is parked for a person.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from .vocabulary import SCHEMES

# Printed and scanned forms of one identifier differ in these; Odoo's own names keep theirs.
_SEPARATORS = re.compile(r"[\s\-.]+")
_KEEP_PUNCTUATION = ("shipment", "delivery", "sale_order", "purchase_order", "client_ref")
_MAX_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Reference:
    """One name of a shipment.

    :param scheme: one of ``vocabulary.SCHEMES``
    :param value: as written by the source; compare with ``normalised``
    """

    scheme: str
    value: str

    def __post_init__(self) -> None:
        if self.scheme not in SCHEMES:
            raise ValueError(f"unknown reference scheme: {self.scheme!r}")
        if not self.value.strip() or len(self.value) > _MAX_LENGTH or "\x00" in self.value:
            raise ValueError(f"unusable {self.scheme} reference")

    @property
    def normalised(self) -> str:
        """The value without case, blanks and (for carriers' numbers) dashes and dots.

        >>> Reference("tracking", " 1z 999-aa1 ").normalised
        '1Z999AA1'
        >>> Reference("delivery", "wh/out/00042").normalised
        'WH/OUT/00042'
        """
        value = self.value.strip().upper()
        if self.scheme in _KEEP_PUNCTUATION:
            return re.sub(r"\s+", " ", value)
        return _SEPARATORS.sub("", value) or value

    @property
    def key(self) -> tuple[str, str]:
        """What makes two references the same name."""
        return (self.scheme, self.normalised)


@dataclass(frozen=True, slots=True)
class Target:
    """What a known name stands for.

    :param issuer: id of the system that gave the name; ``None`` for a name of our own
    """

    shipment_id: int
    consignment_id: int | None = None
    issuer: int | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """Exactly one shipment answers."""

    target: Target
    by: Reference


@dataclass(frozen=True, slots=True)
class NoMatch:
    """None or several answer; the sentence says which names were tried."""

    ambiguous: bool
    explanation: str


def spellings(text: str) -> tuple[str, ...]:
    """How a number that somebody types may be kept, by the kinds of names that there are.

    >>> spellings(" 1z 999-aa1 ")
    ('1Z 999-AA1', '1Z999AA1')
    >>> spellings("wh/out/7")
    ('WH/OUT/7',)
    """
    ours = re.sub(r"\s+", " ", text.strip().upper())
    theirs = _SEPARATORS.sub("", ours)
    return tuple(dict.fromkeys(spelling for spelling in (ours, theirs) if spelling))


def by_precedence(references: Iterable[Reference]) -> list[Reference]:
    """The references, most precise scheme first; equal schemes by value."""
    return sorted(references, key=lambda ref: (SCHEMES.index(ref.scheme), ref.normalised))


def resolve(
    references: Sequence[Reference],
    lookup: Callable[[Reference], Iterable[Target]],
    issuer: int | None = None,
) -> Match | NoMatch:
    """Find the one shipment that the references stand for.

    Names given by the speaker itself come before names that anybody gave, because two carriers may
    use the same number for different goods.

    :param lookup: the known targets of one reference, over all issuers
    :param issuer: id of the speaking system
    """
    ordered = by_precedence(references)
    for reference in ordered:
        targets = list(lookup(reference))
        own = [t for t in targets if t.issuer == issuer and issuer is not None]
        shipments = {t.shipment_id for t in (own or targets)}
        if len(shipments) > 1:
            return NoMatch(
                True,
                f"{len(shipments)} shipments are called {reference.scheme} {reference.normalised}",
            )
        if shipments:
            return Match(_most_precise(own or targets), reference)
    tried = ", ".join(f"{ref.scheme} {ref.normalised}" for ref in ordered) or "no reference at all"
    return NoMatch(False, f"no shipment is called {tried}")


def _most_precise(targets: list[Target]) -> Target:
    """The target itself, without its consignment when the name covers several of them."""
    consignments = {t.consignment_id for t in targets}
    first = targets[0]
    return first if len(consignments) == 1 else Target(first.shipment_id, None, first.issuer)
