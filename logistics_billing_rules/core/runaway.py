"""How much may go out in one day without a person: what stops an agreement that ran away.

A wrong milestone or a wrong price releases everything at once. So what is released to one customer
in one day has a limit. The first release that does not fit in stops the day: it and all that come
after it wait, also the small ones, until somebody looked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from .case import AWAITING_APPROVAL, BLOCKED, Decision, Requirement
from .money import Money, spoken

LIMIT: Final = "limit"
LABEL: Final = "The limit of the day is kept, or lifted by finance"


@dataclass(frozen=True, slots=True)
class Limit:
    """The most that may be released to one customer in one day.

    :param count: of releases; zero for any number
    :param amount: untaxed, in the currency of the company; ``None`` for any amount
    """

    count: int = 0
    amount: Money | None = None

    def __bool__(self) -> bool:
        return bool(self.count or self.amount)

    def exceeded_by(self, count: int, amount: Decimal) -> str:
        """Why so much is too much, as an English sentence; empty if it is not.

        >>> Limit(count=2, amount=Money(Decimal(100), "EUR")).exceeded_by(3, Decimal(50))
        'More than 2 releases in one day.'
        >>> Limit(amount=Money(Decimal(100), "EUR")).exceeded_by(3, Decimal("100.01"))
        'More than 100 EUR in one day.'
        """
        if self.count and count > self.count:
            return f"More than {self.count} releases in one day."
        if self.amount and amount > self.amount.amount:
            return f"More than {spoken(self.amount)} in one day."
        return ""


@dataclass(frozen=True, slots=True)
class Day:
    """What went out to one customer in one day, since somebody last lifted the limit.

    :param amount: untaxed, in the currency of the company
    :param stopped: why nothing more goes out, as an English sentence; empty while something may
    """

    count: int = 0
    amount: Decimal = Decimal(0)
    stopped: str = ""

    def admit(self, wanted: Iterable[tuple[Limit, Decimal]]) -> tuple[int, Day]:
        """How many of these, from the first on, may go out, and the day after that.

        :param wanted: limit and amount of each release, in their order; what a release costs us
            (a negative amount) makes no room for others

        >>> small = Limit(count=2)
        >>> Day().admit([(small, Decimal(10))] * 3)[0]
        2
        """
        day, admitted = self, 0
        for limit, amount in wanted:
            if day.stopped:
                break
            after = replace(day, count=day.count + 1, amount=day.amount + max(amount, Decimal(0)))
            why = limit.exceeded_by(after.count, after.amount)
            day = replace(day, stopped=why) if why else after
            admitted += not why
        return admitted, day


def held(decision: Decision, why: str, since: datetime, asked: bool) -> Decision:
    """A decision that a limit holds, though the facts are all there.

    :param why: what stopped the day
    :param since: when (UTC)
    :param asked: a finance approver was asked; otherwise somebody kept it back
    """
    line = Requirement(
        LIMIT,
        LABEL,
        False,
        note=f"{why} {'A finance approver was asked.' if asked else 'Finance keeps it back.'}",
        missing_since=since,
        owes="approver" if asked else "finance",
        blocks=True,
    )
    state = AWAITING_APPROVAL if asked else BLOCKED
    return replace(decision, state=state, requirements=(*decision.requirements, line))
