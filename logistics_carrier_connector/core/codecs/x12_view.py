"""X12 segments by name and loop, so that mapping expressions can point at them.

``transaction.LX[0].AT7[0].e01`` is AT7-01 of the first status of the first LX loop. Every segment
name holds a list, because every segment may repeat. A segment is an object of its non-empty
elements, ``e01`` first, without surrounding blanks. The segments of a loop hang on the object of
the segment that opens the loop.

Hierarchical levels (HL, in 856 and others) hang on the level that they name as their parent, at
most ``MAX_LEVELS`` deep.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ..errors import PayloadRejected
from .segment_loops import Loop, members, nest

MAX_LEVELS: Final = 12

_PARTY: Final = members("N2", "N3", "N4", "G61", "G62", "L11", "N9", "REF", "PER")
_STATUS: Final = members("MS1", "MS2", "M7")
_PORT: Final = members("DTM", "V9", "L11")
_HIERARCHY: Final = {"HL": Loop(loops={"N1": _PARTY})}

# Releases 003060 to 008010. AT7 also stands without LX in practice, L1 without LX or N1.
LAYOUTS: Final[Mapping[str, Loop]] = {
    "204": Loop(
        loops={
            "N1": _PARTY,
            "N7": members("N7A", "N7B", "MEA", "M7"),
            "S5": Loop(loops={"N1": _PARTY, "L5": members("AT8", "G61", "L11", "LH6")}),
        }
    ),
    "210": Loop(
        loops={
            "N1": _PARTY,
            "N7": members("M7"),
            "S5": members("N9", "G62", "H3", "N1", "N2", "N3", "N4", "L11"),
            "LX": Loop(loops={"N1": _PARTY, "L1": members("C3"), "CD3": members("N9", "POD")}),
        }
    ),
    "110": Loop(loops={"N1": _PARTY, "LX": Loop(loops={"N1": _PARTY, "L5": Loop(loops={})})}),
    "214": Loop(
        loops={
            "N1": _PARTY,
            "AT7": _STATUS,
            "LX": Loop(loops={"AT7": _STATUS, "N1": _PARTY}),
        }
    ),
    "315": Loop(loops={"R4": _PORT, "N1": _PARTY}),
    "322": Loop(loops={"N7": members("W2", "NA", "N5", "EM", "SG"), "R4": _PORT, "N1": _PARTY}),
    "856": Loop(loops=_HIERARCHY),
    "857": Loop(loops=_HIERARCHY),
    "945": Loop(
        loops={"N1": _PARTY, "LX": Loop(loops={"MAN": members("W12", "G69", "N9", "W20")})}
    ),
    "990": Loop(loops={"N1": _PARTY}),
}


def view(code: str, segments: Iterable[list[Any]], numbered: bool = False) -> dict[str, Any]:
    """The segments of one transaction set by name.

    :param code: of the transaction set (ST01); sets without a layout are not nested
    :param numbered: every segment also has its position in the set under ``#``; ST is 1
    :raises PayloadRejected: if hierarchical levels are nested deeper than ``MAX_LEVELS``
    """
    root = nest(segments, LAYOUTS.get(code, Loop()), _elements, numbered)
    if "HL" in root:
        root["HL"] = _hierarchy(root["HL"])
    return root


def _hierarchy(flat: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The levels that have no parent (HL02); the others under the one that they name."""
    top: list[dict[str, Any]] = []
    known: dict[str, tuple[dict[str, Any], int]] = {}
    for node in flat:
        parent, level = known.get(str(node.get("e02", "")), (None, 0))
        if level >= MAX_LEVELS:
            raise PayloadRejected(f"hierarchical levels deeper than {MAX_LEVELS}")
        (top if parent is None else parent.setdefault("HL", [])).append(node)
        known[str(node.get("e01", ""))] = (node, level + 1)
    return top


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
