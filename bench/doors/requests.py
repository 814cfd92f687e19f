"""Requests to the doors, mutated: a pure function of a seed, as the bytes on the wire.

Each begins as a good request with a right proof and is bent in one to four places. Where the body
was bent, the proof is mostly made again, so that what is wrong gets past the door.
"""

from __future__ import annotations

import base64
import random
from typing import Final

from bench.doors.good import GOOD, Request

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


def request(seed: int) -> bytes:
    """The mutated request of this number."""
    chance = random.Random(seed)
    made = chance.choice(GOOD)(chance)
    made.headers.insert(0, ("Host", "localhost"))
    for _change in range(chance.randint(1, 4)):
        chance.choice(_CHANGES)(made, chance)
    return made.wire()


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
