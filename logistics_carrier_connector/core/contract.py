"""Is a decoded message what was agreed? JSON Schema (draft 2020-12), without its dangers.

Schemas are data that people edit, and payloads come from outside: remote references are refused,
and patterns are matched in linear time (no look-around, no back-references). Findings name the
place and the rule, never the value, so that they may be logged and sent back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, Final, NoReturn

import jsonschema_rs

from .errors import ConfigurationInvalid, Problem

MAX_PROBLEMS: Final = 20
_LONGEST_RULE: Final = 120
# A sentence says more than these rules do, where the schema has one.
_SPOKEN_RULES: Final = ("anyOf", "oneOf", "pattern")
_NAMING_RULES: Final = ("required", "dependentRequired", "additionalProperties", "dependencies")


def check(schema: Mapping[str, Any], tree: Any) -> list[Problem]:
    """What is wrong with ``tree``, at most ``MAX_PROBLEMS`` places; empty if nothing is.

    :param schema: a JSON Schema; compiled once per process and content
    :param tree: what a codec returned
    :raises ConfigurationInvalid: if the schema itself cannot be used
    """
    validator = _compiled(_canonical(schema))
    errors = islice(validator.iter_errors(tree), MAX_PROBLEMS)
    return [Problem(path_text(error.instance_path), _reason(schema, error)) for error in errors]


def check_schema(schema: Mapping[str, Any]) -> None:
    """Refuse a schema that could not be used later.

    :raises ConfigurationInvalid: with the reason
    """
    _compiled(_canonical(schema))


def path_text(path: Any) -> str:
    """``events[3].occurred_at`` for ``["events", 3, "occurred_at"]``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


def _canonical(schema: Mapping[str, Any]) -> str:
    try:
        return json.dumps(schema, sort_keys=True, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        raise ConfigurationInvalid("the schema is not JSON") from None


@lru_cache(maxsize=256)
def _compiled(schema: str) -> jsonschema_rs.Draft202012Validator:
    try:
        return jsonschema_rs.Draft202012Validator(
            json.loads(schema),
            validate_formats=True,
            retriever=_refuse,
            pattern_options=jsonschema_rs.RegexOptions(),
        )
    except ValueError as error:  # ValidationError and ReferencingError are ValueErrors
        reason = str(error).splitlines()[0]
        raise ConfigurationInvalid(f"the schema cannot be used: {reason}") from None


def _refuse(uri: str) -> NoReturn:
    raise ValueError(f"the schema refers to {uri}, and schemas are not fetched")


def _reason(schema: Mapping[str, Any], error: jsonschema_rs.ValidationError) -> str:
    """The rule that is broken. The library's own words are used only where they quote names."""
    rule = str(error.schema_path[-1]) if error.schema_path else "schema"
    if rule in _NAMING_RULES:
        return _short(error.message)
    wanted = _at(schema, error.schema_path)
    listed = [str(word) for word in (wanted if isinstance(wanted, list) else [wanted])]
    if rule == "type":
        return f"must be of type {' or '.join(listed)}"
    if rule == "enum":
        return f"must be one of {_short(', '.join(listed))}"
    if rule == "format":
        return f"must be a {listed[0]}"
    described = _described(schema, error)
    if rule in _SPOKEN_RULES and described:
        return f"must be: {described}"
    scalar = wanted if isinstance(wanted, str | int | float) else ""
    return f"breaks the rule {rule} {_short(str(scalar))}".rstrip()


def _described(schema: Mapping[str, Any], error: jsonschema_rs.ValidationError) -> str:
    """What the schema says in words about the place of an error."""
    around = _at(schema, error.schema_path[:-1])
    return _short(around.get("description", "")) if isinstance(around, Mapping) else ""


def _at(schema: Any, path: Sequence[str | int]) -> Any:
    """What stands at a path of the schema, followed through references inside it."""
    root = schema
    for step in path:
        if step == "$ref" and isinstance(schema, Mapping):
            pointer = str(schema.get("$ref", "")).removeprefix("#").strip("/")
            schema = _at(root, pointer.split("/")) if pointer else root
        elif isinstance(schema, list) and isinstance(step, int) and step < len(schema):
            schema = schema[step]
        elif isinstance(schema, Mapping) and step in schema:
            schema = schema[step]
        else:
            return None
    return schema


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_RULE else f"{text[:_LONGEST_RULE]}…"
