"""Charges: their types, who owns them by default, what is odd about an amount, which one stands.

The charge of one key is a chain of revisions. Which of them stands is a pure function of the *set*
of revisions: the newest by the time that the source states, or by when it was heard where the
source states none. The order in which they arrive does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from .ownership import ADVISORY, REJECT

BUY: Final = "buy"
SELL: Final = "sell"
SIDES: Final = (BUY, SELL)
CHARGE_TYPES: Final = (
    "freight",
    "fuel",
    "accessorial",
    "handling",
    "storage",
    "duty",
    "tax",
    "other",
)

# Kinds of systems that own a charge by default, best first. Whoever is not named is advisory.
_CARRIERS: Final = ("carrier", "aggregator", "edi_gateway")
_WAREHOUSED: Final = ("handling", "storage")


def default_owners(charge_type: str, side: str) -> tuple[str, ...]:
    """Kinds of systems whose charges of this type count by default, best first."""
    if side == SELL:
        return ("odoo",)
    return ("wms", *_CARRIERS) if charge_type in _WAREHOUSED else _CARRIERS


# Above this an amount is more likely a slipped comma than a price, for currencies with cents; a
# hundred times that for currencies without.
_ABSURD: Final = Decimal(1_000_000)


def issues(
    amount: Decimal, currency: str, digits: int = 2, previous_currency: str = ""
) -> tuple[str, ...]:
    """What somebody should look at before relying on an amount, as English phrases.

    :param digits: decimal places of the currency
    :param previous_currency: of the revision before, empty if there is none

    >>> issues(Decimal("-3"), "EUR", previous_currency="USD")
    ('negative amount', 'was in USD before')
    """
    found = []
    if amount < 0:
        found.append("negative amount")
    elif not amount:
        found.append("amount is zero")
    if abs(amount) >= _ABSURD * (1 if digits else 100):
        found.append("unusually large amount")
    if previous_currency and previous_currency != currency:
        found.append(f"was in {previous_currency} before")
    return tuple(found)


def standing(live: bool, verdict: str, decision: str = "", confirms: bool = False) -> str:
    """What a charge is to people, in one word.

    :param verdict: of the source of truth
    :param decision: about revenue entered by hand: ``pending``, ``approved``, ``rejected`` or empty
    :param confirms: it only repeats an earlier revision

    >>> standing(True, "accept"), standing(False, "accept", "pending"), standing(False, "advisory")
    ('live', 'waiting', 'advisory')
    """
    if live:
        return "live"
    if verdict == REJECT or decision == "rejected":
        return "refused"
    if verdict == ADVISORY:
        return "advisory"
    if decision == "pending":
        return "waiting"
    return "confirmation" if confirms else "superseded"


@dataclass(frozen=True, slots=True)
class Revision:
    """One statement of a charge, as far as its place in the chain depends on it.

    :param id: grows in the order in which a sender wrote the revisions of one message
    :param says: everything that makes it the same charge or another; compared only
    :param counts: its speaker owns the charge
    :param stated_at: aware UTC, when the source recorded it, if it says
    :param received_at: aware UTC
    """

    id: int
    says: tuple[object, ...]
    received_at: datetime
    stated_at: datetime | None = None
    counts: bool = True

    @property
    def order(self) -> tuple[datetime, datetime, int]:
        """By what the chain is ordered."""
        received = self.received_at.astimezone(UTC)
        stated = self.stated_at.astimezone(UTC) if self.stated_at else received
        return (stated, received, self.id)


@dataclass(frozen=True, slots=True)
class Link:
    """The place of one revision in its chain.

    :param live: this one stands
    :param superseded_by: id of the revision that took its place, if one did
    :param confirms: id of the earlier revision that it only repeats, if it does
    :param supersedes: id of the revision whose place it took, if there was one
    """

    live: bool = False
    superseded_by: int | None = None
    confirms: int | None = None
    supersedes: int | None = None


def chain(revisions: Iterable[Revision]) -> dict[int, Link]:
    """Put the revisions of one key in order.

    A revision that repeats the one before it confirms it and changes nothing: what is invoiced for
    the first statement of an amount is not invoiced anew because the amount was stated again.

    :return: ``{id: Link}``; revisions that do not count have an empty link

    >>> day = lambda n: datetime(2026, 3, n, tzinfo=UTC)
    >>> links = chain([Revision(1, ("9",), day(1)), Revision(2, ("8",), day(2))])
    >>> links[1].superseded_by, links[2].live
    (2, True)
    """
    everything = list(revisions)
    links = {revision.id: Link() for revision in everything}
    standing: list[Revision] = []
    for revision in sorted((r for r in everything if r.counts), key=lambda r: r.order):
        if standing and standing[-1].says == revision.says:
            links[revision.id] = Link(confirms=standing[-1].id)
            continue
        standing.append(revision)
    before: list[int | None] = [None, *(revision.id for revision in standing)]
    after: list[int | None] = [*(revision.id for revision in standing[1:]), None]
    for revision, older, newer in zip(standing, before, after, strict=False):
        links[revision.id] = Link(newer is None, newer, None, older)
    return links
