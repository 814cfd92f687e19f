"""Where a decoded message speaks of a person: names of recipients, telephone numbers, addresses of
e-mail; and where it holds something that gives access.

Found by the names of fields, and in EDI by the segments that are made for it: ``N1`` and ``PER``
(ASC X12), ``NAD``, ``CTA`` and ``COM`` (UN/EDIFACT). What is found is hidden wherever the message
repeats it.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final

from .words import slug

MASK: Final = "●●●"
_SHORT: Final = 4  # such values may be parts of words, and are hidden as words only

_SECRET: Final = re.compile(
    r"(^|_)(password|passwd|pwd|secret|token|authorization|api_?key|access_?key|signature)(_|$)"
)
_CONTACT: Final = re.compile(
    r"(^|_)(e_?mail|mail|phone|telephone|tel|mobile|fax)(_?(number|no|address))?(_|$)"
)
_WHO: Final = (
    r"recipient|receiver|consignee|addressee|contact|person|attention|signatory|signer"
    r"|(signed|signed_for|received|accepted)_by|delivered_to|ship_to|deliver_to|delivery_address"
)
_PARTY: Final = re.compile(rf"(^|.*_)({_WHO})(_(contact|person|address|info|details))*")
_NAME_OF_PARTY: Final = re.compile(rf"(^|.*_)({_WHO})(_(full|first|last|person|contact))*(_name)?")
_NAME: Final = re.compile(
    r"((full|first|last|middle|given|family|person|contact)_?)?name_?\d?|surname"
)

_X12_PEOPLE: Final = frozenset({"CN", "ST", "UC", "DA", "RC"})
_EDIFACT_PEOPLE: Final = frozenset({"CN", "ST", "UC", "DP"})


def personal_values(tree: Any) -> frozenset[str]:
    """Everything in a decoded message that is not for everybody's eyes.

    >>> sorted(personal_values({"recipient": {"name": "Ann Lee", "city": "Ulm"}, "phone": 123456}))
    ['123456', 'Ann Lee']
    """
    return frozenset(value.strip() for value in _found(tree, "", False) if len(value.strip()) > 1)


def hidden(text: str, values: Collection[str]) -> str:
    """The text without these values, however a format writes them.

    >>> hidden('{"to": "Ann Lee", "city": "Ulm"}', {"Ann Lee"})
    '{"to": "●●●", "city": "Ulm"}'
    """
    spellings = {spelled for value in values for spelled in _spellings(value)}
    for value in sorted(spellings, key=len, reverse=True):
        if value not in text:
            continue
        if len(value) < _SHORT:
            text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", MASK, text)
        else:
            text = text.replace(value, MASK)
    return text


def masked_tree(tree: Any, values: Collection[str], mask: Callable[[str], str]) -> Any:
    """The decoded message without these values; ``mask`` hides what a text by itself shows."""
    if isinstance(tree, Mapping):
        return {key: masked_tree(each, values, mask) for key, each in tree.items()}
    if isinstance(tree, list | tuple):
        return [masked_tree(each, values, mask) for each in tree]
    if str(tree).strip() in values:
        return MASK
    return mask(hidden(tree, values)) if isinstance(tree, str) else tree


def _spellings(value: str) -> Iterator[str]:
    yield value
    yield json.dumps(value)[1:-1]
    yield json.dumps(value, ensure_ascii=False)[1:-1]
    yield html.escape(value, quote=False)


def _found(tree: Any, name: str, of_party: bool) -> Iterator[str]:
    """What is personal below a field.

    :param name: of the field, as a slug
    :param of_party: whether it belongs to somebody who gets the goods
    """
    if isinstance(tree, Mapping):
        within = of_party or bool(_PARTY.fullmatch(name))
        for key, value in tree.items():
            # Whom an interchange or a group of EDI is for is a mailbox, not a person.
            if key != "receiver" or "control_number" not in tree:
                yield from _found(value, slug(str(key)), within)
    elif isinstance(tree, list | tuple):
        if tree and isinstance(tree[0], str) and tree[0] in _SEGMENTS:
            yield from _SEGMENTS[tree[0]]([_parts(element) for element in tree[1:]])
        for value in tree:
            yield from _found(value, name, of_party)
    elif tree is not None and not isinstance(tree, bool) and _is_personal(name, of_party):
        yield str(tree)


def _is_personal(name: str, of_party: bool) -> bool:
    return bool(
        _SECRET.search(name)
        or _CONTACT.search(name)
        or _NAME_OF_PARTY.fullmatch(name)
        or (of_party and _NAME.fullmatch(name))
    )


def _parts(element: Any) -> list[str]:
    """The components of an element of EDI as texts; X12 has one."""
    if isinstance(element, list | tuple):
        return [str(part) for part in element]
    return [str(element)]


def _element(segment: list[list[str]], number: int) -> list[str]:
    return segment[number - 1] if number <= len(segment) else []


def _n1(segment: list[list[str]]) -> Iterator[str]:
    if _X12_PEOPLE.intersection(_element(segment, 1)):
        yield from _element(segment, 2)


def _per(segment: list[list[str]]) -> Iterator[str]:
    for number in (2, 4, 6, 8):
        yield from _element(segment, number)


def _nad(segment: list[list[str]]) -> Iterator[str]:
    if _EDIFACT_PEOPLE.intersection(_element(segment, 1)):
        yield from _element(segment, 3)
        yield from _element(segment, 4)


def _cta(segment: list[list[str]]) -> Iterator[str]:
    yield from _element(segment, 2)[1:]


def _com(segment: list[list[str]]) -> Iterator[str]:
    yield from _element(segment, 1)[:1]


_SEGMENTS: Final[Mapping[str, Callable[[list[list[str]]], Iterator[str]]]] = {
    "N1": _n1,
    "PER": _per,
    "NAD": _nad,
    "CTA": _cta,
    "COM": _com,
}
