"""Calls to the outside, for everything that makes some: guarded, bounded, without the database.

``call`` follows ``core/outbound.py``: every address is judged, the socket is opened to the very
number that was judged, and each redirect is judged again. It never waits or reads without a limit,
uses no proxy of the environment, keeps no cookies, and sends what proves us to no other origin.

Never call it in a transaction that Odoo may retry: commit before, and store what came after.
"""

import socket
import threading
import time
import zlib
from contextlib import closing
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin

import requests
import urllib3
from requests.adapters import HTTPAdapter

from odoo.tools import config

from ..core.outbound import OutboundPolicy, host_list
from ..core.poll_request import Request

PRIVATE_HOSTS = "logistics_connector_private_hosts"
_CHUNK = 16 * 1024
_MAX_REDIRECTS = 5
_PLAIN_HEADERS = ("accept", "user-agent")
_AGENT = "logistics-carrier-connector"
_GZIP = 16 + zlib.MAX_WBITS


class CallFailed(Exception):
    """There is no answer. The message is for people and quotes no address and no secret."""


class AnswerUnusable(CallFailed):
    """There is an answer that nobody should read: endless, cut off, or leading elsewhere."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How patient a call is. Seconds; bytes are counted after decompression."""

    connect: float = 10.0
    read: float = 30.0
    total: float = 60.0
    max_bytes: int = 5 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    :param headers: case does not matter
    :param bytes body: without its compression
    """

    status: int
    headers: object
    body: bytes = field(repr=False)

    @property
    def content_type(self):
        """The media type in lower case, without parameters."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()[:100]


def private_hosts(env):
    """Hosts that may be inside the network and called without TLS: for a carrier's gateway in the
    own network, and for tests. From the configuration file and the system parameter of that name.
    """
    parameter_sudo = env["ir.config_parameter"].sudo()
    listed = (parameter_sudo.get_param(PRIVATE_HOSTS) or "", config.get(PRIVATE_HOSTS) or "")
    return host_list(" ".join(listed))


def call(request, policy, limits=None):
    """Make one call, and follow its redirects within the policy.

    :param Request request: what to send
    :param OutboundPolicy policy: what may be called
    :return: the ``Answer``, whatever its status
    :raises AddressRefused: if an address on the way may not be called
    :raises CallFailed: if there is no answer
    :raises AnswerUnusable: if there is one that cannot be used
    """
    limits = limits or Limits()
    with _Deadline(limits.total) as deadline:
        for _hop in range(_MAX_REDIRECTS + 1):
            answer = _call_once(request, policy, limits, deadline)
            location = answer.headers.get("Location")
            if answer.status not in (301, 302, 303, 307, 308) or not location:
                return answer
            request = _redirected(request, answer.status, location, policy)
    raise AnswerUnusable("the answers lead from one address to the next without an end")


def _redirected(request, status, location, policy):
    """The request for the next hop; to another origin without anything that proves us."""
    if request.method != "GET" and status not in (307, 308):
        raise AnswerUnusable("the carrier sends the question to another address")
    try:
        url = urljoin(request.url, location)
    except ValueError as error:
        raise AnswerUnusable("the carrier sends us to an address that cannot be read") from error
    if policy.judge(url).origin == policy.judge(request.url).origin:
        return replace(request, url=url)
    if request.method != "GET":
        raise AnswerUnusable("the carrier sends the question to another origin")
    kept = {
        name: value for name, value in request.headers.items() if name.lower() in _PLAIN_HEADERS
    }
    return Request("GET", url, kept)


def _call_once(request, policy, limits, deadline):
    target = policy.judge(request.url)
    headers = {"User-Agent": _AGENT, "Accept-Encoding": "gzip", **request.headers}
    try:
        prepared = requests.Request(
            request.method, request.url, headers, data=request.body
        ).prepare()
        # The adapter without a session: no cookies, no proxies of the environment, no .netrc.
        with closing(_GuardedAdapter(policy, target, deadline)) as adapter:
            timeout = (limits.connect, limits.read)
            response = adapter.send(prepared, stream=True, timeout=timeout, proxies={})
            body = _read(response, limits)
            if deadline.passed:  # a socket that was ended looks like the end of what was sent
                raise TimeoutError
            return Answer(response.status_code, response.headers, body)
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        raise _failure(error, deadline) from error


