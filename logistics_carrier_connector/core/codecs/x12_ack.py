"""Acknowledgements of X12 interchanges: 997 and 999, with TA1 where it is asked for, as bytes.

Pure: what was scanned, and the verdict about it, become the interchange that goes back. It is
written with the separators of the interchange that it answers, so every identifier can be
repeated as it came. Sources: X12.5, X12 transaction sets 997 and 999, segment TA1; elements 715,
717, 716, 718, 720, 723 (997), 618, 620, 621 (999), I18 (TA1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from . import answer
from .answer import Fault, Scan, Verdict, answered_groups, by_segment, first_codes
from .x12_codec import Separators

MOST_CONTROL_NUMBER: Final = 999_999_999
_MOST_CODES: Final = 5  # elements for codes in AK5, IK5 and AK9
_RELEASE_999: Final = "005010X231A1"
_LETTERS: Final = {answer.ACCEPTED: "A", answer.WITH_ERRORS: "E", answer.REJECTED: "R"}
# Element I18 in TA1.
_INTERCHANGE: Final = {
    answer.CONTROL: "001",
    answer.VERSION: "003",
    answer.SENDER: "006",
    answer.RECEIVER: "009",
    answer.TEST: "020",
    answer.COUNT: "021",
    answer.STRUCTURE: "022",
    answer.TRAILER: "023",
    answer.CONTENT: "024",
}
# Element 716 in AK9.
_GROUP: Final = {
    answer.UNSUPPORTED: "1",
    answer.VERSION: "2",
    answer.TRAILER: "3",
    answer.CONTROL: "4",
    answer.COUNT: "5",
    answer.NUMBER: "6",
}
# Elements 718 in AK5 and 618 in IK5. Whatever stands in a segment makes its set one "with segments
# in error".
_SET: Final = {
    answer.UNSUPPORTED: "1",
    answer.TRAILER: "2",
    answer.CONTROL: "3",
    answer.COUNT: "4",
    answer.IDENTIFIER: "6",
    answer.NUMBER: "7",
    **dict.fromkeys(
        (
            answer.SEGMENT,
            answer.UNKNOWN,
            answer.ELEMENT,
            answer.DATE,
            answer.TIME,
            answer.MISSING,
        ),
        "5",
    ),
}
# Elements 720 in AK3 and 620 in IK3: not a segment; a segment with data element errors.
_UNKNOWN_SEGMENT: Final = "1"
_SEGMENT: Final = "8"
# Elements 723 in AK4 and 621 in IK4.
_ELEMENT: Final = {
    answer.MISSING: "1",
    answer.ELEMENT: "7",
    answer.DATE: "8",
    answer.TIME: "9",
}


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """How to write it.

    :param made_at: the local time that the envelopes state
    :param control_number: of the new interchange, 1 to ``MOST_CONTROL_NUMBER``; the caller counts
    :param kind: ``997`` or ``999``; empty for an interchange acknowledgement (TA1) alone
    :param receipt: with a TA1
    """

    made_at: datetime
    control_number: int
    kind: str = "997"
    receipt: bool = False


def render(scan: Scan, verdict: Verdict, how: Acknowledgement) -> bytes:
    """The acknowledgement of one interchange, from its receiver to its sender.

    Groups that are acknowledgements themselves (code FA) are passed over, as X12 wants. A broken
    envelope is answered with a TA1 in any case: what its groups say is not known then.

    :return: an interchange; empty if there is nothing to answer
    """
    came = scan.interchange
    broken = verdict.interchange_rejected()
    groups = answered_groups(came) if how.kind and not broken else []
    receipt = how.receipt or broken
    if not groups and not receipt:
        return b""
    answers = list(_groups(came, groups, verdict, how))
    lines = [_isa(came, how)]
    if receipt:
        lines.append(_ta1(came, verdict))
    lines += [line for lines_of_group in answers for line in lines_of_group]
    lines.append(["IEA", str(len(answers)), f"{how.control_number:09d}"])
    return _written(lines, _separators(came))


def _separators(came: Mapping[str, Any]) -> Separators:
    marks: Separators = came["separators"]
    free = next(mark for mark in ">:<" if mark not in (marks.element, marks.segment))
    return replace(marks, component=marks.component or free)


def _written(lines: Sequence[Sequence[str]], marks: Separators) -> bytes:
    ends = marks.segment if marks.segment in "\r\n" else f"{marks.segment}\n"
    text = "".join(marks.element.join(_trimmed(line)) + ends for line in lines)
    try:
        return text.encode("iso-8859-1")
    except UnicodeEncodeError:  # the sender wrote UTF-8
        return text.encode("utf-8")


def _trimmed(line: Sequence[str]) -> list[str]:
    elements = list(line)
    while line[0] != "ISA" and not elements[-1]:
        elements.pop()
    return elements


def _isa(came: Mapping[str, Any], how: Acknowledgement) -> list[str]:
    marks = _separators(came)
    version = "00501" if how.kind == "999" else came["version"] or "00401"
    repetition = marks.repetition or ("U" if version < "00402" else "^")
    return [
        *("ISA", "00", " " * 10, "00", " " * 10),
        *(f"{came['receiver_qualifier']:2.2}", f"{came['receiver']:15.15}"),
        *(f"{came['sender_qualifier']:2.2}", f"{came['sender']:15.15}"),
        *(how.made_at.strftime("%y%m%d"), how.made_at.strftime("%H%M")),
        *(repetition, f"{version:5.5}", f"{how.control_number:09d}", "0"),
        *(came["usage"] or "P", marks.component),
    ]


def _ta1(came: Mapping[str, Any], verdict: Verdict) -> list[str]:
    codes = first_codes(verdict.of_interchange(), _INTERCHANGE, 1)
    rejected = verdict.interchange_rejected()
    word = "R" if rejected else "E" if codes else "A"
    code = (codes or [_INTERCHANGE[answer.CONTENT] if rejected else "000"])[0]
    return ["TA1", came["control_number"], came["date"], came["time"], word, code]


def _groups(
    came: Mapping[str, Any],
    groups: Sequence[tuple[int, Mapping[str, Any]]],
    verdict: Verdict,
    how: Acknowledgement,
) -> Iterator[list[list[str]]]:
    """One group of acknowledgements per pair of application codes, in their order."""
    pairs: dict[tuple[str, str], list[tuple[int, Mapping[str, Any]]]] = {}
    for index, group in groups:
        pairs.setdefault((group["receiver"], group["sender"]), []).append((index, group))
    day, clock = how.made_at.strftime("%Y%m%d"), how.made_at.strftime("%H%M")
    writing = how.kind, _separators(came).component
    for number, ((sender, receiver), answered) in enumerate(pairs.items(), start=1):
        release = answered[0][1]["version"][:6] or "004010"
        release = _RELEASE_999 if how.kind == "999" else release
        control = str(_group_number(how.control_number, number))
        head = ["GS", "FA", sender, receiver, day, clock, control, "X", release]
        sets = [
            line
            for place, (index, group) in enumerate(answered, start=1)
            for line in _set(place, how.kind, list(_group(index, group, verdict, writing)))
        ]
        yield [head, *sets, ["GE", str(len(answered)), control]]


def _group_number(interchange: int, place: int) -> int:
    """The number of a group, never twice: partners refuse group numbers that they know.

    The first has that of the interchange; the seldom others are far away from it.
    """
    return (interchange - 1 + (place - 1) * 100_000_000) % MOST_CONTROL_NUMBER + 1


def _set(number: int, kind: str, body: list[list[str]]) -> list[list[str]]:
    control = f"{number:04d}"
    opening = ["ST", kind, control, *([_RELEASE_999] if kind == "999" else [])]
    return [opening, *body, ["SE", str(len(body) + 2), control]]


def _group(
    index: int, group: Mapping[str, Any], verdict: Verdict, writing: tuple[str, str]
) -> Iterator[list[str]]:
    kind, component = writing
    sets = group["transactions"]
    version = [group["version"]] if kind == "999" else []
    yield ["AK1", group["code"], group["control_number"], *version]
    words = [verdict.set_word(index, place) for place in range(len(sets))]
    for place, (transaction, word) in enumerate(zip(sets, words, strict=True)):
        faults = verdict.of_set(index, place)
        yield ["AK2", transaction["set"], transaction["control_number"]]
        yield from _segments(faults, kind, component)
        ending = "IK5" if kind == "999" else "AK5"
        yield [ending, _LETTERS[word], *first_codes(faults, _SET, _MOST_CODES)]
    accepted = len(words) - words.count(answer.REJECTED)
    codes = first_codes(verdict.of_group(index), _GROUP, _MOST_CODES)
    counts = [group.get("promised") or str(len(sets)), str(len(sets)), str(accepted)]
    yield ["AK9", _of_group(words, verdict.group_rejected(index)), *counts, *codes]


def _of_group(words: Sequence[str], rejected: bool) -> str:
    """Element 715: partly (P) is when at least one set was rejected and others were not."""
    if rejected or (words and set(words) == {answer.REJECTED}):
        return "R"
    if answer.REJECTED in words:
        return "P"
    return "E" if answer.WITH_ERRORS in words else "A"


def _segments(faults: Sequence[Fault], kind: str, component: str) -> Iterator[list[str]]:
    """Every segment with a fault once, and its elements under it."""
    segment, element = ("IK3", "IK4") if kind == "999" else ("AK3", "AK4")
    for (position, name), wrong in by_segment(faults).items():
        unknown = any(each.kind == answer.UNKNOWN for each in wrong)
        yield [segment, name, str(position), "", _UNKNOWN_SEGMENT if unknown else _SEGMENT]
        for each in wrong:
            if each.element:
                # C030: the element, and the component in it.
                place = component.join(str(part) for part in (each.element, each.component) if part)
                yield [element, place, "", _ELEMENT.get(each.kind, "7")]
