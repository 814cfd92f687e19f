"""The canonical API of a server with two workers: keys, limits and batches, truly at once."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from story.connections import CONNECTIONS
from story.rpc import OdooSession

from .server import Server

_SECRET = "only the tests of the interface know this"
_SECONDS = 60
_TOGETHER = 8


@pytest.fixture(scope="module")
def integrator(server: Server) -> OdooSession:
    """Who connects senders."""
    return OdooSession(server.url, server.database, "integrate", "integrate")


def connect(integrator: OdooSession, name: str, **values: Any) -> dict[str, str]:
    """The headers of a new connection that speaks canonical."""
    [mapping] = integrator.search_read("logistics.mapping", [("format", "=", "canonical")], ["id"])
    system = integrator.call(
        "logistics.system", "create", {"name": name, "code": name.lower(), "kind": "wms"}
    )
    connection = integrator.call(
        "logistics.connection",
        "create",
        {
            "name": name,
            "system_id": system,
            "mapping_id": mapping["id"],
            "environment": "test",
            "verifier_kind": "bearer",
            "secret": _SECRET,
            **values,
        },
    )
    integrator.call("logistics.connection", "action_activate", [connection])
    [row] = integrator.search_read("logistics.connection", [("id", "=", connection)], ["token"])
    return {
        "X-Logistics-Connection": row["token"],
        "Authorization": f"Bearer {_SECRET}",
        "Content-Type": "application/json",
    }


@pytest.fixture(scope="module")
def warehouse() -> dict[str, str]:
    """The headers of the demo's warehouse."""
    wms = CONNECTIONS["wms"]
    return {
        "X-Logistics-Connection": wms.token,
        "Authorization": f"Bearer {wms.secret}",
        "Content-Type": "application/json",
    }


def event(number: str, milestone: str = "picked") -> dict[str, Any]:
    """An event about goods that nobody knows."""
    return {
        "milestone": milestone,
        "occurred_at": "2026-03-02T08:00:00+01:00",
        "references": [{"scheme": "purchase_order", "value": number}],
    }


def post(server: Server, headers: dict[str, str], body: Any, **more: str) -> requests.Response:
    """Post one body; ``more`` are headers."""
    named = {name.replace("_", "-"): value for name, value in more.items()}
    return requests.post(
        f"{server.url}/logistics/v1/events",
        json.dumps(body),
        headers=headers | named,
        timeout=_SECONDS,
    )


def get(server: Server, headers: dict[str, str], path: str) -> requests.Response:
    """Ask for something."""
    return requests.get(f"{server.url}/logistics/v1/{path}", headers=headers, timeout=_SECONDS)


def at_once(
    server: Server, headers: dict[str, str], bodies: Iterable[Any], **more: str
) -> list[requests.Response]:
    """Post all bodies at the same time."""
    with ThreadPoolExecutor(_TOGETHER) as pool:
        return list(pool.map(lambda body: post(server, headers, body, **more), bodies))


# === Idempotency keys === #


def test_a_request_that_is_sent_eight_times_at_once_has_one_answer(
    server: Server, warehouse: dict[str, str], integrator: OdooSession
) -> None:
    body = {"events": [event("API-1"), {"nonsense": 1}]}
    answers = at_once(server, warehouse, [body] * _TOGETHER, Idempotency_Key="at once")
    assert [answer.status_code for answer in answers] == [202] * _TOGETHER
    assert len({answer.text for answer in answers}) == 1
    first = [answer for answer in answers if "Idempotent-Replayed" not in answer.headers]
    assert len(first) == 1
    stored = [("public_id", "=", first[0].json()["id"])]
    assert integrator.count("logistics.message", stored) == 1


def test_of_eight_requests_under_one_key_at_once_one_is_taken(
    server: Server, warehouse: dict[str, str]
) -> None:
    bodies = [event(f"API-2-{number}") for number in range(_TOGETHER)]
    answers = at_once(server, warehouse, bodies, Idempotency_Key="one of eight")
    assert Counter(answer.status_code for answer in answers) == {202: 1, 422: _TOGETHER - 1}
    refused = [answer.json() for answer in answers if answer.status_code == 422]
    assert {each["type"] for each in refused} == {"/logistics/v1/docs#idempotency-key-reused"}


