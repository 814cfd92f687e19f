"""Dates and times of day as carriers write them; without zones, which are ``times.py``.

What can be read in one way only is read without being told: ISO 8601 and its compact forms, dates
with the year first, with points (day first) or with the name of the month, clocks of 24 and of 12
hours. ``03/04/2025`` can be read in two ways: for it a profile names the format.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final

YEARS: Final = range(1990, 2101)  # outside, a date is a null value or a typing mistake
EPOCH: Final = "epoch"
TICKS: Final = "ticks"
_SPECIAL: Final = (EPOCH, TICKS)
_LONGEST: Final = 60
_DATE: Final = re.compile(r"(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})", re.ASCII)
_SHORT_DATE: Final = re.compile(r"\d{6}", re.ASCII)
_POINTS: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
_NAMED: Final = re.compile(
    r"(?:[A-Za-z]{3,9},? )?(?:(\d{1,2})(?:st|nd|rd|th)?[ -]([A-Za-z]{3,9})\.?"
    r"|([A-Za-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?),?[ -](\d{4})",
    re.ASCII,
)
_TIME: Final = re.compile(
    r"(\d{1,2})(?:(?P<mark>[:.h])?(\d{2})(?:(?P=mark)?(\d{2})(?:[.,]?\d{1,9})?)?)?"
    r"(?: ?([AaPp])\.?[Mm]\.?)?",
    re.ASCII,
)
_MONTHS: Final = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_NUMBER: Final = re.compile(r"(?:/Date\()?(-?\d{9,19})(?:\.\d+)?(?:[+-]\d{4}\)/|\)/)?", re.ASCII)
_TICKS_1970: Final = 621_355_968_000_000_000  # 100 ns since the year 1
_FORMAT: Final = re.compile(r"(?:[^%]|%[YymdHMSfIpbBaAjzZ])*")


def is_format(text: str) -> bool:
    """Whether a profile may name it: ``epoch``, ``ticks``, or the letters of ``strptime``."""
    return text in _SPECIAL or ("%" in text and _FORMAT.fullmatch(text) is not None)


def read_date(text: str) -> date:
    """A calendar day. Six digits are YYMMDD of this century (X12 before release 004010).

    >>> read_date("20240423") == read_date("2024/4/23") == read_date("23.04.2024")
    True
    >>> read_date("April 23, 2024") == read_date("23 Apr 2024")
    True

    :raises ValueError: if the text is none between 1990 and 2100
    """
    year, month, day = _numbers(f"20{text}" if _SHORT_DATE.fullmatch(text) else text)
    if year not in YEARS:
        raise ValueError(f"the year {year} is out of range")
    return date(year, month, day)


def _numbers(text: str) -> tuple[int, int, int]:
    if match := _DATE.fullmatch(text):
        if match[2] or len(text) == 8:
            return int(match[1]), int(match[3]), int(match[4])
    elif match := _POINTS.fullmatch(text):
        return int(match[3]), int(match[2]), int(match[1])
    elif match := _NAMED.fullmatch(" ".join(text.split())):
        name = (match[2] or match[3]).lower()[:3]
        if name in _MONTHS:
            return int(match[5]), _MONTHS.index(name) + 1, int(match[1] or match[4])
    raise ValueError("the date is not in the form CCYYMMDD or CCYY-MM-DD")


def read_time(text: str) -> timedelta:
    """The time since midnight; parts of a second are dropped. ``2400`` is the next midnight.

    >>> read_time("16000000"), read_time("2400")
    (datetime.timedelta(seconds=57600), datetime.timedelta(days=1))
    >>> read_time("4:05 PM") == read_time("16:05") == read_time("16.05")
    True

    :raises ValueError: if the text is no time of day
    """
    match = _TIME.fullmatch(text.strip())
    if (
        not match
        or not (match[3] or match[5])
        or (len(match[1]) == 1 and not (match[2] or match[5]))
    ):
        raise ValueError("the time is not in the form HHMM or HHMMSS")
    hours, minutes, seconds = int(match[1]), int(match[3] or 0), int(match[4] or 0)
    if match[5]:
        afternoon = match[5] in "Pp"
        if hours > (23 if afternoon else 12):
            raise ValueError("there is no such time of day")
        if hours <= 12:  # some programs write 14:30 PM
            hours = hours % 12 + 12 * afternoon
    since = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if minutes > 59 or seconds > 59 or since > timedelta(days=1):
        raise ValueError("there is no such time of day")
    return since


def read_moment(text: str, formats: tuple[str, ...] = ()) -> tuple[datetime, bool]:
    """Date and time in one text, aware if it says its offset; and whether it is only a date.

    :param formats: tried in their order before the forms that need no telling
    :raises ValueError: if it is neither
    """
    if len(text) > _LONGEST:
        raise ValueError("the time is not in the form of ISO 8601: it is too long")
    for pattern in formats:
        value = _by_format(text, pattern)
        if value is not None:
            return _in_range(value), not any(
                letter in pattern for letter in ("%H", "%I", *_SPECIAL)
            )
    value = _iso(text)
    if value is not None:
        only_date = _DATE.fullmatch(text) is not None
        return _in_range(value), only_date
    return _loose(text)


def _by_format(text: str, pattern: str) -> datetime | None:
    if pattern in _SPECIAL:
        match = _NUMBER.fullmatch(text)
        return _from_number(int(match[1]), pattern) if match else None
    try:
        return datetime.strptime(text, pattern)
    except ValueError:
        return None


def _from_number(number: int, unit: str) -> datetime | None:
    seconds = (number - _TICKS_1970) / 10_000_000 if unit == TICKS else float(number)
    if unit == EPOCH:  # milliseconds and microseconds tell themselves by their size
        while abs(seconds) >= 100_000_000_000:
            seconds /= 1000
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _iso(text: str) -> datetime | None:
    text = re.sub(r"(?<=\d) ?(UTC|GMT)$", "Z", text)
    text = re.sub(r"(?<=\d) (?=[+-]\d{2}:?\d{2}$)", "", text)
    if re.fullmatch(r"\d{12}|\d{14}", text):
        text = f"{text[:8]}T{text[8:]}"
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _loose(text: str) -> tuple[datetime, bool]:
    """A date, a blank, ``T`` or comma, and a clock; or a date alone."""
    words = " ".join(text.split())
    for index in sorted({match.start() for match in re.finditer(r"[ T]", words)}, reverse=False):
        day, clock = words[:index].rstrip(" ,"), words[index + 1 :].lstrip(" ,")
        clock, aware = re.subn(r" ?(?:Z|UTC|GMT)$", "", clock)
        try:
            value = _at(read_date(day), read_time(clock))
        except ValueError:
            continue
        return (value.replace(tzinfo=UTC) if aware else value), False
    try:
        return _at(read_date(words), timedelta()), True
    except ValueError:
        raise ValueError("the time is not in the form of ISO 8601, and no format fits") from None


def _at(day: date, since: timedelta) -> datetime:
    return datetime(day.year, day.month, day.day) + since


def _in_range(value: datetime) -> datetime:
    if value.year not in YEARS:
        raise ValueError(f"the year {value.year} is out of range")
    return value
