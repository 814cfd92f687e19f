"""Whether a message states nothing by its form: an empty answer.

Asked only where a profile does not know the message. Interfaces answer with an envelope around an
empty list when a number is not known yet, or nothing happened: ``{"code": 200, "data": []}``.
Nobody has to look at it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from .words import slug

# What may be said around nothing, as ``slug`` writes it.
_ENVELOPE: Final = frozenset(
    "status status_code status_text code message msg messages success result request_id trace_id"
    " transaction_id correlation_id timestamp server_time time version api_version language locale"
    " response_status response_status_code response_status_message response_code".split()
)


def nothing_found(tree: Any) -> bool:
    """Whether something is empty in the message and nothing else is said.

    >>> nothing_found({"code": 200, "data": []}), nothing_found([]), nothing_found({"a": "b"})
    (True, True, False)
    """
    leaves = list(_leaves(tree))
    empty = [value in (None, "", [], {}) for _name, value in leaves]
    return any(empty) and all(
        nothing or _is_envelope(name, value)
        for nothing, (name, value) in zip(empty, leaves, strict=True)
    )


def _is_envelope(name: str, value: Any) -> bool:
    return not isinstance(value, str) or slug(name) in _ENVELOPE


def _leaves(tree: Any) -> Iterator[tuple[str, Any]]:
    """Every value without parts, with the name that it has or its list has."""
    stack: list[tuple[str, Any]] = [("", tree)]
    while stack:
        name, node = stack.pop()
        if isinstance(node, dict) and node:
            stack.extend((key.strip("_@#"), each) for key, each in node.items())
        elif isinstance(node, list) and node:
            stack.extend((name, each) for each in node)
        else:
            yield name, node
