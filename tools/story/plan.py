"""What happens in story A, before anybody is told about it.

Sixty sale orders of a regional distributor: half go by parcel, half by LTL freight. Each order has
a *plot*, from the one where all goes well to the one where the goods come back. Everything is a
pure function of the seed and of the first day, so that a second run writes the same bytes.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

PREFIX: Final = "DEMO-A-"
PARCEL: Final = "ups"
FREIGHT: Final = "ltl"

# --- Plots: how an order's delivery goes -------------------------------------------------------
DELIVERED: Final = "delivered"  # delivered and signed for
PACKED: Final = "packed"  # still in the warehouse
TRANSIT: Final = "transit"  # with the carrier
NO_PROOF: Final = "no_proof"  # delivered, and nobody has sent the proof
RETURNED: Final = "returned"  # on its way back to us
DISPUTED: Final = "disputed"  # delivered under an open exception, nobody asked for approval
REQUESTED: Final = "requested"  # the same, approval asked for and not given
APPROVED: Final = "approved"  # the same, approved by a second person
RESOLVED: Final = "resolved"  # the same, customer service closed the exception
EXCEPTIONS: Final = (DISPUTED, REQUESTED, APPROVED, RESOLVED)
INVOICED: Final = (DELIVERED, APPROVED, RESOLVED)

# How many orders of each carrier have another plot than DELIVERED.
_PLOTS: Final = {
    PARCEL: ((PACKED, 1), (TRANSIT, 3), (NO_PROOF, 2), (RETURNED, 1), (DISPUTED, 2), (REQUESTED, 1))
    + ((APPROVED, 1), (RESOLVED, 1)),
    FREIGHT: ((PACKED, 1), (TRANSIT, 3), (NO_PROOF, 2), (DISPUTED, 2), (REQUESTED, 1))
    + ((APPROVED, 1), (RESOLVED, 1)),
}
_ORDERS: Final = {PARCEL: 32, FREIGHT: 28}
SHIPPER_ACCOUNT: Final = "A1B2C3"
PROMISED_AFTER: Final = timedelta(days=5)


@dataclass(frozen=True, slots=True)
class Product:
    """What the distributor sells; price in the company's currency, weight in kg."""

    code: str
    price: Decimal
    weight: Decimal


@dataclass(frozen=True, slots=True)
class Customer:
    """Who buys, where the goods go, and who signs for them."""

    name: str
    city: str
    state: str
    postal_code: str
    signer: str


@dataclass(frozen=True, slots=True)
class Order:
    """One sale order and how its delivery will go.

    :param number: the customer's order number, e.g. ``DEMO-A-0001``
    :param carrier: ``ups`` or ``ltl``
    :param lines: product code and quantity
    :param tracking: parcel tracking number or LTL PRO number, given at dispatch
    :param placed_at: when the warehouse starts; aware UTC
    """

    number: str
    carrier: str
    plot: str
    customer: Customer
    lines: tuple[tuple[Product, int], ...]
    tracking: str
    placed_at: datetime

    @property
    def goods(self) -> Decimal:
        """Untaxed value of the goods."""
        return sum((product.price * count for product, count in self.lines), Decimal(0))

    @property
    def weight(self) -> Decimal:
        """Declared weight in kg."""
        return sum((product.weight * count for product, count in self.lines), Decimal(0))

    @property
    def pallets(self) -> tuple[str, ...]:
        """SSCC of the pallets that freight leaves on: one for each begun 150 kg."""
        serial = int(self.number.removeprefix(PREFIX))
        return tuple(sscc(serial * 10 + place) for place in range(-int(-self.weight // 150)))

    @property
    def promised_at(self) -> datetime:
        """What the customer was promised."""
        return self.placed_at + PROMISED_AFTER


# The goods, customers and delivery methods of logistics_milestone_sync's demo data.
PUMP: Final = Product("LOG-PUMP", Decimal("189.00"), Decimal("6.5"))
VALVE: Final = Product("LOG-VALVE", Decimal("24.50"), Decimal("0.8"))
BOILER: Final = Product("LOG-BOILER", Decimal("1240.00"), Decimal("48.0"))
PRODUCTS: Final = (PUMP, VALVE, BOILER)
CUSTOMERS: Final = (
    Customer("Harbour Street Workshop", "Charlotte", "NC", "28202", "J Alvarez"),
    Customer("Riverside Clinic Supplies", "Louisville", "KY", "40202", "M Chen"),
    Customer("Oak Hill School District", "Columbus", "OH", "43215", "T Novak"),
)
METHODS: Final = {PARCEL: "Parcel", FREIGHT: "LTL Freight"}
_GOODS: Final = {PARCEL: ((PUMP, 3), (VALVE, 10)), FREIGHT: ((BOILER, 6), (PUMP, 12))}


def make_orders(seed: int, first_day: datetime) -> tuple[Order, ...]:
    """All orders of the story.

    :param first_day: aware UTC midnight of the day on which the first order is picked
    """
    chance = random.Random(f"orders-{seed}")
    orders: list[Order] = []
    for carrier, count in _ORDERS.items():
        plots = [plot for plot, times in _PLOTS[carrier] for _ in range(times)]
        plots += [DELIVERED] * (count - len(plots))
        chance.shuffle(plots)
        for plot in plots:
            orders.append(_make_order(len(orders) + 1, carrier, plot, first_day, chance))
    return tuple(orders)


def _make_order(
    index: int, carrier: str, plot: str, first_day: datetime, chance: random.Random
) -> Order:
    lines = tuple((product, chance.randint(1, most)) for product, most in _GOODS[carrier])
    start = timedelta(days=index % 3, hours=7, minutes=chance.randrange(0, 360))
    return Order(
        number=f"{PREFIX}{index:04d}",
        carrier=carrier,
        plot=plot,
        customer=CUSTOMERS[index % len(CUSTOMERS)],
        lines=lines,
        tracking=parcel_number(index) if carrier == PARCEL else f"{4410000000 + index * 37}",
        placed_at=first_day + start,
    )


def sscc(serial: int) -> str:
    """A serial shipping container code of 18 digits with its GS1 check digit.

    >>> sscc(10614141123456789), sscc(1)
    ('106141411234567897', '000000000000000017')
    """
    body = f"{serial:017d}"
    total = sum(int(digit) * (3, 1)[place % 2] for place, digit in enumerate(body))
    return f"{body}{-total % 10}"


def parcel_number(serial: int, account: str = SHIPPER_ACCOUNT) -> str:
    """A UPS tracking number with a right check digit.

    The digit weighs every second character double; letters count (code - 3) modulo 10.
    """
    body = f"{account}03{serial:07d}"
    values = [int(char) if char.isdigit() else (ord(char) - 63) % 10 for char in body]
    total = sum(values[0::2]) + 2 * sum(values[1::2])
    return f"1Z{body}{-total % 10}"
