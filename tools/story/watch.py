"""Waits until the server has worked off what was sent, watching as any user could."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from .progress import Progress
from .rpc import OdooSession

_EVERY: Final = 1.0
_STILL: Final = 3  # so many looks in a row without a change


class NeverQuiet(Exception):
    """The server did not get done in time; the text says with what."""


@dataclass(frozen=True, slots=True)
class Look:
    """What is left to do, and how much has been done."""

    left: dict[str, int]
    done: dict[str, int]

    @property
    def idle(self) -> bool:
        """Nothing is waiting to be worked off."""
        return not any(self.left.values())

    @property
    def what(self) -> str:
        """The work that is left, for people."""
        return ", ".join(f"{count} {name}" for name, count in self.left.items() if count)


_DISPATCHED: Final = [
    ("state", "in", ("confirmed", "assigned")),
    ("picking_type_code", "=", "outgoing"),
    ("logistics_shipment_ids.dispatched_at", "!=", False),
]
_LEFT: Final[dict[str, tuple[str, list[Any]]]] = {
    "messages to read": ("logistics.message", [("state", "=", "received")]),
    "transfers to validate": ("stock.picking", _DISPATCHED),
    "releases to decide": ("logistics.release", [("stale", "=", True)]),
    "invoices to post": (
        "logistics.release",
        [("to_post", "=", True), ("state", "=", "released")],
    ),
}
_DONE: Final[dict[str, tuple[str, list[Any]]]] = {
    "events": ("logistics.milestone.event", []),
    "parked": ("logistics.parked.fact", [("state", "=", "parked")]),
    "transfers": ("stock.picking", [("state", "=", "done")]),
    "invoices": ("account.move", [("move_type", "=", "out_invoice"), ("state", "=", "posted")]),
}


def look(session: OdooSession) -> Look:
    """One look at the queues and at what came of them."""
    return Look(
        {name: session.count(model, domain) for name, (model, domain) in _LEFT.items()},
        {name: session.count(model, domain) for name, (model, domain) in _DONE.items()},
    )


def wait_until_quiet(
    session: OdooSession,
    timeout: float,
    ready: Callable[[], str] = lambda: "",
    label: str = "Working off",
) -> Look:
    """Wait until nothing is left and nothing changes any more.

    :param timeout: seconds without any change after which waiting is pointless
    :param ready: says what is still missing for the story to go on, or nothing
    :raises NeverQuiet: with what is left
    """
    seen = look(session)
    most = sum(seen.left.values())
    still, changed = 0, time.monotonic()
    with Progress(label, most) as bar:
        while True:
            time.sleep(_EVERY)
            now = look(session)
            most = max(most, sum(now.left.values()))
            bar.reach(most - sum(now.left.values()), most)
            still = still + 1 if now == seen else 0
            changed = time.monotonic() if now != seen else changed
            seen = now
            missing = "" if still < _STILL or not now.idle else ready()
            if still >= _STILL and now.idle and not missing:
                return now
            if time.monotonic() - changed > timeout:
                raise NeverQuiet(f"Nothing moved for {timeout:.0f} s; left: {now.what or missing}.")
