"""ANSI X12 interchanges: from bytes to segments, with every count and control number checked.

How it works
    The ISA segment has fixed positions (X12.5); the separators are read from it, nothing is assumed
    about them. Segments are then read one by one, the envelopes ISA-IEA, GS-GE and ST-SE are
    followed, and what their trailers promise is compared with what was found. Several
    interchanges may follow each other in one file, each with separators of its own.

The tree
    ``{"interchanges": [{"sender", "receiver", "control_number", ..., "groups": [{"code", ...,
    "transactions": [{"set", "control_number", "segments", <view>}]}]}]}``

    ``segments`` keeps every segment of the set between ST and SE as a list, identifier first. The
    view (``x12_view.py``) holds the same segments by name, for mapping expressions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from ..errors import PayloadRejected
from .counts import Budget, same_count
from .x12_view import view

Element = str | list[Any]
Segment = list[Element]

ISA_LENGTH: Final = 106  # up to and including the segment terminator
# Offsets of the element separators in ISA, which follow from its fixed element lengths.
_SEPARATORS_AT: Final = (3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103)
SEGMENT_ID: Final = re.compile(r"[A-Z][A-Z0-9]{1,2}")
# ISA11 holds the repetition separator from release 00402 on; before, the standards id "U".
_REPETITION_SINCE: Final = "00402"


@dataclass(frozen=True, slots=True)
class Separators:
    """What divides one interchange; ``component`` and ``repetition`` may be empty."""

    element: str
    segment: str
    component: str = ""
    repetition: str = ""


def decode(raw: bytes) -> dict[str, Any]:
    """Decode one file of interchanges; see the module for the tree.

    Bytes are read as UTF-8, or as ISO 8859-1 where they are not UTF-8. Elements are strings as
    written; a composite is a list of its components, a repeated element a list of its repeats.

    :raises PayloadRejected: on anything that X12.5 and X12.6 do not allow in an envelope
    """
    text = text_of(raw)
    interchanges = []
    budget = Budget()
    position = skip_blank(text, 0)
    while position < len(text):
        reader = _Reader(text, position, budget)
        interchanges.append(_interchange(reader))
        position = skip_blank(text, reader.position)
    return {"interchanges": interchanges}


def text_of(raw: bytes) -> str:
    """The characters of a file.

    :raises PayloadRejected: on a NUL character
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("iso-8859-1")
    if "\x00" in text:
        raise PayloadRejected("the interchange contains a NUL character")
    return _unwrapped(text)


def _unwrapped(text: str) -> str:
    """Undo line breaks at a fixed column, which mainframes and mail put into files.

    Then every line but the last is as long as the first, and too short for an ISA segment.
    """
    width = text.find("\n")
    if not 0 < width <= ISA_LENGTH or not text.startswith("ISA"):
        return text
    lines = text.splitlines()
    while lines and not lines[-1].strip("\x1a "):
        lines.pop()
    lengths = {len(line) for line in lines[:-1]}
    return "".join(lines) if len(lines) > 1 and len(lengths) == 1 else text


def skip_blank(text: str, position: int) -> int:
    """The position of the next character that is not blank."""
    while position < len(text) and text[position] in " \t\r\n\x1a":
        position += 1
    return position


def read_separators(isa: str) -> Separators:
    """The separators that the first 106 characters of an interchange declare.

    :raises PayloadRejected: if these are not an ISA segment of X12.5
    """
    if not isa.startswith("ISA"):
        raise PayloadRejected(f"an interchange must begin with ISA, found {isa[:3]!r}")
    if len(isa) < ISA_LENGTH:
        raise PayloadRejected(f"ISA needs {ISA_LENGTH} characters, found {len(isa)}")
    element, segment = isa[3], isa[105]
    for number, offset in enumerate(_SEPARATORS_AT, start=1):
        if isa[offset] != element:
            raise PayloadRejected(
                f"ISA{number:02d} must begin after {element!r} at character {offset + 1}, "
                f"found {isa[offset]!r}"
            )
    component, repetition = _optional(isa[104]), ""
    if isa[84:89] >= _REPETITION_SINCE:
        repetition = _optional(isa[82])
    used = [mark for mark in (element, segment, component, repetition) if mark]
    if len(set(used)) != len(used) or element.isalnum() or segment.isalnum():
        raise PayloadRejected("the separators in ISA must differ and be neither letter nor digit")
    return Separators(element, segment, component, repetition)


def _optional(mark: str) -> str:
    # Senders without composites put a blank or a letter there; neither can separate anything.
    return "" if mark.isalnum() or mark == " " else mark


