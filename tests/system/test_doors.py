"""What the doors of a running server answer, and what they never let in."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from story import ltl, ups, wms
from story.connections import CONNECTIONS, HOOK, request_of
from story.message import MISSING, WRONG, Message
from story.plan import FREIGHT, Order, make_orders
from story.rpc import OdooSession
from story.sender import Answer, Sender

from .server import Server, peak_of
from .wire import Reply, hang_up, head_of, talk

_DAY = datetime(2026, 3, 2, tzinfo=UTC)
_BIG = 10 * 1024 * 1024
_HUGE = 50 * 1024 * 1024


@pytest.fixture(scope="module")
def parcel() -> Order:
    """An order that this database does not know; its messages are parked."""
    return replace(make_orders(5, _DAY)[0], number="DOOR-1", tracking="1ZDOOR000000000009")


@pytest.fixture(scope="module")
def freight() -> Order:
    """The same by LTL."""
    order = next(o for o in make_orders(5, _DAY) if o.carrier == FREIGHT)
    return replace(order, number="DOOR-2", tracking="4499990001")


@pytest.fixture(scope="module")
def webhook(parcel: Order) -> Message:
    """A good parcel webhook."""
    return Message("door", "ups", ups.event(parcel, ups.ARRIVED, parcel.placed_at, ""))


@pytest.fixture(scope="module")
def sender(server: Server) -> Sender:
    """Eight connections, no second try."""
    return Sender(server.url, parallel=8, pauses=[])


@pytest.fixture(scope="module")
def auditor(server: Server) -> OdooSession:
    """Somebody who may look."""
    return OdooSession(server.url, server.database, "audit", "audit")


def other(message: Message, text: str) -> Message:
    """The same webhook from another place, so another message."""
    return replace(message, body=message.body.replace(b"Louisville", text.encode()))


def posted(server: Server, message: Message, **changed: str | None) -> Reply:
    """Post by hand; ``changed`` headers are set, or left out where ``None``."""
    path, headers = request_of(message)
    headers |= {"Content-Length": str(len(message.body))}
    named = {name.replace("_", "-"): value for name, value in changed.items()}
    kept = {name: value for name, value in (headers | named).items() if value is not None}
    return talk(server.url, [head_of(path, kept), message.body])


def refusal(sender: Sender, message: Message) -> tuple[int, str]:
    """Status and title of a refusal, which must be a problem document."""
    answer = sender.send(message)
    assert answer.content_type == "application/problem+json", answer
    assert answer.document["status"] == answer.status
    assert "Traceback" not in json.dumps(answer.document)
    return answer.status, answer.document["title"]


# === Credentials === #


@pytest.mark.parametrize("connection", ["ups", "ltl", "wms"])
def test_wrong_missing_and_unknown_credentials_get_the_very_same_401(
    sender: Sender, parcel: Order, freight: Order, connection: str
) -> None:
    bodies = {
        "ups": (ups.event(parcel, ups.OUT, parcel.placed_at, ""), "application/json"),
        "ltl": (ltl.interchange(9001, [ltl.Report(freight, ltl.OUT, _DAY)]), ltl.EDI),
        "wms": (wms.encode(wms.dispatched(parcel)), "application/json"),
    }
    good = Message("door", connection, bodies[connection][0], bodies[connection][1])
    answers = [
        sender.send(replace(good, proof=WRONG)),
        sender.send(replace(good, proof=MISSING)),
        sender.send(replace(good, token="nobody")),
        sender.send(replace(good, token="0" * 300)),
    ]
    assert {answer.status for answer in answers} == {401}
    assert len({json.dumps(answer.document) for answer in answers}) == 1


def test_a_changed_byte_breaks_the_signature(server: Server, webhook: Message) -> None:
    path, headers = request_of(webhook)
    body = webhook.body.replace(b"Louisville", b"Louisvill3")
    head = head_of(path, headers | {"Content-Length": str(len(body))})
    assert talk(server.url, [head, body]).problem["status"] == 401


def test_a_token_with_odd_characters_is_simply_unknown(server: Server, webhook: Message) -> None:
    _path, headers = request_of(webhook)
    for token in ("%00", "%27%20OR%201=1--", "..%2F..", "%F0%9F%98%80"):
        head = head_of(HOOK + token, headers | {"Content-Length": str(len(webhook.body))})
        assert talk(server.url, [head, webhook.body]).status in (401, 404), token


# === Sizes and lengths === #


def test_a_body_without_content_length_gets_411(server: Server, webhook: Message) -> None:
    path, headers = request_of(webhook)
    reply = talk(server.url, [head_of(path, headers)])
    assert reply.problem["status"] == 411


def test_a_chunked_body_gets_411_and_is_not_cut_off_silently(
    server: Server, webhook: Message
) -> None:
    path, headers = request_of(webhook)
    head = head_of(path, headers | {"Transfer-Encoding": "chunked"})
    chunk = f"{len(webhook.body):x}\r\n".encode() + webhook.body + b"\r\n0\r\n\r\n"
    assert talk(server.url, [head, chunk]).problem["status"] == 411


def test_ten_megabytes_get_413_although_they_were_sent(server: Server) -> None:
    body = b"[" + b" " * _BIG + b"]"
    reply = posted(server, Message("door", "ups", body))
    assert reply.problem["status"] == 413


def test_ten_announced_megabytes_get_413_before_they_are_sent(server: Server) -> None:
    path, headers = request_of(Message("door", "ups", b""))
    reply = talk(server.url, [head_of(path, headers | {"Content-Length": str(_BIG)})])
    assert reply.problem["status"] == 413


def test_fifty_megabytes_cost_the_workers_no_memory(server: Server, webhook: Message) -> None:
    path, headers = request_of(webhook)
    head = head_of(path, headers | {"Content-Length": str(_HUGE)})
    for _warm in range(4):
        assert posted(server, webhook).status in (200, 202)
    before = {pid: peak_of(pid) for pid in server.workers()}
    for _again in range(4):
        assert talk(server.url, [head, *[bytes(_BIG)] * 5]).problem["status"] == 413
    grown = [peak_of(pid) - peak for pid, peak in before.items() if pid in server.workers()]
    # They have other work besides; whoever had taken one in would have grown by all of it.
    assert grown
    assert max(grown) < _HUGE * 0.8


@pytest.mark.parametrize("length", ["-1", "abc", "1e9", ""])
def test_a_senseless_content_length_is_refused(
    server: Server, webhook: Message, length: str
) -> None:
    path, headers = request_of(webhook)
    reply = talk(server.url, [head_of(path, headers | {"Content-Length": length}), webhook.body])
    assert reply.status in (400, 401, 411)


# === Slow and broken senders === #


def test_a_slow_sender_is_taken_and_keeps_nobody_else_waiting(
    server: Server, sender: Sender, webhook: Message
) -> None:
    slow = other(webhook, "Slowville")
    path, headers = request_of(slow)
    head = head_of(path, headers | {"Content-Length": str(len(slow.body))})
    step = max(1, len(slow.body) // 10)
    pieces = [slow.body[i : i + step] for i in range(0, len(slow.body), step)]
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(talk, server.url, [head, *pieces], 0.3)
        time.sleep(0.5)
        assert sender.send(other(webhook, "Fastville")).status == 202
        assert not waiting.done()
        assert waiting.result().status == 202


def test_a_sender_who_hangs_up_leaves_nothing_behind(
    server: Server, auditor: OdooSession, webhook: Message
) -> None:
    before = auditor.count("logistics.message", [])
    path, headers = request_of(other(webhook, "Halfville"))
    head = head_of(path, headers | {"Content-Length": "5000"})
    hang_up(server.url, [head, b'{"trackingNumber"'])
    time.sleep(1)
    assert auditor.count("logistics.message", []) == before


# === Types and contents === #


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "image/png"])
def test_another_type_gets_415(sender: Sender, webhook: Message, kind: str) -> None:
    assert refusal(sender, replace(webhook, content_type=kind))[0] == 415


def test_a_compressed_body_gets_415(server: Server, webhook: Message) -> None:
    reply = posted(server, webhook, Content_Encoding="gzip")
    assert reply.problem["status"] == 415


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b'{"a": NaN}', b'{"a": "\x00"}', b'{"a": "\\u0000"}', b'"\xff"', b"[" * 5000],
    ids=["empty", "half", "nan", "nul", "escaped nul", "not utf-8", "too deep"],
)
def test_unreadable_json_gets_400_at_the_canonical_api(sender: Sender, body: bytes) -> None:
    assert refusal(sender, Message("door", "wms", body))[0] == 400


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"events": []}', b'{"milestone": "delivered"}'])
def test_json_without_a_valid_event_gets_422(sender: Sender, body: bytes) -> None:
    assert refusal(sender, Message("door", "wms", body))[0] == 422


def test_one_bad_event_does_not_reject_the_good_ones(sender: Sender, parcel: Order) -> None:
    good = wms.event(parcel, "picked", parcel.placed_at)
    bad = good | {"milestone": "teleported", "event_id": "other"}
    answer = sender.send(Message("door", "wms", wms.encode({"events": [bad, good]})))
    assert answer.status == 202
    assert [item["status"] for item in answer.document["items"]] == ["rejected", "parked"]


def test_an_unreadable_webhook_is_stored_first_and_becomes_a_dead_letter(
    sender: Sender, auditor: OdooSession
) -> None:
    answer = sender.send(Message("door", "ups", b'{"trackingNumber": "1Z'))
    assert answer.status == 202
    assert fate(auditor, answer) == "dead"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_another_method_gets_a_problem_document(server: Server, method: str) -> None:
    path = HOOK + CONNECTIONS["ups"].token
    reply = talk(server.url, [head_of(path, {"Content-Length": "0"}, method)])
    assert reply.status in (404, 405) and reply.problem


# === The same message again === #


def test_eight_copies_at_once_are_stored_once(
    sender: Sender, auditor: OdooSession, webhook: Message
) -> None:
    answers = sender.send_all([other(webhook, "Copyville")] * 8)
    assert sorted(answer.status for answer in answers) == [200] * 7 + [202]
    ids = {answer.document["id"] for answer in answers}
    assert len(ids) == 1
    assert auditor.count("logistics.message", [("public_id", "in", list(ids))]) == 1


def test_a_known_key_with_another_body_is_kept_as_a_conflict(
    sender: Sender, auditor: OdooSession, parcel: Order
) -> None:
    first = Message(
        "door", "wms", wms.encode(wms.event(parcel, "packed", parcel.placed_at)), key="K-1"
    )
    second = replace(first, body=first.body.replace(b"packed", b"picked"))
    taken, contradicting = sender.send(first), sender.send(second)
    assert (taken.status, contradicting.status) == (202, 202)
    assert contradicting.word == "conflict"
    assert taken.document["id"] != contradicting.document["id"]
    assert fate(auditor, contradicting) == "conflict"


def test_a_message_keeps_its_bytes_whatever_they_are(sender: Sender, auditor: OdooSession) -> None:
    body = bytes(range(256)) * 4
    answer = sender.send(Message("door", "ups", body))
    assert answer.status == 202
    rows = auditor.search_read(
        "logistics.message", [("public_id", "=", answer.document["id"])], ["size", "sha256"]
    )
    assert rows[0]["size"] == len(body)


# === Cookies, secrets, health === #


def test_answers_set_no_cookie(server: Server, webhook: Message) -> None:
    reply = posted(server, other(webhook, "Cookieville"))
    assert reply.status == 202 and "set-cookie" not in reply.headers


def test_a_sender_reads_the_fate_of_its_own_messages_and_of_no_others(
    server: Server, sender: Sender, parcel: Order, webhook: Message
) -> None:
    event = wms.event(parcel, "handed_over", parcel.placed_at)
    own = sender.send(Message("door", "wms", wms.encode(event)))
    foreign = sender.send(other(webhook, "Foreignville"))
    _path, headers = request_of(own.message)
    for answer, status in ((own, 200), (foreign, 404)):
        path = f"/logistics/v1/messages/{answer.document['id']}"
        assert talk(server.url, [head_of(path, headers, "GET")]).status == status


def test_health_needs_no_credentials_and_tells_nothing(server: Server) -> None:
    reply = talk(server.url, [head_of("/logistics/v1/health", {}, "GET")])
    assert reply.status == 200 and json.loads(reply.body) == {"status": "pass"}


def fate(auditor: OdooSession, answer: Answer) -> str:
    """What became of a message, once it was looked at."""
    for _try in range(360):
        rows = auditor.search_read(
            "logistics.message", [("public_id", "=", answer.document["id"])], ["state"]
        )
        if rows and rows[0]["state"] != "received":
            return str(rows[0]["state"])
        time.sleep(0.5)
    return "received"
