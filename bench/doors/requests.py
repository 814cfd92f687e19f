"""Requests to the doors, mutated: a pure function of a seed, as the bytes on the wire.

Each begins as a good request with a right proof and is bent in one to four places. Where the body
was bent, the proof is mostly made again, so that what is wrong gets past the door.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

HOOKS: Final = "/logistics/v1/hooks/"
_ODD: Final = [
    "",
    " ",
    "\x00",
    "%00",
    "\x7f",
    "\xff\xfe",
    "é",
    "\t",
    "a" * 5000,
    "%F0%9F%98%80",
    "../",
]
_METHODS: Final = "GET PUT DELETE PATCH HEAD OPTIONS TRACE CONNECT post BREW".split()
_TYPES: Final = [
    "application/json; charset=utf-7",
    "application/json;;;=",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "application/x-www-form-urlencoded",
    "application/edi-x12",
    "text/xml",
    "json",
    "/",
    "application/json, text/xml",
]
_LENGTHS: Final = [
    "-1",
    "0",
    "5,5",
    "0x10",
    "+7",
    "1e3",
    "99999999999999999999",
    "٣",
    " 12 ",
    "00012",
]
_ENCODINGS: Final = ["gzip", "deflate, gzip", "br", "identity", "IDENTITY", "x" * 3000]
_PROOFS: Final = [
    "Bearer",
    "Bearer " + "x" * 4000,
    "Basic !!!",
    "Basic " + base64.b64encode(b"no colon").decode(),
    "Basic " + base64.b64encode(b"\xff:\xfe").decode(),
    "Digest username=x",
    "sha256=",
]
_OTHER: Final = [
    ("Cookie", "session_id=../../etc; frontend_lang=xx_XX; cids=a-b"),
    ("Cookie", "\xff=\xfe;;;="),
    ("Host", "nobody.invalid"),
    ("X-Forwarded-For", "999.1.1.1, ::1"),
    ("X-Forwarded-Proto", "gopher"),
    ("Accept-Language", "xx-YY;q=9,\x01"),
    ("Expect", "100-continue"),
    ("Expect", "the unexpected"),
    ("Connection", "Upgrade"),
    ("Upgrade", "websocket"),
    ("Range", "bytes=9-1"),
    ("If-Modified-Since", "yesterday"),
    ("Idempotency-Key", "k" * 6000),
    ("Idempotency-Key", "\x01\x02"),
    ("X-Odoo-Database", "postgres"),
    ("X-HTTP-Method-Override", "DELETE"),
    ("Date", "in the future"),
    ("User-Agent", "\x80" * 300),
    ("Webhook-Id", "é" * 300),
]


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


def request(seed: int) -> bytes:
    """The mutated request of this number."""
    chance = random.Random(seed)
    made = chance.choice(_GOOD)(chance)
    made.headers.insert(0, ("Host", "localhost"))
    for _change in range(chance.randint(1, 4)):
        chance.choice(_CHANGES)(made, chance)
    return made.wire()


# === Good requests === #


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


_GOOD: Final = [_webhook, _webhook, _interchange, _interchange, _event, _event, _look, _health]


# === Changes === #


def _change_method(made: Request, chance: random.Random) -> None:
    made.method = chance.choice(_METHODS)


def _change_path(made: Request, chance: random.Random) -> None:
    odd = chance.choice(_ODD).replace(" ", "%20").replace("\t", "%09")
    at = chance.randrange(len(made.path) + 1)
    made.path = chance.choice(
        [
            made.path[:at] + odd + made.path[at:],
            made.path + "?" + odd + "=%ff&db=other&debug=assets",
            made.path + "/" + odd,
            made.path.replace("/", "//"),
            made.path.upper(),
            made.path[:at] or "/",
        ]
    )


def _change_type(made: Request, chance: random.Random) -> None:
    made.headers = [pair for pair in made.headers if pair[0] != "Content-Type"]
    if chance.random() < 0.8:
        made.headers.append(("Content-Type", chance.choice(_TYPES)))


def _change_length(made: Request, chance: random.Random) -> None:
    near = str(max(0, len(made.body) + chance.randint(-3, 3)))
    made.length = chance.choice([*_LENGTHS, near, near, "none"])
    if chance.random() < 0.2:
        made.headers.append(("Transfer-Encoding", chance.choice(["chunked", "gzip, chunked", "x"])))


def _change_proof(made: Request, chance: random.Random) -> None:
    made.proved = chance.random() < 0.3
    name = chance.choice(["Authorization", "X-Signature", "X-API-Key", "X-Logistics-Connection"])
    made.headers.append((name, chance.choice([*_PROOFS, *_ODD])))


def _add_header(made: Request, chance: random.Random) -> None:
    encoding = ("Content-Encoding", chance.choice(_ENCODINGS))
    made.headers.append(chance.choice([*_OTHER, encoding, encoding]))
    if chance.random() < 0.1:
        made.headers += [(f"X-{number}", "y" * 50) for number in range(150)]


def _change_version(made: Request, chance: random.Random) -> None:
    made.version = chance.choice(["HTTP/1.0", "HTTP/1.1 ", "HTTP/9.9", "HTTX/1.1", ""])


def _change_body(made: Request, chance: random.Random) -> None:
    proof, before = made.proof, made.body
    made.body = chance.choice(_BODIES)(before, chance)
    if chance.random() < 0.2:
        made.proof = lambda body: proof(before)


def _flip(body: bytes, chance: random.Random) -> bytes:
    changed = bytearray(body or b"x")
    for _flip in range(chance.randint(1, 8)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _cut(body: bytes, chance: random.Random) -> bytes:
    return body[: chance.randrange(len(body) + 1)]


def _insert(body: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(body) + 1)
    odd = [
        b"\x00",
        b"\\u0000",
        b"\\ud800",
        b"\xff",
        b"\xef\xbb\xbf",
        b"1e999",
        b"{",
        b'"',
        b"~",
        b"*",
    ]
    return body[:at] + chance.choice(odd) * chance.choice([1, 1, 1, 500]) + body[at:]


def _swap(body: bytes, chance: random.Random) -> bytes:
    """A value of another type or size where one stood."""
    values = [b"null", b"[]", b"{}", b"true", b"1e400", b"-0", b'""', b'"' + b"z" * 9000 + b'"']
    parts = body.split(b'"')
    parts[chance.randrange(len(parts))] = chance.choice(values)
    return b'"'.join(parts)


def _other(body: bytes, chance: random.Random) -> bytes:
    return chance.choice(
        [
            b"",
            chance.randbytes(chance.randrange(2000)),
            b"[" * 70_000,
            b'{"a":' * 60 + b"1" + b"}" * 60,
            b"[" + body + b"]",
            body * 20,
            b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
            body.decode("utf-8", "replace").encode("utf-16"),
            b'{"events": [' + b",".join([b"{}"] * 1500) + b"]}",
        ]
    )


_BODIES: Final = [_flip, _cut, _insert, _swap, _other]
_CHANGES: Final = [
    *(_change_method, _change_path, _change_type, _change_length, _change_proof, _add_header),
    *(_change_version, _change_body, _change_body, _change_body, _change_body),
]
