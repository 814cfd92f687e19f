"""HTTP by hand: what a library would never send."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back on the socket; status 0 if the server hung up without a word."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def problem(self) -> dict[str, Any]:
        """The problem document; fails if it is none."""
        assert self.headers.get("content-type", "").startswith("application/problem+json"), self
        document = json.loads(self.body)
        assert document["status"] == self.status, document
        assert document["title"], document
        assert b"Traceback" not in self.body and b'File "' not in self.body
        return dict(document)


def talk(url: str, parts: Iterable[bytes], pause: float = 0.0, seconds: float = 60.0) -> Reply:
    """Write the parts one after another, then read to the end.

    A server may answer and hang up before it has read everything; the answer counts all the same.
    """
    where = urlsplit(url)
    with socket.create_connection((where.hostname, where.port or 80), timeout=seconds) as wire:
        try:
            for part in parts:
                wire.sendall(part)
                if pause:
                    time.sleep(pause)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it said no already; read what it said
        return _parse(_read_all(wire))


def hang_up(url: str, parts: Iterable[bytes]) -> None:
    """Write the parts and leave without waiting for an answer."""
    where = urlsplit(url)
    with socket.create_connection((where.hostname, where.port or 80)) as wire:
        for part in parts:
            wire.sendall(part)


def _read_all(wire: socket.socket) -> bytes:
    received = bytearray()
    while True:
        try:
            chunk = wire.recv(65536)
        except ConnectionResetError:
            return bytes(received)
        if not chunk:
            return bytes(received)
        received += chunk
        if _complete(received):
            return bytes(received)


def _complete(received: bytes | bytearray) -> bool:
    head, separator, body = bytes(received).partition(b"\r\n\r\n")
    if not separator:
        return False
    length = _headers(head).get("content-length")
    return length is not None and len(body) >= int(length)


def _headers(head: bytes) -> dict[str, str]:
    lines = head.decode("latin-1").split("\r\n")[1:]
    pairs = (line.partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, _colon, value in pairs}


def _parse(received: bytes) -> Reply:
    head, _separator, body = received.partition(b"\r\n\r\n")
    if not head:
        return Reply(0, {}, b"")
    return Reply(int(head.split(b" ", 2)[1]), _headers(head), body)


def head_of(path: str, headers: dict[str, str], method: str = "POST") -> bytes:
    """Request line and headers, ready to be sent."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
