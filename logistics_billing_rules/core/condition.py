"""When a rate applies: conditions in a closed vocabulary, written as Odoo domains.

People edit them with Odoo's domain editor. They are evaluated here, on plain values and without a
database, so that what is billed, tried out and simulated is decided by the same lines. A condition
can name nothing but the fields of its vocabulary: it reaches into no other record, and it is data
that is read (``ast.literal_eval``), never code that is run.

A field that has no value compares like in Odoo: ``=`` finds it with ``False`` only, ``!=`` and
``not in`` are true of it, and every order and likeness is false.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

NUMBER: Final = "number"
TEXT: Final = "text"
DATE: Final = "date"  # ISO 8601, e.g. "2026-03-02"
RECORD: Final = "record"  # the id of a record
RECORDS: Final = "records"  # the ids of several, such as tags
KINDS: Final = (NUMBER, TEXT, DATE, RECORD, RECORDS)

_EQUAL: Final = ("=", "!=", "in", "not in")
_ORDER: Final = ("<", "<=", ">", ">=")
_LIKE: Final = ("ilike", "not ilike", "=ilike", "not =ilike")
_OPERATORS: Final = {
    NUMBER: (*_EQUAL, *_ORDER),
    DATE: (*_EQUAL, *_ORDER),
    TEXT: (*_EQUAL, *_LIKE),
    RECORD: _EQUAL,
    RECORDS: _EQUAL,
}
_LONGEST: Final = 10_000
_MOST_TERMS: Final = 200


class ConditionError(ValueError):
    """The text is no condition; the message says why, for people."""


@dataclass(frozen=True, slots=True)
class Term:
    """One comparison: field, operator, value of the field's kind."""

    field: str
    operator: str
    value: Any


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that was read and checked. Without terms it always holds.

    :param prefix: terms and the operators ``&``, ``|`` and ``!`` in prefix order
    """

    prefix: tuple[Term | str, ...]

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Whether it holds of these values.

        :param values: by field: ``Decimal``, ``str``, ``date``, an id, or a set of ids; ``None`` or
            absent for a field without a value
        """
        stack: list[bool] = []
        for token in reversed(self.prefix):
            if isinstance(token, Term):
                stack.append(_compare(token, values.get(token.field)))
            elif token == "!":
                stack.append(not stack.pop())
            else:
                left, right = stack.pop(), stack.pop()
                stack.append(left and right if token == "&" else left or right)
        return all(stack)

    @property
    def fields(self) -> frozenset[str]:
        """The fields that it looks at."""
        return frozenset(token.field for token in self.prefix if isinstance(token, Term))


ALWAYS: Final = Condition(())


def read(text: str, vocabulary: Mapping[str, str]) -> Condition:
    """Read a condition.

    :param vocabulary: ``{field: kind}``, all that a condition may name
    :raises ConditionError: if it is no domain, names another field, or compares what cannot be

    >>> condition = read("[('weight', '>', 30), ('mode', 'in', ['ltl', 'ftl'])]",
    ...                  {"weight": NUMBER, "mode": TEXT})
    >>> condition.holds({"weight": Decimal("30.5"), "mode": "ltl"}), condition.holds({})
    (True, False)
    """
    if not text.strip():
        return Condition(())
    if len(text) > _LONGEST:
        raise ConditionError("the condition is too long")
    try:
        domain = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError) as error:
        raise ConditionError("the condition cannot be read") from error
    if not isinstance(domain, list) or len(domain) > _MOST_TERMS:
        raise ConditionError("a condition is a list of comparisons")
    tokens = tuple(_token(item, vocabulary) for item in domain)
    _check_prefix(tokens)
    return Condition(tokens)


def _token(item: Any, vocabulary: Mapping[str, str]) -> Term | str:
    if item in ("&", "|", "!"):
        return str(item)
    if not isinstance(item, tuple | list) or len(item) != 3 or not isinstance(item[0], str):
        raise ConditionError(f"{item!r} is no comparison")
    name, operator, value = item
    kind = vocabulary.get(name)
    if kind is None:
        raise ConditionError(f"a condition cannot use “{name}”")
    if operator not in _OPERATORS[kind]:
        raise ConditionError(f"“{name}” cannot be compared with “{operator}”")
    return Term(name, operator, _value(name, kind, operator, value))


def _value(name: str, kind: str, operator: str, value: Any) -> Any:
    if operator in ("in", "not in"):
        if not isinstance(value, list | tuple | set):
            raise ConditionError(f"“{name}” is compared with a list here")
        return frozenset(_scalar(name, kind, item) for item in value)
    if value is False and operator in ("=", "!="):
        return None
    return _scalar(name, kind, value)


def _scalar(name: str, kind: str, value: Any) -> Any:
    try:
        if kind == NUMBER and isinstance(value, int | float | str) and value is not True:
            number = Decimal(str(value))
            if number.is_finite():
                return number
        if kind == DATE and isinstance(value, str):
            return date.fromisoformat(value)
        if kind == TEXT and isinstance(value, str):
            return value
        if kind in (RECORD, RECORDS) and isinstance(value, int) and value is not True:
            return value
    except (ValueError, InvalidOperation) as error:
        raise _incomparable(name, kind, value) from error
    raise _incomparable(name, kind, value)


def _incomparable(name: str, kind: str, value: Any) -> ConditionError:
    return ConditionError(f"“{name}” is a {kind} and cannot be compared with {value!r}")


def _check_prefix(tokens: Sequence[Term | str]) -> None:
    open_terms = 0
    for token in reversed(tokens):
        needed = 0 if isinstance(token, Term) else 1 if token == "!" else 2
        if open_terms < needed:
            raise ConditionError("an operator of the condition has nothing to combine")
        open_terms += 1 - needed


def _compare(term: Term, known: Any) -> bool:
    negative = term.operator in ("!=", "not in", "not ilike", "not =ilike")
    return _positive(term, known) != negative


def _positive(term: Term, known: Any) -> bool:
    operator, value = term.operator, term.value
    several = isinstance(known, Collection) and not isinstance(known, str)
    if operator in ("=", "!="):
        if several:
            return not known if value is None else value in known
        return bool(known == value)
    if operator in ("in", "not in"):
        return bool(value & frozenset(known)) if several else known in value
    if known is None:
        return False
    if operator in _LIKE:
        return _like(str(known), value, anchored="=" in operator)
    return bool(_ORDERS[operator](known, value))


_ORDERS: Final = {
    "<": lambda known, value: known < value,
    "<=": lambda known, value: known <= value,
    ">": lambda known, value: known > value,
    ">=": lambda known, value: known >= value,
}


def _like(known: str, pattern: str, anchored: bool) -> bool:
    """SQL's ``ILIKE``: ``%`` stands for anything, ``_`` for one character."""
    parts = (
        ".*" if char == "%" else "." if char == "_" else re.escape(char)
        for char in re.sub(r"%+", "%", pattern)
    )
    expression = re.compile("".join(parts), re.IGNORECASE | re.DOTALL)
    return bool(expression.fullmatch(known) if anchored else expression.search(known))
