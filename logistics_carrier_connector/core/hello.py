"""A first message per format: what somebody sends to see whether a connection works.

It is told from messages that mean something, so trying costs nothing and leaves no dead letter.
"""

from __future__ import annotations

from typing import Final

_JSON: Final = '{"ping": "hello"}'
_CANONICAL: Final = (
    '{"milestone": "picked", "occurred_at": "2026-01-01T12:00:00Z",'
    ' "references": [{"scheme": "tracking", "value": "HELLO-1"}]}'
)
# {format of a profile: (content type, body)}
HELLO: Final = {
    "json": ("application/json", _JSON),
    "canonical": ("application/json", _CANONICAL),
    "epcis": ("application/json", _JSON),
    "xml": ("application/xml", "<ping>hello</ping>"),
    "csv": ("text/csv", "ping,hello"),
    "xlsx": ("application/octet-stream", "ping"),
    "x12": ("application/edi-x12", "ping"),
    "edifact": ("application/edifact", "ping"),
}


def is_hello(format_name: str, raw: bytes) -> bool:
    """Whether a message is the one that people send to try a connection.

    >>> is_hello("xml", b"<ping>hello</ping>"), is_hello("json", b"{}")
    (True, False)
    """
    return format_name in HELLO and raw == HELLO[format_name][1].encode()
