"""Small words for writing JSON Schemas (2020-12) in Python."""

from __future__ import annotations

from typing import Any


def object_of(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    """The schema of an object with these properties and no others.

    :param properties: ``{name: schema}``
    :param required: names that may not be missing
    """
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }
