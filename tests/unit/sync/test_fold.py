"""The state is a function of the set of events: order, repetition and route cannot matter."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.logistics_milestone_sync.core.fact import Evidence
from odoo.addons.logistics_milestone_sync.core.fold import fold
from odoo.addons.logistics_milestone_sync.core.state import LedgerEvent
from odoo.addons.logistics_milestone_sync.core.vocabulary import (
    CATALOGUE,
    DELIVERED_PHASE,
    ESTIMATED,
    FAILED,
    PHASES,
    TRANSIT,
)

from .strategies import CONSIGNMENTS, START, histories


def event(milestone, hours=0.0, **values):
    values.setdefault("key", f"{milestone}@{hours}/{values.get('consignment_id')}")
    return LedgerEvent(milestone=milestone, occurred_at=START + timedelta(hours=hours), **values)


def state(*events, consignments=()):
    return fold(events, consignments).shipment


class TestAnyOrder:
    @settings(max_examples=500, deadline=None)
    @given(histories, st.randoms(use_true_random=False))
    def test_a_permutation_gives_the_same_state(self, history, random):
        shuffled = random.sample(history, len(history))
        assert fold(shuffled, CONSIGNMENTS) == fold(history, CONSIGNMENTS)

    @settings(max_examples=300, deadline=None)
    @given(histories, st.data())
    def test_repetitions_give_the_same_state(self, history, data):
        repeated = data.draw(st.lists(st.sampled_from(history)) if history else st.just([]))
        assert fold([*repeated, *history], CONSIGNMENTS) == fold(history, CONSIGNMENTS)

    @settings(max_examples=300, deadline=None)
    @given(histories)
    def test_what_does_not_count_changes_nothing(self, history):
        counting = [e for e in history if e.counts or e.retracts]
        assert fold(counting, CONSIGNMENTS) == fold(history, CONSIGNMENTS)

    @settings(max_examples=300, deadline=None)
    @given(histories, st.sampled_from(sorted(CATALOGUE)), st.integers(0, 6))
    def test_a_further_event_never_moves_a_shipment_back(self, history, milestone, hours):
        further = event(milestone, hours, key="further", system_id=9)
        before, after = state(*history), state(*history, further)
        if FAILED not in (before.phase, after.phase):
            assert PHASES.index(after.phase) >= PHASES.index(before.phase)


class TestWhereItStands:
    def test_nothing_happened_yet(self):
        assert state().milestone == ""

    def test_the_latest_event_of_the_furthest_phase_decides(self):
        assert state(event("out_for_delivery", 5), event("arrived_at_hub", 2)).milestone == (
            "out_for_delivery"
        )

    def test_a_second_try_is_out_for_delivery_again(self):
        tried = state(
            event("out_for_delivery", 1),
            event("delivery_attempted", 2),
            event("out_for_delivery", 9),
        )
        assert (tried.milestone, tried.attempts) == ("out_for_delivery", 1)

    def test_a_late_event_enters_history_and_does_not_regress(self):
        late = state(event("delivered", 5), event("packed", 6))
        assert (late.milestone, late.phase) == ("delivered", DELIVERED_PHASE)
        assert set(late.reached) == {"delivered", "packed"}

    def test_the_first_final_state_stays_and_the_contradiction_is_visible(self):
        contradictory = state(event("delivered", 5), event("lost", 7))
        assert contradictory.milestone == "delivered"
        assert contradictory.conflicting

    def test_a_retraction_leaves_a_final_state(self):
        history = [
            event("out_for_delivery", 1),
            event("delivered", 2, source_event_id="e1", system_id=4),
            event("retracted", 3, retracts="e1", system_id=4),
        ]
        assert (state(*history).milestone, state(*history).phase) == ("out_for_delivery", TRANSIT)

    def test_nobody_withdraws_the_words_of_another(self):
        history = [
            event("delivered", 2, source_event_id="e1", system_id=4),
            event("retracted", 3, retracts="e1", system_id=5),
        ]
        assert state(*history).milestone == "delivered"

    def test_a_correction_withdraws_and_states_anew(self):
        history = [
            event("delivered", 2, source_event_id="e1"),
            event("delivered", 4, source_event_id="e2", retracts="e1"),
        ]
        assert state(*history).since == START + timedelta(hours=4)

    def test_an_unknown_milestone_is_left_out(self):
        assert state(event("picked"), event("beamed_up", 3)).milestone == "picked"


class TestConsignments:
    def test_half_a_delivery_is_none(self):
        half = fold([event("delivered", 3, consignment_id=1)], (1, 2))
        assert half.shipment.phase != DELIVERED_PHASE
        assert half.consignments[1].phase == DELIVERED_PHASE
        assert "delivered" not in half.shipment.reached

    def test_the_last_consignment_completes_the_milestone(self):
        both = fold(
            [event("delivered", 3, consignment_id=1), event("delivered", 8, consignment_id=2)],
            (1, 2),
        )
        assert both.shipment.phase == DELIVERED_PHASE
        assert both.shipment.reached["delivered"].occurred_at == START + timedelta(hours=8)

    def test_an_event_of_the_shipment_speaks_of_all_consignments(self):
        assert fold([event("dispatched", 1)], (1, 2)).shipment.milestone == "dispatched"


class TestEstimates:
    def test_the_estimate_that_was_stated_last_is_the_eta(self):
        early = event("eta_changed", 40, classifier=ESTIMATED, stated_at=START)
        newer = event("eta_changed", 30, classifier=ESTIMATED, stated_at=START + timedelta(hours=1))
        assert state(newer, early).eta == START + timedelta(hours=30)

    def test_an_estimated_delivery_moves_nothing(self):
        assert state(event("delivered", 40, classifier=ESTIMATED)).milestone == ""


class TestExceptions:
    def test_raised_and_not_closed_is_open(self):
        assert len(state(event("exception_raised", 1)).exceptions) == 1

    def test_closing_closes_what_was_raised_before(self):
        history = [
            event("exception_closed", 2),
            event("exception_raised", 1),
            event("exception_raised", 3),
        ]
        assert state(*history).exceptions == (history[2].key,)

    def test_who_names_the_exception_closes_that_one_only_whatever_the_clocks_say(self):
        damage = event("exception_raised", 1, key="damage")
        ahead = event("exception_raised", 9, key="ahead")
        closing = event("exception_closed", 5, closes="ahead")
        assert state(closing, damage, ahead).exceptions == ("damage",)
        assert state(damage, ahead, event("exception_closed", 2)).exceptions == ("ahead",)

    def test_a_closing_that_does_not_count_closes_nothing(self):
        damage = event("exception_raised", 1, key="damage")
        for closing in (
            event("exception_closed", 2, closes="damage", counts=False),
            event("exception_closed", 2, closes="another"),
            event("delivered", 2, closes="damage"),
        ):
            assert state(damage, closing).exceptions == ("damage",)

    def test_arrival_settles_a_delay_and_not_a_damage(self):
        late = event("exception_raised", 1, reason="delayed", key="late")
        broken = event("exception_raised", 2, reason="damaged", key="broken")
        assert state(event("delivered", 5), late, broken).exceptions == ("broken",)

    def test_a_delay_that_is_stated_after_the_arrival_stays_open(self):
        late = event("exception_raised", 9, reason="delayed")
        assert state(event("delivered", 5), late).exceptions == (late.key,)


def test_an_observed_milestone_outranks_an_inferred_one():
    inferred = event("dispatched", 1, inferred=True)
    observed = event("dispatched", 2, key="observed")
    assert state(inferred, observed).reached["dispatched"] is observed


def test_the_evidence_of_the_proof_travels_with_the_milestone():
    proof = event("pod_received", 2, evidence=Evidence(signer="R. Delgado"))
    assert state(proof).reached["pod_received"].evidence.signer == "R. Delgado"


@pytest.mark.parametrize("milestone", [m for m in CATALOGUE.values() if m.terminal])
def test_every_final_milestone_belongs_to_a_phase(milestone):
    assert milestone.phase in (DELIVERED_PHASE, FAILED)


def test_the_start_of_time_does_not_matter():
    ancient = LedgerEvent("k", "delivered", datetime(1, 1, 2, tzinfo=UTC))
    assert state(ancient).milestone == "delivered"
