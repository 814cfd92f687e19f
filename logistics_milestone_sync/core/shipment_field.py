"""Fields of a shipment that systems state: the closed vocabulary, their values, and who wins.

A value travels as text (what was said, in one canonical spelling) and is typed here. The value of a
field is a pure function of the *set* of statements that count: the best owner's newest one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from . import units
from .reference import Reference
from .weight import UNITS, Weight

TRANSPORT_MODES: Final = (
    "parcel",
    "ltl",  # less than truckload
    "ftl",  # full truckload
    "air",
    "ocean",
    "rail",
    "courier",
    "multimodal",
)
# Incoterms 2020 of the International Chamber of Commerce, https://iccwbo.org/incoterms
INCOTERMS: Final = (
    "EXW",
    "FCA",
    "CPT",
    "CIP",
    "DAP",
    "DPU",
    "DDP",
    "FAS",
    "FOB",
    "CFR",
    "CIF",
)
_MOST_COUNTED: Final = 100_000
FARTHEST: Final = Decimal(100_000)  # kilometers, more than twice around the earth
_LONGEST_TEXT: Final = 64
HEAVIEST: Final = Decimal(10_000_000)  # kilograms

Value = datetime | Decimal | int | str


@dataclass(frozen=True, slots=True)
class ShipmentField:
    """One field of the vocabulary.

    :param name: the stable name in facts, rules and APIs
    :param column: where the shipment keeps the winning value
    :param owners: kinds of systems that own it by default, best first
    :param parse: from the text of a statement to the value; raises ``ValueError`` with a sentence
    :param spell: from a value to the one text that stands for it
    """

    name: str
    column: str
    owners: tuple[str, ...]
    parse: Callable[[str], Value]
    spell: Callable[[Value], str] = str


def _moment(text: str) -> datetime:
    try:
        value = datetime.fromisoformat(text.upper())
        if value.tzinfo is None:
            raise ValueError
        return value.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is not a moment with a time zone (RFC 3339)") from None


def _spell_moment(value: Value) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


def _weight(text: str) -> Decimal:
    """Kilograms from ``12.5`` or ``12.5 LBR`` (UN/ECE Rec 20)."""
    number, _blank, unit = text.strip().partition(" ")
    try:
        value = Decimal(number)
    except InvalidOperation:
        raise ValueError(f"{text!r} is not a weight: write a number and a unit") from None
    unit = unit.strip().upper() or "KGM"
    if unit not in UNITS:
        raise ValueError(f"{unit!r} is not a unit of weight: use one of {', '.join(UNITS)}")
    kilograms = Weight(value, unit).kilograms
    if not 0 <= kilograms <= HEAVIEST:
        raise ValueError(f"{text!r} is not a weight that a shipment can have")
    return kilograms


def _spell_number(value: Value) -> str:
    number = Decimal(value) if isinstance(value, int | Decimal) else Decimal(str(value))
    return f"{number.normalize():f}"


def _distance(text: str) -> Decimal:
    """Kilometers from ``412`` or ``256 SMI`` (UN/ECE Rec 20: statute miles)."""
    number, _blank, code = text.strip().partition(" ")
    unit = units.find(code.strip() or "KMT")
    try:
        if unit is None or unit.dimension != units.LENGTH:
            raise ValueError(f"{code.strip()!r} is not a unit of length")
        kilometers = units.convert(Decimal(number), unit.code, "KMT")
    except InvalidOperation:
        raise ValueError(f"{text!r} is not a distance: write a number and a unit") from None
    if not 0 <= kilometers <= FARTHEST:
        raise ValueError(f"{text!r} is not a distance that a shipment can travel")
    return kilometers


def _count_of(things: str) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.strip().isdecimal() or int(text) > _MOST_COUNTED:
            raise ValueError(f"{text!r} is not a number of {things}")
        return int(text)

    return parse


def _text(text: str) -> str:
    if len(text.strip()) > _LONGEST_TEXT:
        raise ValueError(f"is longer than {_LONGEST_TEXT} characters")
    return text.strip()


def _one_of(words: tuple[str, ...]) -> Callable[[str], str]:
    spelled = {word.casefold(): word for word in words}

    def parse(text: str) -> str:
        word = spelled.get(text.strip().casefold())
        if word is None:
            raise ValueError(f"{text!r} is not one of {', '.join(words)}")
        return word

    return parse


_FIELDS = (
    ShipmentField("promised_at", "promised_at", ("odoo",), _moment, _spell_moment),
    ShipmentField("declared_weight", "weight", ("wms", "tms", "odoo"), _weight, _spell_number),
    ShipmentField(
        "package_count", "declared_packages", ("wms", "tms", "odoo"), _count_of("packages")
    ),
    ShipmentField("pallet_count", "declared_pallets", ("wms", "tms", "odoo"), _count_of("pallets")),
    ShipmentField("pick_count", "picks", ("wms", "odoo"), _count_of("picks")),
    ShipmentField("distance", "distance", ("tms", "odoo"), _distance, _spell_number),
    ShipmentField("service_level", "service_level", ("tms", "odoo"), _text),
    ShipmentField("transport_mode", "transport_mode", ("tms", "odoo"), _one_of(TRANSPORT_MODES)),
    ShipmentField("incoterm", "incoterm", ("odoo",), _one_of(INCOTERMS)),
)
FIELDS: Final = {field.name: field for field in _FIELDS}


def canonical(name: str, text: str) -> str:
    """The one spelling of a stated value; empty text says that there is no value.

    :raises ValueError: if there is no such field, or the text is no value of it

    >>> canonical("declared_weight", "10 lbr"), canonical("transport_mode", "LTL")
    ('4.5359237', 'ltl')
    """
    field = FIELDS.get(name)
    if field is None:
        raise ValueError(f"there is no field {name!r}: use one of {', '.join(FIELDS)}")
    if not text.strip():
        return ""
    return field.spell(field.parse(text))


def value_of(name: str, text: str) -> Value | None:
    """The typed value of a canonical text: aware UTC, kilograms, a number or a word.

    >>> value_of("package_count", "3"), value_of("incoterm", "")
    (3, None)
    """
    return FIELDS[name].parse(text) if text else None


@dataclass(frozen=True, slots=True)
class FieldStatement:
    """One statement that counts.

    :param key: equal keys are the same statement
    :param priority: of the speaker among the owners; lower is better
    :param said_at: when the source stated it, else when it was heard (aware UTC)
    """

    key: str
    field: str
    value: str
    priority: int
    said_at: datetime
    system_id: int = 0


def winners(statements: Iterable[FieldStatement]) -> dict[str, FieldStatement]:
    """The statement that decides each field, ``{field: statement}``.

    The owner with the best priority is asked for the newest thing that it said. Fields about which
    nobody said anything that counts are absent.
    """
    best: dict[str, FieldStatement] = {}
    for statement in statements:
        known = best.get(statement.field)
        if known is None or _strength(statement) > _strength(known):
            best[statement.field] = statement
    return best


def _strength(statement: FieldStatement) -> tuple[int, datetime, str]:
    return (-statement.priority, statement.said_at, statement.key)


@dataclass(frozen=True, slots=True)
class AttributeFact:
    """A system states a field of the shipment: its weight, the promised date, the service.

    :param field: a name of ``FIELDS``
    :param value: as text, see there; kept in its canonical spelling. Empty: there is no value
    :param stated_at: when the source recorded it, if it says
    :raises ValueError: if there is no such field, or the text is no value of it
    """

    references: tuple[Reference, ...]
    field: str
    value: str = ""
    stated_at: datetime | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", canonical(self.field, self.value))
        if self.stated_at is not None and self.stated_at.tzinfo is None:
            raise ValueError("stated_at needs a time zone")
