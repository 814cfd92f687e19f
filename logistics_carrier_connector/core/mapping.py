"""From a decoded message to facts: apply a profile.

How it works
    The profile's levels lead to the items of the message (events, statuses). Each item is looked up
    in the code table and becomes one fact, and the profile's ``also`` rules add what follows from
    it. An item that cannot be read becomes a problem and an unknown code is counted; neither
    touches the other items. Nothing is dropped: every item ends in exactly one of facts,
    ``ignored``, ``unmapped`` or ``problem``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from odoo.addons.logistics_milestone_sync.core.fact import Fact

from .charges import read_charges
from .code_table import CodeRow, Key, Unmapped, find
from .codecs.answer import UNSUPPORTED
from .empty_answer import nothing_found
from .error_answer import error_answer
from .errors import Problem
from .estimates import once_estimated
from .expression import EvaluationFailed
from .item import Item, Reading, read_facts
from .item_result import ItemResult
from .partner_answer import only_answers
from .profile import Profile
from .scope import Scope, TooMuchWork, Work
from .words import slug

__all__ = ["ItemResult", "MappingResult", "apply", "recognizes"]

MAX_ITEMS: Final = 50_000
# Formats of interfaces that are asked, and complain.
_ANSWERS: Final = ("json", "xml", "epcis")


@dataclass(frozen=True, slots=True)
class MappingResult:
    """What became of a whole message.

    :param items: one by one, in the order of the message
    :param message_id: the message's own id, where the profile names one
    :param carrier_error: the carrier's own error answer; then there are no items
    """

    items: tuple[ItemResult, ...] = ()
    message_id: str | None = None
    carrier_error: str | None = None
    _problems: tuple[Problem, ...] = field(default=())

    @property
    def facts(self) -> list[Fact]:
        """All facts, in the order of the message."""
        return [fact for item in self.items for fact in item.facts]

    @property
    def ignored(self) -> int:
        """How many items state no milestone; 1 for a message without any item."""
        return sum(item.ignored for item in self.items) or int(
            not self.items and not self._problems and self.carrier_error is None
        )

    @property
    def unmapped(self) -> dict[str, int]:
        """Codes without a row, each with how many items use it."""
        return dict(Counter(item.unmapped for item in self.items if item.unmapped))

    @property
    def problems(self) -> list[Problem]:
        """What could not be read, with its place."""
        return [*self._problems, *(item.problem for item in self.items if item.problem)]


def apply(
    profile: Profile, tree: Any, received_at: datetime, asked: Mapping[str, str] | None = None
) -> MappingResult:
    """Read the facts of one message.

    :param tree: what the codec of ``profile.format`` returned
    :param received_at: aware; when we heard. No fact is dated by it, so that a replay states the
        same; it is the place to refuse what lies absurdly far in the future
    :param asked: what the message answers, where it is an answer: ``{"number": ...}``. Some
        carriers do not repeat the number; expressions find it as ``asked.number``
    :return: never raises on what a message contains
    """
    try:
        if profile.ignore_when and profile.ignore_when.holds(tree):
            return MappingResult()
        if profile.error_when and profile.error_when.holds(tree):
            text = profile.error_text.text(tree) if profile.error_text else ""
            return MappingResult(carrier_error=text or "the carrier reports an error")
        if not recognizes(profile, tree):
            return _not_ours(profile, tree)
        message_id = profile.message_id.text(tree) if profile.message_id else ""
        around = Scope({"asked": dict(asked or {})}, Work(tree))
        levels = list(scopes(profile, tree, around))
        items = tuple(_item(profile, path, scope, received_at) for path, scope in levels)
    except (EvaluationFailed, TooMuchWork) as error:
        return MappingResult(_problems=(Problem("", str(error)),))
    if not items and (complaint := _complaint(profile, tree)):
        return MappingResult(carrier_error=complaint)
    return MappingResult(once_estimated(items), message_id or None)


def recognizes(profile: Profile, tree: Any) -> bool:
    """Whether a message looks like those that the profile is written for.

    :raises EvaluationFailed: if that cannot even be asked
    """
    return profile.recognize is None or profile.recognize.holds(tree)


def _not_ours(profile: Profile, tree: Any) -> MappingResult:
    """An error answer in one of the usual forms, one that found nothing, a receipt, or a message
    that nobody expected here."""
    if error := _complaint(profile, tree):
        return MappingResult(carrier_error=error)
    if nothing_found(tree) or only_answers(tree):
        return MappingResult()
    return MappingResult(
        _problems=(Problem("", "this is no message of this profile", UNSUPPORTED),)
    )


def _complaint(profile: Profile, tree: Any) -> str:
    # Names like "message" and "code" mean something else in the trees of the other formats.
    return error_answer(tree) if profile.format in _ANSWERS else ""


def scopes(profile: Profile, tree: Any, around: Scope) -> Iterator[tuple[str, Scope]]:
    """Every item of the message with its path, as the object that expressions see.

    :raises EvaluationFailed: if a level cannot be looked for, or there are too many items
    :raises TooMuchWork: if reading takes far more steps than the message has parts
    """
    scopes: list[tuple[str, Scope]] = [("", around)]
    for depth, step in enumerate(profile.each):
        deeper: list[tuple[str, Scope]] = []
        for path, scope in scopes:
            around_it = scope[profile.each[depth - 1].name] if depth else tree
            for index, value in enumerate(step.items.each(around_it)):
                if not _is_blank(value):
                    place = f"{path}.{step.name}[{index}]".lstrip(".")
                    deeper.append((place, scope.inside(step.name, value)))
        if len(deeper) > MAX_ITEMS:
            raise EvaluationFailed(f"the message has more than {MAX_ITEMS} items")
        scopes = deeper
    yield from scopes


def _is_blank(value: Any) -> bool:
    """Whether an element says nothing: it is there because the expression or the sender writes all
    fields of something that did not happen."""
    parts = value.values() if isinstance(value, dict) else (value,)
    return all(part in (None, "", [], {}) for part in parts)


def _item(profile: Profile, path: str, scope: Scope, received_at: datetime) -> ItemResult:
    try:
        item = Item(scope, received_at)
        facts: tuple[Fact, ...] = read_charges(profile, item)
        override = ""
        if profile.keys:
            code, row = _look_up(profile, scope)
            override = row.override
            if not row.ignore:
                facts = (*read_facts(profile, item, _read(profile, scope, code, row)), *facts)
        return ItemResult(path, facts, ignored=not facts, override=override)
    except Unmapped as error:
        return ItemResult(path, unmapped=error.code)
    except TooMuchWork:
        raise  # half a message is not read
    except ValueError as error:  # EvaluationFailed, unreadable times, words a fact refuses
        return ItemResult(path, problem=Problem(path, str(error)))


def _look_up(profile: Profile, scope: Any) -> tuple[str, CodeRow]:
    keys = [Key(tuple(part.text(scope) for part in key)) for key in profile.keys]
    words = slug(profile.text.text(scope)) if profile.phrases and profile.text else ""
    return find(profile.codes, keys, profile.phrases, words)


def _read(profile: Profile, scope: Any, code: str, row: CodeRow) -> Reading:
    """The row, refined by the reason that the item gives beside its status."""
    reason_code = profile.reason.text(scope) if profile.reason else ""
    if not reason_code:
        return Reading(code, row, row.reason, row.party)
    known = profile.reasons.get(reason_code)
    if known is None:
        raise Unmapped(f"reason {reason_code}")
    reason, party = known.reason or row.reason, known.party or row.party
    return Reading(code, row, reason, party, reason_code)
