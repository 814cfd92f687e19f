"""Asking carriers with real workers: killed in the middle of a call, and several at once."""

from __future__ import annotations

import importlib.util
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from story.rpc import OdooSession

from bootstrap.ready import Suite

from .conftest import Serve
from .server import Server

_WITHIN = 180.0
_FAKE = Path(__file__).parents[2] / "logistics_carrier_connector/tests/fake_carrier.py"


def _load_fake() -> Any:
    """The misbehaving carrier of the module's own tests; it needs no Odoo."""
    spec = importlib.util.spec_from_file_location("fake_carrier", _FAKE)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


fake_carrier = _load_fake()


def tracker(number: str) -> bytes:
    """What the carrier knows about a number, in EasyPost's words."""
    at = (datetime.now(UTC) - timedelta(hours=3)).isoformat()
    detail = {"status": "in_transit", "message": "Departed", "datetime": at}
    return json.dumps(
        {"trackers": [{"tracking_code": number, "tracking_details": [detail]}]}
    ).encode()


class World:
    """A server whose carrier is asked, and the carrier."""

    def __init__(self, server: Server, suite: Suite) -> None:
        self.server = server
        self.suite = suite
        self.admin = OdooSession(server.url, server.database, "admin", "admin")
        self.carrier = fake_carrier.FakeCarrier()
        self.carrier.answer = tracker
        self.admin.call(
            "ir.config_parameter",
            "set_param",
            "logistics_connector_private_hosts",
            self.carrier.host,
        )
        companies = self.admin.search_read("res.company", [], ["id"])
        self.admin.call(
            "res.company",
            "write",
            [company["id"] for company in companies],
            {"logistics_second_person_live": False},
        )
        [worker] = self.admin.search_read(
            "ir.cron", [("cron_name", "=", "Logistics: ask carriers")], ["id"]
        )
        self.admin.call("ir.cron", "copy", [worker["id"]])

    def sql(self, statement: str) -> list[str]:
        """Rows of the database, for what no user may do."""
        rows: list[str] = self.suite.databases.rows(self.server.database, statement)
        return rows

    def plan(self, prefix: str, count: int, **values: Any) -> int:
        """A paused plan for so many new shipments with numbers that begin alike; its id."""
        [mapping] = self.admin.search_read("logistics.mapping", [("code", "=", "easypost")], ["id"])
        system = self.admin.call(
            "logistics.system", "create", {"name": prefix, "code": prefix, "kind": "carrier"}
        )
        connection = self.admin.call(
            "logistics.connection",
            "create",
            {"name": prefix, "system_id": system, "mapping_id": mapping["id"]},
        )
        for n in range(count):
            shipment = self.admin.call("logistics.shipment", "create", {})
            self.admin.call(
                "logistics.reference",
                "create",
                {"shipment_id": shipment, "scheme": "tracking", "value": f"{prefix}{n:03}"},
            )
        plan = self.admin.call(
            "logistics.poll",
            "create",
            {
                "connection_id": connection,
                "url": f"{self.carrier.url}/track?n={{number}}",
                "number_pattern": f"{prefix}*",
                "timeout_seconds": 30,
                **values,
            },
        )
        self.admin.call("logistics.connection", "action_activate", [connection])
        return int(plan)

    def wait_for(self, holds: Callable[[], bool], what: str) -> None:
        """Wait until something holds, and fail if it never does."""
        deadline = time.monotonic() + _WITHIN
        while not holds():
            assert time.monotonic() < deadline, f"{what}; see {self.server.log}"
            time.sleep(0.2)

    def attempts(self, plan: int) -> Counter[str]:
        """How the questions of a plan ended."""
        rows = self.admin.search_read(
            "logistics.poll.attempt", [("poll_id", "=", plan)], ["result"]
        )
        return Counter(row["result"] for row in rows)


@pytest.fixture(scope="module")
def world(serve: Serve, suite: Suite) -> Iterator[World]:
    """A server of its own: these tests end it."""
    with serve("polling") as server:
        made = World(server, suite)
        try:
            yield made
        finally:
            made.carrier.close()


def test_a_worker_that_is_killed_in_the_middle_of_a_call_loses_and_doubles_nothing(
    world: World,
) -> None:
    plan = world.plan("KILL", 10)
    waiting = threading.Event()

    def hangs(handler: Any) -> None:
        waiting.set()
        fake_carrier.silent(handler)

    world.carrier.behaviors = [None, hangs]
    world.admin.call("logistics.poll", "action_start", [plan])
    assert waiting.wait(_WITHIN), f"nothing was asked; see {world.server.log}"
    world.server.kill()
    written = world.sql(
        f"SELECT count(*) FROM logistics_poll_attempt WHERE poll_id = {plan} AND result = 'asked'"
    )
    assert int(written[0]) >= 1, "what was asked was not written down before"
    # As if the time that a worker may take were over.
    world.suite.databases.execute(
        world.server.database,
        "UPDATE logistics_poll_attempt SET started_at = started_at - interval '1 hour'"
        f" WHERE poll_id = {plan} AND result = 'asked'",
        "UPDATE logistics_poll_number SET next_ask_at = now() AT TIME ZONE 'UTC'"
        f" WHERE poll_id = {plan} AND answer = 'asked'",
        doing="age what was asked",
    )
    world.server.start()
    shipped = (
        "SELECT count(*) FROM logistics_shipment s JOIN logistics_poll_number n"
        f" ON n.shipment_id = s.id WHERE n.poll_id = {plan} AND s.phase = 'transit'"
    )
    world.wait_for(lambda: world.sql(shipped) == ["10"], "not every shipment moved")
    ended = world.attempts(plan)
    assert ended["lost"] >= 1 and ended["answered"] == 10 and ended["asked"] == 0, ended
    counts = world.sql(
        "SELECT count(*) || ' ' || count(DISTINCT message_key) FROM logistics_message m"
        f" JOIN logistics_poll_attempt a ON a.id = m.poll_attempt_id WHERE a.poll_id = {plan}"
    )
    assert counts == ["10 10"], "an answer was lost or stored twice"
    doubled = world.sql(
        "SELECT count(*) FROM (SELECT shipment_id FROM logistics_milestone_event"
        " WHERE shipment_id IN"
        f" (SELECT shipment_id FROM logistics_poll_number WHERE poll_id = {plan})"
        " AND source LIKE 'logistics.message,%' GROUP BY shipment_id HAVING count(*) > 1) d"
    )
    assert doubled == ["0"], "a fact was recorded twice"


def test_two_workers_ask_for_each_number_once_and_keep_within_the_quota(world: World) -> None:
    plan = world.plan("QUOTA", 20, quota_calls=12, quota_minutes=60)
    world.carrier.asked.clear()
    world.admin.call("logistics.poll", "action_start", [plan])
    world.wait_for(lambda: world.attempts(plan)["answered"] >= 12, "too little was asked")
    time.sleep(2)  # for more, if there were more
    asked = Counter(number for number in world.carrier.numbers() if number.startswith("QUOTA"))
    assert len(asked) == 12 and set(asked.values()) == {1}, asked
    assert world.attempts(plan) == Counter(answered=12)
