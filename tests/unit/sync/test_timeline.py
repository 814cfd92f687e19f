"""The timeline says what every statement changed, and never disagrees with the fold."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings

from odoo.addons.logistics_milestone_sync.core.fold import fold
from odoo.addons.logistics_milestone_sync.core.state import LedgerEvent
from odoo.addons.logistics_milestone_sync.core.timeline import (
    EVIDENCE,
    HISTORY,
    MOVED,
    NOT_COUNTED,
    WITHDRAWN,
    timeline,
)

from .strategies import CONSIGNMENTS, START, histories


def heard(*milestones, **values):
    return [
        LedgerEvent(f"k{n}", code, START + timedelta(hours=hours), id=n, **values)
        for n, (code, hours) in enumerate(milestones, start=1)
    ]


def effects(events):
    return [step.effect for step in timeline(events)]


def test_news_moves_and_late_news_is_history():
    assert effects(heard(("picked", 1), ("dispatched", 3), ("picked", 2))) == [
        MOVED,
        MOVED,
        HISTORY,
    ]


def test_a_proof_is_evidence():
    assert effects(heard(("delivered", 1), ("pod_received", 2))) == [MOVED, EVIDENCE]


def test_who_does_not_own_the_fact_changes_nothing():
    assert effects(heard(("delivered", 1), counts=False)) == [NOT_COUNTED]


def test_a_withdrawn_statement_is_shown_as_withdrawn():
    first, second = heard(("delivered", 1), ("retracted", 2))
    events = [replace(first, source_event_id="e1"), replace(second, retracts="e1")]
    assert effects(events) == [WITHDRAWN, MOVED]


@settings(max_examples=150, deadline=None)
@given(histories)
def test_the_last_step_ends_where_the_shipment_stands(history):
    numbered = [replace(event, id=n) for n, event in enumerate(history)]
    steps = timeline(numbered, CONSIGNMENTS)
    standing = fold(numbered, CONSIGNMENTS).shipment.milestone
    assert (steps[-1].after if steps else "") == standing
