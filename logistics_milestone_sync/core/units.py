"""Units of measure: the codes of UN/ECE Recommendation 20 and the words that systems use for them.

A unit belongs to one *dimension*; only units of one dimension convert into each other, by exact
factors. Packages (pallet, carton) are counted and never convert: their codes are those of UN/ECE
Recommendation 21 with an ``X`` before them, as Recommendation 20 wants it.

Words that mean different units to different people are left out on purpose (``ton``, ``gallon``,
``l``): an unknown unit is seen and named by somebody, a wrong one is paid.

Source: https://unece.org/trade/uncefact/cl-recommendations; the exact factors of US and imperial
units are those of NIST Handbook 44, appendix C.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

MASS: Final = "mass"  # base: kilogram
VOLUME: Final = "volume"  # base: cubic meter
LENGTH: Final = "length"  # base: meter
AREA: Final = "area"  # base: square meter
COUNT: Final = "count"  # base: one
TIME: Final = "time"  # base: second
PACKAGE: Final = "package"  # no base: a pallet is no number of cartons
DIMENSIONS: Final = (MASS, VOLUME, LENGTH, AREA, COUNT, TIME, PACKAGE)


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of measure.

    :param code: of Recommendation 20
    :param factor: how much of the base unit of its dimension it is, exact
    :param spellings: what systems write for it beside the code, normalised
    """

    code: str
    name: str
    dimension: str
    factor: Decimal
    spellings: tuple[str, ...] = ()


def _unit(code: str, name: str, dimension: str, factor: str, spellings: str = "") -> Unit:
    return Unit(code, name, dimension, Decimal(factor), tuple(spellings.split()))


def _package(code: str, name: str, spellings: str) -> Unit:
    return _unit(code, name, PACKAGE, "1", spellings)


UNITS: Final = (
    _unit("KGM", "kilogram", MASS, "1", "KG KGS KILO KILOS KILOGRAM KILOGRAMS"),
    _unit("GRM", "gram", MASS, "0.001", "G GR GM GMS GRAM GRAMS"),
    _unit("TNE", "tonne (metric ton)", MASS, "1000", "TONNE TONNES"),
    _unit("DTN", "decitonne", MASS, "100", "QUINTAL"),
    _unit("LBR", "pound", MASS, "0.45359237", "LB LBS POUND POUNDS"),
    _unit("ONZ", "ounce", MASS, "0.028349523125", "OZ OZS OUNCE OUNCES"),
    _unit("CWA", "hundredweight (US)", MASS, "45.359237", "CWT"),
    _unit("STN", "short ton (US)", MASS, "907.18474", "SHORTTON SHORTTONS"),
    _unit("LTN", "long ton (UK)", MASS, "1016.0469088", "LONGTON LONGTONS"),
    _unit("MTQ", "cubic meter", VOLUME, "1", "M3 M³ CBM CUM"),
    _unit("LTR", "liter", VOLUME, "0.001", "LITER LITERS LITRE LITRES DMQ"),
    _unit("MLT", "milliliter", VOLUME, "0.000001", "ML CMQ CM3 CM³ CCM"),
    _unit("FTQ", "cubic foot", VOLUME, "0.028316846592", "FT3 FT³ CUFT CFT CF"),
    _unit("INQ", "cubic inch", VOLUME, "0.000016387064", "IN3 IN³ CUIN"),
    _unit("GLL", "gallon (US)", VOLUME, "0.003785411784", "GA USGAL"),
    _unit("MTR", "meter", LENGTH, "1", "M METER METERS METRE METRES"),
    _unit("CMT", "centimeter", LENGTH, "0.01", "CM CMS"),
    _unit("MMT", "millimeter", LENGTH, "0.001", "MM"),
    _unit("KMT", "kilometer", LENGTH, "1000", "KM KMS KILOMETER KILOMETERS KILOMETRE KILOMETRES"),
    _unit("INH", "inch", LENGTH, "0.0254", "IN INCH INCHES"),
    _unit("FOT", "foot", LENGTH, "0.3048", "FT FOOT FEET"),
    _unit("YRD", "yard", LENGTH, "0.9144", "YD YDS YARD YARDS"),
    _unit("SMI", "mile", LENGTH, "1609.344", "MI MILE MILES"),
    _unit("MTK", "square meter", AREA, "1", "M2 M² SQM"),
    _unit("FTK", "square foot", AREA, "0.09290304", "FT2 FT² SQFT SF"),
    _unit("C62", "one", COUNT, "1", "UNIT UNITS ONE"),
    _unit("EA", "each", COUNT, "1", "EACH"),
    _unit("H87", "piece", COUNT, "1", "PCE PC PCS PIECE PIECES"),
    _unit("DZN", "dozen", COUNT, "12", "DZ DOZEN DOZENS"),
    _unit("SEC", "second", TIME, "1", "SECOND SECONDS"),
    _unit("MIN", "minute", TIME, "60", "MINUTE MINUTES MINS"),
    _unit("HUR", "hour", TIME, "3600", "H HR HRS HOUR HOURS"),
    _unit("DAY", "day", TIME, "86400", "D DA DAYS"),
    _unit("WEE", "week", TIME, "604800", "WK WEEK WEEKS"),
    # PF (pallet, lift) and CT (carton) had codes of their own in older editions, and still in X12.
    _package("XPX", "pallet", "PX PF PL PLT PAL PALLET PALLETS"),
    _package("XSI", "skid", "SKID SKIDS"),
    _package("XCT", "carton", "CT CTN CTNS CARTON CARTONS"),
    _package("XBX", "box", "BX BOX BOXES"),
    _package("XCR", "crate", "CRATE CRATES"),
    _package("XPC", "parcel", "PARCEL PARCELS"),
    _package("XPK", "package", "PK PKG PKGS PACKAGE PACKAGES"),
)
BY_CODE: Final = {unit.code: unit for unit in UNITS}
_BY_WORD: Final = {word: unit for unit in UNITS for word in (unit.code, *unit.spellings)}
_NOISE = re.compile(r"[\s._\-()]+")


def normalise(text: str) -> str:
    """One spelling for the ways of writing a unit.

    >>> normalise(" cu. ft. ")
    'CUFT'
    """
    return _NOISE.sub("", text.upper())


def find(text: str) -> Unit | None:
    """The unit that a code or a spelling means, or ``None``.

    >>> find("lbs.").code, find("pallets").code, find("ton")
    ('LBR', 'XPX', None)
    """
    return _BY_WORD.get(normalise(text))


def convert(value: Decimal, source: str, target: str) -> Decimal:
    """A quantity in another unit; exact but for a last division.

    :param source: code of the unit of ``value``
    :param target: code of the unit of the result
    :raises ValueError: if a code is not known, or the two do not measure the same

    >>> convert(Decimal(10), "LBR", "KGM")
    Decimal('4.53592370')
    """
    if source not in BY_CODE or target not in BY_CODE:
        raise ValueError(f"unknown unit: {source if source not in BY_CODE else target!r}")
    one, other = BY_CODE[source], BY_CODE[target]
    if one.code == other.code:
        return value
    if one.dimension != other.dimension or one.dimension == PACKAGE:
        raise ValueError(f"{one.name} does not convert into {other.name}")
    amount = value * one.factor
    return amount if other.factor == 1 else amount / other.factor
