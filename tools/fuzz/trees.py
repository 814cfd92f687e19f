"""Damage to what JSON and XML say, which leaves them well formed."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from random import Random
from typing import Any, Final

from lxml import etree

_STRANGE: Final[tuple[Any, ...]] = (
    *(None, "", " ", "x", "9" * 40, "A" * 40_000, -1, 0, 10**30, 1e-300, True, False, [], {}, [[]]),
    *([None], {"_text": None}, "é€😀", "İ", "2025-02-30T25:61:61Z", "2025-06-03", "99999999"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", 253402300799000, "-1", "1.234,5"),
    *("NaN", "1e5", "\u2028", "\ufeff", "true", "null", {"amount": "x"}, [{"a": 1}, "b", 3]),
)
_TEXTS: Final = tuple(str(value) for value in _STRANGE if isinstance(value, str | int | float))


def spoil(raw: bytes, chance: Random) -> bytes:
    """The same document with values exchanged, doubled or left out; ``raw`` if it is none."""
    if raw.lstrip()[:1] == b"<":
        return _spoil_xml(raw, chance)
    try:
        tree = json.loads(raw)
    except ValueError:
        return raw
    for _ in range(chance.choice((1, 1, 2, 4))):
        places = list(_places(tree))
        if places:
            _spoil_json(places, chance)
    return json.dumps(tree, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    """``(holder, key)`` of every value."""
    pairs = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in list(pairs):
        yield node, key
        if isinstance(value, dict | list):
            yield from _places(value)


def _spoil_json(places: list[tuple[Any, Any]], chance: Random) -> None:
    holder, key = chance.choice(places)
    other, name = chance.choice(places)
    what = chance.randrange(7)
    if what == 0:
        del holder[key]
    elif what == 1:
        holder[key] = [holder[key]] * (chance.choice((1, 2, 500)) if len(places) < 400 else 2)
    elif what == 2:
        holder[key] = copy.deepcopy(other[name])
    elif what == 3 and isinstance(holder[key], str):
        text = holder[key]
        holder[key] = text[: chance.randint(0, len(text))] + chance.choice(_TEXTS)[:50]
    elif what == 4 and isinstance(holder, list):
        holder.insert(key, copy.deepcopy(other[name]))
    else:
        holder[key] = copy.deepcopy(chance.choice(_STRANGE))


def _spoil_xml(raw: bytes, chance: Random) -> bytes:
    try:
        root = etree.fromstring(raw, etree.XMLParser(resolve_entities=False, no_network=True))
    except (etree.XMLSyntaxError, ValueError):
        return raw
    for _ in range(chance.choice((1, 1, 2, 4))):
        _spoil_element(root, chance)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _spoil_element(root: Any, chance: Random) -> None:
    elements = [node for node in root.iter() if isinstance(node.tag, str)]
    one, other = chance.choice(elements), chance.choice(elements)
    parent = one.getparent()
    what = chance.randrange(6)
    if what == 0 and parent is not None:
        parent.remove(one)
    elif what == 1 and parent is not None:
        for _ in range(chance.choice((1, 2, 200)) if len(elements) < 400 else 1):
            parent.append(copy.deepcopy(one))
    elif what == 2:
        one.append(copy.deepcopy(other))
    elif what == 3:
        one.set(f"x{chance.randrange(9)}", chance.choice(_TEXTS))
    elif what == 4:
        one.text = (one.text or "")[: chance.randint(0, 20)] + chance.choice(_TEXTS)[:50]
    else:
        one.text = chance.choice(_TEXTS)
