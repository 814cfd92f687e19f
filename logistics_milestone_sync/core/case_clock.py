"""Exceptions as work with a clock: how severe, due when, and who has to hear of it by now.

A company's own terms come before the shared ones. Levels only rise: nobody is told twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

NORMAL: Final = "1"

ON_TIME: Final = 0
OVERDUE: Final = 1  # its owner was told
ESCALATED: Final = 2  # the manager was told


@dataclass(frozen=True, slots=True)
class ReasonTerm:
    """How severe exceptions of one reason are, unless somebody says otherwise.

    :param own: of the company itself, not shared by all
    """

    reason: str
    severity: str
    own: bool = False


@dataclass(frozen=True, slots=True)
class Deadline:
    """How long exceptions of one severity may stay open.

    :param within: from the moment we heard of the exception
    :param grace: from the deadline until the manager hears of it
    """

    severity: str
    within: timedelta
    grace: timedelta
    own: bool = False


def severity_of(terms: Iterable[ReasonTerm], reason: str) -> str:
    """The severity of an exception with this reason; normal where nothing is said.

    >>> severity_of([ReasonTerm("damaged", "2"), ReasonTerm("damaged", "3", own=True)], "damaged")
    '3'
    """
    matching = [term for term in terms if term.reason == reason]
    best = max(matching, key=lambda term: (term.own, term.severity), default=None)
    return best.severity if best else NORMAL


def deadline_of(deadlines: Iterable[Deadline], severity: str) -> Deadline | None:
    """The deadline for a severity, the strictest of the company's own, else of the shared ones."""
    matching = [deadline for deadline in deadlines if deadline.severity == severity]
    return min(matching, key=lambda d: (not d.own, d.within, d.grace), default=None)


def level_at(now: datetime, due_at: datetime | None, grace: timedelta, level: int = 0) -> int:
    """The level that an open case has reached; never below the one that it has.

    :param due_at: ``None`` for a case without a deadline
    :param level: the highest level that somebody was told of
    """
    if due_at is None or now < due_at:
        return level
    return max(level, ESCALATED if now >= due_at + grace else OVERDUE)


def next_look(due_at: datetime | None, grace: timedelta, level: int) -> datetime | None:
    """When the level can rise next; ``None`` when it cannot."""
    if due_at is None or level >= ESCALATED:
        return None
    return due_at + grace if level == OVERDUE else due_at
