"""One item of a message as facts: the fields around its code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from odoo.addons.logistics_milestone_sync.core.fact import Evidence, MilestoneFact
from odoo.addons.logistics_milestone_sync.core.reference import Reference
from odoo.addons.logistics_milestone_sync.core.vocabulary import ACTUAL
from odoo.addons.logistics_milestone_sync.core.weight import Weight

from .code_table import CodeRow, Unmapped
from .expression import as_text
from .places import location
from .profile import AlsoRule, Profile, ReferenceRule
from .times import Moment, Surroundings, moment

# A clock that runs ahead is forgiven; an actual beyond that is a mistake in the message.
_AHEAD: Final = timedelta(days=2)
_MAX_WEIGHT: Final = Decimal(10) ** 9


@dataclass(frozen=True, slots=True)
class Item:
    """What is read from: the scope of expressions, and when the message came (aware)."""

    scope: Mapping[str, Any]
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Reading:
    """What the tables say of an item's code."""

    code: str
    row: CodeRow
    reason: str = ""
    party: str = ""
    reason_code: str = ""

    @property
    def raw_code(self) -> str:
        """Status and reason as the carrier wrote them: ``AH AG``."""
        return f"{self.code} {self.reason_code}".strip()


def read_facts(profile: Profile, item: Item, reading: Reading) -> tuple[MilestoneFact, ...]:
    """The fact of an item's code, and those that the ``also`` rules add.

    :raises ValueError: if the item lacks what a fact needs, or a value cannot be read
    :raises Unmapped: on a unit that the profile does not know
    """
    main = _main(profile, item, reading)
    return (main, *_also(profile, item, reading, main))


def _main(profile: Profile, item: Item, reading: Reading) -> MilestoneFact:
    place = location(profile.location, item.scope)
    when, stated_at = _when(profile, item, reading, Surroundings(place, default=profile.zone))
    fact = MilestoneFact(
        references=_references(profile, item),
        milestone=reading.row.milestone,
        occurred_at=when.at,
        classifier=reading.row.classifier,
        utc_offset=when.utc_offset,
        timezone_assumed=when.assumed,
        inferred=reading.row.inferred,
        stated_at=stated_at,
        source_event_id=_text(profile, "event_id", item) or None,
        raw_code=reading.raw_code,
        raw_text=_text(profile, "text", item) or reading.row.note,
        reason=reading.reason,
        responsible_party=reading.party,
        location=place,
        evidence=_evidence(profile, item) if reading.row.milestone == "pod_received" else None,
        weight=_weight(profile, item),
    )
    return _named(fact)


def _when(
    profile: Profile, item: Item, reading: Reading, around: Surroundings
) -> tuple[Moment, datetime | None]:
    """The moment of the fact, and when it was stated."""
    occurred = moment(profile.time, item.scope, around)
    if occurred is None:
        raise ValueError("no date")
    # The sender's own clock, wherever the event took place.
    stated = moment(profile.stated_at, item.scope, replace(around, place=None))
    stated_at = stated.at if stated else None
    if reading.row.classifier == ACTUAL:
        if occurred.at > item.received_at + _AHEAD:
            raise ValueError("the event is dated in the future")
        return occurred, stated_at
    if not profile.estimate:
        return occurred, stated_at
    around = replace(around, event_offset=occurred.utc_offset)
    estimated = moment(profile.estimate, item.scope, around)
    if estimated is None:
        raise ValueError("no date for what is estimated")
    return estimated, stated_at or occurred.at


def _also(
    profile: Profile, item: Item, reading: Reading, main: MilestoneFact
) -> Iterator[MilestoneFact]:
    mapped = {
        "milestone": main.milestone,
        "reason": main.reason,
        "party": main.responsible_party,
        "code": reading.code,
    }
    item = replace(item, scope={**item.scope, "mapped": mapped})
    for rule in profile.also:
        if _applies(rule, main.milestone, item):
            evidence = _evidence(profile, item) if rule.evidence else None
            if evidence or not rule.evidence:
                yield _further(profile, item, rule, replace(main, evidence=evidence))


def _applies(rule: AlsoRule, milestone: str, item: Item) -> bool:
    if (rule.after and milestone not in rule.after) or milestone in rule.unless:
        return False
    return rule.when is None or rule.when.holds(item.scope)


def _further(profile: Profile, item: Item, rule: AlsoRule, main: MilestoneFact) -> MilestoneFact:
    fact = replace(
        main,
        milestone=rule.milestone,
        classifier=rule.classifier,
        inferred=False,
        weight=None,
    )
    if not rule.time:
        return fact
    around = Surroundings(main.location, main.utc_offset, profile.zone)
    when = moment(rule.time, item.scope, around)
    if when is None:
        raise ValueError(f"no date for {rule.milestone}")
    fact = replace(
        fact,
        occurred_at=when.at,
        utc_offset=when.utc_offset,
        timezone_assumed=when.assumed,
        stated_at=main.stated_at or main.occurred_at,
        reason="",
        responsible_party="",
    )
    return _named(fact)


def _named(fact: MilestoneFact) -> MilestoneFact:
    """A plan or an estimate, named by the moment it was stated.

    What an estimate says is not what it is: an estimate that returns to an earlier value is a new
    statement, and the newest one counts.
    """
    if fact.classifier == ACTUAL or fact.source_event_id or fact.stated_at is None:
        return fact
    return replace(fact, source_event_id=f"stated {fact.stated_at.isoformat()}")


def _references(profile: Profile, item: Item) -> tuple[Reference, ...]:
    found: dict[tuple[str, str], Reference] = {}
    for rule in profile.references:
        for scheme, text in _names(rule, item.scope):
            reference = Reference(scheme, text)
            found.setdefault(reference.key, reference)
    if not found:
        raise ValueError("no reference to a shipment")
    return tuple(found.values())


def _names(rule: ReferenceRule, scope: Any) -> Iterator[tuple[str, str]]:
    """``(scheme, name)`` of everything that a rule finds."""
    if rule.items is None or rule.qualifier is None:
        value = rule.value.find(scope)
        for each in value if isinstance(value, list) else [value]:
            if text := as_text(each, rule.value.source):
                yield rule.scheme, text
        return
    elements = rule.items.find(scope)
    for element in elements if isinstance(elements, list) else ():
        scheme = rule.schemes.get(rule.qualifier.text(element))
        if scheme and (text := rule.value.text(element)):
            yield scheme, text


def _evidence(profile: Profile, item: Item) -> Evidence | None:
    values = {name: found.text(item.scope) for name, found in profile.evidence.items()}
    return Evidence(**values) if any(values.values()) else None


def _weight(profile: Profile, item: Item) -> Weight | None:
    """The stated weight; carriers write 0 for a weight that they did not take."""
    value, unit = _text(profile, "weight_value", item), _text(profile, "weight_unit", item)
    if not value or not unit:
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise ValueError("the weight is not a number") from None
    if not number:
        return None
    if not number.is_finite() or not 0 < number < _MAX_WEIGHT:
        raise ValueError("the weight is out of range")
    known = profile.units.get(unit)
    if known is None:
        raise Unmapped(f"unit {unit[:10]}")
    return Weight(number, known)


def _text(profile: Profile, name: str, item: Item) -> str:
    expression = getattr(profile, name)
    return expression.text(item.scope) if expression else ""
