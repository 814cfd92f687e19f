"""The demo's three connections as their senders know them.

Tokens and secrets are those of ``logistics_carrier_connector/demo``; they exist in demo databases
only.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Final

from .message import MISSING, WRONG, Message

HOOK: Final = "/logistics/v1/hooks/"
MESSAGE_ID: Final = "X-Message-Id"
EVENTS: Final = "/logistics/v1/events"


@dataclass(frozen=True, slots=True)
class Connection:
    """How one sender reaches us.

    :param token: names the connection; in the path of a webhook, in a header of the canonical API
    :param secret: proves that the sender is who the token says
    :param proof: ``hmac``, ``key`` or ``bearer``
    """

    token: str
    secret: str
    proof: str


CONNECTIONS: Final = {
    "wms": Connection("demo-wms-token", "demo-wms-secret", "bearer"),
    "ups": Connection("demo-ups-token", "demo-ups-secret", "hmac"),
    "ltl": Connection("demo-ltl-token", "demo-ltl-secret", "key"),
}


def request_of(message: Message) -> tuple[str, dict[str, str]]:
    """Path and headers with which a message is posted."""
    connection = CONNECTIONS[message.connection]
    token = message.token or connection.token
    headers = {"Content-Type": message.content_type} if message.content_type else {}
    if message.key:
        headers[MESSAGE_ID] = message.key
    headers |= _proof(connection, message)
    if connection.proof == "bearer":
        return EVENTS, headers | {"X-Logistics-Connection": token}
    return HOOK + token, headers


def _proof(connection: Connection, message: Message) -> dict[str, str]:
    if message.proof == MISSING:
        return {}
    secret = "wrong" if message.proof == WRONG else connection.secret
    if connection.proof == "bearer":
        return {"Authorization": f"Bearer {secret}"}
    if connection.proof == "key":
        return {"X-API-Key": secret}
    digest = hmac.new(secret.encode(), message.body, hashlib.sha256).hexdigest()
    return {"X-Signature": digest}
