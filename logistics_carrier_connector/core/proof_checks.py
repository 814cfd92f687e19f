"""What the verifiers share: the presence of secrets, and comparisons that tell nothing by time."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

from .errors import MALFORMED, STALE, ConfigurationInvalid, NotVerified

TIMESTAMP_FORMATS: Final = ("seconds", "milliseconds", "rfc3339", "http_date")


def known(config: Mapping[str, Any], allowed: set[str]) -> dict[str, Any]:
    """The settings that are given.

    :raises ConfigurationInvalid: if one is not allowed
    """
    values = {name: value for name, value in config.items() if value not in (None, "", False)}
    unknown = sorted(set(values) - allowed)
    if unknown:
        raise ConfigurationInvalid(f"unknown verifier setting: {', '.join(unknown)}")
    return values


def with_tolerance(values: dict[str, Any]) -> dict[str, Any]:
    """The settings with ``tolerance`` instead of ``tolerance_seconds``."""
    seconds = values.pop("tolerance_seconds", None)
    if seconds is None:
        return values
    try:
        return values | {"tolerance": timedelta(seconds=int(seconds))}
    except (TypeError, ValueError, OverflowError):
        raise ConfigurationInvalid("the timestamp tolerance is a number of seconds") from None


def require_secrets(secrets: Sequence[str]) -> None:
    """:raises ConfigurationInvalid: without a secret, or with one that is blank"""
    if isinstance(secrets, str) or not secrets or not all(_is_secret(s) for s in secrets):
        raise ConfigurationInvalid("a verifier needs at least one secret, and none may be blank")


def _is_secret(secret: object) -> bool:
    return isinstance(secret, str) and bool(secret.strip())


def require_name(name: str, what: str) -> None:
    """:raises ConfigurationInvalid: if a name is blank"""
    if not name.strip():
        raise ConfigurationInvalid(f"a verifier needs the name of a {what}")


def require_tolerance(tolerance: timedelta) -> None:
    """:raises ConfigurationInvalid: if nothing could ever be fresh"""
    if tolerance <= timedelta(0):
        raise ConfigurationInvalid("the timestamp tolerance must be positive")


def require_fresh(stamp: str, style: str, now: datetime, tolerance: timedelta) -> None:
    """Raise unless a timestamp is near the present.

    :param style: one of ``TIMESTAMP_FORMATS``
    :param now: aware
    :raises NotVerified: if it is not in this format, or further away than ``tolerance``
    """
    if abs(now.timestamp() - _moment(stamp, style)) > tolerance.total_seconds():
        raise NotVerified("the timestamp is too far from the present", cause=STALE)


def _moment(stamp: str, style: str) -> float:
    """Unix seconds of a timestamp."""
    try:
        if style == "rfc3339":
            return _aware(datetime.fromisoformat(stamp))
        if style == "http_date":
            return _aware(parsedate_to_datetime(stamp))
    except (ValueError, TypeError, OverflowError, IndexError):
        raise _not_a_time(style) from None
    # isascii, because int() also reads other scripts' digits; 12 digits end in the year 33658.
    digits = 12 if style == "seconds" else 15
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= digits):
        raise _not_a_time(style)
    return int(stamp) / (1 if style == "seconds" else 1000)


def _aware(moment: datetime) -> float:
    # An HTTP date may end in "-0000", which Python reads as naive; it is UTC (RFC 5322, 3.3).
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _not_a_time(style: str) -> NotVerified:
    words = {
        "seconds": "Unix seconds",
        "milliseconds": "Unix milliseconds",
        "rfc3339": "the form of RFC 3339",
        "http_date": "the form of an HTTP date",
    }
    return NotVerified(f"the timestamp is not in {words[style]}", cause=MALFORMED)


def require_secret(claimed: str, secrets: Sequence[str], message: str) -> None:
    """Raise unless ``claimed`` is one of the secrets.

    :raises NotVerified: with this message
    """
    # Digests are compared instead of the words, so that not even a length can be measured.
    digests = [hashlib.sha256(as_bytes(secret)).digest() for secret in secrets]
    require_any(hashlib.sha256(as_bytes(claimed)).digest(), digests, message)


def require_any(claimed: bytes, expected: Sequence[bytes], message: str) -> None:
    """Raise unless ``claimed`` is one of the expected.

    :raises NotVerified: with this message
    """
    # All are compared before any decides, so that the time does not tell which one fitted.
    fits = [hmac.compare_digest(claimed, each) for each in expected]
    if True not in fits:
        raise NotVerified(message)


def as_bytes(text: str) -> bytes:
    """A header or a secret as the bytes it came from."""
    return text.encode("utf-8", "surrogateescape")
