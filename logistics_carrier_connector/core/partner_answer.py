"""What partners answer to what we sent: 997, 999 and TA1 (X12), CONTRL (EDIFACT).

Such a message is about our own interchanges, never about goods on their way. It is recognised
before any profile looks at it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from .codecs.answer import (
    ACCEPTED,
    FUNCTIONAL,
    REJECTED,
    WITH_ERRORS,
    is_answer,
    sets_of,
)
from .expression import Expression

MAX_ANSWERS: Final = 500
_LONGEST_DETAIL: Final = 2000
_KINDS: Final = Expression("interchanges[].groups[].[transactions[].set, messages[].type][][]")
_RECEIPTS: Final = Expression("interchanges[].acknowledgments[]")
# Elements 715, 717 and I13. Partly accepted (P) means that something was rejected.
_X12_WORDS: Final = {"A": ACCEPTED, "E": WITH_ERRORS}
# Data element 0083.
_ACCEPTED_ACTIONS: Final = ("7", "8")


@dataclass(frozen=True, slots=True)
class PartnerAnswer:
    """What a partner says of one interchange or group of ours.

    :param kind: ``997``, ``999``, ``ta1`` or ``contrl``
    :param about: control number of what we sent: of the interchange (``ta1``, ``contrl``) or of the
        group (``997``, ``999``)
    :param word: ``accepted``, ``errors``, or ``rejected`` if any of it was
    :param partner: who says so, by its identification
    :param detail: the segments that say it, for people who read EDI
    """

    kind: str
    about: str
    word: str
    partner: str
    detail: str


def answers_in(tree: Any) -> list[PartnerAnswer]:
    """The answers that a decoded EDI message holds, at most ``MAX_ANSWERS``."""
    found = [
        each
        for interchange in _interchanges(tree)
        for each in (*_receipts(interchange), *_of_groups(interchange))
    ]
    return found[:MAX_ANSWERS]


def only_answers(tree: Any) -> bool:
    """Whether a decoded EDI message holds answers and nothing else. Asked of any tree."""
    kinds = _KINDS.each(tree)
    if kinds:
        return all(kind in (*FUNCTIONAL, "CONTRL") for kind in kinds)
    return bool(_RECEIPTS.each(tree))


def _interchanges(tree: Any) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = (
        tree.get("interchanges", []) if isinstance(tree, dict) else []
    )
    return found


def _receipts(interchange: Mapping[str, Any]) -> Iterator[PartnerAnswer]:
    for segment in interchange.get("acknowledgments", []):
        word = _X12_WORDS.get(_at(segment, 4), REJECTED)
        yield PartnerAnswer("ta1", _at(segment, 1), word, interchange["sender"], _detail([segment]))


def _of_groups(interchange: Mapping[str, Any]) -> Iterator[PartnerAnswer]:
    for group in interchange["groups"]:
        for each in sets_of(group):
            if each.get("set") in FUNCTIONAL:
                yield from _functional(interchange, each)
            elif is_answer(each):
                yield from _contrl(interchange, each)


def _functional(
    interchange: Mapping[str, Any], transaction: Mapping[str, Any]
) -> Iterator[PartnerAnswer]:
    segments = transaction["segments"]
    about = next((_at(each, 2) for each in segments if each[0] == "AK1"), "")
    verdict = next((_at(each, 1) for each in segments if each[0] == "AK9"), "")
    if about:
        word = _X12_WORDS.get(verdict, REJECTED)
        yield PartnerAnswer(
            transaction["set"], about, word, interchange["sender"], _detail(segments)
        )


def _contrl(interchange: Mapping[str, Any], message: Mapping[str, Any]) -> Iterator[PartnerAnswer]:
    segments = [[each[0], *(":".join(parts) for parts in each[1:])] for each in message["segments"]]
    about = next((_at(each, 1) for each in segments if each[0] == "UCI"), "")
    # UCI and UCF: the action follows sender and recipient; UCM: the name of the message.
    actions = [
        _at(each, 3 if each[0] == "UCM" else 4)
        for each in segments
        if each[0] in ("UCI", "UCF", "UCM")
    ]
    if about:
        accepted = all(action in _ACCEPTED_ACTIONS for action in actions)
        word = ACCEPTED if accepted else REJECTED
        yield PartnerAnswer("contrl", about, word, interchange["sender"], _detail(segments, "+"))


def _at(segment: Sequence[Any], index: int) -> str:
    element = segment[index] if index < len(segment) else ""
    return element.strip() if isinstance(element, str) else ""


def _detail(segments: Iterable[Sequence[Any]], mark: str = "*") -> str:
    lines = (
        mark.join(each if isinstance(each, str) else ":".join(map(str, each)) for each in segment)
        for segment in segments
    )
    return "\n".join(lines)[:_LONGEST_DETAIL]
