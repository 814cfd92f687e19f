"""The name under which one raw message is stored once.

Equal names on one connection are the same message. A format that numbers its own messages gives
the name; otherwise the bytes do, so that a re-send is recognised before anything is decoded.
"""

from __future__ import annotations

import hashlib

_LONGEST_ID = 200


def sha256(raw: bytes) -> str:
    """Hex digest of the bytes, 64 digits."""
    return hashlib.sha256(raw).hexdigest()


def message_key(format_id: str | None, raw: bytes) -> str:
    """The key of a message within its connection, at most 203 characters.

    The prefix keeps an id that looks like a digest apart from a digest.

    :param format_id: the sender's own id of the message (``Idempotency-Key``, an interchange
        number the partner promised never to reuse), if it has one

    >>> message_key("  7f3a ", b"{}")
    'id:7f3a'
    >>> message_key(None, b"{}")[:11]
    'sha:44136fa'
    """
    name = (format_id or "").strip()
    if not name:
        return f"sha:{sha256(raw)}"
    if len(name) > _LONGEST_ID or not name.isprintable():
        return f"idh:{sha256(name.encode('utf-8', 'surrogatepass'))}"
    return f"id:{name}"
