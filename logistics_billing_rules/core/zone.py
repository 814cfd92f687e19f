"""Zones of a tariff: which places cost the same, by country and postal code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from .measure import Basis

_SEPARATORS: Final = re.compile(r"[\s-]+")
_ENTRY: Final = re.compile(r"(?P<low>[0-9A-Z]+)(?:\s*[-–]\s*(?P<high>[0-9A-Z]+))?")


@dataclass(frozen=True, slots=True)
class Zone:
    """One zone.

    :param countries: ids; empty for every country
    :param ranges: of beginnings of postal codes, both ends included; empty for every postal code
    """

    name: str
    countries: frozenset[int] = frozenset()
    ranges: tuple[tuple[str, str], ...] = ()

    def covers(self, country: int | None, zip_code: str) -> bool:
        """Whether a place is in this zone; what is not known of a place is in no range."""
        if self.countries and country not in self.countries:
            return False
        spelled = _SEPARATORS.sub("", zip_code).upper()
        return not self.ranges or any(
            len(spelled) >= len(low) and low <= spelled[: len(low)] <= high
            for low, high in self.ranges
        )


def read_ranges(text: str) -> tuple[tuple[str, str], ...]:
    """Beginnings of postal codes, and ranges of them.

    :raises ValueError: with a sentence for people

    >>> read_ranges("80-82, 94, SW1")
    (('80', '82'), ('94', '94'), ('SW1', 'SW1'))
    """
    ranges = []
    for entry in filter(None, map(str.strip, re.split(r"[,;\n]", text.upper()))):
        found = _ENTRY.fullmatch(entry)
        if not found:
            raise ValueError(f"“{entry}” is no postal code: write 80-82, 94")
        low, high = found["low"], found["high"] or found["low"]
        if len(low) != len(high) or low > high:
            raise ValueError(f"“{entry}” is no range: both ends are equally long, the lower first")
        ranges.append((low, high))
    return tuple(ranges)


def zone_of(zones: Iterable[Zone], country: int | None, zip_code: str) -> str | None:
    """The name of the first zone that covers a place."""
    return next((zone.name for zone in zones if zone.covers(country, zip_code)), None)


def zoned(basis: Basis, zones: Sequence[Zone]) -> Basis:
    """The same shipment, with the zones of where it comes from and of where it goes."""
    return replace(basis, stated={**basis.stated, **zones_of(basis.stated, zones)})


def zones_of(stated: Mapping[str, Any], zones: Sequence[Zone]) -> dict[str, str | None]:
    """The zones of a shipment by name in ``core/vocabulary.py``."""
    return {
        "zone": zone_of(zones, stated.get("country_id"), stated.get("zip") or ""),
        "origin_zone": zone_of(
            zones, stated.get("origin_country_id"), stated.get("origin_zip") or ""
        ),
    }
