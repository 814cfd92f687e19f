"""Identifiers: how they are normalised and how a fact finds its shipment.

Precedence is strict and nothing is guessed: the most precise scheme that is known decides, and if
it answers with more than one shipment the fact is parked for a person.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from .check_digit import WRONG, Check, check
from .vocabulary import CONTAINER, SCHEMES, SSCC

# Printed and scanned forms of one identifier differ in these; Odoo's own names keep theirs.
# Typographic dashes and characters without width come with numbers copied out of documents.
_SEPARATORS = re.compile(r"[\s\-.\u00ad\u200b-\u200d\u2010-\u2015\u2060\u2212\ufeff]+")
# Keyboards of East Asia write digits and letters twice as wide: U+FF01 to U+FF5E mirror ASCII.
_FULL_WIDTH = {0xFEE0 + code: code for code in range(0x21, 0x7F)}
_BRACKETS = re.compile(r"[()/]+")
# What scanners send before the 18 digits of an SSCC: symbology and application identifiers.
_SSCC_PREFIX = re.compile(r"^(?:\]C1)?(?:\(00\)|00)(?=[0-9]{18}$)|^\]C1")
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

        An SSCC also loses the application identifier ``(00)`` with which it is printed and scanned
        (GS1 General Specifications, section 3.2.1).

        >>> Reference("tracking", " 1z 999-aa1 ").normalised
        '1Z999AA1'
        >>> Reference("delivery", "wh/out/00042").normalised
        'WH/OUT/00042'
        >>> Reference("sscc", "(00) 1 0614141 123456789 7").normalised
        '106141411234567897'
        """
        value = self.value.upper().translate(_FULL_WIDTH).strip()
        if self.scheme in _KEEP_PUNCTUATION:
            return re.sub(r"\s+", " ", value)
        compact = _SEPARATORS.sub("", value)
        if self.scheme == SSCC:
            compact = _BRACKETS.sub("", _SSCC_PREFIX.sub("", compact, count=1))
        elif self.scheme == CONTAINER:
            compact = _BRACKETS.sub("", compact)
        return compact or value

    @property
    def key(self) -> tuple[str, str]:
        """What makes two references the same name."""
        return (self.scheme, self.normalised)

    @property
    def check(self) -> Check:
        """What the check digit of the number says, where its scheme has one."""
        return check(self.scheme, self.normalised)

    @property
    def complaint(self) -> str:
        """What is wrong with the number, as an English sentence; empty if nothing is."""
        judged = self.check
        if judged.verdict != WRONG:
            return ""
        return f"{self.scheme} {self.normalised} is mistyped: {judged.why}"


@dataclass(frozen=True, slots=True)
class Target:
    """What a known name stands for.

    :param package_id: the name is of one package; a fact that uses it speaks of that package only
    :param issuer: id of the system that gave the name; ``None`` for a name of our own
    """

    shipment_id: int
    consignment_id: int | None = None
    issuer: int | None = None
    package_id: int | None = None


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
            match = Match(_most_precise(own or targets), reference)
            return _of_one_package(match, ordered, lookup)
    tried = ", ".join(f"{ref.scheme} {ref.normalised}" for ref in ordered) or "no reference at all"
    complaints = [ref.complaint for ref in ordered if ref.complaint]
    return NoMatch(False, "; ".join([f"no shipment is called {tried}", *complaints]))


def _of_one_package(
    match: Match, references: Sequence[Reference], lookup: Callable[[Reference], Iterable[Target]]
) -> Match | NoMatch:
    """The match, unless the same statement names a further package of the shipment.

    Silently taking the first would leave the others behind; taking all would deliver packages
    that nobody named.
    """
    if match.target.package_id is None:
        return match
    named = {
        target.package_id
        for reference in references
        if reference.scheme == match.by.scheme
        for target in lookup(reference)
        if target.shipment_id == match.target.shipment_id and target.package_id
    }
    if len(named) == 1:
        return match
    return NoMatch(
        True, f"it names {len(named)} packages of one shipment: state one event for each"
    )


def _most_precise(targets: list[Target]) -> Target:
    """The target itself, without its consignment or package when the name covers several."""
    first = targets[0]
    if len({t.consignment_id for t in targets}) > 1:
        return Target(first.shipment_id, None, first.issuer)
    if len({t.package_id for t in targets}) > 1:
        return Target(first.shipment_id, first.consignment_id, first.issuer)
    return first
