"""Sends messages over several connections at once, the way carriers do: again until it is taken."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from .connections import request_of
from .message import ACCEPTED_STATUSES, REFUSED, Message

_SECONDS = 60
_PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said to one message.

    :param status: HTTP status, 0 if it never answered
    :param document: the JSON body, ``{}`` if there was none
    """

    message: Message
    status: int
    content_type: str = ""
    document: Any = None

    @property
    def accepted(self) -> bool:
        """The server took responsibility for the message."""
        return self.status in ACCEPTED_STATUSES

    @property
    def word(self) -> str:
        """``accepted``, ``duplicate``, ``conflict`` or empty."""
        return str(self.document.get("status", "")) if isinstance(self.document, dict) else ""


class Sender:
    """A number of parallel connections to one server.

    :param pauses: seconds between tries while the server does not answer or answers 5xx or 429
    """

    def __init__(self, url: str, parallel: int = 4, pauses: Sequence[float] = _PAUSES) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port
        self._parallel = parallel
        self._pauses = tuple(pauses)
        self.stopped = threading.Event()

    def send_all(
        self, messages: Iterable[Message], told: Callable[[Answer], None] = lambda answer: None
    ) -> list[Answer]:
        """Send everything, in this order as far as parallel connections allow.

        :param told: called with each answer, from several threads
        """

        def send(message: Message) -> Answer:
            answer = self.send(message)
            told(answer)
            return answer

        with ThreadPoolExecutor(self._parallel) as pool:
            return list(pool.map(send, messages))

    def send(self, message: Message) -> Answer:
        """Send one message until the server decides about it."""
        answer = self._post(message)
        for pause in self._pauses:
            if answer.status and answer.status < 500 and answer.status != 429:
                break
            if self.stopped.is_set():
                break
            time.sleep(pause)
            answer = self._post(message)
        return answer

    def _post(self, message: Message) -> Answer:
        path, headers = request_of(message)
        connection = http.client.HTTPConnection(self._host, self._port, timeout=_SECONDS)
        try:
            connection.request("POST", path, message.body, headers)
            response = connection.getresponse()
            raw = response.read()
        except (OSError, http.client.HTTPException):
            return Answer(message, 0)
        finally:
            connection.close()
        return Answer(message, response.status, response.headers.get_content_type(), _document(raw))


def _document(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return None


def complaints(answers: Iterable[Answer]) -> list[str]:
    """Every answer that is not what the message deserves, as a sentence."""
    found = []
    for answer in answers:
        message = answer.message
        if message.fate != REFUSED:
            if not answer.accepted:
                found.append(f"{message.label} should be accepted and got {_say(answer)}")
        elif answer.status != message.status:
            found.append(f"{message.label} should get {message.status} and got {_say(answer)}")
        elif answer.content_type != "application/problem+json":
            found.append(f"{message.label} was refused without a problem document")
    return found


def _say(answer: Answer) -> str:
    if not answer.status:
        return "no answer"
    document = answer.document if isinstance(answer.document, dict) else {}
    return f"{answer.status} {document.get('title', '')}".strip()