class _Reader:
    """Segments of one interchange, one after another."""

    def __init__(self, text: str, position: int, budget: Budget) -> None:
        self.text = text
        self.position = position
        self.count = 0
        self._budget = budget
        self.separators = read_separators(text[position : position + ISA_LENGTH])
        self.isa = text[position : position + ISA_LENGTH - 1].split(self.separators.element)
        self.position = position + ISA_LENGTH

    def next(self, expected: str) -> Segment:
        """The next segment; ``expected`` names what the caller waits for, for the message."""
        begin = self.position
        while begin < len(self.text) and self.text[begin] in "\r\n":
            begin += 1
        end = self.text.find(self.separators.segment, begin)
        if end < 0 and self.separators.segment in "\r\n" and self.text[begin:].strip():
            end = len(self.text)  # the last line of a file may lack its line end
        if end < 0:
            left = self.text[begin:].strip()
            found = f"an unterminated segment {left[:3]!r}" if left else "the end of the data"
            raise PayloadRejected(f"expected {expected}, found {found}")
        self.position = end + 1
        self.count += 1
        segment = self.text[begin:end]
        marks = self.separators
        self._budget.take(segment, marks.element + marks.component + marks.repetition)
        return self._split(segment)

    def _split(self, text: str) -> Segment:
        name, *elements = text.split(self.separators.element)
        name = name.strip()
        if not SEGMENT_ID.fullmatch(name):
            raise PayloadRejected(f"segment {self.count} has no valid identifier: {name[:3]!r}")
        return [name, *(self._element(element) for element in elements)]

    def _element(self, text: str) -> Element:
        repetition = self.separators.repetition
        if repetition and repetition in text:
            return [self._composite(part) for part in text.split(repetition)]
        return self._composite(text)

    def _composite(self, text: str) -> Element:
        component = self.separators.component
        return list(text.split(component)) if component and component in text else text


def _interchange(reader: _Reader) -> dict[str, Any]:
    isa = reader.isa
    groups: list[dict[str, Any]] = []
    acknowledgments: list[Segment] = []
    while (segment := reader.next("GS or IEA"))[0] != "IEA":
        if segment[0] == "TA1":
            acknowledgments.append(segment)
        elif segment[0] == "GS":
            groups.append(_group(reader, segment))
        else:
            raise PayloadRejected(f"expected GS or IEA, found {segment[0]}")
    control = isa[13].strip()
    _same_count("IEA01", _at(segment, 1), len(groups), "functional groups")
    _same_control("IEA02", _at(segment, 2), "ISA13", control)
    return {
        "sender_qualifier": isa[5].strip(),
        "sender": isa[6].strip(),
        "receiver_qualifier": isa[7].strip(),
        "receiver": isa[8].strip(),
        "date": isa[9].strip(),
        "time": isa[10].strip(),
        "version": isa[12].strip(),
        "control_number": control,
        "usage": isa[15].strip(),
        "acknowledgments": acknowledgments,
        "groups": groups,
    }


def _group(reader: _Reader, gs: Segment) -> dict[str, Any]:
    transactions: list[dict[str, Any]] = []
    while (segment := reader.next("ST or GE"))[0] != "GE":
        if segment[0] != "ST":
            raise PayloadRejected(f"expected ST or GE, found {segment[0]}")
        transactions.append(_transaction(reader, segment))
    control = _at(gs, 6)
    _same_count("GE01", _at(segment, 1), len(transactions), "transaction sets")
    _same_control("GE02", _at(segment, 2), "GS06", control)
    return {
        "code": _at(gs, 1),
        "sender": _at(gs, 2),
        "receiver": _at(gs, 3),
        "date": _at(gs, 4),
        "time": _at(gs, 5),
        "control_number": control,
        "version": _at(gs, 8),
        "transactions": transactions,
    }


def _transaction(reader: _Reader, st: Segment) -> dict[str, Any]:
    segments: list[Segment] = []
    while (segment := reader.next("SE"))[0] != "SE":
        if segment[0] in ("ISA", "GS", "GE", "IEA", "ST"):
            raise PayloadRejected(f"expected SE, found {segment[0]}")
        segments.append(segment)
    control = _at(st, 2)
    # SE01 counts ST and SE themselves.
    _same_count("SE01", _at(segment, 1), len(segments) + 2, "segments")
    _same_control("SE02", _at(segment, 2), "ST02", control)
    code = _at(st, 1)
    return {
        "set": code,
        "control_number": control,
        "segments": segments,
        **view(code, segments),
    }


def _at(segment: Segment, index: int) -> str:
    element = segment[index] if index < len(segment) else ""
    return element.strip() if isinstance(element, str) else ""


def same_control(found: str, expected: str) -> bool:
    """Whether a trailer repeats the control number; some senders pad one of the two only."""
    return found == expected or found.lstrip("0") == expected.lstrip("0")


def _same_count(name: str, promised: str, found: int, what: str) -> None:
    if not same_count(promised, found):
        raise PayloadRejected(f"{name} promises {promised[:18]!r} {what}, found {found}")


def _same_control(name: str, found: str, opener: str, expected: str) -> None:
    if not same_control(found, expected):
        promised = f"{name} must repeat {opener} {expected[:20]!r}"
        raise PayloadRejected(f"{promised}, found {found[:20]!r}")
