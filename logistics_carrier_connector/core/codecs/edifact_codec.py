"""UN/EDIFACT interchanges (ISO 9735, syntax versions 1 to 4): bytes to segments, counts checked.

How it works
    ``UNA`` declares the separators, else those of ISO 9735 level A hold. (A few senders write one
    segment per line and no terminator; then the line end is the terminator.) The syntax
    identifier in ``UNB`` (UNOA … UNOY) names the character set. Segments are read one by one, the
    envelopes UNB-UNZ, UNG-UNE and UNH-UNT are followed, and what their trailers promise is compared
    with what was found. Several interchanges may follow each other.

The tree
    ``{"interchanges": [{"sender", "receiver", "control_number", ..., "groups": [{..., "messages":
    [{"type", "control_number", "segments", <view>}]}]}]}``

    An interchange without UNG has one group with empty names. A segment is a list, its tag first;
    every element is a list of its components, also where there is only one. The view
    (``edifact_view.py``) holds the same segments by name, for mapping expressions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from ..errors import PayloadRejected
from .counts import Budget, same_count
from .edifact_view import view

Segment = list[Any]

_TAG: Final = re.compile(r"[A-Z][A-Z0-9]{2}")
_BLANK: Final = " \t\r\n\x1a\ufeff"
_MARKS: Final = 6  # characters after UNA
# ISO 9735:2002 part 1, annex A: syntax identifier → character repertoire. UNOA and UNOB are 7 bit.
_CHARSETS: Final = {
    "UNOC": "iso-8859-1",
    "UNOD": "iso-8859-2",
    "UNOE": "iso-8859-5",
    "UNOF": "iso-8859-7",
    "UNOG": "iso-8859-3",
    "UNOH": "iso-8859-4",
    "UNOI": "iso-8859-6",
    "UNOJ": "iso-8859-8",
    "UNOK": "iso-8859-9",
}
_SYNTAX: Final = re.compile(rb"UNB.{1,3}(UNO[A-Z])", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Separators:
    """What divides one interchange; ``release`` takes the meaning from the character behind it."""

    component: str = ":"
    element: str = "+"
    release: str = "?"
    segment: str = "'"


def decode(raw: bytes) -> dict[str, Any]:
    """Decode one file of interchanges; see the module for the tree.

    :raises PayloadRejected: on anything that ISO 9735 does not allow in an envelope
    """
    text = text_of(raw)
    standard = standard_separators(text)
    interchanges = []
    budget = Budget()
    position = skip_blank(text, 0)
    while position < len(text):
        reader = Reader(text, position, standard, budget)
        interchanges.append(_interchange(reader))
        position = skip_blank(text, reader.position)
    return {"interchanges": interchanges}


def text_of(raw: bytes) -> str:
    """The characters of a file, in the set that its first UNB names.

    :raises PayloadRejected: on a NUL character
    """
    declared = _SYNTAX.search(raw[:200])
    charset = charset_of(declared[1].decode("ascii")) if declared else "utf-8"
    try:
        text = raw.decode(charset)
    except UnicodeDecodeError:
        text = raw.decode("iso-8859-1")  # UNOA by its word, letters with accents by habit
    if "\x00" in text:
        raise PayloadRejected("the interchange contains a NUL character")
    return text


def charset_of(syntax: str) -> str:
    """The name of the character set that a syntax identifier (``UNOC``) stands for."""
    return _CHARSETS.get(syntax, "utf-8")


def standard_separators(text: str) -> Separators:
    """Those that hold where no UNA declares others."""
    return Separators() if "'" in text else Separators(segment="\n")


def skip_blank(text: str, position: int) -> int:
    """The position of the next character that is not blank."""
    while position < len(text) and text[position] in _BLANK:
        position += 1
    return position


def read_separators(una: str) -> Separators:
    """The separators that the nine characters of a UNA declare.

    :raises PayloadRejected: if two separators are the same or one is a letter or a digit
    """
    marks = una[3 : 3 + _MARKS]
    if len(marks) < _MARKS:
        raise PayloadRejected("UNA needs six characters")
    release = "" if marks[3] == " " else marks[3]
    used = [mark for mark in (marks[0], marks[1], release, marks[5]) if mark]
    if len(set(used)) != len(used) or any(mark.isalnum() for mark in used):
        raise PayloadRejected("the separators in UNA must differ and be neither letter nor digit")
    return Separators(marks[0], marks[1], release, marks[5])


class Reader:
    """Segments of one interchange, one after another."""

    def __init__(self, text: str, position: int, standard: Separators, budget: Budget) -> None:
        self.text = text
        self.position = position
        self.separators = standard
        if text.startswith("UNA", position):
            self.separators = read_separators(text[position : position + 3 + _MARKS])
            self.position += 3 + _MARKS
        self.count = 0
        self._budget = budget
        release, end = re.escape(self.separators.release), re.escape(self.separators.segment)
        plain = f"[^{release}{end}]++"
        # Possessive: what could be given back again would be remembered, at many times its size.
        self._segment = re.compile(
            f"(?:{release}.|{plain})*+" if release else f"(?:{plain})?+", re.DOTALL
        )

    def next(self, expected: str) -> Segment:
        """The next segment; ``expected`` names what the caller waits for, for the message."""
        begin = skip_blank(self.text, self.position)
        match = self._segment.match(self.text, begin)
        end = match.end() if match else begin
        if end >= len(self.text) and not (self.separators.segment == "\n" and end > begin):
            left = self.text[begin:].strip()
            found = f"an unterminated segment {left[:3]!r}" if left else "the end of the data"
            raise PayloadRejected(f"expected {expected}, found {found}")
        self.position = end + 1
        self.count += 1
        segment = self.text[begin:end].rstrip("\r")
        self._budget.take(segment, self.separators.element + self.separators.component)
        return self._split(segment)

    def _split(self, text: str) -> Segment:
        marks = self.separators
        elements = [
            [_released(part, marks.release) for part in _cut(element, marks.component, marks)]
            for element in _cut(text, marks.element, marks)
        ]
        tag = elements[0][0].strip()
        if not _TAG.fullmatch(tag):
            raise PayloadRejected(f"segment {self.count} has no valid tag: {tag[:3]!r}")
        return [tag, *elements[1:]]


def _cut(text: str, mark: str, marks: Separators) -> list[str]:
    """Split where ``mark`` is not released; the release characters stay in the parts."""
    release = marks.release
    if not release or release not in text:
        return text.split(mark)
    parts, part, index = [], [], 0
    while index < len(text):
        char = text[index]
        if char == release:
            part.append(text[index : index + 2])
            index += 2
            continue
        if char == mark:
            parts.append("".join(part))
            part = []
        else:
            part.append(char)
        index += 1
    return [*parts, "".join(part)]


def _released(text: str, release: str) -> str:
    if not release or release not in text:
        return text
    return re.sub(re.escape(release) + "(.)", r"\1", text, flags=re.DOTALL)


def _interchange(reader: Reader) -> dict[str, Any]:
    unb = reader.next("UNB")
    if unb[0] != "UNB":
        raise PayloadRejected(f"an interchange must begin with UNB, found {unb[0]}")
    groups: list[dict[str, Any]] = []
    loose: list[dict[str, Any]] = []
    while (segment := reader.next("UNH, UNG or UNZ"))[0] != "UNZ":
        if segment[0] == "UNG":
            groups.append(_group(reader, segment))
        elif segment[0] == "UNH":
            loose.append(_message(reader, segment))
        else:
            raise PayloadRejected(f"expected UNH, UNG or UNZ, found {segment[0]}")
    if groups and loose:
        raise PayloadRejected("an interchange has groups or messages, not both")
    control = at(unb, 5)
    _same_count("UNZ01", at(segment, 1), len(groups or loose), "groups" if groups else "messages")
    _same_control("UNZ02", at(segment, 2), "UNB05", control)
    return {
        "syntax": at(unb, 1),
        "syntax_version": at(unb, 1, 1),
        "sender": at(unb, 2),
        "sender_qualifier": at(unb, 2, 1),
        "receiver": at(unb, 3),
        "receiver_qualifier": at(unb, 3, 1),
        "date": at(unb, 4),
        "time": at(unb, 4, 1),
        "control_number": control,
        "application": at(unb, 7),
        "acknowledgement_requested": at(unb, 9) == "1",
        "test": at(unb, 11) == "1",
        "grouped": bool(groups),
        "groups": groups or [_envelope(loose, [])],
    }


def _envelope(messages: list[dict[str, Any]], ung: Segment) -> dict[str, Any]:
    return {
        "code": at(ung, 1),
        "sender": at(ung, 2),
        "receiver": at(ung, 3),
        "date": at(ung, 4),
        "time": at(ung, 4, 1),
        "control_number": at(ung, 5),
        "messages": messages,
    }


def _group(reader: Reader, ung: Segment) -> dict[str, Any]:
    messages: list[dict[str, Any]] = []
    while (segment := reader.next("UNH or UNE"))[0] != "UNE":
        if segment[0] != "UNH":
            raise PayloadRejected(f"expected UNH or UNE, found {segment[0]}")
        messages.append(_message(reader, segment))
    _same_count("UNE01", at(segment, 1), len(messages), "messages")
    _same_control("UNE02", at(segment, 2), "UNG05", at(ung, 5))
    return _envelope(messages, ung)


def _message(reader: Reader, unh: Segment) -> dict[str, Any]:
    segments: list[Segment] = []
    while (segment := reader.next("UNT"))[0] != "UNT":
        if segment[0] in ("UNA", "UNB", "UNG", "UNH", "UNE", "UNZ"):
            raise PayloadRejected(f"expected UNT, found {segment[0]}")
        segments.append(segment)
    control = at(unh, 1)
    # UNT01 counts UNH and UNT themselves.
    _same_count("UNT01", at(segment, 1), len(segments) + 2, "segments")
    _same_control("UNT02", at(segment, 2), "UNH01", control)
    kind = at(unh, 2)
    return {
        "type": kind,
        "version": at(unh, 2, 1),
        "release": at(unh, 2, 2),
        "agency": at(unh, 2, 3),
        "association": at(unh, 2, 4),
        "control_number": control,
        "segments": segments,
        **view(kind, segments),
    }


def at(segment: Segment, element: int, component: int = 0) -> str:
    """A component of a segment without surrounding blanks; empty where there is none."""
    parts = segment[element] if element < len(segment) else []
    return str(parts[component]).strip() if component < len(parts) else ""


def _same_count(name: str, promised: str, found: int, what: str) -> None:
    if not same_count(promised, found):
        raise PayloadRejected(f"{name} promises {promised[:18]!r} {what}, found {found}")


def _same_control(name: str, found: str, opener: str, expected: str) -> None:
    if found != expected:
        promised = f"{name} must repeat {opener} {expected[:20]!r}"
        raise PayloadRejected(f"{promised}, found {found[:20]!r}")
