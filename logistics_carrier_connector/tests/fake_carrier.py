"""A carrier with an interface of its own, on a real socket, that behaves as badly as one asks."""

import gzip
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class FakeCarrier:
    """Answers ``/track?n=…`` with what ``parcels`` says, unless ``behaviors`` says otherwise.

    :ivar dict parcels: ``{number: [event, …]}`` as in the test carrier's messages
    :ivar list behaviors: functions of the handler, used up one per request; ``None`` for a good one
    :ivar list asked: ``(method, path with query, headers, body)`` of each request
    """

    def __init__(self):
        self.parcels = {}
        self.behaviors = []
        self.asked = []
        self.tokens = set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        # Whoever hangs up in the middle is meant to.
        self._server.handle_error = lambda *_request: None
        self.closing = threading.Event()
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )
        self._thread.start()

    @property
    def host(self):
        """As the list of private hosts names it."""
        return f"127.0.0.1:{self._server.server_port}"

    @property
    def url(self):
        return f"http://{self.host}"

    def close(self):
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def numbers(self):
        """The numbers asked for, request by request."""
        return [parse_qs(urlsplit(path).query).get("n", [""])[0] for _m, path, _h, _b in self.asked]

    def answer(self, number):
        """The good answer about some numbers."""
        events = [
            {"tracking": each, **event}
            for each in number.split(",")
            for event in self.parcels.get(each, [])
        ]
        return json.dumps({"events": events}).encode()


def _handler_of(carrier):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            length = int(self.headers.get("Content-Length") or 0)
            self.content = self.rfile.read(length)
            carrier.asked.append((self.command, self.path, dict(self.headers), self.content))
            behavior = carrier.behaviors.pop(0) if carrier.behaviors else None
            try:
                (behavior or good)(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        do_POST = do_GET

        @property
        def carrier(self):
            return carrier

        def send(self, body=b"", status=200, **headers):
            self.send_response(status)
            headers = {"Content-Type": "application/json", "Content-Length": len(body)} | {
                name.replace("_", "-"): value for name, value in headers.items()
            }
            for name, value in headers.items():
                if value is not None:
                    self.send_header(name, str(value))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            """Tests are quiet."""

    return Handler


def good(handler):
    """What is known about the numbers; with a token, where tokens are given out."""
    carrier = handler.carrier
    if handler.path.startswith("/token"):
        token = f"token-{len(carrier.tokens)}"
        carrier.tokens.add(token)
        handler.send(json.dumps({"access_token": token, "expires_in": 3600}).encode())
        return
    sent = handler.headers.get("Authorization", "")
    if carrier.tokens and sent.removeprefix("Bearer ") not in carrier.tokens:
        handler.send(b'{"error": "token expired"}', 401)
        return
    query = parse_qs(urlsplit(handler.path).query)
    handler.send(carrier.answer(query.get("n", [""])[0]))


def status(code, body=b'{"error": "no"}', **headers):
    """An answer with this status."""
    return lambda handler: handler.send(body, code, **headers)


def redirect(location, code=302):
    """Sends the asker elsewhere."""
    return lambda handler: handler.send(b"", code, Location=location)


def truncated(handler):
    """Breaks off in the middle of what it announced."""
    handler.send(b'{"events": [', Content_Length=500)
    handler.close_connection = True


def chunked_and_cut(handler):
    """Breaks off between two chunks."""
    handler.send(
        b"c\r\n" + b'{"events": [' + b"\r\n", Content_Length=None, Transfer_Encoding="chunked"
    )
    handler.close_connection = True


def hangs_up(handler):
    """Says nothing at all."""
    handler.close_connection = True


def silent(handler):
    """Takes the request and never answers."""
    handler.carrier.closing.wait(20)
    handler.close_connection = True


def drips(handler):
    """Sends a byte now and then, so that no single read takes long."""
    handler.send(b"{", Content_Length=10_000)
    for _byte in range(400):
        if handler.carrier.closing.wait(0.05):
            break
        handler.wfile.write(b" ")
        handler.wfile.flush()
    handler.close_connection = True


def drips_headers(handler):
    """Never comes to the end of its headers."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(400):
        if handler.carrier.closing.wait(0.05):
            break
        handler.wfile.write(b"X-%d: 1\r\n" % number)
        handler.wfile.flush()
    handler.close_connection = True


def endless(handler):
    """Never comes to an end, and fast."""
    handler.send(b"", Content_Length=None, Connection="close")
    handler.close_connection = True
    until = time.monotonic() + 20
    while time.monotonic() < until and not handler.carrier.closing.is_set():
        handler.wfile.write(b" " * 65536)


def gzip_bomb(handler):
    """Some kilobytes that become a hundred megabytes."""
    handler.send(gzip.compress(b" " * 100_000_000), Content_Encoding="gzip")


def compressed(handler):
    """The good answer, compressed as asked for."""
    query = parse_qs(urlsplit(handler.path).query)
    handler.send(gzip.compress(handler.carrier.answer(query["n"][0])), Content_Encoding="gzip")


def in_pages(*bodies):
    """One answer per page; a header ``Link`` leads from one to the next."""

    def behave(body, more):
        def answer(handler):
            following = (
                f'<{handler.path.split("&page")[0]}&page={more}>; rel="next"' if more else None
            )
            handler.send(body, Link=following)

        return answer

    count = len(bodies)
    return [behave(body, n + 2 if n + 1 < count else 0) for n, body in enumerate(bodies)]
