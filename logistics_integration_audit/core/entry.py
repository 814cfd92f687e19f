"""An audit entry before it is stored: what happened to which record, told in one sentence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

Value = str | int | float | bool | None | list[str]
Values = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Entry:
    """One governed step. Who took it and when is added where it is stored.

    :param kind: code of ``core/entry_types.py``
    :param summary: an English sentence for people; it is sealed, and never translated
    :param company_id: ``None`` for what concerns the whole database
    :param res_model: the record it is about, with ``res_id`` and its name at that moment
    :param shipment_id: the shipment it concerns, if it concerns one
    :param before: values by name, as they were; no secrets
    :param after: values by name, as they are now; no secrets
    :param source: pointer to what caused it, ``<model>,<id>`` or ``""``
    """

    kind: str
    summary: str
    company_id: int | None = None
    res_model: str = ""
    res_id: int | None = None
    res_name: str = ""
    shipment_id: int | None = None
    before: Values = field(default_factory=dict)
    after: Values = field(default_factory=dict)
    source: str = ""


def to_text(values: Values) -> str | None:
    """Values as JSON text with sorted keys; ``None`` if there are none.

    >>> to_text({"status": "delivered", "eta": None})
    '{"status": "delivered"}'
    """
    stated = {name: value for name, value in values.items() if value not in (None, "", [])}
    return json.dumps(stated, ensure_ascii=False, sort_keys=True) if stated else None


def from_text(text: str | None) -> dict[str, Value]:
    """The values that ``to_text`` wrote."""
    return dict(json.loads(text)) if text else {}


def storable(text: str) -> str:
    """The text as PostgreSQL can keep it: no NUL, no half of a surrogate pair.

    What we hash must be what we read back, so this happens before hashing.

    >>> storable("a\\x00b")
    'a\\ufffdb'
    """
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


def differences(before: Values, after: Values) -> list[tuple[str, Value, Value]]:
    """``(name, before, after)`` of every value that differs, by name.

    >>> differences({"state": "draft", "name": "A"}, {"state": "active", "name": "A"})
    [('state', 'draft', 'active')]
    """
    names = sorted({*before, *after})
    return [
        (name, before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    ]
