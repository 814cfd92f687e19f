"""Requests as a carrier sends them, over kept connections, from several threads."""

from __future__ import annotations

import enum
import hashlib
import hmac
import http.client
import itertools
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

_PARALLEL = 4
_TOKEN, _SECRET = "demo-ups-token", b"demo-ups-secret"


class Target(enum.Enum):
    """Where a request goes, and whether it is new there."""

    HOOK = f"/logistics/v1/hooks/{_TOKEN}"
    REPEATED = f"/logistics/v1/hooks/{_TOKEN}?repeated"
    REFERENCE = "/logistics_bench/store"


class Load:
    """Sends requests and counts how many per second are answered as they should."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port
        self._numbers = itertools.count()
        self._kept = threading.local()

    def rate(self, target: Target, requests: int) -> float:
        """Requests per second.

        :raises AssertionError: when the server answers anything but 200 or 202
        """
        again = target is Target.REPEATED
        bodies = [_body(0 if again else next(self._numbers)) for _n in range(requests)]
        if again:
            self._post(target, bodies[0])
        begin = time.perf_counter()
        with ThreadPoolExecutor(_PARALLEL) as pool:
            for status in pool.map(lambda body: self._post(target, body), bodies):
                assert status in (200, 202), f"the server answered {status}"
        return requests / (time.perf_counter() - begin)

    def _post(self, target: Target, body: bytes) -> int:
        if not hasattr(self._kept, "connection"):
            self._kept.connection = http.client.HTTPConnection(self._host, self._port, timeout=30)
        connection: http.client.HTTPConnection = self._kept.connection
        signature = hmac.new(_SECRET, body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "X-Signature": signature}
        connection.request("POST", target.value, body, headers)
        response = connection.getresponse()
        response.read()
        return response.status


def _body(number: int) -> bytes:
    event = {
        "trackingNumber": f"1ZBENCH{number:011}",
        "gmtActivityDate": "20260302",
        "gmtActivityTime": "131519",
        "activityLocation": {"city": "Louisville", "stateProvince": "KY", "country": "US"},
        "activityStatus": {"type": "I", "code": "AR", "description": "Arrived"},
        "padding": "x" * 400,  # what else real ones carry
    }
    return json.dumps(event).encode()
