"""Messages that change before they break: fields that are new, gone, or of another type.

A contract says what a message must have; a carrier changes what it sends long before that breaks
the contract. Every message is set against the fields that the schema declares, findings are
counted per day and path, and a finding whose share grows is worth telling somebody.

* ``unknown``: a field that the schema does not declare
* ``missing``: a declared field that is not there, though what it belongs to is
* ``retyped``: a declared field with a value of a type that the schema does not declare
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from .tree_shape import MAX_PATHS, Shape, shape

UNKNOWN, MISSING, RETYPED = "unknown", "missing", "retyped"
_ANY: Final[frozenset[str]] = frozenset()
_MAX_DEPTH: Final = 30


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference between a message and what was declared."""

    kind: str
    path: str


@dataclass(frozen=True, slots=True)
class Seen:
    """How often something was found.

    :param found: messages in which it was found
    :param total: messages that were looked at
    """

    found: int
    total: int

    @property
    def share(self) -> float:
        """Between 0 and 1."""
        return self.found / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True)
class Limits:
    """When drift is told.

    :param share: of today's messages that must show it
    :param messages: at least so many must
    :param growth: times its share of the days before
    """

    share: float = 0.05
    messages: int = 5
    growth: float = 2.0


_LIMITS: Final = Limits()


def declared(schema: Any) -> dict[str, frozenset[str]]:
    """``{path: types}`` of all fields that a schema declares; no types where it names none.

    ``$ref`` within the schema, ``allOf``, ``anyOf`` and ``oneOf`` are followed. A place that allows
    anything (no ``properties``, no ``items``) declares nothing below itself.
    """
    fields: dict[str, frozenset[str]] = {}
    _declare(schema, schema, "", fields, 0)
    return fields


def _declare(
    root: Any, schema: Any, path: str, fields: dict[str, frozenset[str]], depth: int
) -> None:
    if not isinstance(schema, Mapping) or depth > _MAX_DEPTH or len(fields) >= MAX_PATHS:
        return
    if isinstance(schema.get("$ref"), str):
        _declare(root, _at(root, schema["$ref"]), path, fields, depth + 1)
    for rule in ("allOf", "anyOf", "oneOf"):
        for part in _listed(schema.get(rule)):
            _declare(root, part, path, fields, depth + 1)
    fields[path] = fields.get(path, _ANY) | _types(schema)
    properties = schema.get("properties")
    for name, part in properties.items() if isinstance(properties, Mapping) else ():
        _declare(root, part, f"{path}.{name}".lstrip("."), fields, depth + 1)
    if isinstance(schema.get("items"), Mapping):
        _declare(root, schema["items"], f"{path}[]", fields, depth + 1)


def _types(schema: Mapping[str, Any]) -> frozenset[str]:
    types = schema.get("type", ())
    told = {types} if isinstance(types, str) else {t for t in _listed(types) if isinstance(t, str)}
    return frozenset(told | {"integer"} if "number" in told else told)


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _at(root: Any, pointer: str) -> Any:
    place = root
    for step in pointer.removeprefix("#").strip("/").split("/"):
        place = place.get(step) if isinstance(place, Mapping) and step else place
    return place


def findings(fields: Mapping[str, frozenset[str]], tree: Any) -> list[Finding]:
    """What is different about one message, each thing once.

    :param fields: what ``declared`` gave
    """
    found = shape(tree)
    open_below = {path for path in fields if not _has_fields(fields, path)}
    return [
        *(Finding(UNKNOWN, path) for path in _unknown(fields, found, open_below)),
        *(Finding(MISSING, path) for path in fields if _is_missing(path, found)),
        *(
            Finding(RETYPED, path)
            for path, types in found.items()
            if fields.get(path) and not types <= fields[path]
        ),
    ]


def _has_fields(fields: Mapping[str, frozenset[str]], path: str) -> bool:
    below = (f"{path}.", f"{path}[]") if path else ("",)
    return any(other != path and other.startswith(below) for other in fields)


def _unknown(
    fields: Mapping[str, frozenset[str]], found: Shape, open_below: set[str]
) -> Iterable[str]:
    """The topmost unknown paths: what is inside an unknown field is not told again."""
    for path in found:
        parent = _parent(path)
        if path in fields or path == "":
            continue
        if parent in fields and parent not in open_below:
            yield path


def _is_missing(path: str, found: Shape) -> bool:
    parent = _parent(path)
    if path == "" or path in found or parent not in found or path.endswith("[]"):
        return False
    return "object" in found[parent]


def _parent(path: str) -> str:
    return path[:-2] if path.endswith("[]") else path.rpartition(".")[0]


def tally(fields: Mapping[str, frozenset[str]], trees: Iterable[Any]) -> Counter[Finding]:
    """In how many messages each thing was found."""
    return Counter(finding for tree in trees for finding in findings(fields, tree))


def alarming(kind: str, today: Seen, before: Seen, limits: Limits = _LIMITS) -> bool:
    """Whether somebody should look at it.

    A declared field that is missing is only told where it used to be there: many fields are
    optional, and always were.

    >>> alarming(UNKNOWN, Seen(6, 100), Seen(0, 500))
    True
    """
    if today.found < limits.messages or today.share < limits.share:
        return False
    if not before.total:
        return kind != MISSING
    if kind == MISSING and before.share > 0.5:
        return False
    return today.share >= limits.growth * before.share
