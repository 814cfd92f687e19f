"""A rate in a few plain English words: ``0.32 EUR per kg, at least 25.00 EUR``."""

from __future__ import annotations

from decimal import Decimal

from .breaks import FIXED, GRADUATED, Table
from .condition import ALWAYS
from .measure import CHARGEABLE, MEASURES, PALLET_STORAGE, STORAGE, Quantity
from .money import plain, spoken
from .rate import GOODS, Line, OnCost, PerUnit, Share


def summary(line: Line) -> str:
    """What a line of a tariff charges, for people."""
    method = line.method
    if isinstance(method, PerUnit):
        said = _per_unit(method)
    elif isinstance(method, Share):
        said = _share(method)
    else:
        said = _on_cost(method)
    if line.minimum:
        said += f", at least {spoken(line.minimum)}"
    if line.maximum:
        said += f", at most {spoken(line.maximum)}"
    return said if line.condition == ALWAYS else f"{said}, on a condition"


def _per_unit(method: PerUnit) -> str:
    quantity, table = method.quantity, method.table
    measure = MEASURES[quantity.measure]
    if len(table.breaks) == 1 and table.structure != FIXED:
        said = f"{spoken(table.breaks[0].rate)} per {_units(table.per, quantity.measure)}"
    else:
        said = _table(table, quantity.measure)
    return said + _counted(quantity, measure.units)


def _units(many: Decimal, code: str) -> str:
    measure = MEASURES[code]
    return measure.unit if many == 1 else f"{plain(many)} {measure.units}"


def _table(table: Table, code: str) -> str:
    unit = MEASURES[code].units
    each = "" if table.structure == FIXED else f" per {_units(table.per, code)}"
    starts = (plain(b.start) for b in table.breaks)
    over = "over" if table.up_to else "from"
    rows = "; ".join(
        f"{over} {start} {unit} {spoken(b.rate)}{each}"
        for start, b in zip(starts, table.breaks, strict=True)
    )
    if table.structure == GRADUATED:
        rows += " (each part at its own rate)"
    return rows + (" (or the next row, if that is cheaper)" if table.deficit else "")


def _counted(quantity: Quantity, units: str) -> str:
    said = ""
    if quantity.measure == CHARGEABLE and quantity.divisor:
        said += f" of chargeable weight (divisor {plain(quantity.divisor)})"
    if quantity.free:
        # Of pallets in storage the days are free, not pallet-days.
        code = STORAGE if quantity.measure == PALLET_STORAGE else quantity.measure
        one = quantity.free == 1
        free = MEASURES[code].unit if one else MEASURES[code].units
        said += f", {plain(quantity.free)} {free} free"
    if quantity.step:
        said += f", in begun steps of {plain(quantity.step)} {units}"
    return said


def _share(method: Share) -> str:
    if method.of == GOODS:
        base = "the goods"
    elif not method.of:
        base = "everything above"
    else:
        base = " and ".join(method.of) + " above"
    if isinstance(method.percent, Decimal):
        return f"{plain(method.percent)} % of {base}"
    return f"{method.percent.name} of the day on {base}"


def _on_cost(method: OnCost) -> str:
    what = " and ".join(method.types)
    said = f"What the carrier charges us for {what}" if what else "What the carrier charges us"
    if method.percent:
        said += f" + {plain(method.percent)} %"
    if method.absolute:
        said += f" + {spoken(method.absolute)}"
    return said if method.awaited else f"{said}, if anything"
