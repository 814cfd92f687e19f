"""Histories of shipments, as hypothesis makes them up."""

import random
from collections.abc import Sequence
from dataclasses import replace
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


def _history(seed: int, length: int, packages: Sequence[int] = ()) -> list[LedgerEvent]:
    """A history of few values, so that ties and collisions are common; shorter ones are its start.

    One draw makes all of it: thousands of histories take seconds.
    """
    rng = random.Random(seed)
    names = sorted(CATALOGUE)
    events = [
        LedgerEvent(
            key=f"key-{rng.randint(0, 40)}-{rng.randint(0, 3)}",
            milestone=rng.choice(names),
            occurred_at=START + timedelta(hours=rng.randint(0, 6)),
            system_id=rng.randint(1, 3),
            priority=rng.choice([10, 20]),
            classifier=rng.choice([ACTUAL, ACTUAL, *CLASSIFIERS]),
            counts=rng.random() < 0.7,
            inferred=rng.random() < 0.3,
            consignment_id=rng.choice([None, *CONSIGNMENTS]),
            stated_at=rng.choice([None, START, START + timedelta(hours=1)]),
            source_event_id=rng.choice([None, "a", "b", "c", "d"]),
            retracts=rng.choice([None, None, None, "a", "b", "c", "d"]),
            override=rng.random() < 0.2,
            closes=rng.choice([None, None, f"key-{rng.randint(0, 40)}-0"]),
        )
        for _event in range(length)
    ]
    if packages:
        events = [
            replace(event, package_id=rng.choice([None, None, *packages]))
            if event.consignment_id == CONSIGNMENTS[0]
            else event
            for event in events
        ]
    return _by_key(events)


def histories_with(packages: Sequence[int]) -> st.SearchStrategy[list[LedgerEvent]]:
    """Histories in which some events speak of one of these packages of the first consignment."""
    return st.builds(_history, st.integers(0, 2**32), st.integers(0, 14), st.just(tuple(packages)))


histories = st.builds(_history, st.integers(0, 2**32), st.integers(0, 14))
