"""Compares the end of the story with what its own bookkeeping expects: the exactly-once proof."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .expect import Outcome
from .sender import Answer, complaints
from .totals import Found


def differences(expected: Outcome, found: Found, answers: list[Answer]) -> list[str]:
    """Every difference as a sentence; an empty list is the proof."""
    return [
        *complaints(answers),
        *_messages(expected, found, answers),
        *_shipments(expected, found),
        *_invoices(expected, found),
        *_releases(expected, found),
        *_audit(found),
    ]


def _messages(expected: Outcome, found: Found, answers: Iterable[Answer]) -> Iterator[str]:
    ids: dict[str, set[str]] = {}
    for answer in answers:
        if answer.accepted:
            ids.setdefault(answer.message.label, set()).add(str((answer.document or {}).get("id")))
    for label, several in ids.items():
        if len(several) > 1:
            yield f"{label} was stored {len(several)} times"
    if len(found.fates) != expected.accepted:
        yield f"{len(found.fates)} messages are stored instead of {expected.accepted}"
    by_label = {next(iter(ids_)): label for label, ids_ in ids.items()}
    wanted = {a.message.label: a.message.fate for a in answers}
    for public_id, state in found.fates.items():
        label = by_label.get(public_id, "")
        if label and state != wanted[label]:
            yield f"{label} is {state} instead of {wanted[label]}"


def _shipments(expected: Outcome, found: Found) -> Iterator[str]:
    for number, status in expected.statuses.items():
        stands = found.statuses.get(number, [])
        if stands != [status]:
            yield f"{number}: shipments stand at {stands or 'nothing'} instead of [{status!r}]"


def _invoices(expected: Outcome, found: Found) -> Iterator[str]:
    yield from _unequal("invoiced", expected.invoices, found.invoiced)
    for number, moves in found.moves.items():
        if len(moves) > 1:
            yield f"{number} has {len(moves)} invoices"


def _releases(expected: Outcome, found: Found) -> Iterator[str]:
    for number in expected.statuses:
        releases = found.releases.get(number, [])
        if len(releases) != 1:
            yield f"{number} has {len(releases)} releases"
    held = {
        number: release.state
        for number, releases in found.releases.items()
        for release in releases
        if release.state != "released"
    }
    yield from _unequal("held as", expected.held, held)


def _audit(found: Found) -> Iterator[str]:
    if not found.audit.get("ok"):
        yield f"the audit chain is broken: {found.audit.get('message')}"


def _unequal(what: str, expected: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[str]:
    for number in sorted(expected.keys() | found.keys()):
        if expected.get(number) != found.get(number):
            yield (
                f"{number} is {what} {found.get(number, 'nothing')}"
                f" instead of {expected.get(number, 'nothing')}"
            )


def shortened(sentences: list[str], most: int = 15) -> str:
    """The first differences, and how many more there are."""
    kinds = Counter(sentences)
    shown = list(kinds)[:most]
    more = len(kinds) - len(shown)
    return "\n".join([*shown, *([f"... and {more} more"] if more else [])])
