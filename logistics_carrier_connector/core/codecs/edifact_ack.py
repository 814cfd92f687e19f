"""CONTRL: the answer to an EDIFACT interchange, as bytes.

Pure: what was decoded, and what is wrong with which message, become the interchange that goes back.
Source: UN/EDIFACT service message CONTRL (ISO 9735 part 4), data elements 0083 and 0085.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

# Data element 0083, action.
REJECTED: Final = "4"  # this level and all below
ACKNOWLEDGED: Final = "7"  # this level, and all below that is not rejected explicitly
# Data element 0085: what is wrong.
NOT_SUPPORTED: Final = "12"  # invalid value
_RELEASED: Final = str.maketrans({mark: f"?{mark}" for mark in "?:+'"})


@dataclass(frozen=True, slots=True)
class MessageProblem:
    """What is wrong with one message.

    :param code: data element 0085; ``12`` invalid value, ``13`` missing
    :param segment: position of the segment in the message, UNH is 1; 0 if it is not about one
    """

    code: str = NOT_SUPPORTED
    segment: int = 0


def render(
    interchange: Mapping[str, Any],
    problems: Mapping[tuple[int, int], Sequence[MessageProblem]],
    made_at: datetime,
    control_number: str,
) -> bytes:
    """One CONTRL that answers one interchange; messages without an entry are acknowledged.

    An interchange of nothing but CONTRL is not answered, as ISO 9735 wants.

    :param interchange: one of the ``interchanges`` of the codec's tree
    :param problems: by index of the group and of the message in it
    :param made_at: the local time that UNB states
    :param control_number: of the new interchange; at most 14 characters
    :return: an interchange from the receiver to the sender, or nothing
    """
    every = [
        (at, message)
        for group_at, group in enumerate(interchange["groups"])
        for at, message in ((((group_at, i)), m) for i, m in enumerate(group["messages"]))
    ]
    if all(message["type"] == "CONTRL" for _at, message in every):
        return b""
    sender = [interchange["sender"], interchange["sender_qualifier"]]
    receiver = [interchange["receiver"], interchange["receiver_qualifier"]]
    body = [["UCI", [interchange["control_number"]], sender, receiver, [ACKNOWLEDGED]]]
    for place, message in every:
        body.extend(_answer(message, problems.get(place, ())))
    stamp = [made_at.strftime("%y%m%d"), made_at.strftime("%H%M")]
    lines = [
        ["UNB", ["UNOC", "3"], receiver, sender, stamp, [control_number]],
        ["UNH", ["1"], ["CONTRL", "4", "1", "UN"]],
        *body,
        ["UNT", [str(len(body) + 2)], ["1"]],
        ["UNZ", ["1"], [control_number]],
    ]
    return "".join(_segment(line) for line in lines).encode("iso-8859-1", "replace")


def _answer(message: Mapping[str, Any], wrong: Sequence[MessageProblem]) -> list[list[Any]]:
    name = [message[part] for part in ("type", "version", "release", "agency", "association")]
    action = [REJECTED] if wrong else [ACKNOWLEDGED]
    about_all = next((problem.code for problem in wrong if not problem.segment), "")
    lines: list[list[Any]] = [["UCM", [message["control_number"]], name, action, [about_all]]]
    for problem in wrong:
        if problem.segment:
            lines.append(["UCS", [str(problem.segment)], [problem.code]])
    return lines


def _segment(line: Sequence[Any]) -> str:
    elements = [
        ":".join(part.translate(_RELEASED) for part in parts).rstrip(":") for parts in line[1:]
    ]
    while elements and not elements[-1]:
        elements.pop()
    return "+".join([line[0], *elements]) + "'"
