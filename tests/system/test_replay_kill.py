"""A replay whose workers are killed goes on where it stopped: nothing is lost, nothing doubled."""

from __future__ import annotations

import http.client
import json
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from story.rpc import OdooSession

from bootstrap.ready import Suite

from .conftest import Serve
from .server import Server

_MESSAGES = 450
_KILLS = 2  # Odoo itself pauses a job that died three times
_WITHIN = 120.0
_SECRET = "a secret of this test"


class World:
    """A carrier that told of many shipments, and the administrator who has it read again."""

    def __init__(self, server: Server, suite: Suite) -> None:
        self.server = server
        self.suite = suite
        self.admin = OdooSession(server.url, server.database, "admin", "admin")
        companies = self.admin.search_read("res.company", [], ["id"])
        self.admin.call(
            "res.company",
            "write",
            [company["id"] for company in companies],
            {"logistics_second_person_live": False, "logistics_replay_alone": 0},
        )
        self.connection = self._connection()

    def _connection(self) -> int:
        [mapping] = self.admin.search_read("logistics.mapping", [("code", "=", "easypost")], ["id"])
        system = self.admin.call(
            "logistics.system", "create", {"name": "Again", "code": "again", "kind": "carrier"}
        )
        connection: int = self.admin.call(
            "logistics.connection",
            "create",
            {
                "name": "Again",
                "system_id": system,
                "mapping_id": mapping["id"],
                "verifier_kind": "bearer",
                "secret": _SECRET,
            },
        )
        self.admin.call("logistics.connection", "action_activate", [connection])
        return connection

    def sql(self, statement: str) -> list[str]:
        """Rows of the database, each as one text."""
        rows: list[str] = self.suite.databases.rows(self.server.database, statement)
        return rows

    def number(self, what: str) -> int:
        """One number out of the tables of the replay."""
        return int(self.sql(f"SELECT {what}")[0])

    def wait_for(self, what: str, least: int) -> None:
        """Wait until a number is reached."""
        deadline = time.monotonic() + _WITHIN
        while self.number(what) < least:
            assert time.monotonic() < deadline, f"{what}; see {self.server.log}"
            time.sleep(0.1)

    def tell(self, count: int) -> None:
        """So many messages, each about a shipment of its own."""
        shipments = self.admin.call("logistics.shipment", "create", [{} for _n in range(count)])
        self.admin.call(
            "logistics.reference",
            "create",
            [
                {"shipment_id": shipment, "scheme": "tracking", "value": f"AGAIN{n:04}"}
                for n, shipment in enumerate(shipments)
            ],
        )
        [door] = self.admin.search_read(
            "logistics.connection", [("id", "=", self.connection)], ["token"]
        )
        parts = urlsplit(self.server.url)
        wire = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        for n in range(count):
            wire.request(
                "POST",
                f"/logistics/v1/hooks/{door['token']}",
                _tracker(f"AGAIN{n:04}"),
                {"Authorization": f"Bearer {_SECRET}", "Content-Type": "application/json"},
            )
            answer = wire.getresponse()
            body = answer.read()
            assert answer.status == 202, body
        wire.close()
        self.wait_for(
            "count(*) FROM logistics_message WHERE state = 'processed'"
            f" AND connection_id = {self.connection}",
            count,
        )


def _tracker(number: str) -> bytes:
    """What the carrier says about a number, in EasyPost's words."""
    at = (datetime.now(UTC) - timedelta(hours=3)).isoformat()
    detail = {"status": "in_transit", "message": "Departed", "datetime": at}
    return json.dumps(
        {"trackers": [{"tracking_code": number, "tracking_details": [detail]}]}
    ).encode()


def test_a_replay_that_is_killed_goes_on_and_processes_each_message_once_more(
    serve: Serve, suite: Suite
) -> None:
    with serve("replay") as server:
        world = World(server, suite)
        world.tell(_MESSAGES)
        ledger = "count(*) FROM logistics_milestone_event WHERE source LIKE 'logistics.message,%'"
        recorded = world.number(ledger)
        start = world.admin.call(
            "logistics.replay.start",
            "create",
            {
                "connection_ids": [(6, 0, [world.connection])],
                "reason": "workers die",
                "per_minute": 100_000,
            },
        )
        replay = world.admin.call("logistics.replay.start", "action_confirm", [start])["res_id"]
        world.wait_for(
            f"count(*) FROM logistics_replay WHERE id = {replay} AND state = 'examined'", 1
        )
        world.admin.call("logistics.replay", "action_replay", [replay])
        done = f"count(*) FROM logistics_replay_line WHERE replay_id = {replay} AND state = 'done'"
        reached = 0
        for _time in range(_KILLS):
            world.wait_for(done, reached + 1)
            server.kill()
            reached = world.number(done)
            server.start()
        assert 0 < reached < _MESSAGES, "it was not killed in the middle"
        world.wait_for(f"count(*) FROM logistics_replay WHERE id = {replay} AND state = 'done'", 1)
        assert world.number(done) == _MESSAGES
        assert world.number(ledger) == recorded, "a fact was recorded twice"
        again = (
            "count(*) FROM logistics_milestone_event WHERE source LIKE 'logistics.message,%'"
            " AND duplicate_count = 1"
        )
        assert world.number(again) == _MESSAGES, "a message was processed more than once"
        attempts = "count(*) FROM logistics_message_attempt"
        assert world.number(attempts) == _MESSAGES
        assert world.number(f"count(DISTINCT message_id) {attempts[9:]}") == _MESSAGES
        waiting = "count(*) FROM logistics_message WHERE state = 'received'"
        assert world.number(waiting) == 0
