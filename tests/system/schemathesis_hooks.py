"""What the property tests of the interface (``test_interface.py``) change in what is made up.

Two rules of the canonical event are said in words, because no schema says them: a leg leads to a
later stop, and a moment lies between 1990 and 2100. What is made up keeps to them here, so that
everything that is left has to be accepted.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta, timezone
from typing import Any

import schemathesis
from hypothesis import strategies as st

_offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_moments = st.datetimes(datetime(1990, 1, 1), datetime(2100, 12, 31), timezones=_offsets)
_LONGEST = 200

schemathesis.openapi.format("date-time", _moments.map(datetime.isoformat))


@schemathesis.hook
def filter_case(context: Any, case: Any) -> bool:
    """Whether the events keep to the rules that are said in words."""
    if not isinstance(case.body, dict):
        return True
    events = case.body.get("events", [case.body])
    return not isinstance(events, list) or all(_keeps(event) for event in events)


def _keeps(event: Any) -> bool:
    try:
        route = event.get("route", {})
        return all(leg["from"] < leg["to"] < len(route["stops"]) for leg in route.get("legs", ()))
    except (AttributeError, KeyError, TypeError):
        return True  # made up to be refused, for a reason that the schema says


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Give every request a key of its own: one key for two contents is refused, and rightly so.

    A key that is none, made up to see it refused, stays as it is.
    """
    key = (case.headers or {}).get("Idempotency-Key")
    if key and len(key) <= _LONGEST and key.isascii() and key.isprintable() and key == key.strip():
        case.headers["Idempotency-Key"] = f"{key}-{uuid.uuid4()}"[-_LONGEST:].lstrip()
