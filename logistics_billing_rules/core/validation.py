"""Is what systems and people state as revenue fit to be billed?

What an agreement prices was agreed on with the customer. What a system states was not: before it
goes on an invoice it is compared with what the agreement says about such charges. Every doubt is a
*hold* with a reason; finance may accept a hold, and what is accepted is that very statement: a
revised charge is a new one and is looked at again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from .money import Money, plain, spoken

AMOUNT: Final = "amount"
CONTRACT: Final = "contract"
CURRENCY: Final = "currency"
DUPLICATE: Final = "duplicate"
TOLERANCE: Final = "tolerance"
TYPE: Final = "type"
WEIGHT: Final = "weight"

UNKNOWN_TYPE: Final = "other"
_BY_WEIGHT: Final = ("freight", "fuel")


@dataclass(frozen=True, slots=True)
class StatedCharge:
    """A revenue of a shipment that no price line made.

    :param id: of the statement; a revision has another one
    :param amount: as stated
    :param converted: in the currency of the agreement; ``None`` if there is no rate
    :param speaker: who states it, for people
    :param by_hand: a person entered it and another one approved it
    :param quoted: what was quoted for charges of its type, in the currency of the agreement
    """

    id: int
    name: str
    charge_type: str
    amount: Money
    converted: Money | None
    speaker: str = ""
    by_hand: bool = False
    quoted: Money | None = None


@dataclass(frozen=True, slots=True)
class ChargeTerm:
    """What an agreement says about charges that systems state.

    :param expected: the usual amount; used where nothing was quoted
    :param percent: how far from what is expected it may be, as a share of it
    :param absolute: the same, as an amount; what allows more counts
    :param maximum: no more than that, whatever was quoted
    """

    charge_type: str
    expected: Money | None = None
    percent: Decimal = Decimal(0)
    absolute: Money | None = None
    maximum: Money | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """A doubt about one charge.

    :param code: one of the constants above
    :param name: of the charge, for people
    :param why: an English sentence
    :param owes: who can remove the doubt: ``finance`` or ``warehouse``
    """

    code: str
    charge_id: int
    name: str
    why: str
    owes: str = "finance"

    @property
    def mark(self) -> str:
        """What finance accepts when it accepts this hold."""
        return f"{self.code}/{self.charge_id}"


def validate(
    charges: Sequence[StatedCharge],
    terms: Mapping[str, ChargeTerm],
    priced: Mapping[str, str],
    weight_known: bool,
) -> tuple[Hold, ...]:
    """What is doubtful about the stated charges of one shipment, by charge, each thing once.

    :param charges: in a fixed order; of two equal ones the later is the duplicate
    :param terms: ``{charge type: term}`` of the agreement
    :param priced: ``{charge type: name of the price line}`` of what the agreement charges here
    :param weight_known: somebody stated what the shipment weighs
    """
    holds: list[Hold] = []
    for number, charge in enumerate(charges):
        holds += _amount(charge)
        if not charge.by_hand:
            holds += _contracted(charge, terms, priced)
            holds += _repeated(charge, charges[:number])
            holds += _weighed(charge, weight_known)
    return tuple(holds)


def _amount(charge: StatedCharge) -> Collection[Hold]:
    if charge.converted is None:
        currency = charge.amount.currency
        return (_hold(CURRENCY, charge, f"There is no exchange rate for {currency}."),)
    if charge.by_hand or charge.amount.amount > 0:
        return ()
    return (_hold(AMOUNT, charge, f"{spoken(charge.amount)} is nothing to charge."),)


def _contracted(
    charge: StatedCharge, terms: Mapping[str, ChargeTerm], priced: Mapping[str, str]
) -> Collection[Hold]:
    if charge.charge_type == UNKNOWN_TYPE and UNKNOWN_TYPE not in terms:
        return (_hold(TYPE, charge, "Nobody knows what kind of charge this is."),)
    if charge.charge_type in priced:
        why = f"The agreement charges for this already: {priced[charge.charge_type]}."
        return (_hold(DUPLICATE, charge, why),)
    term = terms.get(charge.charge_type)
    if term is None:
        return (_hold(CONTRACT, charge, "The agreement does not name this kind of charge."),)
    return _within(charge, term)


def _within(charge: StatedCharge, term: ChargeTerm) -> Collection[Hold]:
    if charge.converted is None:
        return ()
    if term.maximum and term.maximum < charge.converted:
        why = f"The agreement allows {spoken(term.maximum)} at most."
        return (_hold(TOLERANCE, charge, why),)
    expected = charge.quoted or term.expected
    if expected is None:
        return ()
    share = abs(expected.amount) * term.percent / 100
    allowed = max(share, term.absolute.amount if term.absolute else Decimal(0))
    difference = charge.converted.amount - expected.amount
    if abs(difference) <= allowed:
        return ()
    more = "more" if difference > 0 else "less"
    off = spoken(Money(abs(difference), expected.currency))
    said = "was quoted" if charge.quoted else "is usual"
    why = f"{off} {more} than the {spoken(expected)} that {said}; {plain(allowed)} is tolerated."
    return (_hold(TOLERANCE, charge, why),)


def _repeated(charge: StatedCharge, earlier: Sequence[StatedCharge]) -> Collection[Hold]:
    for other in earlier:
        if (other.charge_type, other.amount) == (charge.charge_type, charge.amount):
            said = f"“{other.name}” says the same"
            why = f"{said}, stated by {other.speaker}." if other.speaker else f"{said}."
            return (_hold(DUPLICATE, charge, why),)
    return ()


def _weighed(charge: StatedCharge, weight_known: bool) -> Collection[Hold]:
    if weight_known or charge.charge_type not in _BY_WEIGHT:
        return ()
    why = "Nobody stated the weight, so it cannot be compared."
    return (_hold(WEIGHT, charge, why, "warehouse"),)


def _hold(code: str, charge: StatedCharge, why: str, owes: str = "finance") -> Hold:
    return Hold(code, charge.id, charge.name, why, owes)
