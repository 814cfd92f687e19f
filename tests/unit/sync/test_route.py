"""The way of a shipment: planned stops get their times from the ledger, in any order."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.logistics_milestone_sync.core.route import (
    AHEAD,
    CURRENT,
    DONE,
    LATE,
    Planned,
    Sighting,
    Stop,
    dots,
    follow,
    is_at,
)
from odoo.addons.logistics_milestone_sync.core.route_fact import (
    LegPlan,
    Plan,
    RouteFact,
    StopPlan,
    plan_hash,
    standing_plan,
)
from odoo.addons.logistics_milestone_sync.core.vocabulary import ACTUAL, ESTIMATED

from .strategies import START

WAY = (
    Stop(1, ("Dock",)),
    Stop(2, ("Hub A", "HA"), "Ulm"),
    Stop(3, (), "Basel"),
    Stop(4, ("Shop",)),
)
BACK_AND_FORTH = (Stop(1), Stop(2, ("Hub A",)), Stop(3, ("Hub B",)), Stop(4, ("Hub A",)), Stop(5))


def at(hours):
    return START + timedelta(hours=hours)


def seen(milestone, hours, place="", **values):
    values.setdefault("key", f"{milestone}@{hours}/{place}")
    return Sighting(milestone=milestone, occurred_at=at(hours), place=place, **values)


sightings = st.builds(
    seen,
    st.sampled_from(["dispatched", "arrived_at_hub", "departed_hub", "delivered", "eta_changed"]),
    st.integers(0, 8),
    st.sampled_from(["", "Hub A, Ulm", "Hub B", "Basel, CH", "Nowhere"]),
    classifier=st.sampled_from([ACTUAL, ACTUAL, ESTIMATED]),
    priority=st.sampled_from([0, 10]),
    stated_at=st.none() | st.integers(0, 5).map(at),
    key=st.integers(0, 30).map(str),
)
histories = st.lists(sightings, max_size=10, unique_by=lambda event: event.key)


class TestAnyOrder:
    @settings(max_examples=400, deadline=None)
    @given(st.sampled_from([WAY, BACK_AND_FORTH]), histories, st.randoms(use_true_random=False))
    def test_a_permutation_gives_the_same_times(self, way, history, random):
        assert follow(way, random.sample(history, len(history))) == follow(way, history)

    @settings(max_examples=200, deadline=None)
    @given(histories, st.data())
    def test_repetitions_give_the_same_times(self, history, data):
        again = data.draw(st.lists(st.sampled_from(history)) if history else st.just([]))
        assert follow(WAY, [*again, *history]) == follow(WAY, history)

    @settings(max_examples=200, deadline=None)
    @given(histories)
    def test_no_stop_is_left_before_it_is_reached(self, history):
        for times in follow(BACK_AND_FORTH, history).values():
            if times.arrival and times.departure:
                assert times.arrival <= times.departure

    @settings(max_examples=200, deadline=None)
    @given(histories)
    def test_every_time_was_stated_by_somebody(self, history):
        stated = {event.occurred_at for event in history}
        for times in follow(WAY, history).values():
            known = {times.arrival, times.departure, times.estimated_arrival} - {None}
            assert known <= stated


class TestFollowing:
    def test_a_whole_way(self):
        times = follow(
            WAY,
            [
                seen("delivered", 9),
                seen("departed_hub", 4, "HA, Ulm"),
                seen("dispatched", 1),
                seen("arrived_at_hub", 3, "hub a"),
                seen("arrived_at_hub", 6, "Terminal 2, Basel, CH"),
            ],
        )
        assert times[1].departure == at(1)
        assert (times[2].arrival, times[2].departure) == (at(3), at(4))
        assert (times[3].arrival, times[3].departure) == (at(6), None)
        assert times[4].arrival == at(9)

    def test_a_place_outside_the_plan_is_not_forced_into_it(self):
        assert follow(WAY, [seen("arrived_at_hub", 3, "Nowhere")])[2].arrival is None

    def test_without_a_place_the_next_stop_is_meant(self):
        times = follow(
            WAY,
            [
                seen("dispatched", 1),
                seen("arrived_at_hub", 2),
                seen("arrived_at_hub", 2.5),
                seen("departed_hub", 3),
                seen("arrived_at_hub", 5),
            ],
        )
        assert (times[2].arrival, times[2].departure, times[3].arrival) == (at(2), at(3), at(5))

    def test_a_second_source_that_sees_the_same_arrival_changes_nothing(self):
        times = follow(
            BACK_AND_FORTH,
            [seen("arrived_at_hub", 2, "Hub A"), seen("arrived_at_hub", 2.1, "Hub A", key="other")],
        )
        assert (times[2].arrival, times[4].arrival) == (at(2), None)

    def test_a_place_that_is_visited_twice_is_two_stops(self):
        times = follow(
            BACK_AND_FORTH,
            [
                seen("arrived_at_hub", 2, "Hub A"),
                seen("departed_hub", 3, "Hub A"),
                seen("arrived_at_hub", 7, "Hub A"),
                seen("departed_hub", 8, "Hub A"),
            ],
        )
        assert (times[2].arrival, times[2].departure) == (at(2), at(3))
        assert (times[4].arrival, times[4].departure) == (at(7), at(8))

    def test_the_estimate_that_was_stated_last_stands(self):
        early = seen("eta_changed", 40, classifier=ESTIMATED, stated_at=at(0))
        newer = seen("eta_changed", 30, classifier=ESTIMATED, stated_at=at(1))
        hub = seen("arrived_at_hub", 20, "Hub A", classifier=ESTIMATED)
        leaves = seen("departed_hub", 21, "Hub A", classifier=ESTIMATED)
        times = follow(WAY, [newer, early, hub, leaves])
        assert times[2].estimated_departure == at(21)
        assert (times[4].estimated_arrival, times[2].estimated_arrival) == (at(30), at(20))
        assert times[4].arrival is None

    def test_what_has_nothing_to_do_with_the_way_is_left_out(self):
        assert follow(WAY, [seen("pod_received", 1), seen("packed", 1)]) == follow(WAY, [])

    def test_without_stops_there_is_no_way(self):
        assert follow((), [seen("delivered", 1)]) == {}


@pytest.mark.parametrize(
    ("stop", "place", "same"),
    [
        (Stop(1, ("Hub A",), "Ulm"), "HUB A, Ulm, DE", True),
        (Stop(1, ("Hub A",), "Ulm"), "Hub B, Ulm, DE", False),
        (Stop(1, ("Hub A",), "Ulm"), "Ulm, DE", True),
        (Stop(1, ("", "DEULM"), "Ulm"), "Hub B, DEULM", True),
        (Stop(1, (), "Ulm"), "Hub B, Ulm, DE", True),
        (Stop(1, (), ""), "Ulm", False),
        (Stop(1), "", False),
    ],
)
def test_places_are_the_same_by_their_most_precise_name(stop, place, same):
    assert is_at(stop, place) is same


class TestPicture:
    plan = (
        Planned(due=None, left=at(1)),
        Planned(due=at(3), arrived=at(2)),
        Planned(due=at(6)),
        Planned(due=at(9)),
    )

    def test_what_lies_behind_is_done_and_what_lies_ahead_is_ahead(self):
        assert dots(self.plan, at(4)) == [DONE, CURRENT, AHEAD, AHEAD]

    def test_what_should_have_happened_is_late(self):
        assert dots(self.plan, at(7)) == [DONE, CURRENT, LATE, AHEAD]

    def test_what_is_expected_too_late_is_late_already(self):
        plan = (*self.plan[:3], Planned(due=at(9), expected=at(12)))
        assert dots(plan, at(4))[-1] == LATE

    def test_what_came_too_late_stays_visible(self):
        plan = (self.plan[0], replace(self.plan[1], arrived=at(5)), *self.plan[2:])
        assert dots(plan, at(5))[1] == LATE

    def test_a_stop_that_nobody_reported_is_behind_the_goods(self):
        plan = (*self.plan[:1], Planned(due=at(2)), Planned(arrived=at(5)), self.plan[3])
        assert dots(plan, at(6)) == [DONE, DONE, CURRENT, AHEAD]

    def test_the_end_is_done_and_not_current(self):
        assert dots([Planned(left=at(1)), Planned(arrived=at(3))], at(9)) == [DONE, DONE]


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"stops": ()}, "2 to 50"),
        ({"legs": (LegPlan(1, 0),)}, "later one"),
        ({"legs": (LegPlan(0, 5),)}, "later one"),
        ({"stated_at": START.replace(tzinfo=None)}, "time zone"),
    ],
)
def test_a_route_that_leads_nowhere_is_refused(wrong, complaint):
    whole = {"stops": (StopPlan("pickup"), StopPlan("delivery"))} | wrong
    with pytest.raises(ValueError, match=complaint):
        RouteFact((), **whole)


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: StopPlan("picnic"), "kind of stop"),
        (lambda: StopPlan("hub", planned_arrival=START.replace(tzinfo=None)), "time zone"),
        (lambda: LegPlan(0, 1, "teleport"), "mode of transport"),
    ],
)
def test_a_word_outside_the_vocabulary_of_routes_is_refused(make, complaint):
    with pytest.raises(ValueError, match=complaint):
        make()


class TestWhichPlanStands:
    plans = st.lists(
        st.builds(
            Plan, st.integers(1, 99), st.integers(0, 5).map(at), st.booleans(), st.booleans()
        ),
        max_size=5,
        unique_by=lambda plan: plan.id,
    )

    @given(plans, st.randoms(use_true_random=False))
    def test_the_order_of_looking_does_not_matter(self, plans, random):
        assert standing_plan(random.sample(plans, len(plans))) == standing_plan(plans)

    def test_the_newest_plan_of_who_owns_the_planning_stands(self):
        old, new = Plan(2, at(1)), Plan(1, at(2))
        by_hand = Plan(3, at(9), accepted=False, by_hand=True)
        assert standing_plan([new, old, by_hand]) == new

    def test_what_people_entered_stands_until_a_planner_speaks(self):
        by_hand = Plan(3, at(9), accepted=False, by_hand=True)
        assert standing_plan([by_hand, Plan(4, at(10), accepted=False)]) == by_hand

    def test_who_does_not_own_the_planning_plans_nothing(self):
        assert standing_plan([Plan(4, at(10), accepted=False)]) is None

    def test_a_changed_plan_is_another_plan(self):
        plan = RouteFact((), (StopPlan("pickup"), StopPlan("delivery", planned_arrival=at(5))))
        later = replace(plan, stops=(plan.stops[0], replace(plan.stops[1], planned_arrival=at(6))))
        assert plan_hash(plan) == plan_hash(replace(plan))
        assert len({plan_hash(p) for p in (plan, later, replace(plan, stated_at=at(1)))}) == 3
