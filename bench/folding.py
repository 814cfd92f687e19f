"""Folding events by shipment in the pure core: time and memory per event must not grow.

``python bench/folding.py EVENTS`` prints one line of JSON, from a process of its own, so that its
peak of memory is that of the folding alone.
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
importlib.import_module("tests.unit.conftest")  # the cores can be imported without Odoo then

from odoo.addons.logistics_milestone_sync.core.fold import LedgerEvent, fold  # noqa: E402

_START = datetime(2026, 3, 2, tzinfo=UTC)
_PER_SHIPMENT = 10
_CODES = (
    "created",
    "picked",
    "packed",
    "dispatched",
    "arrived_at_hub",
    "departed_hub",
    "out_for_delivery",
    "delivery_attempted",
    "delivered",
    "pod_received",
)


def ledgers(events: int) -> Iterator[tuple[int, list[LedgerEvent]]]:
    """One shipment after the other, as a rebuild reads them; never all at once."""
    for shipment in range(events // _PER_SHIPMENT):
        yield (
            shipment,
            [
                LedgerEvent(
                    key=f"{shipment}/{step}",
                    milestone=_CODES[(shipment + step) % len(_CODES)],
                    occurred_at=_START + timedelta(hours=(7 * step + shipment) % 10),
                    id=step,
                    system_id=step % 3,
                    priority=10,
                    consignment_id=shipment if step % 2 else None,
                )
                for step in range(_PER_SHIPMENT)
            ],
        )


def measure(events: int) -> dict[str, float]:
    """Microseconds of folding per event, and the peak of memory in megabytes."""
    spent = 0.0
    for shipment, ledger in ledgers(events):
        begin = time.perf_counter()
        fold(ledger, (shipment,))
        spent += time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"time": 1e6 * spent / events, "memory": peak / 1024}


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
