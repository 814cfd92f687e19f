"""What an answer of a carrier means for the asking: go on, wait, or have somebody look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

ANSWERED: Final = "answered"
UNCHANGED: Final = "unchanged"
UNKNOWN: Final = "unknown"
CARRIER_ERROR: Final = "carrier_error"
LIMITED: Final = "limited"
BUSY: Final = "busy"
UNREADABLE: Final = "unreadable"
NOT_ALLOWED: Final = "not_allowed"
BAD_REQUEST: Final = "bad_request"
REFUSED: Final = "refused"
LOST: Final = "lost"

# What concerns the numbers that were asked for; everything else concerns the carrier or us.
ABOUT_NUMBERS: Final = frozenset({ANSWERED, UNCHANGED, UNKNOWN, CARRIER_ERROR, BAD_REQUEST})
# The carrier did its part; an answer that it does not know a number is an answer.
SUCCESSES: Final = frozenset({ANSWERED, UNCHANGED, UNKNOWN, CARRIER_ERROR})

_LONGEST_WAIT: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One answer, judged.

    :param kind: one of the words above
    :param wait: how long the carrier asked us to wait, if it did
    """

    kind: str
    wait: timedelta | None = None


def judge_status(status: int, headers: Mapping[str, str], now: datetime) -> Verdict:
    """What a status means (RFC 9110); of a 2xx, that there is something to read.

    :param status: of the last answer, redirects followed
    :param headers: of the answer; asked for ``Retry-After`` only
    :param now: aware
    """
    wait = retry_after(headers.get("Retry-After", ""), now)
    if status in (204, 205, 304):
        return Verdict(UNCHANGED)
    if 200 <= status < 300:
        return Verdict(ANSWERED)
    if status in (404, 410):
        return Verdict(UNKNOWN)
    if status == 429:
        return Verdict(LIMITED, wait)
    if status in (401, 403, 407):
        return Verdict(NOT_ALLOWED, wait)
    if status in (408, 425) or status >= 500 or wait is not None:
        return Verdict(BUSY, wait)
    return Verdict(BAD_REQUEST)


def retry_after(value: str, now: datetime) -> timedelta | None:
    """How long to wait by the header ``Retry-After`` (RFC 9110, 10.2.3); at most a day.

    :param value: seconds or an HTTP date; anything else says nothing
    :param now: aware

    >>> retry_after("120", datetime(2026, 1, 1, tzinfo=UTC))
    datetime.timedelta(seconds=120)
    >>> retry_after("soon", datetime(2026, 1, 1, tzinfo=UTC)) is None
    True
    """
    value = value.strip()
    if value.isascii() and value.isdigit():
        seconds = min(int(value[:9]), int(_LONGEST_WAIT.total_seconds()))
        return timedelta(seconds=seconds)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(moment - now, timedelta(0)), _LONGEST_WAIT)
