"""An override decides where a shipment stands, and leaves no trace once it is over."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.logistics_milestone_sync.core.fold import fold
from odoo.addons.logistics_milestone_sync.core.state import LedgerEvent
from odoo.addons.logistics_milestone_sync.core.timeline import (
    OVERRIDDEN,
    WITHDRAWN,
    timeline,
)
from odoo.addons.logistics_milestone_sync.core.vocabulary import (
    CATALOGUE,
    DELIVERED_PHASE,
    ESTIMATED,
    NO_PHASE,
    TRANSIT,
)

from .strategies import CONSIGNMENTS, START, histories

ODOO = 50  # the system that states overrides
MOVING = sorted(code for code, m in CATALOGUE.items() if m.phase != NO_PHASE)


def event(milestone, hours=0.0, **values):
    values.setdefault("key", f"{milestone}@{hours}/{values.get('consignment_id')}")
    return LedgerEvent(milestone=milestone, occurred_at=START + timedelta(hours=hours), **values)


def override(milestone, number=1, hours=0.0, **values):
    """Override ``number``, stated at its own hour unless told otherwise."""
    values.setdefault("stated_at", START + timedelta(hours=number))
    return event(
        milestone,
        hours,
        key=f"override-{number}",
        system_id=ODOO,
        source_event_id=f"override/{number}",
        override=True,
        **values,
    )


def end_of(number=1):
    return event(
        "retracted",
        99,
        key=f"end-{number}",
        system_id=ODOO,
        source_event_id=f"override/{number}/end",
        retracts=f"override/{number}",
        override=True,
    )


def state(*events, consignments=()):
    return fold(events, consignments).shipment


class TestAnyOrder:
    @settings(max_examples=300, deadline=None)
    @given(
        histories,
        st.lists(st.sampled_from(MOVING), max_size=4),
        st.sets(st.integers(0, 3)),
        st.randoms(use_true_random=False),
    )
    def test_overrides_and_their_ends_fold_alike_in_any_order(
        self, history, milestones, ended, random
    ):
        overrides = [override(code, number) for number, code in enumerate(milestones)]
        everything = [*history, *overrides, *map(end_of, ended)]
        shuffled = random.sample(everything * 2, len(everything) * 2)
        assert fold(shuffled, CONSIGNMENTS) == fold(everything, CONSIGNMENTS)

    @settings(max_examples=300, deadline=None)
    @given(histories, st.sampled_from(MOVING), st.sampled_from([None, *CONSIGNMENTS]))
    def test_an_override_that_is_over_was_never_there(self, history, milestone, consignment):
        over = [override(milestone, consignment_id=consignment), end_of()]
        assert fold([*over, *history], CONSIGNMENTS) == fold(history, CONSIGNMENTS)

    @settings(max_examples=300, deadline=None)
    @given(histories, st.sampled_from(MOVING))
    def test_the_override_that_was_stated_last_decides(self, history, milestone):
        last = override(milestone, number=200)
        standing = fold([*history, last], CONSIGNMENTS)
        everywhere = (standing.shipment, *standing.consignments.values())
        assert {part.milestone for part in everywhere} == {milestone}
        assert all(part.overridden for part in everywhere)

    @settings(max_examples=200, deadline=None)
    @given(histories)
    def test_without_a_standing_override_nothing_is_overridden(self, history):
        facts = [replace(e, override=False) for e in history]
        assert not state(*facts).overridden


class TestWhereItStands:
    def test_it_leads_out_of_a_final_state_and_back_again_when_it_is_over(self):
        delivered, back = event("delivered", 3), override("out_for_delivery", hours=5)
        assert (state(delivered, back).milestone, state(delivered, back).phase) == (
            "out_for_delivery",
            TRANSIT,
        )
        assert state(delivered, back, end_of()) == state(delivered)

    def test_only_its_own_end_ends_it(self):
        message = event("retracted", 99, system_id=ODOO, source_event_id="x", retracts="override/1")
        assert state(override("delivered"), message).milestone == "delivered"

    def test_the_end_of_an_override_withdraws_no_fact(self):
        fact = event("delivered", 1, system_id=ODOO, source_event_id="override/1")
        assert state(fact, end_of()).milestone == "delivered"

    def test_facts_that_arrive_meanwhile_count_once_it_is_over(self):
        history = [event("dispatched", 1), override("picked", hours=2), event("delivered", 3)]
        assert state(*history).milestone == "picked"
        assert state(*history, end_of()).milestone == "delivered"

    def test_it_says_since_when(self):
        assert state(event("picked", 1), override("delivered", hours=7)).since == (
            START + timedelta(hours=7)
        )

    def test_the_former_one_stands_again_when_the_latter_is_over(self):
        both = [override("delivered", 1), override("lost", 2)]
        assert state(*both).milestone == "lost"
        assert state(*both, end_of(2)).milestone == "delivered"

    def test_equal_times_are_decided_by_the_key(self):
        both = [override("delivered", 1, stated_at=START), override("lost", 2, stated_at=START)]
        assert state(*both) == state(*reversed(both))

    def test_an_override_settles_what_sources_contradict(self):
        contradictory = [event("delivered", 1), event("lost", 2)]
        assert state(*contradictory).conflicting
        assert not state(*contradictory, override("delivered", hours=3)).conflicting

    @pytest.mark.parametrize(
        "broken",
        [
            {"classifier": ESTIMATED},
            {"counts": False},
        ],
    )
    def test_a_forecast_or_refused_override_decides_nothing(self, broken):
        assert state(event("picked", 1), override("delivered", **broken)).milestone == "picked"

    def test_what_does_not_move_a_shipment_overrides_nothing(self):
        assert not state(event("picked", 1), override("pod_received")).overridden


class TestWhatIsReached:
    def test_a_milestone_that_nothing_else_reached_is_reached_by_the_override(self):
        reached = state(event("dispatched", 1), override("delivered")).reached
        assert reached["delivered"].override
        assert not reached["dispatched"].override

    def test_a_fact_is_the_better_witness(self):
        assert not state(event("delivered", 9), override("delivered")).reached["delivered"].override

    def test_a_delivery_that_an_override_denies_is_not_reached(self):
        history = [event("delivered", 1), override("out_for_delivery", hours=2)]
        assert "delivered" not in state(*history).reached
        assert "delivered" in state(*history, end_of()).reached

    def test_an_override_counts_no_attempt_and_settles_no_exception(self):
        late = event("exception_raised", 1, reason="delayed")
        assert state(late, override("delivered", hours=2)).exceptions == (late.key,)
        assert state(override("delivery_attempted")).attempts == 0


class TestConsignments:
    def test_it_may_concern_one_consignment_only(self):
        folded = fold(
            [event("dispatched", 1), override("delivered", hours=2, consignment_id=1)], (1, 2)
        )
        assert folded.consignments[1].phase == DELIVERED_PHASE
        assert folded.consignments[2].milestone == "dispatched"
        assert folded.shipment.milestone == "dispatched"
        assert folded.shipment.overridden

    def test_one_overridden_consignment_shows_in_what_completes_the_shipment(self):
        folded = fold(
            [
                override("delivered", hours=1, consignment_id=1),
                event("delivered", 8, consignment_id=2),
            ],
            (1, 2),
        )
        assert folded.shipment.phase == DELIVERED_PHASE
        assert folded.shipment.reached["delivered"].override

    def test_it_holds_for_every_package_of_its_consignment(self):
        history = [
            event("delivered", 3, consignment_id=1, package_id=10),
            event("dispatched", 1),
            override("arrived_at_hub", hours=5, consignment_id=1),
        ]
        folded = fold(history, (1, 2), packages={1: (10, 11), 2: (20,)})
        assert {folded.packages[p].milestone for p in (10, 11)} == {"arrived_at_hub"}
        assert folded.packages[20].milestone == "dispatched"
        assert folded.consignments[1].overridden
        assert fold([*history, end_of()], (1, 2), packages={1: (10, 11)}).packages[10].phase == (
            DELIVERED_PHASE
        )


class TestTimeline:
    def _effects(self, *events):
        numbered = [replace(e, id=number) for number, e in enumerate(events)]
        return [step.effect for step in timeline(numbered)]

    def test_it_is_told_as_an_override_whether_it_moved_or_not(self):
        assert self._effects(event("delivered", 1), override("delivered"))[-1] == OVERRIDDEN
        assert self._effects(event("picked", 1), override("delivered"))[-1] == OVERRIDDEN

    def test_an_override_that_is_over_is_shown_as_withdrawn(self):
        assert self._effects(event("picked", 1), override("lost"), end_of())[1] == WITHDRAWN
