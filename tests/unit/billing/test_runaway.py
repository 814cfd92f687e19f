"""The limit of the day: what goes out without a person, and what stops."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_billing_rules.core.case import (
    AWAITING_APPROVAL,
    BLOCKED,
    READY,
    Decision,
    Requirement,
)
from odoo.addons.logistics_billing_rules.core.money import Money
from odoo.addons.logistics_billing_rules.core.runaway import LIMIT, Day, Limit, held

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def limit(count: int = 0, amount: str | None = None) -> Limit:
    return Limit(count, Money(Decimal(amount), "EUR") if amount else None)


def wanted(the_limit: Limit, *amounts: str) -> list[tuple[Limit, Decimal]]:
    return [(the_limit, Decimal(amount)) for amount in amounts]


@pytest.mark.parametrize(
    ("the_limit", "amounts", "admitted", "stopped"),
    [
        (limit(), ("10",) * 50, 50, ""),
        (limit(3), ("10", "10", "10"), 3, ""),
        (limit(3), ("10",) * 4, 3, "More than 3 releases in one day."),
        (limit(amount="25"), ("10", "15"), 2, ""),
        (limit(amount="25"), ("10", "15.01"), 1, "More than 25 EUR in one day."),
        # The first that does not fit in stops also those that would.
        (limit(amount="25"), ("10", "100", "5"), 1, "More than 25 EUR in one day."),
        # Whichever limit comes first.
        (limit(2, "25"), ("1", "1", "1"), 2, "More than 2 releases in one day."),
        # A release that costs us something makes no room.
        (limit(amount="25"), ("-50", "20", "20"), 2, "More than 25 EUR in one day."),
        (limit(amount="25"), ("25.01",), 0, "More than 25 EUR in one day."),
    ],
)
def test_what_fits_goes_out_and_the_rest_stops(the_limit, amounts, admitted, stopped) -> None:
    found, day = Day().admit(wanted(the_limit, *amounts))
    assert (found, day.stopped) == (admitted, stopped)


def test_a_day_that_stopped_admits_nothing_more_whatever_it_is() -> None:
    _admitted, day = Day().admit(wanted(limit(1), "10", "10"))
    assert day.admit(wanted(limit(100), "0.01")) == (0, day)


def test_each_release_is_held_against_the_limit_of_its_own_agreement() -> None:
    admitted, day = Day().admit([(limit(5), Decimal(10))] * 3 + [(limit(3), Decimal(10))])
    assert (admitted, day.count) == (3, 3)
    assert day.stopped == "More than 3 releases in one day."


AMOUNTS = st.lists(
    st.decimals(min_value=-1000, max_value=1000, places=2, allow_nan=False), max_size=40
)
LIMITS = st.builds(
    Limit,
    st.integers(0, 20),
    st.one_of(
        st.none(),
        st.decimals(min_value="0.01", max_value=5000, places=2).map(lambda d: Money(d, "EUR")),
    ),
)


@given(the_limit=LIMITS, amounts=AMOUNTS)
def test_never_more_goes_out_than_the_limit_says(the_limit, amounts) -> None:
    admitted, day = Day().admit([(the_limit, amount) for amount in amounts])
    gone = amounts[:admitted]
    if the_limit.count:
        assert admitted <= the_limit.count
    if the_limit.amount:
        assert sum(gone) <= the_limit.amount.amount
    assert (day.count, day.amount) == (admitted, sum(max(a, Decimal(0)) for a in gone))
    assert bool(day.stopped) == (admitted < len(amounts))


@given(the_limit=LIMITS, amounts=AMOUNTS, cut=st.integers(0, 40))
def test_two_batches_admit_what_one_would(the_limit, amounts, cut) -> None:
    """So it does not matter which worker takes which releases, as long as they count in turn."""
    every = [(the_limit, amount) for amount in amounts]
    first, between = Day().admit(every[:cut])
    second, after = between.admit(every[cut:])
    assert (first + second, after) == Day().admit(every)


@given(the_limit=LIMITS, amounts=AMOUNTS, lower=st.integers(1, 20))
def test_a_lower_limit_never_lets_more_out(the_limit, amounts, lower) -> None:
    tighter = Limit(min(lower, the_limit.count or lower), the_limit.amount)
    less, _day = Day().admit([(tighter, amount) for amount in amounts])
    more, _day = Day().admit([(the_limit, amount) for amount in amounts])
    assert less <= more


@pytest.mark.parametrize(
    ("asked", "state", "owes", "said"),
    [
        (True, AWAITING_APPROVAL, "approver", "A finance approver was asked."),
        (False, BLOCKED, "finance", "Finance keeps it back."),
    ],
)
def test_a_held_decision_says_what_holds_it_and_who_owes_what(asked, state, owes, said) -> None:
    reached = Requirement("delivered", "Delivered", True)
    ready = Decision(READY, (reached,), Money(Decimal(10), "EUR"))
    decision = held(ready, "More than 3 releases in one day.", NOW, asked)
    line = decision.missing[0]
    assert (decision.state, decision.amount) == (state, ready.amount)
    assert (line.code, line.owes, line.missing_since) == (LIMIT, owes, NOW)
    assert line.note == f"More than 3 releases in one day. {said}"
    assert decision.requirements[0] == reached
