"""Acknowledgements of X12 interchanges: 997 (004010 and before) and 999 (005010), as bytes.

Pure: what was decoded, and what is wrong with which transaction set, become the interchange that
goes back. Sources: X12 transaction sets 997 and 999, elements 715, 717, 718, 720, 621.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

ACCEPTED: Final = "A"
REJECTED: Final = "R"
PARTLY: Final = "P"
# Element 718 (997) and 621 (999): the set has a segment error; the safest true code for "not what
# was agreed" when nothing more precise is known.
SEGMENT_ERROR: Final = "5"


@dataclass(frozen=True, slots=True)
class SetProblem:
    """What is wrong with one transaction set.

    :param segment: identifier of the segment (``AT7``); empty if it is not about one
    :param position: of that segment in the set, ST is 1
    :param code: of element 720 (segment syntax error): ``8`` the segment has data element errors
    """

    segment: str = ""
    position: int = 0
    code: str = "8"


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """How to write it.

    :param made_at: the local time that the envelopes state
    :param control_number: of the new interchange, 1 to 999999999; the caller counts
    :param kind: ``997`` or ``999``
    """

    made_at: datetime
    control_number: int
    kind: str = "997"


def render(
    interchange: Mapping[str, Any],
    problems: Mapping[tuple[int, int], Sequence[SetProblem]],
    how: Acknowledgement,
) -> bytes:
    """The acknowledgement of every functional group of one interchange.

    Groups that are acknowledgements themselves (code FA) are passed over, as X12 wants.

    :param interchange: one of the ``interchanges`` of the codec's tree
    :param problems: by index of the group and of the set in it; sets without an entry are accepted
    :return: an interchange from the receiver to the sender; empty if there is none
    """
    groups = [pair for pair in enumerate(interchange["groups"]) if pair[1]["code"] != "FA"]
    if not groups:
        return b""
    release = "005010X231A1" if how.kind == "999" else "004010"
    lines = [_isa(interchange, how)]
    first = groups[0][1]
    day = how.made_at.strftime("%Y%m%d")
    clock = how.made_at.strftime("%H%M")
    lines.append(["GS", "FA", first["receiver"], first["sender"], day, clock, "1", "X", release])
    for number, (index, group) in enumerate(groups, start=1):
        lines.extend(_set(number, how.kind, list(_group(index, group, problems, how.kind))))
    lines.append(["GE", str(len(groups)), "1"])
    lines.append(["IEA", "1", f"{how.control_number:09d}"])
    return "".join("*".join(_clean(line)) + "~\n" for line in lines).encode("ascii", "replace")


def _isa(interchange: Mapping[str, Any], how: Acknowledgement) -> list[str]:
    version = "00501" if how.kind == "999" else "00401"
    return [
        *("ISA", "00", " " * 10, "00", " " * 10),
        *(f"{interchange['receiver_qualifier']:2.2}", f"{interchange['receiver']:15.15}"),
        *(f"{interchange['sender_qualifier']:2.2}", f"{interchange['sender']:15.15}"),
        *(how.made_at.strftime("%y%m%d"), how.made_at.strftime("%H%M")),
        *("^" if how.kind == "999" else "U", version, f"{how.control_number:09d}", "0"),
        *(interchange["usage"] or "P", ">"),
    ]


def _set(number: int, kind: str, body: list[list[str]]) -> list[list[str]]:
    control = f"{number:04d}"
    opening = ["ST", kind, control, *(["005010X231A1"] if kind == "999" else [])]
    return [opening, *body, ["SE", str(len(body) + 2), control]]


def _group(
    index: int,
    group: Mapping[str, Any],
    problems: Mapping[tuple[int, int], Sequence[SetProblem]],
    kind: str,
) -> Iterator[list[str]]:
    sets = group["transactions"]
    version = [group["version"]] if kind == "999" else []
    yield ["AK1", group["code"], group["control_number"], *version]
    bad = 0
    for place, transaction in enumerate(sets):
        wrong = problems.get((index, place), ())
        bad += bool(wrong)
        yield ["AK2", transaction["set"], transaction["control_number"]]
        yield from _segments(wrong, kind)
        answer = "IK5" if kind == "999" else "AK5"
        yield [answer, REJECTED, SEGMENT_ERROR] if wrong else [answer, ACCEPTED]
    verdict = ACCEPTED if not bad else REJECTED if bad == len(sets) else PARTLY
    count = str(len(sets))
    yield ["AK9", verdict, count, count, str(len(sets) - bad)]


def _segments(wrong: Sequence[SetProblem], kind: str) -> Iterator[list[str]]:
    name = "IK3" if kind == "999" else "AK3"
    for problem in wrong:
        if problem.segment:
            yield [name, problem.segment, str(problem.position), "", problem.code]


def _clean(line: list[str]) -> list[str]:
    """Without the separators of this interchange in any element."""
    if line[0] == "ISA":  # declares them
        return line
    return [element.translate({ord(mark): " " for mark in "*~>^\r\n"}) for element in line]
