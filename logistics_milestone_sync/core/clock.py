"""The database keeps naive UTC, the core aware UTC: the two ways across."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import overload


@overload
def utc(value: datetime) -> datetime: ...
@overload
def utc(value: None) -> None: ...
def utc(value: datetime | None) -> datetime | None:
    """Aware UTC from the database's naive UTC; ``None`` (or Odoo's ``False``) gives ``None``."""
    return value.replace(tzinfo=UTC) if value else None


@overload
def naive(value: datetime) -> datetime: ...
@overload
def naive(value: None) -> None: ...
def naive(value: datetime | None) -> datetime | None:
    """Naive UTC for the database from an aware time."""
    return value.astimezone(UTC).replace(tzinfo=None) if value else None
