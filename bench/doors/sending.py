"""Sends mutated requests and says what a server must never do: answer 5xx, or log an error."""

from __future__ import annotations

import itertools
import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bench.doors.requests import request
from tests.system.server import Server

_SECONDS = 30  # for one answer
_PARALLEL = 4
# The HTTP server itself, of a request that is none: no such method, no such version.
_NOT_HTTP = (501, 505)
# Odoo itself looks up other addresses as pages, and fails on a NUL in them.
_OURS = re.compile(rb"\S+ /logistics/v1/")
_OUR_ERROR = re.compile(r"\S+ \S+ \d+ (?:ERROR|CRITICAL) \S+ odoo\.addons\.logistics_")
_OUR_FRAME = "/logistics_"


@dataclass
class Findings:
    """What came of it.

    :param wrong: one sentence per request that was not answered as it should
    """

    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)


def fuzz(server: Server, seeds: Iterator[int]) -> Findings:
    """Send the requests of these numbers, several at a time."""
    found, lock = Findings(), threading.Lock()
    before = server.log.stat().st_size if server.log.exists() else 0

    def one(seed: int) -> None:
        wire = request(seed)
        status, body = send(server.url, wire)
        complaint = _complaint(status, body) if _OURS.match(wire) else ""
        with lock:
            found.statuses[status] += 1
            if complaint:
                found.wrong.append(f"request {seed}: {complaint}")

    def some() -> None:
        while (seed := _next(seeds, lock)) is not None:
            one(seed)

    with ThreadPoolExecutor(_PARALLEL) as pool:
        for job in [pool.submit(some) for _thread in range(_PARALLEL)]:
            job.result()
    found.logged = errors_in_log(server, before)
    return found


def _next(seeds: Iterator[int], lock: threading.Lock) -> int | None:
    """The next number; whoever is done takes one, so that time alone ends a run."""
    with lock:
        return next(seeds, None)


def for_seconds(seconds: float, first: int) -> Iterator[int]:
    """Numbers from ``first`` on, until the time is over."""
    end = time.monotonic() + seconds
    return itertools.takewhile(lambda seed: time.monotonic() < end, itertools.count(first))


def _complaint(status: int, body: bytes) -> str:
    if status == -1:
        return f"no answer within {_SECONDS} s"
    if status >= 500 and status not in _NOT_HTTP:
        return f"answered {status}"
    if b"Traceback" in body or b'File "' in body:
        return "the answer tells about our code"
    return ""


def errors_in_log(server: Server, since: int) -> list[str]:
    """Errors that our loggers report, and tracebacks through our code, from a position on.

    What the HTTP server and Odoo's own pages log about addresses that are not ours does not count.
    """
    with server.log.open("rb") as log:
        log.seek(since)
        lines = log.read().decode("utf-8", "replace").splitlines()
    found, trace = [], ""
    for line in lines:
        if _OUR_ERROR.match(line) or (trace and not line.startswith(" ") and _OUR_FRAME in trace):
            found.append(line[:300])
        if line.startswith("Traceback"):
            trace = "Traceback"
        elif trace:
            trace = trace + line if line.startswith(" ") else ""
    return found


def send(url: str, wire: bytes) -> tuple[int, bytes]:
    """Status and body; 0 if the server hung up without a word, -1 if it kept us waiting."""
    where = urlsplit(url)
    received = bytearray()
    with socket.create_connection((where.hostname, where.port), timeout=_SECONDS) as line:
        try:
            line.sendall(wire)
            line.shutdown(socket.SHUT_WR)  # nothing more comes, whatever length was announced
            while chunk := line.recv(65536):
                received += chunk
        except TimeoutError:
            return -1, bytes(received)
        except OSError:
            pass  # it said no before it had read everything; what it said counts
    match = re.match(rb"HTTP/\d\.\d (\d{3})", received)
    return int(match[1]) if match else 0, bytes(received)
