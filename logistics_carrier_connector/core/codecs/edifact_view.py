"""EDIFACT segments by name and loop, so that mapping expressions can point at them.

``message.CNI[0].STS[0].DTM[0].e01[1]`` is the date of the first status of the first consignment.
Every segment name holds a list. A segment is an object of its non-empty elements, ``e01`` first;
every element is the list of its components, ``e01[0]`` first, without surrounding blanks. The
segments of a loop hang on the object of the segment that opens the loop.

The layouts are the segment groups of UN/EDIFACT directories D.95B to D.21B, as far as they matter
for finding out what happened to which goods and what it costs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from .segment_loops import Loop, members, nest

_PARTY: Final = members("LOC", "RFF", "DOC", "CTA", "COM", "FII")
_CHARGE: Final = members(
    "PCD", "MOA", "RTE", "TAX", "QTY", "LOC", "DTM", loops={"TAX": members("MOA")}
)
_EQUIPMENT: Final = members(
    *("RFF", "TMD", "DTM", "TSR", "LOC", "MEA", "DIM", "TMP", "RNG", "SEL", "FTX", "DGS", "EQA"),
    *("PIA", "COD", "HAN", "DAM", "STS", "NAD", "MOA", "GOR", "EQN", "TDT"),
    loops={"DAM": members("COD"), "TDT": members("RFF", "LOC", "DTM")},
)
_STATUS: Final = members(
    *("RFF", "DTM", "DOC", "FTX", "NAD", "LOC", "PCI", "CTA", "COM", "QTY", "MEA", "TPL", "SEL"),
    loops={
        "TDT": members("DTM", "RFF", "LOC"),
        "EQD": members("MEA", "DIM", "SEL", "RFF", "EQA", "EQN", "DTM"),
        "GID": members("HAN", "SGP", "DGS", "FTX", "PCI", "GIN", "MEA", "DIM", "RFF"),
    },
)
_CONSIGNMENT: Final = Loop(loops={"STS": _STATUS, "NAD": _PARTY})
_TERMINAL: Final = Loop(
    loops={
        "TDT": members("RFF", "LOC", "DTM", "FTX"),
        "NAD": members("CTA", "COM"),
        "EQD": _EQUIPMENT,
        "GID": members("PIA", "HAN", "FTX", "MEA", "DIM", "RFF", "PCI", "NAD", "SGP"),
    }
)
LAYOUTS: Final[Mapping[str, Loop]] = {
    "IFTSTA": Loop(
        loops={
            "NAD": _PARTY,
            "CNI": _CONSIGNMENT,
            # Directories before D.98A and container carriers: statuses without a consignment.
            "STS": _STATUS,
        }
    ),
    "INVOIC": Loop(
        loops={
            "NAD": _PARTY,
            "TDT": members("LOC", "DTM", "RFF", "TSR"),
            "ALC": _CHARGE,
            "LIN": Loop(loops={"ALC": _CHARGE, "TAX": members("MOA"), "TDT": members("LOC")}),
        }
    ),
    "COARRI": _TERMINAL,
    "CODECO": _TERMINAL,
    "DESADV": Loop(
        loops={
            "NAD": _PARTY,
            "TDT": members("LOC", "DTM", "RFF"),
            "CPS": Loop(loops={"PAC": members("MEA", "QVR", "PCI", "GIN", "RFF"), "LIN": Loop()}),
        }
    ),
    "IFCSUM": Loop(
        loops={
            "NAD": _PARTY,
            "TDT": members("LOC", "DTM", "RFF", "TSR"),
            "CNI": Loop(loops={"NAD": _PARTY, "TDT": members("LOC", "DTM", "RFF"), "GID": Loop()}),
        }
    ),
}


def view(kind: str, segments: Iterable[list[Any]], numbered: bool = False) -> dict[str, Any]:
    """The segments of one message by name.

    :param kind: message type (UNH02-01); types without a layout are not nested
    :param numbered: every segment also has its position in the message under ``#``; UNH is 1
    """
    return nest(segments, LAYOUTS.get(kind, Loop()), _elements, numbered)


def _elements(segment: list[Any]) -> dict[str, Any]:
    return {
        f"e{index:02d}": [part.strip() for part in parts]
        for index, parts in enumerate(segment[1:], start=1)
        if any(part.strip() for part in parts)
    }
