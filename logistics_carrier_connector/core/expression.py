"""JMESPath expressions of a profile: compiled once, evaluated on one scope, errors as values.

JMESPath has no input or output and no unbounded loops, so an expression that somebody typed cannot
reach anything but the message. The functions that carriers' messages need beside its own are in
``functions.py``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

import jmespath
from jmespath import exceptions, visitor

from .errors import ConfigurationInvalid
from .functions import Functions
from .scope import Scope, TooMuchWork, Work, names_at_root

# Most expressions only name a place; walking there is many times faster than interpreting them.
_PATH: Final = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\[\d{1,4}\])*", re.ASCII)
_STEP: Final = re.compile(r"\w+", re.ASCII)


class EvaluationFailed(ValueError):
    """An expression does not fit the message it was applied to."""


_FUNCTIONS: Final = Functions()


class _Interpreter(visitor.TreeInterpreter):
    """JMESPath, with an object where a list is asked for taken as the list of it.

    Gateways that turn XML into JSON write a list of one element as that element, and others an
    empty list as an empty object; an expression that says ``events[].code`` means all of them.
    """

    def visit_flatten(self, node: Any, value: Any) -> Any:
        return self._listed(super().visit_flatten, node, value)

    def visit_projection(self, node: Any, value: Any) -> Any:
        return self._listed(super().visit_projection, node, value)

    def visit_filter_projection(self, node: Any, value: Any) -> Any:
        return self._listed(super().visit_filter_projection, node, value)

    def visit_index(self, node: Any, value: Any) -> Any:
        return super().visit_index(node, [value] if isinstance(value, dict) else value)

    def _listed(self, visit: Callable[[Any, Any], Any], node: Any, value: Any) -> Any:
        base, *others = node["children"]
        found = self.visit(base, value)
        if isinstance(found, dict):
            found = [found] if found else []
        # What was found is not looked for again.
        return visit({**node, "children": [_FOUND, *others]}, found)


_FOUND: Final = {"type": "identity", "children": []}
_OPTIONS: Final = jmespath.Options(custom_functions=_FUNCTIONS)
_INTERPRETER: Final = _Interpreter(_OPTIONS)


class _Counting(_Interpreter):
    """The same, which counts its steps."""

    def __init__(self, work: Work) -> None:
        super().__init__(_OPTIONS)
        self._work = work

    def visit(self, node: Any, *args: Any, **kwargs: Any) -> Any:
        self._work.spend(1)
        return super().visit(node, *args, **kwargs)


class Expression:
    """One compiled expression; equal sources are equal expressions.

    :ivar names: what it looks at in a scope; ``None`` if that may be anything
    """

    __slots__ = ("_compiled", "_steps", "names", "source")

    def __init__(self, source: str) -> None:
        self.source = source
        self._compiled = _compile(source)
        self._steps = _STEP.findall(source) if _PATH.fullmatch(source) else None
        self.names = names_at_root(self._compiled.parsed)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and other.source == self.source

    def __hash__(self) -> int:
        return hash(self.source)

    def __repr__(self) -> str:
        return f"Expression({self.source!r})"

    def find(self, scope: Any) -> Any:
        """What the expression finds in ``scope``; ``None`` if nothing.

        :raises EvaluationFailed: e.g. a function of texts was given a list
        :raises TooMuchWork: if the message has made enough work
        """
        if self._steps is not None:
            return _walk(scope, self._steps)
        memory = scope.memory(self.names) if isinstance(scope, Scope) else None
        if memory is None:
            return self._evaluated(scope)
        if self.source not in memory:
            memory[self.source] = self._evaluated(scope)
        return memory[self.source]

    def _evaluated(self, scope: Any) -> Any:
        try:
            if isinstance(scope, Scope):
                return _Counting(scope.work).visit(self._compiled.parsed, scope)
            return _INTERPRETER.visit(self._compiled.parsed, scope)
        except TooMuchWork:
            raise
        except (exceptions.JMESPathError, ValueError, TypeError, ArithmeticError) as error:
            # The error's own words may quote the message.
            reason = f"does not fit the message ({type(error).__name__})"
            raise EvaluationFailed(f"{self.source}: {reason}") from None

    def each(self, scope: Any) -> list[Any]:
        """What the expression finds, one by one: of a list its elements, else the value itself.

        An empty text or object is no element: so does an empty list look in XML and in PHP.

        :raises EvaluationFailed: like ``find``
        """
        found = self.find(scope)
        return found if isinstance(found, list) else [] if found in (None, "", {}) else [found]

    def text(self, scope: Any) -> str:
        """What the expression finds, as text without surrounding blanks; empty if nothing.

        :raises EvaluationFailed: also if it finds an object
        """
        value = self.find(scope)
        if not isinstance(value, list) or not isinstance(scope, Scope):
            return as_text(value, self.source)
        memory = scope.memory(self.names)
        if memory is None:
            scope.work.spend(len(value))
            return as_text(value, self.source)
        key = f"{self.source} as text"  # which is no expression
        if key not in memory:
            memory[key] = as_text(value, self.source)
        return str(memory[key])

    def holds(self, scope: Any) -> bool:
        """Whether it finds something that JMESPath counts as true."""
        value = self.find(scope)
        return value is not None and value is not False and value not in ("", [], {})


def _walk(value: Any, steps: list[str]) -> Any:
    """What JMESPath finds at a plain path: names lead into objects, numbers into lists."""
    for step in steps:
        if isinstance(value, dict) and not step.isdigit():
            value = value.get(step)
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        elif isinstance(value, dict) and int(step) == 0:
            continue  # a list of one element, written as that element
        else:
            return None
    return value


def as_text(value: Any, source: str) -> str:
    """A scalar as text; a list of texts (an EDI composite, several lines) joined with blanks.

    An XML element that has attributes beside its text is that text.

    :raises EvaluationFailed: on an object, naming ``source``
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return str(value)
    if isinstance(value, dict) and "_text" in value:  # an XML element with attributes
        return as_text(value["_text"], source)
    if isinstance(value, Iterable) and not isinstance(value, dict):
        return " ".join(part for item in value if (part := as_text(item, source)))
    raise EvaluationFailed(f"{source}: expected a text, found an object")


def _check_calls(node: Mapping[str, Any]) -> None:
    """Refuse functions that do not exist or are given too few or too many arguments.

    JMESPath itself would only find out when the expression meets a message.
    """
    if node["type"] == "function_expression":
        entry = _FUNCTIONS.FUNCTION_TABLE.get(node["value"])
        if entry is None:
            raise ValueError(f"there is no function {node['value']}")
        wanted, given = entry["signature"], len(node["children"])
        open_ended = bool(wanted) and wanted[-1].get("variadic", False)
        if given != len(wanted) and not (open_ended and given > len(wanted)):
            raise ValueError(f"{node['value']} takes {len(wanted)} arguments, not {given}")
    for child in node["children"]:
        if isinstance(child, dict):
            _check_calls(child)


@lru_cache(maxsize=4096)
def _compile(source: str) -> Any:
    try:
        compiled = jmespath.compile(source)
        _check_calls(compiled.parsed)
        return compiled
    except (exceptions.JMESPathError, ValueError, RecursionError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ConfigurationInvalid(f"not a JMESPath expression: {source!r} ({reason})") from None
