"""Asking a carrier: token, call, further pages, and what it all means. No database in here.

``ask`` takes everything that it needs as values and never raises for what a carrier does, so that
the worker can end its transaction before and begin another one after.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from ..core import poll_answer
from ..core.errors import CarrierError, ConfigurationInvalid, PayloadRejected, WebPage
from ..core.expression import EvaluationFailed
from ..core.outbound import AddressRefused, OutboundPolicy
from ..core.poll_auth import OAUTH2, Credentials, Token, read_token
from ..core.poll_paging import Paging
from ..core.poll_request import Request
from . import outbound_http
from .masking import mask
from .message_reader import Reader

# Seconds that one question may take with all its pages: the worker's claim lasts longer.
LONGEST = 600
_EXCERPT = 1000
_TOKEN_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask.

    :param str number: set if only one number is asked for; answers may not repeat it
    :param Reader reader: tells error answers and unreadable ones apart from those to keep
    :param Token token: the one in memory, ``None`` for none
    """

    request: Request
    number: str
    paging: Paging
    credentials: Credentials
    policy: OutboundPolicy
    reader: Reader
    limits: outbound_http.Limits
    token: Token | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One answer to keep."""

    body: bytes = field(repr=False)
    content_type: str = ""
    headers: object = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a question.

    :param kind: a word of ``core/poll_answer.py``
    :param pages: answers to keep, in their order; also when a later page failed
    :param wait: that the carrier asked for
    :param reason: for people, when there is no answer to keep
    :param excerpt: the beginning of what came instead, masked
    :param calls: that were made, for the quota
    :param seconds: that it took, with all pages
    :param token: to remember; ``None`` for none
    """

    kind: str
    pages: tuple = ()
    wait: timedelta | None = None
    status: int = 0
    reason: str = ""
    excerpt: str = ""
    calls: int = 0
    seconds: float = 0.0
    token: Token | None = None


def ask(question, now=None):
    """Ask, page by page; the ``Result``.

    :param now: a function that gives the aware time; for tests
    """
    return _Asking(question, now or (lambda: datetime.now(UTC))).result()


class _Asking:
    def __init__(self, question, now):
        self._question, self._now = question, now
        self._token = question.token
        self._began = self._now()
        self._calls = 0
        self._pages = []

    def result(self):
        try:
            return self._ask()
        except AddressRefused as error:
            return self._ended(poll_answer.REFUSED, reason=error.public_message)
        except outbound_http.AnswerUnusable as error:
            return self._ended(poll_answer.UNREADABLE, reason=str(error))
        except outbound_http.CallFailed as error:
            return self._ended(poll_answer.BUSY, reason=str(error))
        except ConfigurationInvalid as error:
            return self._ended(poll_answer.NOT_ALLOWED, reason=error.public_message)
        except EvaluationFailed as error:
            return self._ended(poll_answer.UNREADABLE, reason=str(error))

    def _ended(self, kind, reason="", **values):
        return Result(
            kind,
            pages=tuple(self._pages),
            calls=self._calls,
            seconds=(self._now() - self._began).total_seconds(),
            token=self._token,
            reason=reason[:1].upper() + reason[1:],
            **values,
        )

    def _ask(self):
        request = self._question.request
        while request is not None:
            answer = self._proved_call(request)
            verdict = poll_answer.judge_status(answer.status, answer.headers, self._now())
            if verdict.kind != poll_answer.ANSWERED:
                return self._ended(
                    verdict.kind,
                    wait=verdict.wait,
                    status=answer.status,
                    reason=self._complaint(answer),
                    excerpt=_excerpt(answer.body),
                )
            odd = self._oddity(answer)
            if odd:
                kind, reason = odd
                return self._ended(
                    kind, status=answer.status, reason=reason, excerpt=_excerpt(answer.body)
                )
            self._pages.append(Page(answer.body, answer.content_type, answer.headers))
            request = self._following(request, answer)
        return self._ended(poll_answer.ANSWERED, status=answer.status)

    def _proved_call(self, request):
        """The answer to a request with the proof in it; a token that was refused is replaced once,
        because a carrier may end it before its time."""
        answer = self._call(self._question.credentials.prove(request, self._good_token()))
        if answer.status == 401 and self._question.credentials.kind == OAUTH2:
            self._token = None
            answer = self._call(self._question.credentials.prove(request, self._good_token()))
        return answer

    def _good_token(self):
        if self._question.credentials.kind != OAUTH2:
            return None
        if self._token is None or not self._token.is_good(self._now()):
            self._token = None
            self._token = self._new_token()
        return self._token

    def _new_token(self):
        asked_at = self._now()
        limits = replace(self._question.limits, max_bytes=_TOKEN_BYTES)
        answer = self._call(self._question.credentials.token_request(), limits)
        if answer.status >= 500 or answer.status in (408, 429):
            raise outbound_http.CallFailed("the carrier gives no token at the moment")
        if answer.status != 200:
            raise ConfigurationInvalid(
                f"the carrier refuses to give a token (status {answer.status}): the client id, the "
                "secret or the address of the token is wrong"
            )
        return read_token(answer.body, asked_at)

    def _call(self, request, limits=None):
        left = LONGEST - (self._now() - self._began).total_seconds()
        if left <= 0:
            raise outbound_http.CallFailed("there was no complete answer in time")
        limits = limits or self._question.limits
        self._calls += 1
        bounded = replace(limits, total=min(limits.total, left))
        return outbound_http.call(request, self._question.policy, bounded)

    def _following(self, request, answer):
        paging = self._question.paging
        tree = self._question.reader.tree(answer.body) if paging.reads_content else None
        return paging.following(request, answer.headers, tree, len(self._pages))

    def _oddity(self, answer):
        """``(kind, reason)`` of an answer that states nothing although its status is fine."""
        reading = self._question.reader.understand(
            answer.body, self._now(), _asked(self._question.number)
        )
        error = reading.error
        if isinstance(error, CarrierError):
            return poll_answer.CARRIER_ERROR, error.public_message
        # Kept all the same where somebody should see it: what is against the contract, or not
        # explained by the profile yet.
        if isinstance(error, PayloadRejected):
            return poll_answer.UNREADABLE, error.public_message
        return None

    def _complaint(self, answer):
        """What the answer says is wrong, for people; empty if it says nothing."""
        reading = self._question.reader.understand(answer.body, self._now(), {})
        told = isinstance(reading.error, CarrierError | WebPage)
        return reading.error.public_message if told else ""


def _asked(number):
    return {"number": number} if number else {}


def _excerpt(body):
    text = body[: 4 * _EXCERPT].decode("utf-8", "replace").replace("\x00", "␀")
    return mask(text)[:_EXCERPT]
