"""Duties that do not go together: whoever did the one does not do the other about the same thing.

What somebody did is an *act*: a duty, and what it was about in each *scope* (the record, the
shipment). A *conflict* names two duties and the scope in which they exclude each other. Order does
not matter: the second of the two is refused, whichever it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

RECORD: Final = "record"  # the very record that is decided about
SHIPMENT: Final = "shipment"  # anything about the same shipment
SCOPES: Final = (RECORD, SHIPMENT)


@dataclass(frozen=True, slots=True)
class Act:
    """Somebody did, or wants to do, one duty.

    :param duty: e.g. ``exception_billing.approve``
    :param about: per scope the name of what it concerns, e.g. ``{"shipment": "7"}``; a scope that
        does not apply is absent
    """

    user_id: int
    duty: str
    about: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two duties that one person does not do about the same thing."""

    id: int
    duty: str
    other: str
    scope: str

    def opposite(self, duty: str) -> str | None:
        """The duty that excludes this one; ``None`` if the conflict is not about it.

        >>> Conflict(1, "release.prepare", "release.post", RECORD).opposite("release.post")
        'release.prepare'
        """
        return {self.duty: self.other, self.other: self.duty}.get(duty)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why somebody may not: what he did before, and the conflict that makes it matter."""

    conflict: Conflict
    earlier: Act


def refusal(act: Act, earlier: Iterable[Act], conflicts: Iterable[Conflict]) -> Refusal | None:
    """Whether what somebody did before forbids him this act; ``None`` if he may.

    The acts of others do not matter. Of several reasons the conflict with the lowest id is told.

    >>> wrote = Act(7, "agreement.author", {RECORD: "a"})
    >>> rule = Conflict(1, "agreement.author", "agreement.approve", RECORD)
    >>> refusal(Act(7, "agreement.approve", {RECORD: "a"}), [wrote], [rule]).earlier.duty
    'agreement.author'
    >>> refusal(Act(8, "agreement.approve", {RECORD: "a"}), [wrote], [rule]) is None
    True
    """
    own = [done for done in earlier if done.user_id == act.user_id]
    for conflict in sorted(conflicts, key=lambda c: c.id):
        opposite = conflict.opposite(act.duty)
        subject = act.about.get(conflict.scope)
        for done in own:
            if subject and done.duty == opposite and done.about.get(conflict.scope) == subject:
                return Refusal(conflict, done)
    return None
