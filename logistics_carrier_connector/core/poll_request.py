"""What a carrier is asked: a request made from a template that is data.

A template knows four placeholders and nothing else: ``{number}``, ``{numbers}`` (several, separated
by commas), ``{account}`` and ``{since}`` (a date). They stand in the path, the query, a header or a
text of the body, never in the host. What is filled in is encoded for its place, so that a number
stays a number: it cannot add a path, a parameter, a header or a member.

In a body (JSON), a list with one element that names ``{number}`` is repeated for each number.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from .errors import ConfigurationInvalid

PLACES: Final = ("number", "numbers", "account", "since")
METHODS: Final = ("GET", "POST")
MAX_BATCH: Final = 100
_PLACE: Final = re.compile(r"\{([^{}]*)\}")
_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
# What frames a request is not a template's to say.
_OURS: Final = frozenset(
    "host content-length transfer-encoding connection accept-encoding cookie te upgrade".split()
)


@dataclass(frozen=True, slots=True)
class Request:
    """One call, ready to be made."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None

    def with_parameter(self, name: str, value: str) -> Request:
        """The same, with a query parameter set to a value."""
        parts = urlsplit(self.url)
        query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != name]
        url = urlunsplit(parts._replace(query=urlencode([*query, (name, value)], safe=",")))
        return Request(self.method, url, self.headers, self.body)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A template that was checked.

    :param batch: how many numbers one call asks for
    :param body: a JSON tree; ``None`` for no body
    """

    url: str
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: Any = None
    batch: int = 1

    @classmethod
    def of(
        cls,
        url: str,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: str = "",
        batch: int = 1,
    ) -> Endpoint:
        """The endpoint that these texts describe.

        :param body: JSON, or empty
        :raises ConfigurationInvalid: naming what is wrong
        """
        if method not in METHODS:
            raise ConfigurationInvalid(f"a carrier is asked with {' or '.join(METHODS)}")
        if not 1 <= batch <= MAX_BATCH:
            raise ConfigurationInvalid(f"one call asks for 1 to {MAX_BATCH} numbers")
        _check_url(url)
        pairs = tuple((headers or {}).items())
        for name, value in pairs:
            _check_header(name, value)
        endpoint = cls(url, method, pairs, _body(body), batch)
        endpoint._check_numbers()
        return endpoint

    def _check_numbers(self) -> None:
        texts = [self.url, *(value for _name, value in self.headers), *_texts(self.body)]
        used = {place for text in texts for place in _places(text)}
        if not used & {"number", "numbers"}:
            raise ConfigurationInvalid("the template asks for no {number}")
        if self.batch > 1 and "number" in used and not _repeats(self.body):
            raise ConfigurationInvalid(
                "with several numbers in one call the template needs {numbers}, or a list in the "
                "body with one element that names {number}"
            )

    def request(
        self, numbers: Sequence[str], account: str = "", since: date | None = None
    ) -> Request:
        """The call that asks for some numbers.

        :param numbers: at least one, at most ``batch``
        :raises ConfigurationInvalid: if a value cannot stand in a header
        """
        values = {
            "number": numbers[0],
            "account": account,
            "since": since.isoformat() if since else "",
        }
        encoded = {name: quote(value, safe="") for name, value in values.items()}
        encoded["numbers"] = ",".join(quote(number, safe="") for number in numbers)
        plain = values | {"numbers": ",".join(numbers)}
        headers = {name: _fill(value, plain) for name, value in self.headers}
        for name, value in headers.items():
            _check_header_value(name, value)
        body = None
        if self.body is not None:
            body = json.dumps(_render(self.body, numbers, plain)).encode()
            headers = {"Content-Type": "application/json", **headers}
        return Request(self.method, _fill(self.url, encoded), headers, body)


def _check_url(url: str) -> None:
    """The host is the template's own, whatever is filled in.

    :raises ConfigurationInvalid: naming what is wrong
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ConfigurationInvalid("the address cannot be read") from None
    if not parts.netloc or "{" in parts.scheme + parts.netloc:
        raise ConfigurationInvalid("the address needs a host of its own, without a placeholder")
    if "{" in parts.fragment:
        raise ConfigurationInvalid("what stands behind # is never sent")
    _places(url)


def _check_header(name: str, value: str) -> None:
    if not _HEADER_NAME.fullmatch(name) or name.lower() in _OURS:
        raise ConfigurationInvalid(f"{name[:100]!r} is no header that a template may set")
    _check_header_value(name, value)
    _places(value)


def _check_header_value(name: str, value: str) -> None:
    if not value.isascii() or not value.isprintable():
        raise ConfigurationInvalid(f"the header {name} has characters that no header may have")


def _body(text: str) -> Any:
    if not text.strip():
        return None
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        raise ConfigurationInvalid("the body is not JSON") from None
    for each in _texts(tree):
        _places(each)
    return tree


def _places(text: str) -> set[str]:
    """The placeholders of a text.

    :raises ConfigurationInvalid: if it names another one
    """
    found = set(_PLACE.findall(text))
    if found - set(PLACES) or "{" in _PLACE.sub("", text) or "}" in _PLACE.sub("", text):
        known = ", ".join(f"{{{place}}}" for place in PLACES)
        raise ConfigurationInvalid(f"the placeholders of a template are {known}, and no others")
    return found


def _fill(text: str, values: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda match: values[match[1]], text)


def _texts(tree: Any) -> Iterable[str]:
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, dict):
        for value in tree.values():
            yield from _texts(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _texts(value)


def _repeats(tree: Any) -> bool:
    """Whether every ``{number}`` of a body stands in a list that is repeated."""
    if _is_repeated(tree):
        return True
    if isinstance(tree, str):
        return "{number}" not in tree
    inside = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    return tree is not None and all(_repeats(each) for each in inside)


def _is_repeated(tree: Any) -> bool:
    return (
        isinstance(tree, list)
        and len(tree) == 1
        and any("{number}" in text for text in _texts(tree[0]))
    )


def _render(tree: Any, numbers: Sequence[str], values: Mapping[str, str]) -> Any:
    if isinstance(tree, str):
        return _fill(tree, values)
    if isinstance(tree, dict):
        return {name: _render(value, numbers, values) for name, value in tree.items()}
    if _is_repeated(tree):
        return [_render(tree[0], [number], {**values, "number": number}) for number in numbers]
    if isinstance(tree, list):
        return [_render(value, numbers, values) for value in tree]
    return tree
