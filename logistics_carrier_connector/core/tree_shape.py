"""The shape of decoded messages: which paths they have, with values of which types.

A list is one place whatever its length: ``events[].code`` is the code of all events. Shapes are
bounded, so that a message with ten thousand names (or with numbers for names) costs no more than
one with ``MAX_PATHS``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

MAX_PATHS: Final = 2000
MAX_PATH: Final = 200
_MAX_LIST: Final = 200  # items of a list beyond it add nothing new

Shape = dict[str, frozenset[str]]


def shape(tree: Any) -> Shape:
    """``{path: types}``; types are those of JSON Schema, with integers apart from numbers.

    >>> shape({"events": [{"code": "D"}, {"code": 7}]})["events[].code"] == {"string", "integer"}
    True
    """
    found: dict[str, set[str]] = {}
    _walk(tree, "", found)
    return {path: frozenset(types) for path, types in found.items()}


def _walk(tree: Any, path: str, found: dict[str, set[str]]) -> None:
    if (path not in found and len(found) >= MAX_PATHS) or len(path) > MAX_PATH:
        return
    found.setdefault(path, set()).add(type_of(tree))
    if isinstance(tree, dict):
        for name, value in tree.items():
            _walk(value, f"{path}.{name}".lstrip("."), found)
    elif isinstance(tree, list):
        for value in tree[:_MAX_LIST]:
            _walk(value, f"{path}[]", found)


def type_of(value: Any) -> str:
    """The JSON Schema type of a decoded value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int) or (
        isinstance(value, Decimal) and value == value.to_integral_value()
    ):
        return "integer"
    if isinstance(value, Decimal | float):
        return "number"
    if isinstance(value, Mapping):
        return "object"
    return "array" if isinstance(value, list) else "string"


def schema_of(trees: Iterable[Any]) -> dict[str, Any]:
    """A JSON Schema (draft 2020-12) that all of these messages fit.

    Types are those that were seen. A name is required where every object at its place has it.
    Unknown names stay allowed: carriers add fields without asking, and drift is counted anyway.
    """
    schema: dict[str, Any] = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return schema | _schema(list(trees))


def _schema(values: list[Any]) -> dict[str, Any]:
    types = {type_of(value) for value in values}
    if {"integer", "number"} <= types:
        types.remove("integer")
    told: dict[str, Any] = {"type": min(types) if len(types) == 1 else sorted(types)}
    objects = [value for value in values if isinstance(value, dict)]
    if objects:
        names = list(dict.fromkeys(name for each in objects for name in each))[:MAX_PATHS]
        told["properties"] = {
            name: _schema([each[name] for each in objects if name in each]) for name in names
        }
        required = [name for name in names if all(name in each for each in objects)]
        told |= {"required": required} if required else {}
    items = [item for each in values if isinstance(each, list) for item in each[:_MAX_LIST]]
    if items:
        told["items"] = _schema(items)
    return told if types else {}
