"""A decoded message as nodes with the paths by which expressions find them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_LONGEST: Final = 200


def nodes(tree: Any, most: int) -> tuple[list[dict[str, Any]], bool]:
    """The nodes of a message as JSON values, and whether some were left out.

    Each has a ``name``, its ``path`` as JMESPath, and either a ``value`` (a text) or ``children``
    with their ``kind`` (``object`` or ``list``). Inner nodes come before later ones: who shows the
    first of many sees whole branches.

    :param most: how many nodes at most
    """
    budget = [most]
    return list(_children(tree, "", budget)), budget[0] < 0


def _children(value: Any, path: str, budget: list[int]) -> Iterator[dict[str, Any]]:
    for name, step, each in _parts(value):
        budget[0] -= 1
        if budget[0] < 0:
            return
        yield _node(name, _joined(path, step), each, budget)


def _node(name: str, path: str, value: Any, budget: list[int]) -> dict[str, Any]:
    if isinstance(value, dict | list) and value:
        kind = "object" if isinstance(value, dict) else "list"
        children = list(_children(value, path, budget))
        return {"name": name, "path": path, "kind": kind, "count": len(value), "children": children}
    return {"name": name, "path": path, "kind": "value", "value": _text(value)}


def _parts(value: Any) -> Iterator[tuple[str, str, Any]]:
    """``(name, step of a path, part)`` of an object or a list."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield name, name if _PLAIN.fullmatch(name) else json.dumps(name), each
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield f"[{index}]", f"[{index}]", each


def _joined(path: str, step: str) -> str:
    return path + step if step.startswith("[") or not path else f"{path}.{step}"


def _text(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value) if isinstance(value, str | int | float | Decimal) else json.dumps(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
