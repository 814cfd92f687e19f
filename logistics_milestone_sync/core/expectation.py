"""What should be heard of a shipment next, and by when: the measure of silence.

How it works
    1. A consignment that arrived, or never will, is expected to say nothing more.
    2. A plan or an estimate of a later milestone is the best expectation, with a grace on top. Of
       several milestones, the one that is due first.
    3. Else the pattern: after milestone X we expect Y within N hours.
    4. The shipment is expected to speak when the first of its consignments is.

Like the fold, this is a pure function of the set of ledger rows: neither their order nor repeats
matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from .fold import standing_events
from .state import Folded, LedgerEvent, State
from .vocabulary import (
    ACTUAL,
    CATALOGUE,
    DELIVERED_PHASE,
    ESTIMATED,
    FAILED,
    NO_PHASE,
    PHASES,
    Milestone,
)

_LONG_AGO: Final = datetime(1, 1, 1, tzinfo=UTC)
# An announcement under this code speaks of that milestone.
_SPEAKS_OF: Final = {"eta_changed": "delivered"}


@dataclass(frozen=True, slots=True)
class Pattern:
    """After a milestone, the next one is expected within a time.

    :param milestone: code of the next one
    """

    milestone: str
    within: timedelta


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern, and for whom it holds.

    :param pattern: ``None`` switches the expectation off
    :param own: of the company itself, not shared by all
    :param carrier: of one delivery method only
    """

    id: int
    milestone: str
    pattern: Pattern | None
    own: bool = False
    carrier: bool = False


@dataclass(frozen=True, slots=True)
class Expected:
    """What should be heard next.

    :param milestone: code
    :param at: aware UTC; when it is overdue
    """

    milestone: str
    at: datetime


def resolve_patterns(defaults: Mapping[str, Pattern], rules: Iterable[Rule]) -> dict[str, Pattern]:
    """The patterns that hold for one shipment: rules of its carrier first, then of its company,
    then those for everybody, then the defaults of the catalogue.

    >>> hub = Pattern("arrived_at_hub", timedelta(hours=48))
    >>> ocean = Pattern("arrived_at_hub", timedelta(days=20))
    >>> resolve_patterns({"dispatched": hub}, [Rule(1, "dispatched", ocean)])["dispatched"].within
    datetime.timedelta(days=20)

    :param rules: that hold for the shipment, in any order
    """
    patterns: dict[str, Pattern | None] = dict(defaults)
    for rule in sorted(rules, key=lambda rule: (rule.carrier, rule.own, -rule.id)):
        patterns[rule.milestone] = rule.pattern
    return {code: pattern for code, pattern in patterns.items() if pattern}


def next_expected(
    folded: Folded,
    events: Iterable[LedgerEvent],
    patterns: Mapping[str, Pattern],
    grace: timedelta,
    catalogue: Mapping[str, Milestone] = CATALOGUE,
) -> Expected | None:
    """What should be heard next of a shipment; ``None`` if nothing is left to hear.

    :param folded: the fold of ``events``
    :param patterns: by the milestone after which they hold
    :param grace: how much later than announced is no silence yet
    """
    announced = [
        event
        for event in standing_events(events)
        if event.classifier != ACTUAL and event.milestone in catalogue
    ]
    parts = [
        (state, [e for e in announced if e.consignment_id in (None, consignment_id)])
        for consignment_id, state in folded.consignments.items()
    ] or [(folded.shipment, announced)]
    found = [_of_one(state, said, patterns, grace, catalogue) for state, said in parts]
    return min(
        (expected for expected in found if expected),
        key=lambda e: (e.at, e.milestone),
        default=None,
    )


def _of_one(
    state: State,
    announced: Iterable[LedgerEvent],
    patterns: Mapping[str, Pattern],
    grace: timedelta,
    catalogue: Mapping[str, Milestone],
) -> Expected | None:
    if state.phase in (DELIVERED_PHASE, FAILED):
        return None
    dues = [
        Expected(milestone, event.occurred_at + grace)
        for milestone, event in _newest_by_milestone(announced).items()
        if _is_ahead(milestone, event, state, catalogue)
    ]
    if dues:
        return min(dues, key=lambda e: (e.at, e.milestone))
    pattern = patterns.get(state.milestone)
    if pattern is None or state.since is None:
        return None
    return Expected(pattern.milestone, state.since + pattern.within)


def _newest_by_milestone(announced: Iterable[LedgerEvent]) -> dict[str, LedgerEvent]:
    """Per milestone what was announced last by the source's own clock; estimates before plans."""
    newest: dict[str, LedgerEvent] = {}
    for event in sorted(announced, key=_announced_order):
        newest[_SPEAKS_OF.get(event.milestone, event.milestone)] = event
    return newest


def _announced_order(event: LedgerEvent) -> tuple[bool, datetime, datetime, str]:
    return (
        event.classifier == ESTIMATED,
        event.stated_at or _LONG_AGO,
        event.occurred_at,
        event.key,
    )


def _is_ahead(
    milestone: str, event: LedgerEvent, state: State, catalogue: Mapping[str, Milestone]
) -> bool:
    """Whether an announcement still says something: of a later milestone, at a later time."""
    spoken_of = catalogue.get(milestone)
    if spoken_of is None or spoken_of.phase == NO_PHASE or milestone in state.reached:
        return False
    standing = catalogue.get(state.milestone)
    if standing is not None and _place(spoken_of) <= _place(standing):
        return False
    return state.since is None or event.occurred_at > state.since


def _place(milestone: Milestone) -> tuple[int, int]:
    """How far a shipment is that stands there."""
    return (PHASES.index(milestone.phase), milestone.rank)
