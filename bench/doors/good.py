"""Good requests to each door of the demo's connections, before anything is bent."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

HOOKS: Final = "/logistics/v1/hooks/"


@dataclass
class Request:
    """A request before it is bytes.

    :param proof: makes the header that proves the body, again whenever the body changes
    """

    method: str
    path: str
    body: bytes
    proof: Callable[[bytes], tuple[str, str]]
    headers: list[tuple[str, str]] = field(default_factory=list)
    version: str = "HTTP/1.1"
    length: str = ""
    proved: bool = True

    def wire(self) -> bytes:
        """What goes through the socket."""
        lines = [f"{self.method} {self.path} {self.version}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        if self.proved:
            lines.append(": ".join(self.proof(self.body)))
        if self.length != "none":
            lines.append(f"Content-Length: {self.length or len(self.body)}")
        head = "\r\n".join(lines).encode("utf-8", "surrogateescape")
        return head + b"\r\nConnection: close\r\n\r\n" + self.body


def _hmac(body: bytes) -> tuple[str, str]:
    return "X-Signature", hmac.new(b"demo-ups-secret", body, hashlib.sha256).hexdigest()


def _webhook(chance: random.Random) -> Request:
    event = {
        "trackingNumber": f"1ZFUZZ{chance.randrange(10**9):012}",
        "gmtActivityDate": "20260302",
        "gmtActivityTime": "131519",
        "activityLocation": {"city": "Louisville", "stateProvince": "KY", "country": "US"},
        "activityStatus": {"type": "I", "code": "AR", "description": "Arrived"},
        "number": chance.randrange(10**9),
    }
    headers = [("Content-Type", "application/json")]
    return Request("POST", f"{HOOKS}demo-ups-token", json.dumps(event).encode(), _hmac, headers)


def _interchange(chance: random.Random) -> Request:
    number = chance.randrange(10**8)
    body = (
        "ISA*00*          *00*          *02*LTLC           *ZZ*DEMO           *260302*1315*U*00401*"
        f"{number:09}*0*P*>~GS*QM*LTLC*DEMO*20260302*1315*1*X*004010~ST*214*0001~"
        f"B10*45{number:08}*FUZZ{number}*LTLC~AT7*X1*NS***20260302*1315*UT~SE*4*0001~GE*1*1~"
        f"IEA*1*{number:09}~"
    )
    proof = "X-API-Key", "demo-ltl-secret"
    headers = [("Content-Type", "application/edi-x12")]
    return Request("POST", f"{HOOKS}demo-ltl-token", body.encode(), lambda body: proof, headers)


def _api(method: str, path: str, body: bytes, content_type: str = "") -> Request:
    proof = "Authorization", "Bearer demo-wms-secret"
    headers = [("X-Logistics-Connection", "demo-wms-token")]
    headers += [("Content-Type", content_type)] if content_type else []
    return Request(method, path, body, lambda body: proof, headers)


def _event(chance: random.Random) -> Request:
    event = {
        "event_id": f"fuzz-{chance.randrange(10**9)}",
        "milestone": "packed",
        "occurred_at": "2026-03-02T13:15:19Z",
        "references": [{"scheme": "sale_order", "value": f"FUZZ{chance.randrange(1000)}"}],
    }
    body = json.dumps({"events": [event]}).encode()
    return _api("POST", "/logistics/v1/events", body, "application/json")


def _look(chance: random.Random) -> Request:
    what = chance.choice(["messages", "shipments"])
    return _api("GET", f"/logistics/v1/{what}/{chance.choice(['1', 'LSH/00001', 'x' * 40])}", b"")


def _health(chance: random.Random) -> Request:
    return _api("GET", "/logistics/v1/health", b"")


GOOD: Final = [_webhook, _webhook, _interchange, _interchange, _event, _event, _look, _health]
