"""Silence: what is expected next follows from the set of events, the patterns and announcements."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_milestone_sync.core.expectation import (
    Expected,
    Pattern,
    Rule,
    next_expected,
    resolve_patterns,
)
from odoo.addons.logistics_milestone_sync.core.fold import fold
from odoo.addons.logistics_milestone_sync.core.state import LedgerEvent
from odoo.addons.logistics_milestone_sync.core.vocabulary import ESTIMATED, PLANNED

from .strategies import CONSIGNMENTS, START, histories

HOUR = timedelta(hours=1)
GRACE = 4 * HOUR
PATTERNS = {
    "picked": Pattern("packed", 24 * HOUR),
    "dispatched": Pattern("arrived_at_hub", 48 * HOUR),
    "arrived_at_hub": Pattern("departed_hub", 36 * HOUR),
    "delivered": Pattern("pod_received", 24 * HOUR),
}


def _event(milestone, hours, stated=None, **values):
    values.setdefault("key", f"{milestone}@{hours}/{stated}/{sorted(values.items())}")
    if stated is not None:
        values["stated_at"] = START + stated * HOUR
    return LedgerEvent(milestone=milestone, occurred_at=START + hours * HOUR, **values)


def _expected(*events, consignments=(), grace=GRACE):
    return next_expected(fold(events, consignments), events, PATTERNS, grace)


def test_before_anything_happened_nothing_is_overdue():
    assert _expected() is None


def test_the_pattern_says_what_comes_after_a_milestone():
    assert _expected(_event("picked", 2)) == Expected("packed", START + 26 * HOUR)


def test_a_milestone_without_a_pattern_expects_nothing():
    assert _expected(_event("created", 2)) is None


def test_an_estimate_of_a_later_milestone_is_better_than_the_pattern():
    eta = _event("eta_changed", 90, classifier=ESTIMATED)
    assert _expected(_event("dispatched", 2), eta) == Expected("delivered", START + 94 * HOUR)


def test_of_several_announced_milestones_the_first_is_expected():
    hub = _event("arrived_at_hub", 20, classifier=PLANNED)
    eta = _event("eta_changed", 90, classifier=ESTIMATED)
    assert _expected(_event("dispatched", 2), eta, hub).milestone == "arrived_at_hub"


def test_an_estimate_replaces_a_plan_and_the_newest_estimate_the_others():
    plan = _event("delivered", 30, stated=9, classifier=PLANNED)
    old = _event("eta_changed", 40, stated=1, classifier=ESTIMATED)
    new = _event("delivered", 35, stated=2, classifier=ESTIMATED)
    assert _expected(_event("dispatched", 0), plan, old, new).at == START + 39 * HOUR


@pytest.mark.parametrize(
    "announced",
    [
        _event("eta_changed", 3, classifier=ESTIMATED),  # the goods moved after that time
        _event("picked", 90, classifier=PLANNED),  # lies behind
        _event("pod_received", 90, classifier=PLANNED),  # moves nothing
        _event("eta_changed", 90, classifier=ESTIMATED, counts=False),  # of who does not own it
        _event("unheard_of", 90, classifier=PLANNED),
    ],
)
def test_an_announcement_that_says_nothing_any_more_leaves_the_pattern(announced):
    expected = _expected(_event("dispatched", 5), announced)
    assert expected == Expected("arrived_at_hub", START + 53 * HOUR)


def test_a_withdrawn_announcement_is_forgotten():
    eta = _event("eta_changed", 90, classifier=ESTIMATED, source_event_id="a")
    withdrawn = _event("retracted", 6, retracts="a")
    assert _expected(_event("dispatched", 5), eta, withdrawn).milestone == "arrived_at_hub"


@pytest.mark.parametrize("final", ["delivered", "returned", "lost", "cancelled"])
def test_what_has_ended_is_never_silent(final):
    eta = _event("eta_changed", 90, classifier=ESTIMATED)
    assert _expected(_event("dispatched", 1), eta, _event(final, 5)) is None


def test_a_shipment_speaks_when_the_first_of_its_consignments_is_due():
    events = (
        _event("dispatched", 0),
        _event("arrived_at_hub", 1, consignment_id=1),
        _event("eta_changed", 20, classifier=ESTIMATED, consignment_id=2),
    )
    assert _expected(*events, consignments=CONSIGNMENTS).at == START + 24 * HOUR
    delivered = _event("delivered", 6, consignment_id=2)
    later = _expected(*events, delivered, consignments=CONSIGNMENTS)
    assert later == Expected("departed_hub", START + 37 * HOUR)


@given(histories, st.randoms(use_true_random=False), st.sampled_from([(), CONSIGNMENTS]))
def test_order_and_repeats_do_not_matter(events, random, consignments):
    shuffled = random.sample(events + events, 2 * len(events))
    assert _expected(*shuffled, consignments=consignments) == _expected(
        *events, consignments=consignments
    )


@given(histories, st.sampled_from([(), CONSIGNMENTS]))
def test_the_expectation_lies_after_what_the_shipment_said(events, consignments):
    expected = _expected(*events, consignments=consignments)
    folded = fold(events, consignments)
    states = folded.consignments.values() or [folded.shipment]
    open_ones = [s for s in states if s.phase not in ("delivered", "failed")]
    if not open_ones:
        assert expected is None
    elif expected:
        sinces = [state.since for state in open_ones]
        assert None in sinces or expected.at > min(sinces)


@given(histories, st.integers(0, 48))
def test_more_grace_is_never_an_earlier_alarm(events, hours):
    strict, patient = (_expected(*events, grace=grace) for grace in (HOUR, (1 + hours) * HOUR))
    assert (strict is None) == (patient is None)
    assert strict is None or strict.at <= patient.at


RULES = st.lists(
    st.builds(
        Rule,
        st.integers(1, 99),
        st.sampled_from(["picked", "dispatched"]),
        st.none() | st.builds(Pattern, st.just("delivered"), st.integers(1, 9).map(HOUR.__mul__)),
        st.booleans(),
        st.booleans(),
    ),
    unique_by=lambda rule: rule.id,
)


@given(RULES, st.randoms(use_true_random=False))
def test_the_most_specific_rule_decides_in_any_order(rules, random):
    found = resolve_patterns(PATTERNS, random.sample(rules, len(rules)))
    for code, default in PATTERNS.items():
        own = [rule for rule in rules if rule.milestone == code]
        best = max(own, key=lambda r: (r.carrier, r.own, -r.id), default=None)
        assert found.get(code) == (best.pattern if best else default)
