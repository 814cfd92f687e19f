"""How the carrier of a profile is asked: the block ``poll`` of a profile's file.

It holds what the carrier publishes about its interface, and nothing of an account. Whoever connects
the carrier starts from it and may change every value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from odoo.addons.logistics_milestone_sync.core.vocabulary import SCHEMES

from .errors import ConfigurationInvalid
from .json_schema import object_of
from .poll_auth import KINDS as PROOFS
from .poll_auth import TOKEN_STYLES
from .poll_paging import KINDS as PAGINGS
from .poll_paging import Paging
from .poll_request import METHODS, Endpoint

_TEXT: Final[dict[str, Any]] = {"type": "string", "minLength": 1, "maxLength": 2000}
_NUMBER: Final[dict[str, Any]] = {"type": "string", "pattern": "^[0-9]{1,6}$"}


POLL_SCHEMA: Final = object_of(
    {
        "url": _TEXT,
        "method": {"enum": list(METHODS)},
        "headers": {"type": "object", "additionalProperties": _TEXT},
        "body": _TEXT,
        "batch": _NUMBER,
        "scheme": {"enum": list(SCHEMES)},
        "account": _TEXT,
        "proof": object_of(
            {
                "kind": {"enum": list(PROOFS)},
                "name": _TEXT,
                "prefix": _TEXT,
                "token_url": _TEXT,
                "token_style": {"enum": list(TOKEN_STYLES)},
                "scope": _TEXT,
            },
            "kind",
        ),
        "paging": object_of(
            {
                "kind": {"enum": list(PAGINGS)},
                "more": _TEXT,
                "parameter": _TEXT,
                "first": _NUMBER,
            },
            "kind",
        ),
        "every": _NUMBER,
        "quota": {"type": "string", "pattern": "^[0-9]{1,6}/[0-9]{1,6}$"},
        "keep_days": _NUMBER,
        "subscription_days": _NUMBER,
    },
    "url",
)


@dataclass(frozen=True, slots=True)
class PollDefaults:
    """What a profile says about asking its carrier.

    :param endpoint: with the method, headers, body and batch
    :param headers: as written, ``{}`` for none
    :param body: as written, JSON or empty
    :param scheme: of the numbers that it knows
    :param every: minutes between two questions about a number
    :param quota: ``(calls, minutes)``; no calls for no limit
    :param account: what ``{account}`` stands for until somebody says otherwise
    :param keep_days: for how long the carrier remembers events; 0 if it does not say
    :param subscription_days: after how long a subscription to its pushes ends by itself; 0: never
    """

    endpoint: Endpoint
    paging: Paging
    proof: Mapping[str, str]
    headers: Mapping[str, str]
    body: str = ""
    scheme: str = "tracking"
    every: int = 120
    quota: tuple[int, int] = (0, 60)
    account: str = ""
    keep_days: int = 0
    subscription_days: int = 0


def build_poll(data: Mapping[str, Any] | None) -> PollDefaults | None:
    """The defaults that a block says; ``None`` without one.

    :param data: fits ``POLL_SCHEMA``
    :raises ConfigurationInvalid: on a word that means nothing, naming it
    """
    if data is None:
        return None
    calls, _slash, minutes = data.get("quota", "0/60").partition("/")
    batch, every = int(data.get("batch", "1")), int(data.get("every", "120"))
    if every < 1 or int(minutes) < 1:
        raise ConfigurationInvalid("a carrier is asked every minute at most")
    paging = data.get("paging", {"kind": "none"})
    return PollDefaults(
        endpoint=Endpoint.of(
            data["url"],
            data.get("method", "GET"),
            data.get("headers", {}),
            data.get("body", ""),
            batch,
        ),
        paging=Paging.of(
            paging["kind"],
            paging.get("more", ""),
            paging.get("parameter", ""),
            int(paging.get("first", "1")),
        ),
        proof=data.get("proof", {"kind": "none"}),
        headers=data.get("headers", {}),
        body=data.get("body", ""),
        scheme=data.get("scheme", "tracking"),
        every=every,
        quota=(int(calls), int(minutes)),
        account=data.get("account", ""),
        keep_days=int(data.get("keep_days", "0")),
        subscription_days=int(data.get("subscription_days", "0")),
    )
