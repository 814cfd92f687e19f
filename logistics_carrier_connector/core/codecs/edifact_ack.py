"""CONTRL: the answer to an EDIFACT interchange, as bytes.

Pure: what was scanned, and the verdict about it, become the interchange that goes back. Source:
UN/EDIFACT service message CONTRL (ISO 9735 part 4), data elements 0083 and 0085. CONTRL knows no
"accepted with errors": a message of which something could not be used is acknowledged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from . import answer
from .answer import (
    Fault,
    Scan,
    Verdict,
    answered_groups,
    by_segment,
    first_codes,
    is_answer,
    sets_of,
)
from .edifact_codec import charset_of

# Data element 0083, action.
REJECTED: Final = "4"  # this level and all below
ACKNOWLEDGED: Final = "7"  # this level, and all below that is not rejected explicitly
RECEIVED: Final = "8"  # the interchange came; nothing is said about what is in it
# Data element 0085: what is wrong.
_CODES: Final = {
    answer.RECEIVER: "7",  # we are not the actual recipient
    answer.ELEMENT: "12",  # invalid value
    answer.DATE: "12",
    answer.TIME: "12",
    answer.MISSING: "13",
    answer.TRAILER: "13",
    answer.NUMBER: "13",
    answer.IDENTIFIER: "13",
    answer.SEGMENT: "12",
    answer.UNKNOWN: "15",  # not supported in this position
    answer.STRUCTURE: "15",
    answer.UNSUPPORTED: "17",  # no agreement
    answer.VERSION: "17",
    answer.CONTENT: "18",  # unspecified
    answer.SENDER: "23",  # unknown sender
    answer.TEST: "25",  # no test interchanges
    answer.CONTROL: "28",  # references do not match
    answer.COUNT: "29",
}
_UNSPECIFIED: Final = _CODES[answer.CONTENT]
_LONGEST_NUMBER: Final = 14
_RELEASED: Final = str.maketrans({mark: f"?{mark}" for mark in "?:+'"})


def render(scan: Scan, verdict: Verdict, made_at: datetime, control_number: str) -> bytes:
    """One CONTRL that answers one interchange; messages without a fault are acknowledged.

    An interchange of nothing but CONTRL is not answered, as ISO 9735 wants.

    :param made_at: the local time that UNB states
    :param control_number: of the new interchange; at most 14 characters
    :return: an interchange from the receiver to the sender, or nothing
    """
    came = scan.interchange
    if not answered_groups(came) and came["groups"]:
        return b""
    body = list(_answers(scan, verdict))
    syntax = came["syntax"] if came["syntax"].startswith("UNO") else "UNOC"
    stamp = [made_at.strftime("%y%m%d"), made_at.strftime("%H%M")]
    number = control_number[:_LONGEST_NUMBER]
    test = [[], [], [], [], [], ["1"]] if came["test"] else []
    lines = [
        [
            "UNB",
            [syntax, came["syntax_version"] or "3"],
            *_ends(came)[::-1],
            stamp,
            [number],
            *test,
        ],
        ["UNH", ["1"], ["CONTRL", "4", "1", "UN"]],
        *body,
        ["UNT", [str(len(body) + 2)], ["1"]],
        ["UNZ", ["1"], [number]],
    ]
    return "".join(_segment(line) for line in lines).encode(charset_of(syntax), "xmlcharrefreplace")


def _ends(came: Mapping[str, Any]) -> list[list[str]]:
    return [
        [came["sender"], came["sender_qualifier"]],
        [came["receiver"], came["receiver_qualifier"]],
    ]


def _answers(scan: Scan, verdict: Verdict) -> Iterator[list[Any]]:
    came = scan.interchange
    reference = [came["control_number"]]
    if verdict.interchange_rejected():
        code = (first_codes(verdict.of_interchange(), _CODES, 1) or [_UNSPECIFIED])[0]
        yield ["UCI", reference, *_ends(came), [REJECTED], [code]]
        return
    if scan.receipt_only:
        yield ["UCI", reference, *_ends(came), [RECEIVED]]
        return
    yield ["UCI", reference, *_ends(came), [ACKNOWLEDGED]]
    for index, group in answered_groups(came):
        if came["grouped"]:
            codes = first_codes(verdict.of_group(index), _CODES, 1)
            action = REJECTED if verdict.group_rejected(index) else ACKNOWLEDGED
            ends = [group.get("sender", []), group.get("receiver", [])]
            yield ["UCF", [group["control_number"]], *ends, [action], codes]
            if action == REJECTED:
                continue
        for place, message in enumerate(sets_of(group)):
            if not is_answer(message):
                yield from _of_message(message, verdict, (index, place))


def _of_message(
    message: Mapping[str, Any], verdict: Verdict, place: tuple[int, int]
) -> Iterator[list[Any]]:
    name = [message[part] for part in ("type", "version", "release", "agency", "association")]
    reference = [message["control_number"]]
    if verdict.set_word(*place) != answer.REJECTED:
        yield ["UCM", reference, name, [ACKNOWLEDGED]]
        return
    faults = verdict.of_set(*place)
    about_all = first_codes([each for each in faults if not each.segment], _CODES, 1)
    if not faults:
        about_all = [_UNSPECIFIED]
    yield ["UCM", reference, name, [REJECTED], about_all]
    yield from _segments(faults)


def _segments(faults: Sequence[Fault]) -> Iterator[list[Any]]:
    """Every segment with a fault once, and its elements under it."""
    for (position, _name), wrong in by_segment(faults).items():
        of_segment = [each for each in wrong if not each.element]
        yield ["UCS", [str(position)], first_codes(of_segment, _CODES, 1)]
        for each in wrong:
            if each.element:
                # S011 counts the tag as the first element of its segment.
                component = [str(each.component)] if each.component else []
                yield ["UCD", [_CODES[each.kind]], [str(each.element + 1), *component]]


def _segment(line: Sequence[Any]) -> str:
    elements = [
        ":".join(part.translate(_RELEASED) for part in _trimmed(parts)) for parts in line[1:]
    ]
    return "+".join([line[0], *_trimmed(elements)]) + "'"


def _trimmed(parts: Sequence[str]) -> list[str]:
    """Without the empty ones at the end."""
    kept = list(parts)
    while kept and not kept[-1]:
        kept.pop()
    return kept
