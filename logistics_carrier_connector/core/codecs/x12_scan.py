"""The envelopes of X12 interchanges, followed as far as they go: for answering what is broken.

The codec refuses a file at the first thing that is wrong, because nothing of it can be trusted
then. Its sender has to be told what is wrong where, so this reader goes on, and names the faults.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from ..errors import PayloadRejected
from . import answer
from .answer import Fault, Scan
from .counts import Budget, same_count
from .x12_codec import (
    ISA_LENGTH,
    SEGMENT_ID,
    Separators,
    read_separators,
    same_control,
    skip_blank,
    text_of,
)

_MOST_FAULTS: Final = 200


def scan(raw: bytes) -> list[Scan]:
    """Every interchange whose ISA can be read; empty if there is none to be answered."""
    found: list[Scan] = []
    try:
        text = text_of(raw)
        budget = Budget()
        position = skip_blank(text, 0)
        while position < len(text):
            follower = _Follower(text, position, len(found), budget)
            position = skip_blank(text, follower.follow())
            found.append(follower.scan)
    except PayloadRejected:
        # What follows has no envelope: there is nobody to answer.
        return found
    return found


@dataclass(slots=True)
class _Open:
    """A group or a set that has no trailer yet."""

    values: dict[str, Any]
    segments: int = 0


@dataclass(slots=True)
class _State:
    group: _Open | None = None
    set: _Open | None = None
    ended: bool = False


class _Follower:
    """Follows one interchange, and notes what is wrong."""

    def __init__(self, text: str, position: int, index: int, budget: Budget) -> None:
        isa = text[position : position + ISA_LENGTH]
        self.separators = read_separators(isa)
        self._text, self._position, self._index = text, position + ISA_LENGTH, index
        self._state, self._budget = _State(), budget
        self.scan = _opened(isa[:-1].split(self.separators.element), self.separators)

    def follow(self) -> int:
        """The position after the interchange."""
        for segment in self._segments():
            self._take(segment)
            if self._state.ended:
                return self._position
        self._close_group(None)
        self._note(answer.TRAILER)
        return self._position

    def _segments(self) -> Iterator[list[str]]:
        while self._position < len(self._text):
            begin = self._position
            end = self._text.find(self.separators.segment, begin)
            end = len(self._text) if end < 0 else end
            line = self._text[begin:end].strip("\r\n")
            if line.startswith("ISA"):
                return  # the next interchange: this one has no end
            self._position = end + 1
            try:
                self._budget.take(line, self.separators.element)
            except PayloadRejected:
                self._note(answer.CONTENT)
                self._position = len(self._text)
                return
            segment = line.split(self.separators.element)
            if segment != [""]:
                yield [element.strip() for element in segment]

    def _take(self, segment: list[str]) -> None:
        state = self._state
        match segment[0]:
            case "GS":
                self._close_group(None)
                state.group = _Open(_group(segment))
                self.scan.interchange["groups"].append(state.group.values)
            case "ST" if state.group:
                self._open_set(segment)
            case "SE" if state.set:
                self._close_set(segment)
            case "GE" if state.group:
                self._close_group(segment)
            case "IEA":
                self._end(segment)
            case "TA1" if not state.group:
                self.scan.interchange["acknowledgments"].append(segment)
            case name if state.set:
                state.set.segments += 1
                if not SEGMENT_ID.fullmatch(name) or name in ("ST", "GS", "GE", "SE"):
                    self._note(answer.UNKNOWN, name, state.set.segments + 1)
            case _:
                self._note(answer.STRUCTURE)

    def _open_set(self, segment: list[str]) -> None:
        self._close_set(None)
        values = {"set": _at(segment, 1), "control_number": _at(segment, 2)}
        if self._state.group:
            self._state.group.values["transactions"].append(values)
        self._state.set = _Open(values)
        if not values["set"]:
            self._note(answer.IDENTIFIER)
        if not values["control_number"]:
            self._note(answer.NUMBER)

    def _close_set(self, trailer: list[str] | None) -> None:
        opened = self._state.set
        if opened is None:
            return
        self._compare(trailer, opened.segments + 2, opened.values["control_number"])
        self._state.set = None

    def _close_group(self, trailer: list[str] | None) -> None:
        self._close_set(None)
        opened = self._state.group
        if opened is None:
            return
        sets = opened.values["transactions"]
        opened.values["promised"] = _at(trailer, 1) if trailer else str(len(sets))
        self._compare(trailer, len(sets), opened.values["control_number"])
        self._state.group = None

    def _end(self, segment: list[str]) -> None:
        self._close_group(None)
        groups = self.scan.interchange["groups"]
        self._compare(segment, len(groups), self.scan.interchange["control_number"])
        self._state.ended = True

    def _compare(self, trailer: list[str] | None, count: int, control: str) -> None:
        """Note what the trailer of what is open says otherwise."""
        if trailer is None:
            self._note(answer.TRAILER)
            return
        if not same_count(_at(trailer, 1), count):
            self._note(answer.COUNT)
        if not same_control(_at(trailer, 2), control):
            self._note(answer.CONTROL)

    def _note(self, kind: str, segment: str = "", position: int = 0) -> None:
        if len(self.scan.faults) >= _MOST_FAULTS:
            return
        groups = self.scan.interchange["groups"]
        group = len(groups) - 1 if self._state.group else None
        place = len(groups[-1]["transactions"]) - 1 if self._state.set else None
        fault = Fault(kind, self._index, group, place, segment[:3], position)
        # The codec reads sets without a name or a number.
        fatal = kind not in (answer.IDENTIFIER, answer.NUMBER)
        self.scan.faults.append(replace(fault, fatal=fatal))


def _opened(isa: list[str], separators: Separators) -> Scan:
    values = [each.strip() for each in isa]
    return Scan(
        {
            "sender_qualifier": values[5],
            "sender": values[6],
            "receiver_qualifier": values[7],
            "receiver": values[8],
            "date": values[9],
            "time": values[10],
            "version": values[12],
            "control_number": values[13],
            "usage": values[15],
            "separators": separators,
            "acknowledgments": [],
            "groups": [],
        },
        requested=values[14] == "1",
    )


def _group(gs: list[str]) -> dict[str, Any]:
    return {
        "code": _at(gs, 1),
        "sender": _at(gs, 2),
        "receiver": _at(gs, 3),
        "control_number": _at(gs, 6),
        "version": _at(gs, 8),
        "transactions": [],
    }


def _at(segment: list[str], index: int) -> str:
    return segment[index] if index < len(segment) else ""
