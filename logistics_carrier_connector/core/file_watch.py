"""Which files of a folder are complete, new, or known: decided from two looks at it.

A sender may still be writing a file that can already be seen. A file counts as complete when its
size and its time of change stayed the same for a while, or when a marker file beside it says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

# What a pick-up is at; the model's states.
SEEN: Final = "seen"
TAKING: Final = "taking"
STORED: Final = "stored"
FAILING: Final = "failing"
DONE: Final = "done"
FAILED: Final = "failed"
GONE: Final = "gone"
# Somebody is at work on the file: a look changes nothing.
_BUSY: Final = (TAKING, STORED, FAILING)


@dataclass(frozen=True, slots=True)
class FileLook:
    """What a folder says about one file.

    :param stamp: changes when the content may have changed
    :param modified_at: naive UTC, if the place tells
    """

    name: str
    size: int
    stamp: str
    modified_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """The last pick-up under a name.

    :param since: naive UTC, when the file was first seen with this stamp
    """

    id: int
    state: str
    stamp: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Rules:
    """How a folder is watched.

    :param settle: how long a file has to stay the same
    :param marked: names that a marker says are complete; ``None`` where there are no markers
    :param leave: files stay where they are, so that a known one is not new
    :param max_bytes: bigger ones are refused unread
    """

    settle: timedelta
    leave: bool
    max_bytes: int
    marked: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Findings:
    """What a look changes.

    :param new: seen for the first time, or again after it was put away
    :param changed: still being written, by id of the pick-up
    :param complete: ids of pick-ups that can be read now
    :param too_big: ids of pick-ups that are refused unread
    :param waiting: ids of pick-ups that stay as they are
    """

    new: tuple[FileLook, ...]
    changed: Mapping[int, FileLook]
    complete: tuple[int, ...]
    too_big: tuple[int, ...]
    waiting: tuple[int, ...]


def judge(
    looks: Iterable[FileLook], known: Mapping[str, Known], rules: Rules, now: datetime
) -> Findings:
    """Compare a look at a folder, or at a part of it, with what was known before.

    :param known: by name; the last pick-up of each
    :param now: naive UTC
    """
    new: list[FileLook] = []
    changed: dict[int, FileLook] = {}
    sorted_out: dict[str, list[int]] = {"complete": [], "too_big": [], "waiting": []}
    for look in looks:
        last = known.get(look.name)
        if last is None or _is_over(last, look, rules):
            new.append(look)
        elif last.state != SEEN:
            continue
        elif last.stamp != look.stamp:
            changed[last.id] = look
        else:
            sorted_out[_ripeness(last, look, rules, now)].append(last.id)
    found = {name: tuple(ids) for name, ids in sorted_out.items()}
    return Findings(tuple(new), changed, **found)


def _is_over(last: Known, look: FileLook, rules: Rules) -> bool:
    """Whether what was known has nothing to do with what lies there now."""
    if last.state == SEEN or last.state in _BUSY:
        return False
    return last.state == GONE or not rules.leave or last.stamp != look.stamp


def _ripeness(last: Known, look: FileLook, rules: Rules, now: datetime) -> str:
    if rules.marked is not None:
        ripe = look.name in rules.marked
    else:
        ripe = now - last.since >= rules.settle
    if not ripe:
        return "waiting"
    return "too_big" if look.size > rules.max_bytes else "complete"
