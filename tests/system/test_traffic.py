"""The story's traffic is a pure function of its seed: what the other tests stand on."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from story import ltl
from story.expect import expect
from story.message import DEAD, REFUSED
from story.plan import FREIGHT, PARCEL, Order, make_orders, parcel_number
from story.traffic import distinct, traffic

_DAY = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def orders() -> tuple[Order, ...]:
    """The story's orders."""
    return make_orders(1, _DAY)


def test_the_same_seed_and_day_give_the_same_bytes(orders: tuple[Order, ...]) -> None:
    assert make_orders(1, _DAY) == orders
    assert traffic(orders, 1) == traffic(orders, 1)


def test_another_order_of_sending_changes_neither_content_nor_prediction(
    orders: tuple[Order, ...],
) -> None:
    one, other = traffic(orders, 1, 1), traffic(orders, 1, 2)
    assert one != other
    assert Counter(one) == Counter(other)
    assert expect(orders, one) == expect(orders, other)


def test_no_two_messages_share_a_label_or_their_bytes(orders: tuple[Order, ...]) -> None:
    messages = distinct(orders, 1)
    assert len({message.label for message in messages}) == len(messages)
    stored = [message for message in messages if message.fate != REFUSED]
    assert len({(message.connection, message.body) for message in stored}) == len(stored)


def test_a_fifth_of_the_accepted_messages_are_copies(orders: tuple[Order, ...]) -> None:
    outcome = expect(orders, traffic(orders, 1))
    assert outcome.copies / outcome.accepted == pytest.approx(0.2, abs=0.02)


@pytest.mark.parametrize(
    ("account", "serial", "published"),
    [("204W4R", 807186, "1Z204W4R0308071865"), ("5R8939", 5756712, "1Z5R89390357567127")],
)
def test_tracking_numbers_carry_the_check_digit_of_published_examples(
    account: str, serial: int, published: str
) -> None:
    assert parcel_number(serial, account) == published


def test_interchanges_count_their_segments_and_sets_right(orders: tuple[Order, ...]) -> None:
    for message in distinct(orders, 1):
        if message.connection == "ltl" and message.fate not in (DEAD, REFUSED):
            check_envelope(message.body.decode())


def test_an_interchange_may_report_several_shipments(orders: tuple[Order, ...]) -> None:
    freight = [order for order in orders if order.carrier == FREIGHT][:5]
    reports = [ltl.Report(order, ltl.OUT, _DAY + timedelta(days=1)) for order in freight]
    check_envelope(ltl.interchange(42, reports).decode())


def check_envelope(text: str) -> None:
    """Every count and every control number of the three envelopes agrees."""
    assert text.index("~") == 105, "ISA is 106 characters long"
    segments = [segment.split("*") for segment in text.rstrip("~").split("~")]
    names = [segment[0] for segment in segments]
    isa, gs, ge, iea = segments[0], segments[1], segments[-2], segments[-1]
    assert (iea[1], iea[2]) == ("1", isa[13])
    assert (int(ge[1]), ge[2]) == (names.count("ST"), gs[6])
    for found in re.finditer(r"ST\*214\*(\d+)~.*?SE\*(\d+)\*(\d+)", text):
        assert found[1] == found[3]
        assert found[0].count("~") + 1 == int(found[2])


def test_both_carriers_and_all_plots_take_part(orders: tuple[Order, ...]) -> None:
    assert Counter(order.carrier for order in orders) == {PARCEL: 32, FREIGHT: 28}
    assert len({order.plot for order in orders}) == 9
    assert len({order.tracking for order in orders}) == len(orders)
