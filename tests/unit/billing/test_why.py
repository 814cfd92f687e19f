"""Why something is not invoiced: the same answer everywhere, and what a customer does not learn."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_billing_rules.core.case import (
    AGREEMENT,
    APPROVAL,
    AWAITING_APPROVAL,
    BLOCKED,
    CANCELLED,
    CHARGE,
    EXCEPTION,
    OUTCOME,
    POD_DOCUMENT,
    PRICE,
    READY,
    TRANSFER,
    WAITING,
    Decision,
    Requirement,
)
from odoo.addons.logistics_billing_rules.core.money import Money
from odoo.addons.logistics_billing_rules.core.runaway import LIMIT
from odoo.addons.logistics_billing_rules.core.why import (
    Missing,
    is_held,
    missing_of,
    why,
    why_for_customer,
)

SINCE = datetime(2026, 3, 2, 8, tzinfo=UTC)
DELIVERED = Requirement("delivered", "Delivered", False, missing_since=SINCE, owes="carrier")
DAMAGED = Requirement(
    EXCEPTION,
    "Exception “Damaged” closed, or approved for billing",
    False,
    note="Kim forgot it",
    owes="service",
    blocks=True,
)


def stored(*requirements: Requirement, state: str = WAITING) -> dict[str, object]:
    """An explanation as the database keeps it."""
    decision = Decision(state, requirements, Money(Decimal("1029.90"), "EUR"))
    return dict(json.loads(json.dumps(decision.to_json())))


def test_what_is_missing_is_read_back_from_a_stored_explanation() -> None:
    reached = Requirement("dispatched", "Dispatched", True, at=SINCE)
    assert missing_of(stored(reached, DELIVERED, DAMAGED)) == (
        Missing(EXCEPTION, DAMAGED.label, "Kim forgot it", "service"),
        Missing("delivered", "Delivered", "", "carrier", SINCE),
    )
    assert missing_of({}) == ()


def test_our_own_people_read_what_is_missing_since_when_and_who_owes_it() -> None:
    names = {"carrier": "Carrier (Parcel)", "service": "Customer service"}
    said = why("LS/7", BLOCKED, "", missing_of(stored(DELIVERED, DAMAGED)), names.__getitem__)
    assert said.splitlines() == [
        "LS/7 waits for:",
        "- Exception “Damaged” closed, or approved for billing (Kim forgot it),"
        " owed by Customer service",
        "- Delivered, owed by Carrier (Parcel), since 2026-03-02",
    ]


def test_systems_read_the_same_as_values() -> None:
    (missing,) = missing_of(stored(DELIVERED))
    assert missing.to_json() == {
        "needed": "Delivered",
        "note": None,
        "owed_by": "carrier",
        "since": "2026-03-02T08:00:00+00:00",
    }


@pytest.mark.parametrize(
    ("state", "reason", "said"),
    [
        (READY, "", "LS/7: everything is there; it is not released yet."),
        (READY, "collected until Sunday", "LS/7: collected until Sunday"),
        (WAITING, "", "LS/7: the billing lane has not looked at it yet."),
        (BLOCKED, "The invoice cannot be made", "LS/7: The invoice cannot be made"),
        ("disputed", "The weight changed.", "LS/7: The weight changed."),
        ("review", "", "LS/7: the invoice and the facts differ."),
        ("released", "", ""),
        ("adjusted", "Credited by hand: R/1", ""),
        (CANCELLED, "", ""),
    ],
)
def test_every_state_has_its_answer(state, reason, said) -> None:
    assert why("LS/7", state, reason, ()) == said
    assert bool(said) == is_held(state) == bool(why_for_customer("LS/7", state, ()))


@pytest.mark.parametrize(
    ("codes", "awaited"),
    [
        (["delivered"], "the delivery"),
        (["pod_received", POD_DOCUMENT], "the proof of delivery"),
        ([TRANSFER, "delivered"], "the dispatch of the goods and the delivery"),
        ([EXCEPTION], "that a problem with this delivery is solved"),
        ([APPROVAL, OUTCOME], "that a problem with this delivery is solved"),
        (["weight_validated"], "the certified weight"),
        ([CHARGE, PRICE, LIMIT, AGREEMENT], "a check by our accounting"),
        (["customs_cleared"], "“Cleared customs”"),
        (["somebodys_own_code"], "a check by our accounting"),
        (
            ["delivered", "pod_received", CHARGE],
            "the delivery, the proof of delivery and a check by our accounting",
        ),
    ],
)
def test_a_customer_reads_what_is_awaited(codes, awaited) -> None:
    missing = [Missing(code, "Internal") for code in codes]
    said = why_for_customer("LS/7", WAITING, missing)
    assert said == f"The invoice of shipment LS/7 waits for {awaited}."


SECRETS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=8, max_size=12)


@given(
    code=st.sampled_from(["delivered", EXCEPTION, CHARGE, PRICE, LIMIT, "own_code"]),
    secret=SECRETS,
    state=st.sampled_from([WAITING, BLOCKED, AWAITING_APPROVAL, READY, "review", "disputed"]),
)
def test_nothing_that_people_wrote_reaches_the_customer(code, secret, state) -> None:
    line = replace(DAMAGED, code=code, label=secret, note=secret, owes=secret)
    said = why_for_customer("LS/7", state, missing_of(stored(line)))
    assert said and secret not in said and "1029" not in said
