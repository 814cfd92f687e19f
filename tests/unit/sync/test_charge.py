"""Charges: what is odd about an amount, and which revision of a key stands."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_milestone_sync.core.charge import (
    CHARGE_TYPES,
    SIDES,
    Link,
    Revision,
    chain,
    default_owners,
    issues,
    standing,
)

START = datetime(2026, 3, 2, tzinfo=UTC)


def _at(hours):
    return START + timedelta(hours=hours)


def _revision(number, says, stated=None, received=0, **values):
    stated_at = None if stated is None else _at(stated)
    return Revision(number, (says,), _at(received), stated_at, **values)


@pytest.mark.parametrize(
    ("amount", "values", "found"),
    [
        ("12.50", {}, ()),
        ("-1", {}, ("negative amount",)),
        ("0.00", {}, ("amount is zero",)),
        ("1000000", {}, ("unusually large amount",)),
        ("-1000000", {}, ("negative amount", "unusually large amount")),
        ("2000000", {"currency": "JPY", "digits": 0}, ()),
        ("5", {"previous_currency": "USD"}, ("was in USD before",)),
        ("5", {"previous_currency": "EUR"}, ()),
    ],
)
def test_an_odd_amount_is_named(amount, values, found):
    assert issues(Decimal(amount), **{"currency": "EUR"} | values) == found


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ((True, "accept"), "live"),
        ((True, "accept", "approved"), "live"),
        ((False, "accept", "pending"), "waiting"),
        ((False, "accept", "rejected"), "refused"),
        ((False, "accept", "approved"), "superseded"),
        ((False, "accept"), "superseded"),
        ((False, "accept", "", True), "confirmation"),
        ((False, "advisory"), "advisory"),
        ((False, "reject"), "refused"),
    ],
)
def test_a_charge_has_one_standing(values, word):
    assert standing(*values) == word


def test_the_newest_by_the_time_of_the_source_stands_whatever_came_last():
    late = _revision(2, "8", stated=3, received=9)
    links = chain([_revision(1, "9", stated=5, received=6), late])
    assert links == {1: Link(live=True, supersedes=2), 2: Link(superseded_by=1)}


def test_without_a_stated_time_the_last_one_heard_stands():
    links = chain([_revision(1, "9", received=6), _revision(2, "8", received=9)])
    assert links == {1: Link(superseded_by=2), 2: Link(live=True, supersedes=1)}


def test_revisions_of_one_message_keep_their_order():
    links = chain([_revision(n, str(n)) for n in (1, 2, 3)])
    assert [links[n].superseded_by for n in (1, 2, 3)] == [2, 3, None]
    assert [links[n].supersedes for n in (1, 2, 3)] == [None, 1, 2]


def test_a_revision_that_comes_late_takes_its_place_in_the_middle():
    links = chain([_revision(1, "a", 1), _revision(3, "c", 3), _revision(9, "b", 2, 50)])
    assert (links[1].superseded_by, links[9].superseded_by, links[3].live) == (9, 3, True)


def test_a_confirmation_leaves_the_first_statement_standing():
    links = chain([_revision(1, "a", 1), _revision(2, "a", 2)])
    assert links == {1: Link(live=True), 2: Link(confirms=1)}


def test_a_confirmation_stands_when_something_else_turns_out_to_lie_between():
    links = chain([_revision(1, "a", 1), _revision(2, "a", 3), _revision(3, "b", 2)])
    assert [links[n].superseded_by for n in (1, 3, 2)] == [3, 2, None]
    assert [n for n, link in links.items() if link.live] == [2]


def test_what_does_not_count_has_no_place():
    links = chain([_revision(1, "a", 1), _revision(2, "b", 2, counts=False)])
    assert links == {1: Link(live=True), 2: Link()}


def test_no_revision_stands_when_there_is_none():
    assert chain([]) == {}


revisions = st.lists(
    st.builds(
        Revision,
        st.integers(1, 99),
        st.sampled_from("abc").map(lambda letter: (letter,)),
        st.integers(0, 5).map(_at),
        st.none() | st.integers(0, 5).map(_at),
        st.booleans(),
    ),
    unique_by=lambda revision: revision.id,
    max_size=8,
)


@given(revisions, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(many, random):
    assert chain(random.sample(many, len(many))) == chain(many)


@given(revisions)
def test_exactly_one_revision_stands_and_every_other_leads_to_it(many):
    links = chain(many)
    counting = [revision for revision in many if revision.counts]
    live = [id_ for id_, link in links.items() if link.live]
    assert len(live) == bool(counting)
    for revision in counting:
        place, steps = revision.id, 0
        while not links[place].live:
            place = links[place].superseded_by or links[place].confirms
            steps += 1
            assert steps <= len(many), "the chain never goes round"


@given(revisions, revisions)
def test_what_does_not_count_changes_nothing(many, others):
    noise = [replace(other, id=other.id + 100, counts=False) for other in others]
    links = chain([*many, *noise])
    assert {id_: links[id_] for id_ in chain(many)} == chain(many)


@pytest.mark.parametrize("charge_type", CHARGE_TYPES)
def test_every_charge_has_somebody_who_owns_it(charge_type):
    assert all(default_owners(charge_type, side) for side in SIDES)
    assert "odoo" not in default_owners(charge_type, "buy")
