"""Which time zone a place or an EDI time code stands for.

A place gives the zone that most of its people live in; a statement timed that way is flagged as
assumed. A time code names its zone itself and is not an assumption.
"""

from __future__ import annotations

import re
from datetime import UTC, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from odoo.addons.logistics_milestone_sync.core.fact import Location

from .errors import ConfigurationInvalid

# X12 element 623. "xT" follows daylight saving, "xD" and "xS" name one side of it.
_CLOCKS: Final = {
    "A": ("America/Anchorage", -9),
    "C": ("America/Chicago", -6),
    "E": ("America/New_York", -5),
    "H": ("Pacific/Honolulu", -10),
    "M": ("America/Denver", -7),
    "N": ("America/St_Johns", -3.5),
    "P": ("America/Los_Angeles", -8),
    "T": ("America/Halifax", -4),
}
_LOCAL: Final = ("", "LT")

_BY_ZONE: Final[dict[str, str]] = {
    "America/New_York": "US-CT US-DC US-DE US-FL US-GA US-IN US-KY US-MA US-MD US-ME US-MI US-NC"
    " US-NH US-NJ US-NY US-OH US-PA US-RI US-SC US-VA US-VT US-WV",
    "America/Chicago": "US-AL US-AR US-IA US-IL US-KS US-LA US-MN US-MO US-MS US-ND US-NE US-OK"
    " US-SD US-TN US-TX US-WI",
    "America/Denver": "US-CO US-ID US-MT US-NM US-UT US-WY",
    "America/Phoenix": "US-AZ",
    "America/Los_Angeles": "US-CA US-NV US-OR US-WA",
    "America/Anchorage": "US-AK",
    "Pacific/Honolulu": "US-HI",
    "America/Puerto_Rico": "US-PR US-VI PR VI",
    "America/Toronto": "CA-ON CA-QC CA-PQ",
    "America/Winnipeg": "CA-MB",
    "America/Regina": "CA-SK",
    "America/Edmonton": "CA-AB CA-NT",
    "America/Vancouver": "CA-BC",
    "America/Whitehorse": "CA-YT",
    "America/Iqaluit": "CA-NU",
    "America/Halifax": "CA-NB CA-NS CA-PE",
    "America/St_Johns": "CA-NL CA-NF",
    "America/Mexico_City": "MX",
    "Europe/London": "GB IM JE GG",
    "Europe/Dublin": "IE",
    "Europe/Lisbon": "PT",
    "Europe/Paris": "FR MC",
    "Europe/Madrid": "ES",
    "Europe/Brussels": "BE",
    "Europe/Amsterdam": "NL",
    "Europe/Berlin": "DE",
    "Europe/Luxembourg": "LU",
    "Europe/Zurich": "CH LI",
    "Europe/Vienna": "AT",
    "Europe/Rome": "IT SM VA",
    "Europe/Copenhagen": "DK",
    "Europe/Oslo": "NO",
    "Europe/Stockholm": "SE",
    "Europe/Helsinki": "FI",
    "Europe/Warsaw": "PL",
    "Europe/Prague": "CZ",
    "Europe/Bratislava": "SK",
    "Europe/Budapest": "HU",
    "Europe/Bucharest": "RO",
    "Europe/Sofia": "BG",
    "Europe/Athens": "GR",
    "Europe/Istanbul": "TR",
    "Asia/Dubai": "AE",
    "Asia/Riyadh": "SA",
    "Asia/Kolkata": "IN",
    "Asia/Singapore": "SG",
    "Asia/Hong_Kong": "HK",
    "Asia/Shanghai": "CN",
    "Asia/Taipei": "TW",
    "Asia/Tokyo": "JP",
    "Asia/Seoul": "KR",
    "Asia/Bangkok": "TH",
    "Asia/Ho_Chi_Minh": "VN",
    "Pacific/Auckland": "NZ",
    "Africa/Johannesburg": "ZA LS SZ",
    "Africa/Cairo": "EG",
    "Africa/Casablanca": "MA",
    "Africa/Lagos": "NG",
    "Africa/Nairobi": "KE",
    "America/Argentina/Buenos_Aires": "AR",
    "America/Bogota": "CO",
    "America/Lima": "PE",
    "America/Santiago": "CL",
    "America/Sao_Paulo": "BR",
    "Asia/Baku": "AZ",
    "Asia/Dhaka": "BD",
    "Asia/Jakarta": "ID",
    "Asia/Jerusalem": "IL",
    "Asia/Karachi": "PK",
    "Asia/Kuala_Lumpur": "MY",
    "Asia/Kuwait": "KW",
    "Asia/Manila": "PH",
    "Asia/Qatar": "QA BH",
    "Asia/Tbilisi": "GE",
    "Asia/Yerevan": "AM",
    "Atlantic/Reykjavik": "IS",
    "Australia/Adelaide": "AU-SA",
    "Australia/Brisbane": "AU-QLD",
    "Australia/Darwin": "AU-NT",
    "Australia/Hobart": "AU-TAS",
    "Australia/Melbourne": "AU-VIC",
    "Australia/Perth": "AU-WA",
    "Australia/Sydney": "AU AU-NSW AU-ACT",
    "Europe/Belgrade": "RS",
    "Europe/Kyiv": "UA",
    "Europe/Ljubljana": "SI",
    "Europe/Malta": "MT",
    "Europe/Riga": "LV",
    "Europe/Sarajevo": "BA",
    "Europe/Tallinn": "EE",
    "Europe/Vilnius": "LT",
    "Europe/Zagreb": "HR",
    "Asia/Nicosia": "CY",
}
# Abbreviations that stand for one offset. Those that two parts of the world use (CST, IST, AST) are
# left out: nothing is guessed.
_NAMED: Final = {
    "CET": "+0100",
    "CEST": "+0200",
    "EET": "+0200",
    "EEST": "+0300",
    "WET": "+0000",
    "WEST": "+0100",
    "MSK": "+0300",
    "EST": "-0500",
    "EDT": "-0400",
    "CDT": "-0500",
    "MST": "-0700",
    "MDT": "-0600",
    "PST": "-0800",
    "PDT": "-0700",
    "AKST": "-0900",
    "AKDT": "-0800",
    "HST": "-1000",
    "ADT": "-0300",
    "JST": "+0900",
    "KST": "+0900",
    "HKT": "+0800",
    "SGT": "+0800",
    "AEST": "+1000",
    "AEDT": "+1100",
    "ACST": "+0930",
    "ACDT": "+1030",
    "AWST": "+0800",
    "NZST": "+1200",
    "NZDT": "+1300",
    "SAST": "+0200",
}
_ZONE_OF: Final = {place: zone for zone, places in _BY_ZONE.items() for place in places.split()}
_OFFSET: Final = re.compile(r"([+-])(\d{1,2})(?:[:.]?(\d{2}))?(?::\d{2})?", re.ASCII)
# What a name may look like before it is looked up as a file, or as a package of a package of …
_NAME: Final = re.compile(r"[A-Za-z][\w+-]*(?:/[A-Za-z][\w+-]*){0,2}", re.ASCII)
_LONGEST_NAME: Final = 64


