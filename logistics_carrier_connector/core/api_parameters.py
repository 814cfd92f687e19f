"""Query parameters, from text to values, checked by the schemas that describe them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .contract import check
from .errors import ContractViolation, Problem


def read(schemas: Mapping[str, Any], pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The values of the parameters, with the defaults of those that are not given.

    :param schemas: JSON Schema by name of the parameter
    :param pairs: names and texts, as in the query string
    :raises ContractViolation: with every parameter that is unknown, repeated, or wrong

    >>> read({"limit": {"type": "integer", "default": 5}}, [("limit", "7")])
    {'limit': 7}
    >>> read({"limit": {"type": "integer", "default": 5}}, [])
    {'limit': 5}
    """
    given: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, text in pairs:
        if name not in schemas:
            problems.append(Problem(name[:60], "is not a parameter of this address"))
        elif name in given:
            problems.append(Problem(name, "is given twice"))
        else:
            given[name] = _value(schemas[name], text)
    problems += check({"type": "object", "properties": dict(schemas)}, given)
    if problems:
        raise ContractViolation(problems)
    defaults = {name: schema["default"] for name, schema in schemas.items() if "default" in schema}
    return defaults | given


def _value(schema: Mapping[str, Any], text: str) -> Any:
    """An integer where the schema wants one and the text is one; else the text."""
    digits = text.removeprefix("-")
    if schema.get("type") == "integer" and digits.isascii() and digits.isdigit():
        return int(digits[:18]) * (-1 if text.startswith("-") else 1)
    return text