def _failure(error, deadline):
    """What went wrong, in words: those of the libraries quote the address, with what is in it."""
    timeouts = (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)
    if deadline.passed or isinstance(error, timeouts):
        return CallFailed("there was no complete answer in time")
    if isinstance(error, requests.exceptions.SSLError | urllib3.exceptions.SSLError):
        return CallFailed("the other side could not prove who it is (TLS)")
    if isinstance(error, requests.exceptions.InvalidHeader | requests.exceptions.InvalidURL):
        return AnswerUnusable("the request cannot be sent as it is")
    if isinstance(error, requests.ConnectionError | urllib3.exceptions.ProtocolError):
        return CallFailed("the connection failed or broke off")
    return CallFailed(f"the call failed ({type(error).__name__})")


def _read(response, limits):
    """The body, decompressed, never more of it in memory than the limit and one chunk.

    :raises AnswerUnusable: if it is too long, cut off, or compressed in a way that nobody asked for
    """
    decode = _decoder(response.headers.get("Content-Encoding", ""))
    body, received = bytearray(), 0
    for chunk in response.raw.stream(_CHUNK, decode_content=False):
        received += len(chunk)
        body += decode(chunk, limits.max_bytes + 1 - len(body))
        if len(body) > limits.max_bytes or received > limits.max_bytes:
            raise AnswerUnusable(f"the answer is longer than {limits.max_bytes} bytes")
    announced = response.headers.get("Content-Length", "")
    if announced.isdigit() and received < int(announced):
        raise CallFailed("the connection failed or broke off")
    return bytes(body)


def _decoder(encoding):
    """A function of a chunk and of how much it may become."""
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return lambda chunk, _most: chunk
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise AnswerUnusable("the answer is compressed in a way that nobody asked for")
    inflater = zlib.decompressobj(_GZIP if "gzip" in encoding else zlib.MAX_WBITS)

    def inflate(chunk, most):
        try:
            return inflater.decompress(chunk, max(most, 1))
        except zlib.error as error:
            raise AnswerUnusable("the answer cannot be decompressed") from error

    return inflate


class _Deadline:
    """Ends the sockets of a call when its time is over: a limit per read would let a server that
    sends one byte now and then hold a worker for ever."""

    def __init__(self, seconds):
        self.passed = False
        self._lock = threading.Lock()
        self._sockets = []
        self._ends = time.monotonic() + seconds
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self):
        self._timer.start()
        return self

    def __exit__(self, *_error):
        self._timer.cancel()
        with self._lock:
            for each in self._sockets:
                each.close()
            self._sockets = []

    def watch(self, opened):
        """End this socket, too. The copy of it stays the same connection inside TLS."""
        with self._lock:
            self._sockets.append(opened.dup())
        if self.passed:
            self._end()

    def seconds_left(self):
        """At least a moment, because 0 would mean for ever."""
        return max(self._ends - time.monotonic(), 0.05)

    def _end(self):
        self.passed = True
        with self._lock:
            for each in self._sockets:
                try:
                    each.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # closed already


class _GuardedAdapter(HTTPAdapter):
    """Opens sockets to judged addresses only."""

    def __init__(self, policy, target, deadline):
        self._policy, self._target, self._deadline = policy, target, deadline
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": self._pool(urllib3.HTTPConnectionPool),
            "https": self._pool(urllib3.HTTPSConnectionPool),
        }

    def _pool(self, base):
        opening = self._open

        class Connection(base.ConnectionCls):
            def _new_conn(self):
                return opening(self.timeout)

        return type(f"Guarded{base.__name__}", (base,), {"ConnectionCls": Connection})

    def _open(self, timeout):
        seconds = self._deadline.seconds_left()
        if isinstance(timeout, int | float):
            seconds = min(seconds, timeout)
        opened = judged_socket(self._policy, self._target, seconds)
        self._deadline.watch(opened)
        return opened


def judged_socket(policy, target, seconds):
    """A socket that is connected to a target. The name is looked up once, and all its numbers are
    judged: one that leads inside among others is no accident.

    :param float seconds: how long each number may take
    :raises AddressRefused: if one of them may not be called
    :raises OSError: if none of them answers
    """
    failure = OSError("no address")
    for address in judged_addresses(policy, target)[:4]:
        try:
            return socket.create_connection((address, target.port), seconds)
        except OSError as error:
            failure = error
    raise failure


def judged_addresses(policy, target):
    """The numbers that the name of a target resolves to.

    :raises AddressRefused: if one of them may not be called
    :raises OSError: if the name leads nowhere
    """
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(each[4][0] for each in found))
    for address in addresses:
        policy.check_address(target, address)
    return addresses


def public_policy(env, hosts=None):
    """The policy of this database.

    :param hosts: names that may be called; ``None`` for any public host
    """
    return OutboundPolicy(None if hosts is None else frozenset(hosts), private_hosts(env))