@lru_cache(maxsize=512)
def zone(name: str) -> tzinfo:
    """The zone of an IANA name.

    :raises ConfigurationInvalid: if there is none of that name
    """
    if name.upper() == "UTC":
        return UTC
    if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name):
        raise ConfigurationInvalid(f"no time zone is called {name[:_LONGEST_NAME]!r}")
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):  # ZoneInfoNotFoundError is a KeyError
        raise ConfigurationInvalid(f"no time zone is called {name!r}") from None


def zone_of(place: Location | None) -> tzinfo | None:
    """The zone that a place lies in, if its country, or in North America its state, tells.

    A state without a country is taken for one of the USA or Canada, whose codes do not overlap.
    """
    if place is None:
        return None
    state = place.state.upper()
    countries = (place.country,) if place.country else ("US", "CA")
    for country in countries:
        name = _ZONE_OF.get(f"{country}-{state}") or _ZONE_OF.get(country)
        if name and (place.country or state):
            return zone(name)
    return None


def zone_of_code(code: str) -> tzinfo | None:
    """The zone of an X12 time code (element 623); ``None`` for local time.

    :raises ValueError: if there is no such code
    """
    code = code.strip().upper()
    if code in _LOCAL:
        return None
    if code in ("UT", "GM"):
        return UTC
    if code.isascii() and code.isdigit() and 1 <= int(code) <= 24:
        hours = int(code)  # 01 to 12 are east of UTC, 13 to 24 are UTC-12 to UTC-1
        return timezone(timedelta(hours=hours if hours <= 12 else hours - 25))
    if len(code) == 2 and code[0] in _CLOCKS and code[1] in "DST":
        name, standard = _CLOCKS[code[0]]
        if code[1] == "T":
            return zone(name)
        return timezone(timedelta(hours=standard + (code[1] == "D")))
    raise ValueError(f"unknown time code {code[:4]!r}")


def named_zone(text: str) -> tzinfo | None:
    """The zone of an IANA name, an offset or an abbreviation that a message names.

    :return: ``None`` if the text is empty
    :raises ValueError: if it is none of them
    """
    text = text.strip()
    if not text:
        return None
    if text.upper() in _NAMED:
        return offset_zone(_NAMED[text.upper()])
    if "/" not in text:
        return offset_zone(text.removeprefix("UTC").removeprefix("GMT") or "Z")
    try:
        return zone(text)
    except ConfigurationInvalid:
        raise ValueError("not the name of a time zone") from None


def offset_zone(text: str) -> tzinfo | None:
    """The fixed zone of ``+05:30``, ``-0400``, ``-04.00`` or ``Z``; ``None`` if the text is empty.

    :raises ValueError: if it is no offset
    """
    text = text.strip()
    if not text:
        return None
    if text.upper() in ("Z", "UTC", "GMT"):
        return UTC
    match = _OFFSET.fullmatch(text)
    if not match or int(match[2]) > 14 or int(match[3] or 0) > 59:
        raise ValueError("not an offset from UTC")
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    return timezone(timedelta(minutes=minutes if match[1] == "+" else -minutes))
