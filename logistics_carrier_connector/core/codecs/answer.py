"""What is wrong with which part of an EDI interchange: the same words for X12 and EDIFACT.

An acknowledgement speaks of the interchange, its groups, the sets (messages) in them, their
segments and the elements of these. A *fault* names one of these places; each standard has its own
code for its ``kind`` (``x12_ack.py``, ``edifact_ack.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

# Kinds of faults. Of envelopes:
CONTROL: Final = "control"  # the trailer repeats another control number
COUNT: Final = "count"  # the trailer promises another count
TRAILER: Final = "trailer"  # there is none
STRUCTURE: Final = "structure"  # a segment stands where it may not
NUMBER: Final = "number"  # there is no control number
IDENTIFIER: Final = "identifier"  # there is no name of the set
CONTENT: Final = "content"  # refused for a reason that no code names
# Of what was agreed:
UNSUPPORTED: Final = "unsupported"  # this set was not agreed
VERSION: Final = "version"
SENDER: Final = "sender"
RECEIVER: Final = "receiver"
TEST: Final = "test"  # a test interchange where only real ones are taken
# Of what stands in a set:
SEGMENT: Final = "segment"  # what the segment says cannot be used
UNKNOWN: Final = "unknown"  # it is no segment
ELEMENT: Final = "element"
DATE: Final = "date"
TIME: Final = "time"
MISSING: Final = "missing"

EVERYWHERE: Final = -1  # an interchange of a fault that is about every set

FUNCTIONAL: Final = ("997", "999")  # sets of X12 that acknowledge others

ACCEPTED, WITH_ERRORS, REJECTED = "accepted", "errors", "rejected"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong.

    :param interchange: its index among those of the message, or ``EVERYWHERE``
    :param group: index of the group in it; ``None`` if it is about the interchange
    :param set: index of the set in the group; ``None`` if it is about the group
    :param segment: identifier of the segment; empty if it is about the set
    :param position: of the segment in the set; ST or UNH is 1
    :param element: position of the element in the segment, from 1; 0 if it is about the segment
    :param component: position of the component in the element, from 1; 0 if it has none
    :param fatal: what it is about is refused; else the rest of it was used
    """

    kind: str
    interchange: int = 0
    group: int | None = None
    set: int | None = None
    segment: str = ""
    position: int = 0
    element: int = 0
    component: int = 0
    fatal: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is answered about one interchange.

    :param faults: of this interchange
    :param refused: nothing of it was used, whatever the faults say of single places
    """

    faults: tuple[Fault, ...] = ()
    refused: bool = False

    def of_interchange(self) -> list[Fault]:
        """What is wrong with the envelope itself."""
        return [fault for fault in self.faults if fault.group is None]

    def of_group(self, group: int) -> list[Fault]:
        """What is wrong with one group, not with a set in it."""
        return [fault for fault in self.faults if fault.group == group and fault.set is None]

    def of_set(self, group: int, place: int) -> list[Fault]:
        """What is wrong with one set and in it."""
        return [fault for fault in self.faults if (fault.group, fault.set) == (group, place)]

    def interchange_rejected(self) -> bool:
        """Whether the envelope itself is refused."""
        return any(fault.fatal for fault in self.of_interchange())

    def group_rejected(self, group: int) -> bool:
        """Whether a group is refused as a whole."""
        return self.interchange_rejected() or any(fault.fatal for fault in self.of_group(group))

    def set_word(self, group: int, place: int) -> str:
        """``accepted``, ``errors`` or ``rejected``."""
        faults = self.of_set(group, place)
        if self.refused or self.group_rejected(group) or any(fault.fatal for fault in faults):
            return REJECTED
        return WITH_ERRORS if faults else ACCEPTED

    def word(self, interchange: Mapping[str, Any]) -> str:
        """About all of it: rejected if all of it is, with errors if anything is wrong."""
        words = [
            self.set_word(number, place)
            for number, group in answered_groups(interchange)
            for place in range(len(sets_of(group)))
        ]
        if self.refused or self.interchange_rejected() or (words and set(words) == {REJECTED}):
            return REJECTED
        return ACCEPTED if set(words) <= {ACCEPTED} and not self.faults else WITH_ERRORS


@dataclass(slots=True)
class Scan:
    """One interchange as far as its envelope could be followed.

    :param interchange: as the codec's tree has it, without what stands in the sets
    :param faults: what is wrong with the envelope
    :param requested: the sender asks for an answer about the interchange
    :param receipt_only: the sender asks for nothing but a receipt
    """

    interchange: dict[str, Any]
    faults: list[Fault] = field(default_factory=list)
    requested: bool = False
    receipt_only: bool = False


def sets_of(group: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The transaction sets (X12) or messages (EDIFACT) of a group."""
    found: Sequence[Mapping[str, Any]] = group.get("transactions") or group.get("messages") or ()
    return found


def answered_groups(interchange: Mapping[str, Any]) -> list[tuple[int, Mapping[str, Any]]]:
    """The groups that are not acknowledgements themselves, with their indexes.

    Both standards want that acknowledgements are not acknowledged.
    """
    return [pair for pair in enumerate(interchange["groups"]) if not _is_answer(pair[1])]


def _is_answer(group: Mapping[str, Any]) -> bool:
    sets = sets_of(group)
    return group.get("code") == "FA" or bool(sets and all(map(is_answer, sets)))


def is_answer(each: Mapping[str, Any]) -> bool:
    """Whether a set (X12) or message (EDIFACT) is an acknowledgement."""
    return each.get("set") in FUNCTIONAL or each.get("type") == "CONTRL"


def first_codes(faults: Iterable[Fault], codes: Mapping[str, str], most: int) -> list[str]:
    """The codes of the faults, each once, as many as there is room for."""
    found = dict.fromkeys(codes[fault.kind] for fault in faults if fault.kind in codes)
    return list(found)[:most]


def by_segment(faults: Iterable[Fault]) -> dict[tuple[int, str], list[Fault]]:
    """The faults that are about a segment, by its position and identifier, in their order."""
    found: dict[tuple[int, str], list[Fault]] = {}
    for fault in sorted((each for each in faults if each.segment), key=lambda each: each.position):
        found.setdefault((fault.position, fault.segment), []).append(fault)
    return found
