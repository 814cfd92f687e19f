"""One item of a message as facts: the fields around its code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from odoo.addons.logistics_milestone_sync.core.fact import Evidence, MilestoneFact
from odoo.addons.logistics_milestone_sync.core.vocabulary import ACTUAL

from .code_table import CodeRow
from .places import location
from .profile import AlsoRule, Profile
from .references import read_references
from .scope import Scope
from .times import Moment, Surroundings, moment
from .weights import read_weight

# A clock that runs ahead is forgiven; an actual beyond that is a mistake in the message.
_AHEAD: Final = timedelta(days=2)
# For people; the message itself is kept whole.
_LONGEST_TEXT: Final = 2000


@dataclass(frozen=True, slots=True)
class Item:
    """What is read from: the scope of expressions, and when the message came (aware)."""

    scope: Scope
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
    when, stated_at = _when(
        profile,
        item,
        reading,
        Surroundings(place, default=profile.zone, received_at=item.received_at),
    )
    fact = MilestoneFact(
        references=read_references(profile, item.scope),
        milestone=reading.row.milestone,
        occurred_at=when.at,
        classifier=reading.row.classifier,
        utc_offset=when.utc_offset,
        timezone_assumed=when.assumed,
        inferred=reading.row.inferred,
        stated_at=stated_at,
        source_event_id=_text(profile, "event_id", item) or None,
        raw_code=reading.raw_code,
        raw_text=_text(profile, "text", item)[:_LONGEST_TEXT] or reading.row.note,
        reason=reading.reason,
        responsible_party=reading.party,
        location=place,
        evidence=_evidence(profile, item) if reading.row.milestone == "pod_received" else None,
        weight=read_weight(profile, item.scope),
        retracts=_text(profile, "retracts", item) or None,
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
    item = replace(item, scope=item.scope.also(mapped=mapped))
    for rule in profile.also:
        if _applies(rule, main.milestone, item):
            evidence = _evidence(profile, item) if rule.evidence else None
            if evidence or not rule.evidence:
                fact = _further(profile, item, rule, replace(main, evidence=evidence))
                yield from (fact,) if fact else ()


def _applies(rule: AlsoRule, milestone: str, item: Item) -> bool:
    if (rule.after and milestone not in rule.after) or milestone in rule.unless:
        return False
    return rule.when is None or rule.when.holds(item.scope)


def _further(
    profile: Profile, item: Item, rule: AlsoRule, main: MilestoneFact
) -> MilestoneFact | None:
    fact = replace(
        main,
        milestone=rule.milestone,
        classifier=rule.classifier,
        inferred=False,
        weight=None,
        retracts=None,
    )
    if not rule.time:
        return fact
    around = Surroundings(main.location, main.utc_offset, profile.zone)
    when = moment(rule.time, item.scope, around)
    if when is None:
        if rule.optional:
            return None
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


def _evidence(profile: Profile, item: Item) -> Evidence | None:
    values = {name: found.text(item.scope) for name, found in profile.evidence.items()}
    return Evidence(**values) if any(values.values()) else None


def _text(profile: Profile, name: str, item: Item) -> str:
    expression = getattr(profile, name)
    return expression.text(item.scope) if expression else ""
