"""Which answers an EDI message gets: what was agreed, what came, and what was made of it.

Pure. The caller numbers and dates the answers and keeps them; see ``codecs/x12_ack.py`` and
``codecs/edifact_ack.py`` for how they are written.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from .codecs import answer, edifact_ack, edifact_scan, x12_ack, x12_scan
from .codecs.answer import EVERYWHERE, Fault, Scan, Verdict, answered_groups, sets_of
from .codecs.x12_ack import MOST_CONTROL_NUMBER

# What is answered with, by the format of what came.
KINDS: Final = {"997": "x12", "999": "x12", "contrl": "edifact"}
TA1: Final = "ta1"
ALWAYS, PROBLEMS, REQUESTED = "always", "problems", "requested"


@dataclass(frozen=True, slots=True)
class Policy:
    """What was agreed with the sender.

    :param kind: one of ``KINDS``
    :param when: ``always``; ``problems``: only if something is not accepted; ``requested``: if the
        interchange asks for it (ISA14, data element 0031)
    """

    kind: str
    when: str = ALWAYS


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to one interchange of a message.

    :param position: index of the interchange in the message
    :param kind: one of ``KINDS``, or ``ta1``
    :param word: ``accepted``, ``errors`` or ``rejected``
    :param about: the control number of what is answered
    :param partner: whom it goes to, by the sender's identification
    """

    position: int
    kind: str
    word: str
    about: str
    partner: str
    scan: Scan
    verdict: Verdict
    receipt: bool = False

    def content(self, made_at: datetime, control_number: int) -> bytes:
        """The interchange that goes back.

        :param made_at: the local time that its envelope states
        :param control_number: from 1 on; it starts again after ``MOST_CONTROL_NUMBER``
        """
        number = (control_number - 1) % MOST_CONTROL_NUMBER + 1
        if self.kind == "contrl":
            return edifact_ack.render(self.scan, self.verdict, made_at, str(number))
        kind = "" if self.kind == TA1 else self.kind
        how = x12_ack.Acknowledgement(made_at, number, kind, self.receipt)
        return x12_ack.render(self.scan, self.verdict, how)


def answers(
    policy: Policy, raw: bytes, faults: Iterable[Fault] = (), refused: bool = False
) -> list[Answer]:
    """The answers that a message gets, none for what is an acknowledgement itself.

    :param faults: what contract and profile found, see ``edi_faults.py``; one about no interchange
        (``EVERYWHERE``) is one of each set
    :param refused: nothing of the message was used
    """
    told = list(faults)
    scan = x12_scan.scan if KINDS[policy.kind] == "x12" else edifact_scan.scan
    decide = _x12 if KINDS[policy.kind] == "x12" else _edifact
    found = []
    for position, each in enumerate(scan(raw)):
        mine = [fault for fault in (*each.faults, *told) if fault.interchange == position]
        mine += _everywhere(told, each, position)
        reply = decide(policy, each, Verdict(tuple(mine), refused), position)
        if reply is not None:
            found.append(reply)
    return found


def _everywhere(told: Iterable[Fault], scan: Scan, position: int) -> list[Fault]:
    return [
        replace(fault, interchange=position, group=number, set=place)
        for fault in told
        if fault.interchange == EVERYWHERE
        for number, group in answered_groups(scan.interchange)
        for place in range(len(sets_of(group)))
    ]


def _x12(policy: Policy, scan: Scan, verdict: Verdict, position: int) -> Answer | None:
    came = scan.interchange
    if came["acknowledgments"] and not came["groups"]:
        return None
    word = verdict.word(came)
    wanted = _wanted(policy, scan, word)
    broken = verdict.interchange_rejected()
    functional = bool(wanted and answered_groups(came) and not broken)
    receipt = scan.requested or (broken and wanted)
    if not functional and not receipt:
        return None
    kind = policy.kind if functional else TA1
    return Answer(
        position, kind, word, came["control_number"], came["sender"], scan, verdict, receipt
    )


def _edifact(policy: Policy, scan: Scan, verdict: Verdict, position: int) -> Answer | None:
    came = scan.interchange
    word = verdict.word(came)
    if (came["groups"] and not answered_groups(came)) or not _wanted(policy, scan, word):
        return None
    return Answer(position, "contrl", word, came["control_number"], came["sender"], scan, verdict)


def _wanted(policy: Policy, scan: Scan, word: str) -> bool:
    if policy.when == REQUESTED:
        return scan.requested
    return policy.when == ALWAYS or word != answer.ACCEPTED
