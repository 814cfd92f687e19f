"""What an approved override does to where a shipment stands.

People state it in this database's own voice, for a time; its end is a retraction of that statement.
Both are marked as ``override`` in the ledger and are no facts: without them, or once an override is
over, the fold is what the facts alone make it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from .state import LedgerEvent, State
from .vocabulary import ACTUAL, NO_PHASE, Milestone

_LONG_AGO: Final = datetime(1, 1, 1, tzinfo=UTC)
_PREFIX: Final = "override/"


def override_event_id(override_id: int) -> str:
    """The ``source_event_id`` under which an override is stated, and withdrawn when it is over.

    >>> override_event_id(7)
    'override/7'
    """
    return f"{_PREFIX}{override_id}"


def override_id_of(source_event_id: str | None) -> int | None:
    """The override that a ledger row belongs to.

    >>> override_id_of("override/7"), override_id_of("override/7/end"), override_id_of("4711")
    (7, 7, None)
    """
    number = (source_event_id or "").removeprefix(_PREFIX).removesuffix("/end")
    is_ours = source_event_id and source_event_id.startswith(_PREFIX) and number.isdecimal()
    return int(number) if is_ours else None


def deciding_override(
    events: Iterable[LedgerEvent], catalogue: Mapping[str, Milestone]
) -> LedgerEvent | None:
    """Of several overrides that stand, the one that was stated last.

    :param events: those that count and that nobody withdrew
    """
    standing = (
        e
        for e in events
        if e.override and e.classifier == ACTUAL and catalogue[e.milestone].phase != NO_PHASE
    )
    return max(standing, key=lambda e: (e.stated_at or _LONG_AGO, e.key), default=None)


def overridden(state: State, override: LedgerEvent, catalogue: Mapping[str, Milestone]) -> State:
    """Where it stands by the override; everything else is what the facts say.

    Nobody bills a delivery that an approved override denies, so the final milestones that it is not
    leave what is reached. And whoever approved it has looked at what the sources contradict.
    """
    kept = {
        code: event
        for code, event in state.reached.items()
        if code == override.milestone or not catalogue[code].terminal
    }
    return replace(
        state,
        milestone=override.milestone,
        phase=catalogue[override.milestone].phase,
        since=override.occurred_at,
        conflicting=False,
        overridden=True,
        reached={override.milestone: override} | kept,
    )
