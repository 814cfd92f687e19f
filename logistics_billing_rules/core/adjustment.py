"""What to correct after an invoice is in the books: a proposal that people decide about.

Posted invoices are never edited. What they say too much is credited and what they say too little
is invoiced, part by part: a revised charge is the credit of the old one and the invoice of the new
one, so that each document says for itself what it is about.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from .case import CANCELLED, READY, WAITING
from .money import Money, zero
from .settlement import settle

CREDIT: Final = "credit"
DEBIT: Final = "debit"
SERVICE: Final = "service/"


@dataclass(frozen=True, slots=True)
class Worth:
    """What one key stands for: on invoices already, or to be put there.

    :param label: for people
    :param quantity: that the amount is of; positive
    :param amount: untaxed, in the currency of the company
    """

    label: str
    quantity: Decimal
    amount: Money

    def of(self, quantity: Decimal, digits: int) -> Money:
        """The amount of a part of it."""
        return self.amount.times(quantity / self.quantity).rounded(digits)


@dataclass(frozen=True, slots=True)
class Part:
    """One key that is corrected; quantity and amount are negative where it is credited."""

    key: str
    label: str
    quantity: Decimal
    amount: Money


@dataclass(frozen=True, slots=True)
class Proposal:
    """A correction.

    :param why: an English sentence
    """

    parts: tuple[Part, ...]
    amount: Money
    why: str

    @property
    def kind(self) -> str:
        """``CREDIT`` if the customer gets money back in the end, else ``DEBIT``."""
        return CREDIT if self.amount.amount < 0 else DEBIT

    @property
    def credits(self) -> Mapping[str, Decimal]:
        """Quantities to credit by key, positive."""
        return {part.key: -part.quantity for part in self.parts if part.quantity < 0}

    def difference_key(self, posted: int) -> str:
        """The same for the same difference, so that it is proposed once.

        :param posted: how many corrections are in the books: after one, the same difference is new
        """
        said = [
            [part.key, _plain(part.quantity), _plain(part.amount.amount), part.amount.currency]
            for part in self.parts
        ]
        return hashlib.sha256(json.dumps([posted, said]).encode()).hexdigest()


def propose(
    decision: str,
    justified: Mapping[str, Decimal],
    invoiced: Mapping[str, Decimal],
    worth: Mapping[str, Worth],
    digits: int,
    currency: str,
) -> Proposal | None:
    """What would bring the books in line with the facts; ``None`` if nothing would.

    While a person has to solve something (an open exception, sources that disagree), nothing is
    proposed: it is disputed, and nobody knows yet what is right.

    :param decision: state that the facts ask for (``decision.py``)
    :param justified: quantities by key (``settlement.py``)
    :param worth: for every key of both; where it is on invoices, of what is on them
    :param digits: decimal places of the currency of the company
    """
    if decision not in (READY, WAITING, CANCELLED):
        return None
    if decision == READY:
        why = "The facts now justify something else than the invoice says."
    else:
        # Services of the order go with whichever shipment comes first: they are not its own.
        justified = {k: q for k, q in invoiced.items() if k.startswith(SERVICE)}
        why = "The facts no longer justify the invoice."
    owed = settle(justified, invoiced)
    parts = (
        *_parts(owed.to_credit, worth, digits, -1),
        *_parts(owed.to_invoice, worth, digits, 1),
    )
    if not parts:
        return None
    return Proposal(parts, sum((p.amount for p in parts), start=zero(currency)), why)


def _parts(
    quantities: Mapping[str, Decimal], worth: Mapping[str, Worth], digits: int, sign: int
) -> Iterable[Part]:
    for key, quantity in quantities.items():
        what = worth[key]
        amount = what.of(quantity, digits).times(Decimal(sign))
        yield Part(key, what.label, quantity * sign, amount)


def _plain(value: Decimal) -> str:
    return f"{value.normalize() + 0:f}"
