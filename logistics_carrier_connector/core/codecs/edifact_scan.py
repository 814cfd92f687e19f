"""The envelopes of EDIFACT interchanges, followed as far as they go: for answering what is broken.

See ``x12_scan.py`` for why the codec is not enough.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from ..errors import PayloadRejected
from . import answer
from .answer import Fault, Scan
from .counts import Budget, same_count
from .edifact_codec import Reader, Segment, at, skip_blank, standard_separators, text_of

_MOST_FAULTS: Final = 200


def scan(raw: bytes) -> list[Scan]:
    """Every interchange whose UNB can be read; empty if there is none to be answered."""
    found: list[Scan] = []
    try:
        text = text_of(raw)
        standard = standard_separators(text)
        budget = Budget()
        position = skip_blank(text, 0)
        while position < len(text):
            follower = _Follower(Reader(text, position, standard, budget), len(found))
            position = skip_blank(text, follower.follow())
            found.append(follower.scan)
    except PayloadRejected:
        # What follows has no envelope: there is nobody to answer.
        return found
    return found


class _Follower:
    """Follows one interchange, and notes what is wrong."""

    def __init__(self, reader: Reader, index: int) -> None:
        self._reader, self._index = reader, index
        unb = reader.next("UNB")
        if unb[0] != "UNB":
            raise PayloadRejected("an interchange must begin with UNB")
        self.scan = _opened(unb)
        self._group: dict[str, Any] | None = None
        self._message: dict[str, Any] | None = None
        self._segments = 0

    def follow(self) -> int:
        """The position after the interchange."""
        reader = self._reader
        while skip_blank(reader.text, reader.position) < len(reader.text):
            begin = skip_blank(reader.text, reader.position)
            if reader.text.startswith(("UNA", "UNB"), begin):
                break  # the next interchange: this one has no end
            try:
                segment = reader.next("UNZ")
            except PayloadRejected:
                if reader.position <= begin:
                    reader.position = len(reader.text)
                    break
                self._unknown()
                continue
            if segment[0] == "UNZ":
                self._end(segment)
                return reader.position
            self._take(segment)
        self._close_group(None)
        self._note(answer.TRAILER)
        return reader.position

    def _take(self, segment: Segment) -> None:
        match segment[0]:
            case "UNG":
                self._close_group(None)
                self._open_group(segment)
            case "UNH":
                self._open_message(segment)
            case "UNT" if self._message is not None:
                self._close_message(segment)
            case "UNE" if self._group is not None and self.scan.interchange["grouped"]:
                self._close_group(segment)
            case _ if self._message is not None:
                self._segments += 1
            case _:
                self._note(answer.STRUCTURE)

    def _unknown(self) -> None:
        if self._message is None:
            self._note(answer.STRUCTURE)
        else:
            self._segments += 1
            self._note(answer.UNKNOWN, self._segments + 1)

    def _open_group(self, ung: Segment) -> None:
        self._group = {
            "code": at(ung, 1),
            "sender": [at(ung, 2), at(ung, 2, 1)],
            "receiver": [at(ung, 3), at(ung, 3, 1)],
            "control_number": at(ung, 5),
            "messages": [],
        }
        self.scan.interchange["grouped"] = True
        self.scan.interchange["groups"].append(self._group)

    def _open_message(self, unh: Segment) -> None:
        self._close_message(None)
        if self._group is None:  # an interchange without groups has one, without a name
            self._group = {"code": "", "control_number": "", "messages": []}
            self.scan.interchange["groups"].append(self._group)
        parts = ("type", "version", "release", "agency", "association")
        self._message = {name: at(unh, 2, place) for place, name in enumerate(parts)}
        self._message["control_number"] = at(unh, 1)
        self._group["messages"].append(self._message)
        self._segments = 0
        if not at(unh, 1):
            self._note(answer.NUMBER)
        if not at(unh, 2):
            self._note(answer.IDENTIFIER)

    def _close_message(self, unt: Segment | None) -> None:
        if self._message is None:
            return
        self._compare(unt, self._segments + 2, self._message["control_number"])
        self._message = None

    def _close_group(self, une: Segment | None) -> None:
        self._close_message(None)
        if self._group is None:
            return
        if self.scan.interchange["grouped"]:
            self._compare(une, len(self._group["messages"]), self._group["control_number"])
        self._group = None

    def _end(self, unz: Segment) -> None:
        self._close_group(None)
        interchange = self.scan.interchange
        groups = interchange["groups"]
        loose = groups[0]["messages"] if groups else []
        found = groups if interchange["grouped"] else loose
        self._compare(unz, len(found), interchange["control_number"])

    def _compare(self, trailer: Segment | None, count: int, control: str) -> None:
        """Note what the trailer of what is open says otherwise."""
        if trailer is None:
            self._note(answer.TRAILER)
            return
        if not same_count(at(trailer, 1), count):
            self._note(answer.COUNT)
        if at(trailer, 2) != control:
            self._note(answer.CONTROL)

    def _note(self, kind: str, position: int = 0) -> None:
        if len(self.scan.faults) >= _MOST_FAULTS:
            return
        groups = self.scan.interchange["groups"]
        group = len(groups) - 1 if self._group is not None else None
        place = len(groups[-1]["messages"]) - 1 if self._message is not None else None
        name = "?" if position else ""
        fault = Fault(kind, self._index, group, place, name, position)
        # The codec reads messages without a name or a number.
        fatal = kind not in (answer.IDENTIFIER, answer.NUMBER)
        self.scan.faults.append(replace(fault, fatal=fatal))


def _opened(unb: Segment) -> Scan:
    asked = at(unb, 9)
    return Scan(
        {
            "syntax": at(unb, 1),
            "syntax_version": at(unb, 1, 1),
            "sender": at(unb, 2),
            "sender_qualifier": at(unb, 2, 1),
            "receiver": at(unb, 3),
            "receiver_qualifier": at(unb, 3, 1),
            "control_number": at(unb, 5),
            "test": at(unb, 11) == "1",
            "grouped": False,
            "groups": [],
        },
        requested=asked in ("1", "2"),
        receipt_only=asked == "2",
    )
