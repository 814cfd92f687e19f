"""Loops of EDI segments as nested objects, the same for X12 and EDIFACT.

Loops follow the order of segments: a segment opens a loop where the layout says so, belongs to the
innermost open loop that takes it, and else to the message itself. Senders leave out loops or put
segments at unusual places; nothing is refused here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Loop:
    """What may stand in a loop.

    :param members: names of its own segments; ``None`` takes all that open no loop around it
    :param loops: segment names that open a loop inside it
    """

    members: frozenset[str] | None = None
    loops: Mapping[str, Loop] = field(default_factory=dict)


def members(*names: str, loops: Mapping[str, Loop] | None = None) -> Loop:
    """A loop of the named segments."""
    return Loop(frozenset(names), loops or {})


def nest(
    segments: Iterable[list[Any]],
    layout: Loop,
    elements: Callable[[list[Any]], dict[str, Any]],
    numbered: bool = False,
) -> dict[str, Any]:
    """The segments by name; those of a loop hang on the object of the segment that opens it.

    :param elements: makes the object of one segment
    :param numbered: with the position of each under ``#``; the header of the set is 1
    """
    root: dict[str, Any] = {}
    stack: list[tuple[dict[str, Any], Loop]] = [(root, layout)]
    for position, segment in enumerate(segments, start=2):
        name = segment[0]
        while len(stack) > 1 and not _takes(stack[-1][1], stack[-2][1], name):
            stack.pop()
        node, loop = stack[-1]
        value = {"#": position, **elements(segment)} if numbered else elements(segment)
        node.setdefault(name, []).append(value)
        if name in loop.loops:
            stack.append((value, loop.loops[name]))
    return root


def _takes(loop: Loop, outer: Loop, name: str) -> bool:
    if name in loop.loops:
        return True
    if loop.members is not None:
        return name in loop.members
    return name not in outer.loops
