"""How we prove to a carrier who we are, when it is us who ask."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from .errors import ConfigurationInvalid
from .poll_request import Request

NO_PROOF: Final = "none"
HEADER: Final = "header"
QUERY: Final = "query"
BASIC: Final = "basic"
OAUTH2: Final = "oauth2"
KINDS: Final = (NO_PROOF, HEADER, QUERY, BASIC, OAUTH2)
TOKEN_STYLES: Final = ("basic", "form", "json")
# A token is replaced before it ends: a clock may be wrong, and a call takes its time.
_MARGIN: Final = timedelta(seconds=60)
_UNSAID: Final = timedelta(minutes=5)
_LONGEST: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Token:
    """An access token of a carrier.

    :param expires_at: aware
    """

    value: str = field(repr=False)
    expires_at: datetime

    def is_good(self, now: datetime) -> bool:
        """Whether a call that begins now may use it."""
        return now < self.expires_at - _MARGIN


@dataclass(frozen=True, slots=True)
class Credentials:
    """What proves us.

    :param kind: ``header`` (a key in a header), ``query`` (in a parameter), ``basic``, ``oauth2``
        (client credentials, RFC 6749 section 4.4) or ``none``
    :param secret: the key, the password or the client's secret
    :param name: of the header or of the parameter
    :param prefix: before the key; behind a word a blank follows, e.g. ``Bearer``
    :param username: for ``basic``, and the client's id for ``oauth2``. Without one, the secret is
        the user of ``basic`` and there is no password, as some carriers have it
    :param token_style: how the token is asked for: proved with Basic, or in the form or JSON sent
    """

    kind: str = NO_PROOF
    secret: str = field(default="", repr=False)
    name: str = ""
    prefix: str = ""
    username: str = ""
    token_url: str = ""
    token_style: str = "basic"
    scope: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS or self.token_style not in TOKEN_STYLES:
            raise ConfigurationInvalid("no proof is called so")
        if self.kind in (HEADER, QUERY) and not self.name:
            raise ConfigurationInvalid("the key needs the name of its header or parameter")
        if self.kind == OAUTH2 and not (self.token_url and self.username):
            raise ConfigurationInvalid("a token needs the address that gives it and a client id")
        if any(not part.isprintable() for part in (self.secret, self.username, self.prefix)):
            raise ConfigurationInvalid("a key has characters that no header may have")

    def prove(self, request: Request, token: Token | None = None) -> Request:
        """The request with the proof in it.

        :param token: for ``oauth2``
        :raises ConfigurationInvalid: without the secret or the token that it takes
        """
        if self.kind == NO_PROOF:
            return request
        if self.kind == OAUTH2:
            if token is None:
                raise ConfigurationInvalid("there is no token")
            return _with_header(request, "Authorization", f"Bearer {token.value}")
        if not self.secret:
            raise ConfigurationInvalid("the key to ask with is not set")
        if self.kind == QUERY:
            return request.with_parameter(self.name, self.secret)
        if self.kind == BASIC:
            return _with_header(request, "Authorization", self._basic())
        prefix = f"{self.prefix} " if self.prefix[-1:].isalnum() else self.prefix
        return _with_header(request, self.name, prefix + self.secret)

    def _basic(self) -> str:
        user, password = (self.username, self.secret) if self.username else (self.secret, "")
        return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()

    def token_request(self) -> Request:
        """The call that gets a token.

        :raises ConfigurationInvalid: without a secret
        """
        if not self.secret:
            raise ConfigurationInvalid("the client's secret is not set")
        form = {"grant_type": "client_credentials"} | ({"scope": self.scope} if self.scope else {})
        headers = {"Accept": "application/json"}
        if self.token_style == "basic":
            headers["Authorization"] = self._basic()
        else:
            form |= {"client_id": self.username, "client_secret": self.secret}
        if self.token_style == "json":
            headers["Content-Type"] = "application/json"
            return Request("POST", self.token_url, headers, json.dumps(form).encode())
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        return Request("POST", self.token_url, headers, urlencode(form).encode())


def read_token(body: bytes, now: datetime) -> Token:
    """The token of an answer (RFC 6749 section 5.1).

    An answer that does not say how long the token is good is believed for five minutes.

    :param now: aware; when it was asked for
    :raises ConfigurationInvalid: if there is none in it; never quotes the answer
    """
    try:
        answer: Any = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    value = answer.get("access_token") if isinstance(answer, Mapping) else None
    if not isinstance(value, str) or not value or not (value.isascii() and value.isprintable()):
        raise ConfigurationInvalid("the carrier gave no token")
    return Token(value, now + _lifetime(answer.get("expires_in")))


def _lifetime(said: Any) -> timedelta:
    """Seconds as a number or, as some carriers write them, as text."""
    text = str(said).partition(".")[0]
    if isinstance(said, bool) or not (text.isascii() and text.isdigit()):
        return _UNSAID
    return min(timedelta(seconds=int(text[:9])), _LONGEST)


def _with_header(request: Request, name: str, value: str) -> Request:
    if not value.isascii():
        raise ConfigurationInvalid("a key has characters that no header may have")
    return replace(request, headers={**request.headers, name: value})
