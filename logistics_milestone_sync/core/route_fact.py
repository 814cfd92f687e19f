"""What a transport system states about the way of a shipment: stops in order, and legs between."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Final

from .reference import Reference

PICKUP: Final = "pickup"
DELIVERY: Final = "delivery"
STOP_KINDS: Final = (PICKUP, "hub", "port", "border", DELIVERY)
MODES: Final = ("road", "air", "ocean", "rail", "parcel")
MAX_STOPS: Final = 50


@dataclass(frozen=True, slots=True)
class StopPlan:
    """One place on the way and when the goods should be there; times are aware UTC.

    :param kind: one of ``STOP_KINDS``
    :param unlocode: UN/LOCODE, five characters
    :param country: ISO 3166-1 alpha-2
    :param code: the source's own code of the place
    """

    kind: str
    name: str = ""
    city: str = ""
    country: str = ""
    unlocode: str = ""
    code: str = ""
    planned_arrival: datetime | None = None
    planned_departure: datetime | None = None

    def __post_init__(self) -> None:
        if self.kind not in STOP_KINDS:
            raise ValueError(f"unknown kind of stop: {self.kind!r}")
        for moment in (self.planned_arrival, self.planned_departure):
            if moment is not None and moment.tzinfo is None:
                raise ValueError("the times of a stop need a time zone")


@dataclass(frozen=True, slots=True)
class LegPlan:
    """How the goods get from one stop to another.

    :param origin: index of the stop where it begins
    :param destination: index of the stop where it ends, a later one
    :param vehicle: truck, vessel or flight, as written
    """

    origin: int
    destination: int
    mode: str = "road"
    carrier: str = ""
    vehicle: str = ""
    voyage: str = ""

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise ValueError(f"unknown mode of transport: {self.mode!r}")


@dataclass(frozen=True, slots=True)
class RouteFact:
    """A system states the plan of the way; a later one replaces it and the earlier one is kept.

    :param stops: two or more, in the order of the way
    :param stated_at: aware UTC, when the source made the plan; the newest plan stands
    :raises ValueError: if a leg does not lead from a stop to a later one
    """

    references: tuple[Reference, ...]
    stops: tuple[StopPlan, ...]
    legs: tuple[LegPlan, ...] = ()
    stated_at: datetime | None = None

    def __post_init__(self) -> None:
        if not 2 <= len(self.stops) <= MAX_STOPS:
            raise ValueError(f"a route has 2 to {MAX_STOPS} stops")
        if any(not 0 <= leg.origin < leg.destination < len(self.stops) for leg in self.legs):
            raise ValueError("a leg leads from a stop to a later one")
        if self.stated_at is not None and self.stated_at.tzinfo is None:
            raise ValueError("stated_at needs a time zone")


def plan_hash(fact: RouteFact) -> str:
    """Digest of what a plan says and when it was made; the same again is a repetition."""
    said = [[asdict(stop) for stop in fact.stops], [asdict(leg) for leg in fact.legs]]
    stated = fact.stated_at.astimezone(UTC).isoformat() if fact.stated_at else ""
    return hashlib.sha256(json.dumps([*said, stated], default=_utc).encode()).hexdigest()


def _utc(value: datetime) -> str:
    return value.astimezone(UTC).isoformat()


@dataclass(frozen=True, slots=True)
class Plan:
    """One of several plans of a shipment.

    :param accepted: its speaker owns the planning
    :param by_hand: people entered it in this database
    :param made_at: when the source made it, else when we heard it
    """

    id: int
    made_at: datetime
    accepted: bool = True
    by_hand: bool = False


def standing_plan(plans: Iterable[Plan]) -> Plan | None:
    """The plan that stands: the newest of who owns the planning, else what people entered.

    A plan of somebody who does not own it is kept and never stands.
    """
    able = [plan for plan in plans if plan.accepted or plan.by_hand]
    return max(able, key=lambda plan: (plan.accepted, plan.made_at, plan.id), default=None)
