"""Is an EDI message what was agreed? The rules of its envelope, for ANSI X12 and UN/EDIFACT.

The rules are an object with any of ``senders``, ``receivers``, ``versions``, ``transactions``
(lists of what is allowed; a version may end with ``*``) and ``test`` (``refuse`` or ``allow``,
refused without it): test interchanges (X12 ISA15 ``T``, EDIFACT 0035 ``1``) are not business.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from .codecs import answer
from .contract import check
from .errors import ConfigurationInvalid, Problem

_WORDS: Final[dict[str, Any]] = {
    "type": "array",
    "minItems": 1,
    "items": {"type": "string", "minLength": 1, "maxLength": 80},
}
EDI_RULES_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("senders", "receivers", "versions", "transactions"), _WORDS),
        "test": {"enum": ["refuse", "allow"]},
    },
    "additionalProperties": False,
    "minProperties": 1,
}


def load_rules(text: str) -> Mapping[str, Any]:
    """The rules of a contract.

    :raises ConfigurationInvalid: with the place and the reason
    """
    try:
        rules = json.loads(text)
    except ValueError as error:
        raise ConfigurationInvalid(f"the rules are not JSON: {error}") from None
    problems = check(EDI_RULES_SCHEMA, rules)
    if problems:
        raise ConfigurationInvalid("; ".join(str(problem) for problem in problems))
    return rules  # type: ignore[no-any-return]


def check_envelopes(rules: Mapping[str, Any], tree: Any) -> list[Problem]:
    """What about the envelopes was not agreed; empty if nothing is.

    :param tree: what the codec for X12 or EDIFACT returned
    """
    found: list[Problem] = []
    interchanges = tree.get("interchanges", []) if isinstance(tree, dict) else []
    if not interchanges:
        return [Problem("", "this is no EDI interchange")]
    for index, each in enumerate(interchanges):
        place = f"interchanges[{index}]"
        for field, rule in (("sender", "senders"), ("receiver", "receivers")):
            if rule in rules and each.get(field) not in rules[rule]:
                found.append(Problem(f"{place}.{field}", f"this {field} was not agreed", field))
        if _is_test(each) and rules.get("test", "refuse") == "refuse":
            found.append(Problem(place, "this is a test interchange", answer.TEST))
        found += _check_sets(rules, place, each)
    return found


def _check_sets(
    rules: Mapping[str, Any], place: str, interchange: Mapping[str, Any]
) -> Iterator[Problem]:
    for path, name, version in _sets(place, interchange):
        if "transactions" in rules and name not in rules["transactions"]:
            yield Problem(path, f"the transaction {name} was not agreed", answer.UNSUPPORTED)
        if "versions" in rules and not _matches(version, rules["versions"]):
            yield Problem(path, f"version {version or 'unknown'} was not agreed", answer.VERSION)


def _matches(version: str, allowed: Iterable[str]) -> bool:
    return any(
        version.startswith(each[:-1]) if each.endswith("*") else version == each for each in allowed
    )


def _is_test(interchange: Mapping[str, Any]) -> bool:
    return interchange.get("usage") == "T" or interchange.get("test") is True


def _sets(place: str, interchange: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """``(path, name, version)`` of each transaction set (X12) or message (EDIFACT)."""
    for number, group in enumerate(interchange.get("groups", [])):
        path = f"{place}.groups[{number}]"
        for index, each in enumerate(group.get("transactions", [])):
            version = group.get("version") or interchange.get("version", "")
            yield f"{path}.transactions[{index}]", each.get("set", ""), version
        for index, each in enumerate(group.get("messages", [])):
            version = f"{each.get('version', '')}.{each.get('release', '')}"
            yield f"{path}.messages[{index}]", each.get("type", ""), version
