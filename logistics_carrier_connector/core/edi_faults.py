"""Where in an EDI interchange the problems stand that contract and profile found.

Problems are told to people in words; an acknowledgement needs the place: group, set, segment and,
where it is about a date or a time, the element.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from .clock import read_date, read_moment, read_time
from .codecs import answer, edifact_view, x12_view
from .codecs.answer import Fault, sets_of
from .errors import Problem
from .expression import EvaluationFailed, Expression
from .item_result import ItemResult
from .mapping import scopes
from .profile import Profile
from .scope import Scope, Work

FORMATS: Final = ("x12", "edifact")
_PLACE: Final = re.compile(
    r"interchanges\[(\d+)\](?:\.groups\[(\d+)\](?:\.(transactions|messages)\[(\d+)\])?)?"
)
_ELEMENT: Final = r"{}\.e(\d\d)(?:\[(\d)\])?"


def of_agreement(problems: Iterable[Problem]) -> list[Fault]:
    """What a contract or a whole message's reading found, as faults.

    What has a kind and no place is about every set; what has neither is left out.
    """
    return [fault for problem in problems for fault in _agreed(problem)]


def _agreed(problem: Problem) -> Iterator[Fault]:
    found = _PLACE.match(problem.path)
    if not found:
        if problem.kind:
            yield Fault(problem.kind, answer.EVERYWHERE)
        return
    group, place = (int(found[at]) if found[at] else None for at in (2, 4))
    kind = problem.kind or (answer.CONTENT if place is None else answer.SEGMENT)
    if kind == answer.VERSION and found[3] == "transactions":
        place = None  # in X12 the version is that of the group
    yield Fault(kind, int(found[1]), group, place)


def of_items(rules: Profile, tree: Any, items: Iterable[ItemResult]) -> list[Fault]:
    """What a profile could not read, as faults.

    A set of which something was used is not refused; one of which nothing was is.

    :param tree: the very tree that the items were read from
    """
    results = {item.path: item for item in items}
    if not results:
        return []  # also where looking for the items was given up
    index = _Index.of(tree)
    faults: list[Fault] = []
    used: dict[tuple[int | None, ...], bool] = defaultdict(bool)
    for path, scope in scopes(rules, tree, Scope({"asked": {}}, Work(tree))):
        result = results.get(path)
        place = index.place(scope) if result else None
        if result is None or place is None:
            continue
        used[_set_of(place)] |= result.problem is None
        if result.problem:
            faults.append(_precise(rules, scope, place, index))
    return [replace(fault, fatal=not used[_set_of(fault)]) for fault in faults]


def _set_of(fault: Fault) -> tuple[int | None, ...]:
    return fault.interchange, fault.group, fault.set


@dataclass(slots=True)
class _Index:
    """Which set, and which segment of it, an object of the tree is.

    :param sets: by the identity of the object
    :param segments: ``(identifier, position)`` by the identity of the object
    """

    sets: dict[int, Fault] = field(default_factory=dict)
    segments: dict[int, tuple[str, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, tree: Mapping[str, Any]) -> _Index:
        """The index of a whole message."""
        index = cls()
        for i, interchange in enumerate(tree["interchanges"]):
            for g, group in enumerate(interchange["groups"]):
                for s, each in enumerate(sets_of(group)):
                    index.sets[id(each)] = Fault(answer.SEGMENT, i, g, s)
                    index._add_segments(each)
        return index

    def place(self, scope: Mapping[str, Any]) -> Fault | None:
        """Where the deepest object of a scope stands; ``None`` if it is in no set."""
        place = next(
            (self.sets[id(each)] for each in scope.values() if id(each) in self.sets), None
        )
        if place is None:
            return None
        name = self.deepest(scope)
        if not name:
            return place
        segment, position = self.segments[id(scope[name])]
        return replace(place, segment=segment, position=position)

    def deepest(self, scope: Mapping[str, Any]) -> str:
        """The name under which the scope has its innermost segment; empty if it has none."""
        names = [name for name, value in scope.items() if id(value) in self.segments]
        return names[-1] if names else ""

    def _add_segments(self, each: Mapping[str, Any]) -> None:
        """Segments have no position in the view: it is made again, with positions in it."""
        code = each.get("set") or each.get("type", "")
        view = x12_view.view if "set" in each else edifact_view.view
        self._walk(each, view(code, each["segments"], numbered=True))

    def _walk(self, ours: Mapping[str, Any], numbered: Mapping[str, Any]) -> None:
        for name, twins in numbered.items():
            for mine, twin in zip(ours[name], twins, strict=True):
                self.segments[id(mine)] = (name, twin["#"])
                self._walk(mine, {key: value for key, value in twin.items() if _is_loop(value)})


def _is_loop(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _precise(rules: Profile, scope: Mapping[str, Any], place: Fault, index: _Index) -> Fault:
    """The element, where it is a date or a time of the segment that cannot be read."""
    name = index.deepest(scope)
    if not name:
        return place
    for rule in rules.time:
        for expression, kind in (
            (rule.at, answer.DATE),
            (rule.date, answer.DATE),
            (rule.time, answer.TIME),
        ):
            spot = expression and re.fullmatch(_ELEMENT.format(name), expression.source)
            if spot and expression and not _readable(expression, scope, kind, rule.formats):
                element, component = int(spot[1]), int(spot[2]) + 1 if spot[2] else 0
                return replace(place, kind=kind, element=element, component=component)
    return place


def _readable(
    expression: Expression, scope: Mapping[str, Any], kind: str, formats: tuple[str, ...]
) -> bool:
    try:
        text = expression.text(scope)
        if not text:
            return True
        if kind == answer.TIME:
            read_time(text)
        elif formats or len(text) > 10:
            read_moment(text, formats)
        else:
            read_date(text)
    except (EvaluationFailed, ValueError):
        return False
    return True
