"""One line of the result."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One measurement. ``ratio`` is ours divided by the reference; ``ok``: it meets ``target``."""

    name: str
    ratio: float
    target: str
    ok: bool
    ours: float
    reference: float
    unit: str
    n: int
