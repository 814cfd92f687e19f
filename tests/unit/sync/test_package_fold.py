"""Packages inside a consignment: what names one speaks of it, and half a delivery is none."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.logistics_milestone_sync.core.fold import fold
from odoo.addons.logistics_milestone_sync.core.reference import (
    Match,
    NoMatch,
    Reference,
    Target,
    resolve,
)
from odoo.addons.logistics_milestone_sync.core.state import LedgerEvent
from odoo.addons.logistics_milestone_sync.core.timeline import HISTORY, MOVED, timeline
from odoo.addons.logistics_milestone_sync.core.vocabulary import (
    CATALOGUE,
    DELIVERED_PHASE,
    FAILED,
    PHASES,
    TRANSIT,
)

from .strategies import CONSIGNMENTS, START, histories_with

PACKAGES = {1: (11, 12, 13), 2: ()}  # the second consignment travels as one piece
OF_ONE = {1: (11, 12)}


histories = histories_with(PACKAGES[1])


def event(milestone, hours=0.0, package=None, consignment=1, **values):
    values.setdefault("key", f"{milestone}@{hours}/{consignment}/{package}")
    return LedgerEvent(
        milestone=milestone,
        occurred_at=START + timedelta(hours=hours),
        consignment_id=consignment if package else None,
        package_id=package,
        **values,
    )


def folded(*events):
    return fold(events, (1,), packages=OF_ONE)


class TestToldAgainOfAPart:
    """The same event, sent before and after the number in it became known."""

    whole = event("delivery_attempted", key="whole", source_event_id="e1")
    part = replace(whole, key="part", consignment_id=1)
    package = replace(part, key="package", package_id=11)

    def test_it_happened_once_and_to_that_part_whatever_came_first(self):
        for events in ((self.whole, self.part), (self.part, self.whole)):
            result = fold(events, (1, 2))
            assert result.shipment.attempts == 1
            assert [result.consignments[cid].attempts for cid in (1, 2)] == [1, 0]

    def test_a_package_is_more_precise_than_its_consignment(self):
        for events in ((self.whole, self.part, self.package), (self.package, self.part)):
            result = folded(*events)
            assert [result.packages[pid].attempts for pid in (11, 12)] == [1, 0]

    @pytest.mark.parametrize(
        "changed",
        [
            {"system_id": 9},
            {"milestone": "out_for_delivery"},
            {"source_event_id": "e2"},
            {"source_event_id": None},
            {"counts": False},
        ],
    )
    def test_another_event_takes_nothing_away(self, changed):
        result = fold((self.whole, replace(self.part, **changed)), (1, 2))
        assert result.consignments[2].attempts == 1


class TestAnyOrder:
    @settings(max_examples=300, deadline=None)
    @given(histories, st.randoms(use_true_random=False))
    def test_a_permutation_gives_the_same_packages(self, history, random):
        shuffled = random.sample(history, len(history))
        assert fold(shuffled, CONSIGNMENTS, packages=PACKAGES) == fold(
            history, CONSIGNMENTS, packages=PACKAGES
        )

    @settings(max_examples=200, deadline=None)
    @given(histories, st.data())
    def test_repetitions_give_the_same_packages(self, history, data):
        repeated = data.draw(st.lists(st.sampled_from(history)) if history else st.just([]))
        assert fold([*repeated, *history], CONSIGNMENTS, packages=PACKAGES) == fold(
            history, CONSIGNMENTS, packages=PACKAGES
        )

    @settings(max_examples=300, deadline=None)
    @given(histories)
    def test_a_consignment_is_delivered_only_if_every_package_that_is_left_is(self, history):
        result = fold(history, CONSIGNMENTS, packages=PACKAGES)
        inside = [result.packages[pid] for pid in PACKAGES[1]]
        left = [state for state in inside if state.milestone != "cancelled"] or inside
        all_there = all(state.phase == DELIVERED_PHASE for state in left)
        assert (result.consignments[1].phase == DELIVERED_PHASE) == all_there
        if "delivered" in result.consignments[1].reached:
            assert all("delivered" in state.reached for state in left)

    @settings(max_examples=300, deadline=None)
    @given(histories, st.sampled_from(sorted(CATALOGUE)), st.integers(0, 6), st.data())
    def test_a_further_event_never_moves_a_consignment_back(self, history, milestone, hours, data):
        package = data.draw(st.sampled_from([None, *PACKAGES[1]]))
        further = event(milestone, hours, package, key="further", system_id=9)
        before, after = (
            fold(events, CONSIGNMENTS, packages=PACKAGES).consignments[1]
            for events in (history, [*history, further])
        )
        if FAILED not in (before.phase, after.phase):
            assert PHASES.index(after.phase) >= PHASES.index(before.phase)

    @settings(max_examples=200, deadline=None)
    @given(histories)
    def test_one_package_that_is_the_whole_consignment_changes_nothing(self, history):
        plain = [replace(e, package_id=None) for e in history]
        without = fold(plain, CONSIGNMENTS)
        with_one = fold(plain, CONSIGNMENTS, packages={1: (11,)})
        assert with_one.consignments == without.consignments
        assert with_one.shipment == without.shipment


class TestHalfADelivery:
    def test_one_of_two_packages_is_not_a_delivery(self):
        half = folded(event("dispatched", 1), event("delivered", 5, 11))
        assert half.packages[11].phase == DELIVERED_PHASE
        assert half.packages[12].phase == TRANSIT
        assert (half.consignments[1].phase, half.shipment.phase) == (TRANSIT, TRANSIT)
        assert "delivered" not in half.shipment.reached

    def test_the_last_package_completes_the_delivery(self):
        both = folded(event("delivered", 5, 11), event("delivered", 9, 12))
        assert both.shipment.phase == DELIVERED_PHASE
        assert both.shipment.reached["delivered"].occurred_at == START + timedelta(hours=9)

    def test_an_event_without_a_package_speaks_of_all(self):
        assert folded(event("delivered", 5)).packages[12].phase == DELIVERED_PHASE

    def test_a_proof_for_one_package_is_no_proof_for_the_consignment(self):
        proven = folded(event("delivered", 5), event("pod_received", 6, 11))
        assert "pod_received" not in proven.shipment.reached

    @pytest.mark.parametrize("end", ["lost", "returned"])
    def test_with_a_lost_package_the_rest_arrives_and_the_whole_never_does(self, end):
        underway = folded(event("dispatched", 1), event(end, 3, 11))
        assert underway.shipment.phase == TRANSIT, "the other package is still on its way"
        arrived = folded(event("dispatched", 1), event(end, 3, 11), event("delivered", 5, 12))
        assert (arrived.shipment.milestone, arrived.shipment.phase) == (end, FAILED)
        assert "delivered" not in arrived.shipment.reached

    def test_a_cancelled_package_is_no_part_of_the_consignment_any_more(self):
        rest = folded(event("cancelled", 1, 11), event("delivered", 5, 12))
        assert rest.shipment.phase == DELIVERED_PHASE
        assert "delivered" in rest.shipment.reached

    def test_when_all_packages_are_cancelled_the_consignment_is(self):
        gone = folded(event("cancelled", 1, 11), event("cancelled", 2, 12))
        assert gone.shipment.milestone == "cancelled"

    def test_an_exception_of_a_cancelled_package_stays_visible(self):
        raised = event("exception_raised", 1, 11, reason="damaged")
        rest = folded(raised, event("cancelled", 2, 11), event("delivered", 5, 12))
        assert rest.shipment.exceptions == (raised.key,)

    def test_a_package_of_another_consignment_is_not_meant(self):
        result = fold([event("delivered", 5, 11)], (1, 2), packages={1: (11,), 2: (21,)})
        assert result.packages[21].milestone == ""


def test_the_timeline_shows_that_a_part_moved():
    heard = [
        replace(event("dispatched", 1), id=1),
        replace(event("delivered", 2, 11), id=2),
        replace(event("packed", 0, 11), id=3),
    ]
    steps = timeline(heard, (1,), packages=OF_ONE)
    assert [step.effect for step in steps] == [MOVED, MOVED, HISTORY]
    assert (steps[1].before, steps[1].after) == ("dispatched", "dispatched")


class TestResolving:
    first, second = Reference("sscc", "A1"), Reference("sscc", "B2")
    table = {
        first.key: [Target(1, 2, None, 11)],
        second.key: [Target(1, 2, None, 12)],
        ("tracking", "T1"): [Target(1, 2)],
    }

    def resolve(self, *references):
        return resolve(references, lambda reference: self.table.get(reference.key, ()))

    def test_the_number_of_a_package_stands_for_that_package(self):
        match = self.resolve(Reference("tracking", "T1"), self.first)
        assert isinstance(match, Match)
        assert match.target == Target(1, 2, None, 11)

    def test_the_number_of_the_consignment_stands_for_all_packages(self):
        match = self.resolve(Reference("tracking", "T1"))
        assert isinstance(match, Match)
        assert match.target.package_id is None

    def test_two_packages_in_one_statement_are_not_guessed(self):
        for references in ((self.first, self.second), (self.second, self.first)):
            result = self.resolve(*references)
            assert isinstance(result, NoMatch)
            assert result.ambiguous
            assert "2 packages" in result.explanation

    def test_one_number_for_several_packages_stands_for_their_consignment(self):
        targets = [Target(1, 2, None, 11), Target(1, 2, None, 12)]
        match = resolve([self.first], lambda _reference: targets)
        assert isinstance(match, Match)
        assert match.target == Target(1, 2)
