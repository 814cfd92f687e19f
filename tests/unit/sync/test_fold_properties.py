"""What holds for every history: who is heard, what is withdrawn, what comes late, what is final."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.logistics_milestone_sync.core.fold import fold
from odoo.addons.logistics_milestone_sync.core.state import LedgerEvent
from odoo.addons.logistics_milestone_sync.core.vocabulary import CATALOGUE, NO_PHASE, PHASES

from .strategies import CONSIGNMENTS, START, histories, ledger_events

MANY = settings(max_examples=300, deadline=None)
MOVING = sorted(code for code, milestone in CATALOGUE.items() if milestone.phase != NO_PHASE)
TERMINAL = sorted(code for code, milestone in CATALOGUE.items() if milestone.terminal)
STRANGER = 99  # a system that says nothing else


def facts_only(history):
    """Without the decisions of people, which stand above the facts."""
    return [replace(event, override=False) for event in history]


def said(milestone, hours, key="further", **values):
    values = {"system_id": STRANGER} | values
    return LedgerEvent(key, milestone, START + timedelta(hours=hours), **values)


def standing(folded):
    """Where everything stands, without the events that prove it."""
    states = [folded.shipment, *folded.consignments.values()]
    return [(s.milestone, s.phase, s.since, s.eta, s.attempts, s.exceptions) for s in states]


@MANY
@given(histories, ledger_events(), st.data())
def test_an_event_that_does_not_count_changes_nothing_wherever_it_stands(history, event, data):
    ignored = replace(event, key="ignored", counts=False, retracts=None)
    place = data.draw(st.integers(0, len(history)))
    longer = [*history[:place], ignored, *history[place:]]
    assert fold(longer, CONSIGNMENTS) == fold(history, CONSIGNMENTS)


@MANY
@given(histories, st.sampled_from(["a", "b", "c", "d"]))
def test_nobody_withdraws_what_others_said(history, event_id):
    foreign = said("retracted", 1, retracts=event_id, counts=False)
    assert fold([*history, foreign], CONSIGNMENTS) == fold(history, CONSIGNMENTS)


@MANY
@given(histories, st.sampled_from(MOVING), st.sampled_from(MOVING), st.permutations(range(2)))
def test_withdrawn_and_stated_anew_is_as_if_stated_anew_alone(history, wrong, right, order):
    first = said(wrong, 2, "first", source_event_id="x1")
    corrected = said(right, 4, "anew", source_event_id="x2", retracts="x1")
    alone = replace(corrected, retracts=None)
    both = [(first, corrected)[n] for n in order]
    assert standing(fold([*history, *both], CONSIGNMENTS)) == standing(
        fold([*history, alone], CONSIGNMENTS)
    )


@MANY
@given(histories, st.sampled_from(MOVING))
def test_withdrawn_is_as_if_never_said(history, milestone):
    event = said(milestone, 3, "first", source_event_id="x1")
    withdrawal = said("retracted", 5, "gone", retracts="x1")
    assert standing(fold([*history, event, withdrawal], CONSIGNMENTS)) == standing(
        fold(history, CONSIGNMENTS)
    )


@MANY
@given(histories.map(facts_only), st.sampled_from(TERMINAL), st.sampled_from(MOVING))
def test_nothing_that_is_said_afterwards_leaves_the_first_final_state(history, final, later):
    ended = [*history, said(final, 0, "final", priority=0)]
    first = fold(ended).shipment
    again = fold([*ended, said(later, 50)]).shipment
    assert CATALOGUE[first.milestone].terminal
    assert (again.milestone, again.since) == (first.milestone, first.since)


@MANY
@given(histories.map(facts_only), st.sampled_from(sorted({*MOVING} - {*TERMINAL})))
def test_a_late_statement_of_an_earlier_phase_moves_nothing_and_is_remembered(history, milestone):
    before = fold(history).shipment
    if PHASES.index(CATALOGUE[milestone].phase) >= PHASES.index(before.phase):
        return
    after = fold([*history, said(milestone, -5)]).shipment
    assert (after.milestone, after.since) == (before.milestone, before.since)
    assert milestone in after.reached


@MANY
@given(histories)
def test_a_consignment_hears_what_is_said_of_it_and_of_all_and_nothing_else(history):
    one, other = CONSIGNMENTS
    not_of_the_other = [e for e in history if e.consignment_id != other]
    everything, part = fold(history, CONSIGNMENTS), fold(not_of_the_other, CONSIGNMENTS)
    retracting = any(e.retracts for e in history if e.consignment_id == other)
    closing = any(e.closes for e in history if e.consignment_id == other)
    if not retracting and not closing:
        assert everything.consignments[one] == part.consignments[one]


@MANY
@given(histories.map(facts_only))
def test_the_shipment_is_never_further_than_its_least_advanced_consignment(history):
    folded = fold(history, CONSIGNMENTS)
    least = min(PHASES.index(state.phase) for state in folded.consignments.values())
    assert PHASES.index(folded.shipment.phase) == least
    for code, event in folded.shipment.reached.items():
        assert all(code in state.reached for state in folded.consignments.values())
        assert event.milestone == code


@MANY
@given(histories)
def test_one_consignment_alone_is_the_shipment(history):
    [only] = CONSIGNMENTS[:1]
    folded = fold(history, [only])
    shipment, part = folded.shipment, folded.consignments[only]
    assert replace(shipment, exceptions=()) == replace(part, exceptions=())
    assert set(shipment.exceptions) == set(part.exceptions)


@MANY
@given(histories, st.integers(0, 3), st.permutations([10, 20, 30]))
def test_of_several_owners_of_one_second_the_best_one_is_the_proof(history, hour, priorities):
    others = [e for e in facts_only(history) if e.milestone != "dispatched"]
    stated = [
        said("dispatched", hour, f"by-{priority}", priority=priority, system_id=100 + priority)
        for priority in priorities
    ]
    assert fold([*others, *stated]).shipment.reached["dispatched"].priority == 10


@MANY
@given(histories, st.randoms(use_true_random=False))
def test_any_route_of_repetitions_and_orders_ends_in_the_same_place(history, random):
    noisy = [random.choice(history) for _n in range(len(history))] if history else []
    noisy += history
    random.shuffle(noisy)
    packages = {CONSIGNMENTS[0]: [7, 8]}
    assert fold(noisy, CONSIGNMENTS, packages=packages) == fold(
        history, CONSIGNMENTS, packages=packages
    )
