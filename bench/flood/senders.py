"""Sends, each sender in its own way, and kills workers meanwhile."""

from __future__ import annotations

import http.client
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bench.flood.plan import FLOOD, POISON, QUIET, SECRET, Message
from tests.system.server import Server

_PARALLEL = 4  # connections of the sender that floods
_SECONDS = 60
_PAUSE = 0.3  # before a message is tried again that nobody answered


@dataclass
class Told:
    """What the server answered, counted; nobody gives up before it is a yes."""

    statuses: Counter[int] = field(default_factory=Counter)
    sent: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, status: int) -> None:
        with self._lock:
            self.statuses[status] += 1
            self.sent += status in (200, 202)


class Senders:
    """Five carriers at one server.

    :param pace: messages per second of each quiet sender and of the poisonous one
    """

    def __init__(self, server: Server, pace: float) -> None:
        parts = urlsplit(server.url)
        self._host, self._port = parts.hostname or "", parts.port
        self._pace = pace
        self._kept = threading.local()
        self.told = Told()

    def send(self, planned: dict[str, list[Message]]) -> None:
        """Send all of it; returns when the last message is accepted."""
        with ThreadPoolExecutor(_PARALLEL + len(QUIET) + 1) as pool:
            paced = [name for name in planned if name != FLOOD]
            jobs = [pool.submit(self._now_and_then, planned[name], name) for name in paced]
            flood = planned.get(FLOOD, [])
            jobs += [pool.submit(self._at_once, flood[n::_PARALLEL]) for n in range(_PARALLEL)]
            for job in jobs:
                job.result()

    def _at_once(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self._until_accepted(message)

    def _now_and_then(self, messages: list[Message], name: str) -> None:
        chance = random.Random(name)
        due = time.monotonic()
        for message in messages:
            due += chance.expovariate(self._pace * (0.75 if name == POISON else 1))
            time.sleep(max(0.0, due - time.monotonic()))
            self._until_accepted(message)

    def _until_accepted(self, message: Message) -> None:
        while True:
            status, wait = self._post(message)
            self.told.note(status)
            if status in (200, 202):
                return
            if status not in (0, 429, 500, 502, 503):
                raise AssertionError(f"the server answered {status} to {message}")
            time.sleep(wait)

    def _post(self, message: Message) -> tuple[int, float]:
        """The status, 0 for no answer, and how long to wait before the next try."""
        try:
            connection = self._connection()
            headers = {"Content-Type": "application/json", "Authorization": f"Bearer {SECRET}"}
            path = f"/logistics/v1/hooks/flood-{message.sender}"
            connection.request("POST", path, message.body, headers)
            response = connection.getresponse()
            response.read()
            return response.status, float(response.headers.get("Retry-After") or _PAUSE)
        except (OSError, http.client.HTTPException):
            self._kept.connection.close()
            return 0, _PAUSE

    def _connection(self) -> http.client.HTTPConnection:
        if not hasattr(self._kept, "connection"):
            self._kept.connection = http.client.HTTPConnection(
                self._host, self._port, timeout=_SECONDS
            )
        connection: http.client.HTTPConnection = self._kept.connection
        return connection


class Killer(threading.Thread):
    """SIGKILLs a worker, HTTP or cron, whenever another share of the messages is accepted."""

    def __init__(self, server: Server, told: Told, count: int, kills: int, seed: int = 3) -> None:
        super().__init__(daemon=True)
        self._server = server
        self._told = told
        self._chance = random.Random(seed)
        marks = (self._chance.uniform(0.05, 0.95) for _kill in range(kills))
        self._due = sorted(int(mark * count) for mark in marks)
        self.killed: list[float] = []  # when, seconds since 1970
        self.ended = threading.Event()

    def run(self) -> None:
        """Until all are killed, or told to end."""
        while self._due and not self.ended.wait(0.05):
            if self._told.sent >= self._due[0]:
                self._due.pop(0)
                self._kill()

    def _kill(self) -> None:
        workers = self._server.workers()
        if workers:
            pid = self._chance.choice(sorted(workers))
            os.kill(pid, signal.SIGKILL)
            self.killed.append(time.time())
