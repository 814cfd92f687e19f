"""Processes that record facts of the same shipments at the same time, and processes that die."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bootstrap import rebuild
from bootstrap.ready import Suite

from .program import Program

_PROGRAM = Path(__file__).with_name("recorder.py")
_START = datetime(2026, 3, 2, 8, tzinfo=UTC)
_GROUPS = ("raced", "serial", "named", "killed")
_SHIPMENTS = 50
_ROUNDS = 12
_KILLS = 4
_STEPS = ("dispatched", "arrived_at_hub", "departed_hub", "out_for_delivery", "delivery_attempted")
Fact = dict[str, Any]


class Recorder(Program):
    """One process with one connection, which records what it is told."""

    def __init__(self, suite: Suite, database: str) -> None:
        super().__init__(suite, database, _PROGRAM)

    def ready(self) -> Recorder:
        """Wait until it has loaded Odoo."""
        self.wait_until_ready()
        return self

    def tell(self, system: str, facts: list[Fact], **options: bool) -> None:
        """Have it record these facts in one transaction; does not wait."""
        self.send({"system": system, "facts": facts, **options})

    def make(self, shipments: list[str]) -> None:
        """Have it make shipments, and wait for them."""
        self.send({"make": shipments})
        assert self.answer() == {"made": len(shipments)}


def fact(name: str, milestone: str, minutes: float, **values: str) -> Fact:
    """A milestone of the shipment that is called ``name``, as JSON."""
    at = (_START + timedelta(minutes=minutes)).isoformat()
    references = [{"scheme": "client_ref", "value": name}]
    return {
        "kind": "milestone",
        "references": references,
        "milestone": milestone,
        "occurred_at": at,
        **values,
    }


def number(name: str, tracking: str) -> Fact:
    """The shipment gets a tracking number, as JSON."""
    return {
        "kind": "reference",
        "references": [{"scheme": "client_ref", "value": name}],
        "assigns": [{"scheme": "tracking", "value": tracking}],
    }


@pytest.fixture(scope="module")
def database(suite: Suite, installed: str) -> Iterator[str]:
    """A database that the recorders share."""
    name = f"{installed}_race"
    suite.databases.copy(installed, name)
    suite.databases.hurry(name)
    yield name
    suite.databases.drop(name)


@pytest.fixture(scope="module")
def pair(suite: Suite, database: str) -> Iterator[tuple[Recorder, Recorder]]:
    """Two processes that load at the same time, and the shipments that they speak about."""
    one, other = Recorder(suite, database), Recorder(suite, database)
    try:
        one.ready().make([name for group in _GROUPS for name in names(group)])
        yield one, other.ready()
    finally:
        one.close()
        other.close()


def names(group: str) -> list[str]:
    return [f"{group}-{n}" for n in range(1, _SHIPMENTS + 1)]


def round_of(group: str, turn: int) -> tuple[list[Fact], list[Fact]]:
    """What the carrier says, the first shipment first, and the warehouse, the last one first."""
    carrier = [fact(name, _STEPS[turn % len(_STEPS)], 100 + turn) for name in names(group)]
    if turn % 4 == 3:
        carrier += [
            fact(name, "exception_raised", 200 + turn, reason="damaged") for name in names(group)
        ]
    warehouse = [fact(name, "packed", turn) for name in reversed(names(group))]
    return carrier, warehouse


def states(suite: Suite, database: str, group: str) -> list[str]:
    """Everything that is stored about the shipments of a group, but for names and ids."""
    return suite.databases.rows(
        database,
        f"""
        SELECT split_part(s.name, '-', 2)::int AS n, m.code, s.phase, s.since, s.eta,
               s.dispatched_at, s.attempts, s.last_event_at, s.has_open_exception,
               (SELECT count(*) FROM logistics_milestone_event e WHERE e.shipment_id = s.id),
               (SELECT sum(duplicate_count) FROM logistics_milestone_event e
                 WHERE e.shipment_id = s.id),
               (SELECT count(*) FROM logistics_exception x WHERE x.shipment_id = s.id
                   AND x.state = 'open'),
               (SELECT string_agg(c.phase || c.since, ',' ORDER BY c.sequence)
                  FROM logistics_consignment c WHERE c.shipment_id = s.id)
          FROM logistics_shipment s LEFT JOIN logistics_milestone m ON m.id = s.status_id
         WHERE s.name LIKE '{group}-%' ORDER BY 1
        """,
    )


def count(suite: Suite, database: str, query: str) -> int:
    [row] = suite.databases.rows(database, query)
    return int(row)


def test_two_who_record_the_same_shipments_at_once_lose_nothing(
    suite: Suite, database: str, pair: tuple[Recorder, Recorder]
) -> None:
    carrier, warehouse = pair
    for turn in range(_ROUNDS):
        said, packed = round_of("raced", turn)
        carrier.tell("race-carrier", said)
        warehouse.tell("race-wms", packed)
        told = carrier.answer()["statuses"], warehouse.answer()["statuses"]
        assert told == ({"recorded": len(said)}, {"recorded": len(packed)})
    for turn in range(_ROUNDS):
        said, packed = round_of("serial", turn)
        for recorder, system, facts in (
            (carrier, "race-carrier", said),
            (warehouse, "race-wms", packed),
        ):
            recorder.tell(system, facts)
            assert recorder.answer()["clashes"] == 0
    raced = [row.replace("raced", "") for row in states(suite, database, "raced")]
    assert len(raced) == _SHIPMENTS
    assert raced == states(suite, database, "serial")


def test_one_gives_numbers_while_the_other_uses_them(
    suite: Suite, database: str, pair: tuple[Recorder, Recorder]
) -> None:
    """What is said under a number that is not known yet is parked, and never lost."""
    carrier, warehouse = pair
    for turn in range(3):
        given = [number(name, f"RACE{turn}{name}") for name in names("named")]
        used = [
            fact(name, "arrived_at_hub", turn)
            | {"references": [{"scheme": "tracking", "value": f"RACE{turn}{name}"}]}
            for name in reversed(names("named"))
        ]
        warehouse.tell("race-wms", given)
        carrier.tell("race-carrier", used)
        assert warehouse.answer()["statuses"] == {"recorded": _SHIPMENTS}
        told = carrier.answer()["statuses"]
        assert set(told) <= {"recorded", "parked"} and sum(told.values()) == _SHIPMENTS
        carrier.tell("race-carrier", used)
        assert sum(carrier.answer()["statuses"].values()) == _SHIPMENTS
    found = "SELECT count(DISTINCT shipment_id || raw_code::text) FROM (%s) said"
    events = (
        "SELECT e.shipment_id, e.occurred_at::text AS raw_code FROM logistics_milestone_event e"
        " JOIN logistics_shipment s ON s.id = e.shipment_id"
        " WHERE s.name LIKE 'named-%' AND e.milestone_code = 'arrived_at_hub'"
    )
    assert count(suite, database, found % events) == 3 * _SHIPMENTS
    consignments = (
        "SELECT count(*) FROM logistics_consignment c JOIN logistics_shipment s"
        " ON s.id = c.shipment_id WHERE s.name LIKE 'named-%'"
    )
    assert count(suite, database, consignments) == 3 * _SHIPMENTS, "one per number, none twice"


def test_the_same_facts_wait_once_for_their_batch_whoever_brings_them(
    suite: Suite, database: str, pair: tuple[Recorder, Recorder]
) -> None:
    for turn in range(5):
        facts = [fact(name, "customs_cleared", turn) for name in names("named")]
        for recorder, ordered in zip(pair, (facts, facts[::-1]), strict=True):
            recorder.tell("race-carrier", ordered)
        told = [recorder.answer()["statuses"] for recorder in pair]
        assert told == [{"deferred": _SHIPMENTS}] * 2
    query = "SELECT %s FROM logistics_parked_fact WHERE state = 'deferred'"
    assert count(suite, database, query % "count(*)") == 5 * _SHIPMENTS
    assert count(suite, database, query % "sum(duplicate_count)") == 5 * _SHIPMENTS


def test_the_same_number_for_two_shipments_at_once_stays_with_one(
    suite: Suite, database: str, pair: tuple[Recorder, Recorder]
) -> None:
    one, other = pair
    for turn in range(5):
        for recorder, name in ((one, "raced-1"), (other, "serial-1")):
            recorder.tell("race-wms", [number(name, f"ONCE{turn}")])
        told = [one.answer()["statuses"], other.answer()["statuses"]]
        assert sorted(told, key=str) == [{"recorded": 1}, {"rejected": 1}]


def test_whoever_is_killed_in_the_middle_leaves_nothing_half_done(
    suite: Suite, database: str, pair: tuple[Recorder, Recorder]
) -> None:
    """SIGKILL: no handler runs, no rollback is sent."""
    recorder, chance = pair[0], random.Random(7)
    stored = (
        "SELECT count(*) FROM logistics_milestone_event e JOIN logistics_shipment s"
        " ON s.id = e.shipment_id WHERE s.name LIKE 'killed-%'"
    )
    batches = [
        [fact(name, _STEPS[n % 5], 1000 * kill + n) for name in names("killed") for n in range(40)]
        for kill in range(_KILLS)
    ]
    before = 0
    for batch in batches:
        recorder.tell("race-carrier", batch, fork=True)
        child = recorder.answer()["pid"]
        time.sleep(chance.uniform(0.05, 1.0))
        os.kill(child, signal.SIGKILL)
        _wait_until_gone(suite, database)
        after = count(suite, database, stored)
        assert after - before in (0, len(batch)), "all of a batch or none of it"
        before = after
    for batch in batches:
        recorder.tell("race-carrier", batch)
        assert sum(recorder.answer()["statuses"].values()) == len(batch)
    assert count(suite, database, stored) == _KILLS * len(batches[0])


def _wait_until_gone(suite: Suite, database: str) -> None:
    """Until PostgreSQL has noticed that its client died and undone what it did."""
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND state LIKE '%transaction%' OR datname = current_database() AND state = 'active'"
        " AND pid <> pg_backend_pid()"
    )
    deadline = time.monotonic() + 30
    while count(suite, database, query):
        assert time.monotonic() < deadline, "the backend of a killed process lives on"
        time.sleep(0.05)


def test_in_the_end_every_state_follows_from_its_ledger(
    suite: Suite, database: str, capfd: pytest.CaptureFixture[str]
) -> None:
    broken = "UPDATE logistics_shipment SET phase = 'failed' WHERE name = 'raced-7'"
    suite.databases.execute(database, broken, doing="corrupt a shipment")
    assert rebuild.run(suite, [database]) == 3
    told = capfd.readouterr().out
    assert "phase is failed" in told and " 1 differences found." in told, "that one and no other"
    assert rebuild.run(suite, [database, "write"]) == 0
    assert rebuild.run(suite, [database]) == 0
