"""JSON (RFC 8259), strictly: what two readers could understand differently is refused."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, Final, NoReturn

from ..errors import PayloadRejected

MAX_DEPTH: Final = 64
# Each value costs far more memory than it has bytes, so that bytes alone are no limit.
MAX_VALUES: Final = 1_000_000
# Beyond these a number is a denial of service or a mistake; IEEE doubles end there as well.
_MIN_EXPONENT, _MAX_EXPONENT = -324, 308
_MAX_DIGITS: Final = 400


def decode(raw: bytes) -> dict[str, Any] | list[Any]:
    """Decode a JSON object or array.

    Numbers with a fraction or an exponent are ``Decimal``. Refused: other encodings than UTF-8,
    NaN and infinities, duplicate names in an object, NUL characters, lone surrogates, nesting
    deeper than ``MAX_DEPTH``, numbers beyond 10^308 and below 10^-324.

    :raises PayloadRejected: with the line and column where the parser gave up
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PayloadRejected(f"JSON must be UTF-8; byte {error.start} is not") from None
    if sum(text.count(mark) for mark in ",[{") > MAX_VALUES:
        raise PayloadRejected(f"JSON with more than {MAX_VALUES} values")
    tree = _parse(text)
    if not isinstance(tree, dict | list):
        raise PayloadRejected("JSON must be an object or an array at the top")
    _check(tree)
    return tree


def _parse(text: str) -> Any:
    try:
        return json.loads(
            text,
            parse_float=_number,
            parse_int=_integer,
            parse_constant=_refuse_constant,
            object_pairs_hook=_object,
        )
    except json.JSONDecodeError as error:
        raise PayloadRejected(
            f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        ) from None
    except RecursionError:
        raise PayloadRejected(f"JSON nested deeper than {MAX_DEPTH} levels") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise PayloadRejected("a JSON object has the same name twice")
    return result


def _number(text: str) -> Decimal:
    number = Decimal(text) if len(text) <= _MAX_DIGITS else None
    if number is None or (number and not _MIN_EXPONENT <= number.adjusted() <= _MAX_EXPONENT):
        raise PayloadRejected("a JSON number is out of range")
    return number


def _integer(text: str) -> int:
    if len(text) > _MAX_EXPONENT:
        raise PayloadRejected("a JSON number is out of range")
    return int(text)


def _refuse_constant(name: str) -> NoReturn:
    raise PayloadRejected(f"{name} is not a JSON number")


def _check(tree: Any) -> None:
    """Walk the tree without recursion, because its depth is what is being judged."""
    level: list[Any] = [tree]
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                below.extend(value.keys())
                below.extend(value.values())
            elif isinstance(value, list):
                below.extend(value)
            elif isinstance(value, str):
                _check_text(value)
        if not below:
            return
        level = below
    if any(isinstance(value, dict | list) for value in level):
        raise PayloadRejected(f"JSON nested deeper than {MAX_DEPTH} levels")
    for value in level:
        if isinstance(value, str):
            _check_text(value)


def _check_text(text: str) -> None:
    if "\x00" in text:
        raise PayloadRejected("a JSON text contains a NUL character")
    if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        raise PayloadRejected("a JSON text contains half a surrogate pair")