# === Limits === #


def test_two_workers_together_grant_no_more_than_the_limit(
    server: Server, integrator: OdooSession
) -> None:
    limited = connect(integrator, "Limited", rate_per_minute=60)
    began, tries = time.monotonic(), 60
    answers = at_once(server, limited, [event(f"API-3-{number}") for number in range(tries)])
    came_back = time.monotonic() - began  # one token per second
    statuses = Counter(answer.status_code for answer in answers)
    assert statuses[202] + statuses[429] == tries
    burst = 10
    assert burst <= statuses[202] <= burst + came_back + 1
    for answer in answers:
        if answer.status_code == 429:
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert int(answer.headers["Retry-After"]) >= 1
            assert answer.headers["RateLimit-Policy"] == '"messages";q=60;w=60'
    assert len(_pids(server, 429)) > 1, "only one worker has answered"


def _pids(server: Server, status: int) -> set[str]:
    """The processes that answered posted events with a status, by the server's log."""
    line = re.compile(rf'^\S+ \S+ (\d+) .*"POST /logistics/v1/events HTTP/\S+" {status} ', re.M)
    return set(line.findall(server.log.read_text()))


# === Batches === #


def test_a_thousand_events_have_a_thousand_answers(
    server: Server, warehouse: dict[str, str]
) -> None:
    bad = {3: event("API-4-3", "teleported"), 500: {"nonsense": 1}, 999: None}
    events = [bad.get(index, event(f"API-4-{index}")) for index in range(1000)]
    answer = post(server, warehouse, {"events": events})
    assert answer.status_code == 202
    items = answer.json()["items"]
    assert [item["index"] for item in items] == list(range(1000))
    assert {item["index"] for item in items if item["status"] == "rejected"} == set(bad)
    assert {item["status"] for item in items if item["index"] not in bad} == {"parked"}
    assert all(item["problems"] for item in items if item["status"] == "rejected")


def test_one_event_more_is_too_many(server: Server, warehouse: dict[str, str]) -> None:
    answer = post(server, warehouse, {"events": [event("API-5")] * 1001})
    assert answer.status_code == 422
    assert answer.json()["type"] == "/logistics/v1/docs#not-an-event"


# === Lists === #


def test_pages_hold_still_while_messages_come_in(server: Server, integrator: OdooSession) -> None:
    sender = connect(integrator, "Pages")
    sent = [post(server, sender, event(f"API-6-{n}")).json()["id"] for n in range(5)]
    seen: list[str] = []
    address = "messages?limit=2"
    while address:
        page = get(server, sender, address).json()
        seen += [message["id"] for message in page["messages"]]
        post(server, sender, event(f"API-6-more-{len(seen)}"))
        address = (page["next"] or "").removeprefix("/logistics/v1/")
    assert seen == sent[::-1]


@pytest.mark.parametrize(
    "query",
    [
        "?limit=99999999999999999999",
        "?limit=1e2",
        "?limit=%00",
        "?after=" + "f" * 5000,
        "?after=%00",
        "?after=%FF%FE",
        "?state=%00",
        "?state=received&state=held",
        "?%00=1",
        "?limit",
    ],
)
def test_odd_parameters_are_named(server: Server, warehouse: dict[str, str], query: str) -> None:
    answer = get(server, warehouse, f"messages{query}")
    assert answer.status_code == 400
    assert answer.json()["type"] == "/logistics/v1/docs#invalid-parameter"
    assert answer.json()["problems"]


def test_a_cursor_that_nobody_has_leads_to_an_empty_page(
    server: Server, warehouse: dict[str, str]
) -> None:
    page = get(server, warehouse, "messages?after=" + "f" * 32).json()
    assert page == {"messages": [], "next": None}


# === Addresses that are none === #


@pytest.mark.parametrize(
    "path",
    ["", "/", "/nothing", "/messages/a/b", "/%00", "/%0A", "/shipments/%0D%0A", "/hooks", "/%FF"],
)
def test_every_address_below_ours_is_answered_with_a_problem(
    server: Server, warehouse: dict[str, str], path: str
) -> None:
    answer = requests.get(f"{server.url}/logistics/v1{path}", headers=warehouse, timeout=_SECONDS)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
