"""Entries about shipments: what one recording of facts changed, told step by step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from odoo.addons.logistics_milestone_sync.core import change
from odoo.addons.logistics_milestone_sync.core.change import Change

from .entry import Entry, Values
from .entry_types import tell


@dataclass(frozen=True, slots=True)
class Subject:
    """A shipment as an entry names it."""

    name: str
    company_id: int | None


@dataclass(frozen=True, slots=True)
class Background:
    """What is known about the records that the changes point to, by their ids.

    :param events: ledger rows: ``system``, ``milestone``, ``classifier``, ``occurred_at``, …
    :param exceptions: cases, with their ``name``
    :param charges: charges, with ``name``, ``amount``, ``currency``, ``side``
    """

    shipments: Mapping[int, Subject]
    events: Mapping[int, Values] = field(default_factory=dict)
    exceptions: Mapping[int, Values] = field(default_factory=dict)
    charges: Mapping[int, Values] = field(default_factory=dict)


def fact_entries(changes: Iterable[Change], background: Background) -> list[Entry]:
    """One entry per change, in order; repetitions become one count per shipment, at the end."""
    repeated: Counter[int] = Counter()
    entries = []
    for what in changes:
        if what.kind == change.DUPLICATE:
            repeated[what.shipment_id] += 1
        else:
            entries.append(_entry(what, background))
    return entries + [
        _about_shipment("duplicate", shipment_id, background, {"count": count})
        for shipment_id, count in repeated.items()
    ]


def _entry(what: Change, background: Background) -> Entry:
    if what.kind == change.STATE:
        return _state(what, background)
    for model, record_id, known in (
        ("logistics.exception", what.exception_id, background.exceptions),
        ("logistics.charge", what.charge_id, background.charges),
        ("logistics.milestone.event", what.event_id, background.events),
    ):
        if record_id:
            return _about_record(what, model, record_id, known.get(record_id, {}), background)
    return _about_shipment(what.kind, what.shipment_id, background, {"detail": what.detail})


def _about_record(
    what: Change, model: str, record_id: int, values: Values, background: Background
) -> Entry:
    subject = background.shipments[what.shipment_id]
    source = values.get("source")
    after = {name: value for name, value in values.items() if name not in ("source", "name")}
    told = {"detail": what.detail, **values, "shipment": subject.name}
    told["milestone"] = str(values.get("milestone") or "").replace("_", " ")
    return Entry(
        what.kind,
        tell(what.kind, told),
        company_id=subject.company_id,
        res_model=model,
        res_id=record_id,
        res_name=str(values.get("name") or values.get("milestone") or what.detail),
        shipment_id=what.shipment_id,
        after=after,
        source=str(source or ""),
    )


def _state(what: Change, background: Background) -> Entry:
    """The change's own sentence reads ``picked → delivered``."""
    before, _arrow, after = what.detail.partition(" → ")
    return _about_shipment(
        what.kind,
        what.shipment_id,
        background,
        {"detail": what.detail},
        before={"status": before.strip("–") if after else None},
        after={"status": after or before},
    )


def _about_shipment(
    kind: str,
    shipment_id: int,
    background: Background,
    values: Values,
    before: Values | None = None,
    after: Values | None = None,
) -> Entry:
    subject = background.shipments[shipment_id]
    return Entry(
        kind,
        tell(kind, {**values, "shipment": subject.name}),
        company_id=subject.company_id,
        res_model="logistics.shipment",
        res_id=shipment_id,
        res_name=subject.name,
        shipment_id=shipment_id,
        before=before or {},
        after=values if after is None else after,
    )
