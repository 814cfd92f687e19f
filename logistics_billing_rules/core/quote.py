"""What one shipment costs: the lines of a tariff, each on top of those before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .measure import Basis
from .rate import GOODS, Charge, Line, Share, Unpriced


@dataclass(frozen=True, slots=True)
class Quote:
    """What one shipment costs under a tariff.

    :param missing: ``((name of the line, what is missing), …)``; while there is any, nothing is
        billed
    """

    charges: tuple[Charge, ...]
    missing: tuple[tuple[str, Unpriced], ...] = ()


def quote(lines: Sequence[Line], basis: Basis, digits: int) -> Quote:
    """Price a shipment, line by line; a share of a line that has no price has none either.

    :param lines: in the order in which they build on each other
    :param digits: decimal places of the currency
    """
    charges: list[Charge] = []
    unpriced: list[tuple[Line, Unpriced]] = []
    for line in lines:
        price = _price(line, basis, charges, unpriced, digits)
        if isinstance(price, Unpriced):
            unpriced.append((line, price))
        elif price is not None:
            charges.append(price)
    return Quote(tuple(charges), tuple((line.name, why) for line, why in unpriced))


def _price(
    line: Line,
    basis: Basis,
    charges: Sequence[Charge],
    unpriced: Sequence[tuple[Line, Unpriced]],
    digits: int,
) -> Charge | Unpriced | None:
    applies = line.applies(basis)
    if applies is not True:
        return applies or None
    method = line.method
    if isinstance(method, Share) and method.of != GOODS:
        for waiting, why in unpriced:
            if not method.of or waiting.charge_type in method.of:
                return Unpriced(f"the price of {waiting.name}", why.owes)
    return line.price(basis, charges, digits)
