"""The history of estimates, their errors and promises: from the set of events alone."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_milestone_sync.core.eta import (
    Accuracy,
    accuracy,
    accuracy_of,
    history,
    hours,
    promise_kept,
)
from odoo.addons.logistics_milestone_sync.core.fold import fold
from odoo.addons.logistics_milestone_sync.core.state import LedgerEvent
from odoo.addons.logistics_milestone_sync.core.vocabulary import ESTIMATED

from .strategies import CONSIGNMENTS, START, histories

HOUR = timedelta(hours=1)


def _eta(at, stated=None, milestone="eta_changed", **values):
    return LedgerEvent(
        key=f"{milestone}-{at}-{stated}-{sorted(values.items())}",
        milestone=milestone,
        occurred_at=START + at * HOUR,
        classifier=ESTIMATED,
        stated_at=None if stated is None else START + stated * HOUR,
        **values,
    )


def _delivered(at, **values):
    return LedgerEvent(
        key=f"d{at}{values}", milestone="delivered", occurred_at=START + at * HOUR, **values
    )


def test_the_history_tells_who_moved_the_estimate_by_how_much():
    told = history([_eta(50, 3, system_id=2), _eta(40, 1, system_id=1), _eta(45, 5, system_id=2)])
    assert [(e.at - START) / HOUR for e in told] == [40, 50, 45]
    assert [e.moved for e in told] == [None, 10 * HOUR, -5 * HOUR]
    assert [e.system_id for e in told] == [1, 2, 2]


def test_only_estimates_of_the_arrival_that_count_are_history():
    told = history(
        [
            _eta(40, 1),
            _eta(41, 2, counts=False),
            _eta(42, 3, milestone="departed_hub"),
            _eta(43, 4, source_event_id="x"),
            LedgerEvent(key="w", milestone="retracted", occurred_at=START, retracts="x"),
            _delivered(44),
        ]
    )
    assert [(e.at - START) / HOUR for e in told] == [40]


@pytest.mark.parametrize(
    ("arrived", "wanted"),
    [
        (52, Accuracy(START + 40 * HOUR, START + 50 * HOUR, 2 * HOUR)),  # later than estimated
        (47, Accuracy(START + 40 * HOUR, START + 50 * HOUR, -3 * HOUR)),
        (4, Accuracy(START + 40 * HOUR, START + 50 * HOUR, -46 * HOUR)),
        # What was stated when the goods were there already was no estimate.
        (3, Accuracy(START + 40 * HOUR, START + 40 * HOUR, -37 * HOUR)),
        (1, Accuracy()),
        (None, Accuracy(START + 40 * HOUR, START + 50 * HOUR, None)),
    ],
)
def test_the_error_is_the_arrival_against_the_last_estimate_before_it(arrived, wanted):
    at = None if arrived is None else START + arrived * HOUR
    assert accuracy(history([_eta(50, 3), _eta(40, 1)]), at) == wanted


def test_without_estimates_nothing_is_measured():
    assert accuracy([], START) == Accuracy()


def test_an_estimate_that_does_not_say_when_it_was_stated_counts_as_early():
    assert accuracy(history([_eta(60), _eta(40, 1)]), START + 41 * HOUR).error == HOUR


def test_a_shipment_arrives_with_its_last_consignment():
    events = [
        _eta(40, 1, consignment_id=1),
        _eta(60, 1, consignment_id=2),
        _eta(48, 2, consignment_id=2),
        _delivered(39, consignment_id=1),
        _delivered(50, consignment_id=2),
    ]
    found = accuracy_of(fold(events, CONSIGNMENTS), events)
    assert found == Accuracy(START + 60 * HOUR, START + 48 * HOUR, 2 * HOUR)


def test_half_a_delivery_is_no_arrival():
    events = [_eta(40, 1), _delivered(39, consignment_id=1)]
    assert accuracy_of(fold(events, CONSIGNMENTS), events).error is None


@given(histories, st.randoms(use_true_random=False), st.sampled_from([(), CONSIGNMENTS]))
def test_order_and_repeats_do_not_matter(events, random, consignments):
    shuffled = random.sample(events + events, 2 * len(events))
    assert accuracy_of(fold(shuffled, consignments), shuffled) == accuracy_of(
        fold(events, consignments), events
    )


@given(histories)
def test_the_moves_add_up(events):
    told = history(events)
    if told:
        moved = sum((e.moved for e in told[1:]), timedelta(0))
        assert told[0].at + moved == told[-1].at


@given(histories)
def test_before_the_arrival_the_last_estimate_is_the_one_that_people_see(events):
    folded = fold(events)
    if "delivered" not in folded.shipment.reached:
        assert accuracy_of(folded, events).last == folded.shipment.eta


def test_a_promise_is_kept_to_the_second():
    second = timedelta(seconds=1)
    assert promise_kept(START, START) is True
    assert promise_kept(START, START + second) is False
    assert promise_kept(None, START) is None
    assert promise_kept(START, None) is None


def test_hours_are_signed_and_rounded():
    assert [hours(timedelta(minutes=m)) for m in (90, -90, 1, 0)] == [1.5, -1.5, 0.02, 0.0]
