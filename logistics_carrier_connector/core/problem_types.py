"""The kinds of refusals of the HTTP interface, as data (RFC 9457, *Problem Details for HTTP APIs*).

A client decides by ``type``, which never changes once it was sent; title and detail are for people.
The table is rendered on the documentation page, where each type is an anchor.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

DOCS_PATH: Final = "/logistics/v1/docs"
# RFC 9457, 4.2.1: the status says it all.
NO_TYPE: Final = "about:blank"


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One kind of refusal.

    :param title: the same for every occurrence
    :param status: of the answer
    :param remedy: what the sender can do about it
    :param retry: whether the very same request may succeed later
    """

    title: str
    status: int
    remedy: str
    retry: bool = False

    @property
    def slug(self) -> str:
        """The name of the type in its URI.

        >>> ProblemType("Too large", 413, "").slug
        'too-large'
        """
        return self.title.lower().replace(" ", "-")

    @property
    def uri(self) -> str:
        """A reference with its full path, as RFC 9457 (3.1.1) asks for where it is relative."""
        return f"{DOCS_PATH}#{self.slug}"


PROBLEM_TYPES: Final[dict[str, ProblemType]] = {
    kind.title: kind
    for kind in (
        ProblemType("Unreadable", 400, "Send well-formed JSON in UTF-8."),
        ProblemType(
            "Invalid parameter",
            400,
            "Correct the parameters that are named in “problems”.",
        ),
        ProblemType(
            "Not authorized",
            401,
            "Check the name of the connection, its secret, and your clock. Unknown, missing, wrong "
            "and stale look the same on purpose.",
        ),
        ProblemType(
            "Not a canonical connection",
            403,
            "The connection speaks a carrier's own format: post to its own address.",
        ),
        ProblemType(
            "Not found", 404, "It is not there, or it is not yours; both look the same on purpose."
        ),
        ProblemType(
            "Method not allowed", 405, "Use one of the methods that the header “Allow” lists."
        ),
        ProblemType(
            "Not acceptable", 406, "Accept “application/json”, or leave the header “Accept” out."
        ),
        ProblemType("Length required", 411, "Send a Content-Length; chunked bodies are not taken."),
        ProblemType("Too large", 413, "Split the batch, or ask for a larger limit."),
        ProblemType("Unsupported type", 415, "Send one of the content types that are named."),
        ProblemType("Unsupported encoding", 415, "Send the content uncompressed."),
        ProblemType("Not an event", 422, "Compare the body with the schema of the event."),
        ProblemType(
            "No valid event",
            422,
            "Nothing was stored. “items” says what is wrong with each event.",
        ),
        ProblemType(
            "Idempotency key reused",
            422,
            "The key was used before with other content. The first message stands; this one was "
            "kept for people to look at and changes nothing. Send it under a key of its own.",
        ),
        ProblemType(
            "Too many requests", 429, "Wait as many seconds as “Retry-After” says.", retry=True
        ),
        ProblemType("Internal error", 500, "It was logged here. Send it again later.", retry=True),
        ProblemType("Busy", 503, "Send it again after “Retry-After” seconds.", retry=True),
        ProblemType("Not ready", 503, "Send it again after “Retry-After” seconds.", retry=True),
    )
}


def type_of(title: str) -> str:
    """The URI of the type with this title.

    >>> type_of("Too large")
    '/logistics/v1/docs#too-large'
    >>> type_of("I'm a teapot")
    'about:blank'
    """
    known = PROBLEM_TYPES.get(title)
    return known.uri if known else NO_TYPE


PROBLEM_SCHEMA: Final[dict[str, Any]] = {
    "title": "Problem",
    "description": "Why a request was refused (RFC 9457).",
    "type": "object",
    "properties": {
        "type": {
            "type": "string",
            "format": "uri-reference",
            "description": "Decide by this; the page of this interface lists them all.",
        },
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "What is wrong this time."},
        "items": {
            "type": "array",
            "items": {"type": "object"},
            "description": "What is wrong with each event, as in a receipt.",
        },
        "problems": {
            "type": "array",
            "items": {"type": "object"},
            "description": "What is wrong with each parameter: its name as “path”, and “reason”.",
        },
        "message": {"type": "string", "description": "Id of the message that was kept."},
    },
    "required": ["type", "title", "status"],
}
