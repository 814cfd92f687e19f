"""Histories of shipments, as hypothesis makes them up."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from odoo.addons.logistics_milestone_sync.core.state import LedgerEvent
from odoo.addons.logistics_milestone_sync.core.vocabulary import ACTUAL, CATALOGUE, CLASSIFIERS

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
CONSIGNMENTS = (1, 2)


@st.composite
def ledger_events(draw: st.DrawFn) -> LedgerEvent:
    """One event; few values of each field, so that ties and collisions are common."""
    number = draw(st.integers(0, 40))
    source_event_id = draw(st.none() | st.sampled_from(["a", "b", "c", "d"]))
    return LedgerEvent(
        key=f"key-{number}-{draw(st.integers(0, 3))}",
        milestone=draw(st.sampled_from(sorted(CATALOGUE))),
        occurred_at=START + timedelta(hours=draw(st.integers(0, 6))),
        system_id=draw(st.integers(1, 3)),
        priority=draw(st.sampled_from([10, 20])),
        classifier=draw(st.sampled_from([ACTUAL, ACTUAL, *CLASSIFIERS])),
        counts=draw(st.booleans()),
        inferred=draw(st.booleans()),
        consignment_id=draw(st.sampled_from([None, *CONSIGNMENTS])),
        stated_at=draw(st.none() | st.sampled_from([START, START + timedelta(hours=1)])),
        source_event_id=source_event_id,
        retracts=draw(st.none() | st.sampled_from(["a", "b", "c", "d"])),
        override=draw(st.sampled_from([False, False, False, True])),
        closes=draw(st.none() | st.integers(0, 40).map(lambda n: f"key-{n}-0")),
    )


def _by_key(events: list[LedgerEvent]) -> list[LedgerEvent]:
    return list({event.key: event for event in events}.values())


histories = st.lists(ledger_events(), max_size=14).map(_by_key)
