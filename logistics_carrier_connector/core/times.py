"""When something happened: from the dates, times and zones that carriers write to one moment.

A profile lists *time rules*, best first: a field in UTC before a local one. The first rule whose
date is present is used, and if that date cannot be read it is a problem, not a reason to try the
next rule. What the source left open (zone, time of day) is filled by rule and flagged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Final

from odoo.addons.logistics_milestone_sync.core.fact import Location

from .clock import read_date, read_moment, read_time
from .expression import Expression
from .zones import named_zone, offset_zone, zone, zone_of, zone_of_code

__all__ = ["Moment", "Surroundings", "TimeRule", "moment", "read_date", "read_time"]

_NOON: Final = timedelta(hours=12)
_DAYS_END: Final = timedelta(hours=23, minutes=59, seconds=59)


@dataclass(frozen=True, slots=True)
class TimeRule:
    """Where one moment stands in a message, and in which zone.

    :param at: date and time in one text, with or without offset; see ``clock.py`` for the forms
    :param date: ``20240423``, ``2024-04-23``, or what ``formats`` name; a time in it is passed over
        where ``time`` finds one
    :param time: ``0915``, ``091519``, ``09151900`` (X12 TM, hundredths), ``09:15:19``, ``9:15 AM``;
        an offset may follow
    :param formats: of ``at`` or ``date`` where their form can be read in more than one way:
        ``%d/%m/%Y %H:%M``, ``epoch`` (seconds, milliseconds), ``ticks`` (.NET)
    :param received: for messages that tell no time because they are sent at once: when the message
        came, flagged as assumed. The moment is stored with the message and stays in a replay
    :param code: an X12 time code (element 623)
    :param offset: ``+05:30``, ``-0400``, ``Z``
    :param zone_name: ``Europe/Berlin`` or ``CEST``, as the message says
    :param zone: IANA name that the carrier promises for these fields; empty if it does not
    :param local_date, local_time: the same moment in local time, only to learn the offset
    :param end_of_day: a date without time means its last second (an estimate), not noon
    """

    at: Expression | None = None
    date: Expression | None = None
    time: Expression | None = None
    code: Expression | None = None
    offset: Expression | None = None
    zone_name: Expression | None = None
    zone: str = ""
    local_date: Expression | None = None
    local_time: Expression | None = None
    end_of_day: bool = False
    formats: tuple[str, ...] = ()
    received: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment, and how sure we are of it.

    :param at: aware, UTC
    :param utc_offset: minutes east of UTC as the source wrote it, ``None`` if it did not say
    :param assumed: the zone, or the time of day, is our rule's choice
    """

    at: datetime
    utc_offset: int | None
    assumed: bool


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What helps to place a local time: where it happened, and the zones to fall back on.

    :param event_offset: minutes east of UTC of the event that the time was told with
    :param default: IANA name; empty if the profile dares no default
    :param received_at: aware; when the message came
    """

    place: Location | None = None
    event_offset: int | None = None
    default: str = ""
    received_at: datetime | None = None


def moment(rules: Sequence[TimeRule], scope: Any, around: Surroundings) -> Moment | None:
    """The moment that the first applicable rule finds, ``None`` if no rule finds a date.

    :raises ValueError: if there is a date and no moment can be made of it, saying why
    """
    for rule in rules:
        if rule.at and (text := rule.at.text(scope)):
            return _from_iso(text, rule, scope, around)
        if rule.date and (text := rule.date.text(scope)):
            return _from_parts(text, rule, scope, around)
        if rule.received and around.received_at is not None:
            return Moment(around.received_at.astimezone(UTC), None, True)
    return None


def _from_iso(text: str, rule: TimeRule, scope: Any, around: Surroundings) -> Moment:
    value, only_date = read_moment(text, rule.formats)
    if value.tzinfo is not None:
        return _moment(value.replace(tzinfo=None), value.tzinfo, True, False)
    if only_date:
        value += _DAYS_END if rule.end_of_day else _NOON
    return _placed(value, rule, scope, around, only_date)


def _from_parts(text: str, rule: TimeRule, scope: Any, around: Surroundings) -> Moment:
    clock, stated = _clock(rule.time.text(scope) if rule.time else "")
    default = _DAYS_END if rule.end_of_day else _NOON
    since = read_time(clock) if clock else default
    day = read_moment(text, rule.formats)[0] if rule.formats or len(text) > 10 else read_date(text)
    value = datetime(day.year, day.month, day.day) + since
    if stated is not None:
        return _moment(value, stated, True, False)
    return _placed(value, rule, scope, around, not clock)


def _clock(text: str) -> tuple[str, tzinfo | None]:
    """A time of day and the offset that is written behind it: ``10:15:00-05:00``, ``101500Z``."""
    clock = text.rstrip("Zz")
    if clock != text:
        return clock, UTC
    at = max(text.rfind("+"), text.rfind("-"))
    return (text[:at].strip(), offset_zone(text[at:])) if at > 0 else (text, None)


def _placed(
    value: datetime, rule: TimeRule, scope: Any, around: Surroundings, day_only: bool
) -> Moment:
    """Put a local time into the best zone we have for it."""
    stated = _stated_zone(rule, scope)
    if stated is None:
        return _moment(value, _assumed_zone(around), False, True)
    result = _moment(value, stated, True, day_only)
    if rule.local_date is None:
        return result
    return Moment(result.at, _local_offset(value, rule, scope), result.assumed)


def _stated_zone(rule: TimeRule, scope: Any) -> tzinfo | None:
    if rule.offset and (stated := offset_zone(rule.offset.text(scope))):
        return stated
    if rule.zone_name and (stated := named_zone(rule.zone_name.text(scope))):
        return stated
    if rule.code and (stated := zone_of_code(rule.code.text(scope))):
        return stated
    return zone(rule.zone) if rule.zone else None


def _assumed_zone(around: Surroundings) -> tzinfo:
    if by_place := zone_of(around.place):
        return by_place
    if around.event_offset is not None:
        sign, minutes = "+-"[around.event_offset < 0], abs(around.event_offset)
        return offset_zone(f"{sign}{minutes // 60:02d}{minutes % 60:02d}") or UTC
    if around.default:
        return zone(around.default)
    raise ValueError("a local time whose zone neither the message nor the profile tells")


def _local_offset(value: datetime, rule: TimeRule, scope: Any) -> int | None:
    """Minutes between the local time told beside a UTC time and that UTC time."""
    day = rule.local_date.text(scope) if rule.local_date else ""
    clock = rule.local_time.text(scope) if rule.local_time else ""
    if not day or not clock:
        return None
    try:
        local = datetime.combine(read_date(day), datetime.min.time()) + read_time(clock)
    except ValueError:
        return None  # an aid only: the moment itself is known
    minutes = round((local - value) / timedelta(minutes=1))
    return minutes if abs(minutes) <= 14 * 60 and minutes % 15 == 0 else None


def _moment(value: datetime, where: tzinfo, stated: bool, assumed: bool) -> Moment:
    local = value.replace(tzinfo=where)
    offset = local.utcoffset() if stated else None
    minutes = round(offset / timedelta(minutes=1)) if offset is not None else None
    return Moment(local.astimezone(UTC), minutes, assumed)
