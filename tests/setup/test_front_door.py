"""The demo's one address leads pages to the workers and websockets to their own process."""

from __future__ import annotations

import socket
import threading

import pytest

from bootstrap.config import free_port
from bootstrap.front_door import FrontDoor


def serve(reply: bytes) -> int:
    """A server that takes a whole request, until nothing more comes, and answers `reply` to it."""
    listener = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        while True:
            connection, _peer = listener.accept()
            with connection:
                received = b""
                while chunk := connection.recv(65536):
                    received += chunk
                connection.sendall(reply + received)

    threading.Thread(target=answer, daemon=True).start()
    return listener.getsockname()[1]


def ask(port: int, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
        return answer


@pytest.fixture
def door() -> int:
    port = free_port()
    FrontDoor(port, serve(b"worker:"), serve(b"websocket:")).open()
    return port


@pytest.mark.parametrize(
    ("request_line", "served_by"),
    [
        (b"GET / HTTP/1.1", b"worker"),
        (b"POST /logistics/v1/events HTTP/1.1", b"worker"),
        (b"GET /websocket/peek_notifications HTTP/1.1", b"worker"),
        (b"GET /websocket?version=19.0-1 HTTP/1.1", b"websocket"),
    ],
)
def test_the_first_line_decides_who_answers(door, request_line, served_by) -> None:
    request = request_line + b"\r\nHost: here\r\n\r\nbody"

    assert ask(door, request) == served_by + b":" + request


def test_a_big_body_arrives_unchanged(door) -> None:
    body = bytes(range(256)) * 8_000
    request = b"POST / HTTP/1.1\r\n\r\n" + body

    assert ask(door, request) == b"worker:" + request


def test_a_server_that_is_away_ends_the_connection_and_not_the_door() -> None:
    port = free_port()
    FrontDoor(port, free_port(), serve(b"websocket:")).open()

    assert ask(port, b"GET / HTTP/1.1\r\n\r\n") == b""
    assert ask(port, b"GET /websocket?v HTTP/1.1\r\n\r\n").startswith(b"websocket:")
