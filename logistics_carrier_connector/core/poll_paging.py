"""How the further pages of an answer are asked for, as data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urljoin

from .errors import ConfigurationInvalid
from .expression import EvaluationFailed, Expression
from .poll_request import Request

NONE: Final = "none"
NEXT_URL: Final = "next_url"
LINK: Final = "link"
PAGE: Final = "page"
CURSOR: Final = "cursor"
KINDS: Final = (NONE, NEXT_URL, LINK, PAGE, CURSOR)
MAX_PAGES: Final = 50

_LINK: Final = re.compile(r"<([^<>]{1,4000})>([^<]*)")
_REL_NEXT: Final = re.compile(r";\s*rel\s*=\s*(?:\"[^\"]*\bnext\b[^\"]*\"|next\b)", re.IGNORECASE)
_PARAMETER: Final = re.compile(r"[A-Za-z0-9_.\[\]-]{1,60}")


@dataclass(frozen=True, slots=True)
class Paging:
    """Where an answer says that there is more.

    :param kind: ``next_url`` (an expression finds the address), ``link`` (the header ``Link`` of
        RFC 8288 with ``rel="next"``), ``page`` (a page number, as long as the expression finds
        something), ``cursor`` (the expression finds the value of a parameter), ``none``
    :param more: the expression
    :param parameter: of the query, for ``page`` and ``cursor``
    :param first: number of the first page
    """

    kind: str = NONE
    more: Expression | None = None
    parameter: str = ""
    first: int = 1

    @classmethod
    def of(cls, kind: str = NONE, more: str = "", parameter: str = "", first: int = 1) -> Paging:
        """The paging that these texts describe.

        :raises ConfigurationInvalid: if something is missing or means nothing
        """
        if kind not in KINDS:
            raise ConfigurationInvalid(f"pages are told by {', '.join(KINDS)}")
        if kind in (NEXT_URL, PAGE, CURSOR) and not more:
            raise ConfigurationInvalid("an expression has to say where the answer tells of more")
        if kind in (PAGE, CURSOR) and not _PARAMETER.fullmatch(parameter):
            raise ConfigurationInvalid("the pages need the name of a parameter")
        return cls(kind, Expression(more) if more else None, parameter, first)

    @property
    def reads_content(self) -> bool:
        """Whether the answer has to be decoded to know."""
        return self.kind in (NEXT_URL, PAGE, CURSOR)

    def following(
        self, request: Request, headers: Mapping[str, str], tree: Any, pages: int
    ) -> Request | None:
        """The request for the next page, ``None`` after the last one.

        A page that would be the same request again is no next page: a carrier that points to
        itself is not followed for ever.

        :param request: that the answer belongs to
        :param headers: of the answer; asked for ``Link`` only
        :param tree: the decoded answer, where ``reads_content``
        :param pages: how many there are by now
        :raises EvaluationFailed: if the expression does not fit the answer
        """
        if self.kind == NONE or pages >= MAX_PAGES:
            return None
        if self.kind == LINK:
            following = self._at(request, _next_link(headers.get("Link", "")))
        elif self.kind == NEXT_URL:
            following = self._at(request, self._found(tree))
        elif self.kind == CURSOR:
            value = self._found(tree)
            following = request.with_parameter(self.parameter, value) if value else None
        else:
            more = self.more is not None and self.more.holds(tree)
            number = str(self.first + pages)
            following = request.with_parameter(self.parameter, number) if more else None
        return following if following != request else None

    def _found(self, tree: Any) -> str:
        if self.more is None:
            raise EvaluationFailed("nothing says where the answer tells of more")
        return self.more.text(tree)

    @staticmethod
    def _at(request: Request, url: str) -> Request | None:
        """The same request at another address, which may be a relative one."""
        if not url:
            return None
        try:
            absolute = urljoin(request.url, url)
        except ValueError:
            raise EvaluationFailed("the address of the next page cannot be read") from None
        return Request(request.method, absolute, request.headers, request.body)


def _next_link(header: str) -> str:
    """The target of ``rel="next"`` in a header ``Link`` (RFC 8288), empty if there is none.

    >>> _next_link('<https://a.example/2>; rel="next", <https://a.example/9>; rel="last"')
    'https://a.example/2'
    """
    for url, parameters in _LINK.findall(header[:8000]):
        if _REL_NEXT.match(parameters) or _REL_NEXT.search(parameters):
            return str(url).strip()
    return ""
