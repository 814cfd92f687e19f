"""X12 segments by name and loop, so that mapping expressions can point at them.

``transaction.LX[0].AT7[0].e01`` is AT7-01 of the first status of the first LX loop. Every segment
name holds a list, because every segment may repeat. A segment is an object of its non-empty
elements, ``e01`` first, without surrounding blanks. The segments of a loop hang on the object of
the segment that opens the loop.

Loops follow the order of segments: a segment opens a loop where the layout says so, belongs to
the innermost open loop that takes it, and else to the transaction set itself. Carriers leave out LX
or put segments at unusual places; nothing is refused here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Loop:
    """What may stand in a loop.

    :param members: names of its own segments; ``None`` takes all that open no loop around it
    :param loops: segment names that open a loop inside it
    """

    members: frozenset[str] | None = None
    loops: Mapping[str, Loop] = field(default_factory=dict)


def _members(*names: str) -> Loop:
    return Loop(frozenset(names))


_PARTY: Final = _members("N2", "N3", "N4", "G61", "G62", "L11")
_STATUS: Final = _members("MS1", "MS2", "M7")
_FLAT: Final = Loop()

# Transaction set 214, releases 003060 to 008010. AT7 also stands without LX in practice.
LAYOUTS: Final[Mapping[str, Loop]] = {
    "214": Loop(
        loops={
            "N1": _PARTY,
            "AT7": _STATUS,
            "LX": Loop(loops={"AT7": _STATUS, "N1": _PARTY}),
        }
    ),
}


def view(code: str, segments: Iterable[list[Any]]) -> dict[str, Any]:
    """The segments of one transaction set by name.

    :param code: of the transaction set (ST01); sets without a layout are not nested
    """
    root: dict[str, Any] = {}
    stack: list[tuple[dict[str, Any], Loop]] = [(root, LAYOUTS.get(code, _FLAT))]
    for segment in segments:
        name = segment[0]
        while len(stack) > 1 and not _takes(stack[-1][1], stack[-2][1], name):
            stack.pop()
        node, loop = stack[-1]
        elements = _elements(segment)
        node.setdefault(name, []).append(elements)
        if name in loop.loops:
            stack.append((elements, loop.loops[name]))
    return root


def _takes(loop: Loop, outer: Loop, name: str) -> bool:
    if name in loop.loops:
        return True
    if loop.members is not None:
        return name in loop.members
    return name not in outer.loops


def _elements(segment: list[Any]) -> dict[str, Any]:
    return {
        f"e{index:02d}": value
        for index, element in enumerate(segment[1:], start=1)
        if (value := _trimmed(element))
    }


def _trimmed(element: Any) -> Any:
    if isinstance(element, str):
        return element.strip()
    return [_trimmed(part) for part in element]
