"""What is measured inside one Odoo process, without HTTP. Started by ``bench/ledger.py``.

``python bench/inside.py CONF DATABASE MEASUREMENT SIZE`` prints one line of JSON.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import releasing, screens, seed

_ROUNDS = 5
_SHIPMENTS, _EACH = 200, 5  # of one batch: a thousand facts
_STEPS = ("arrived_at_hub", "departed_hub", "out_for_delivery", "delivery_attempted")
_START = datetime(2026, 3, 2, tzinfo=UTC)


def main() -> None:
    conf, database, measurement, size = sys.argv[1:]
    import odoo
    from odoo import SUPERUSER_ID, api
    from odoo.modules.registry import Registry

    odoo.tools.config.parse_config(["-c", conf])
    with closing(Registry(database).cursor()) as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
        print(json.dumps(MEASUREMENTS[measurement](env, int(size))))


class Recording:
    """Batches of a thousand facts about two hundred shipments that nothing was said about yet."""

    def __init__(self, env: Any) -> None:
        self.env = env
        self.system = self._system()
        self.batches = 0

    def _system(self) -> Any:
        systems = self.env["logistics.system"]
        known = systems.search([("code", "=", "bench")])
        values = {"name": "Bench", "code": "bench", "kind": "carrier"}
        return known or systems.create(values)

    def batch(self) -> list[Any]:
        """Statements about shipments of their own, so that every batch does the same work."""
        from odoo.addons.logistics_milestone_sync.core.fact import MilestoneFact, Statement
        from odoo.addons.logistics_milestone_sync.core.reference import Reference

        self.batches += 1
        made = self.env["logistics.shipment"].create([{"weight": 1} for _n in range(_SHIPMENTS)])
        facts = [
            MilestoneFact(
                (Reference("shipment", shipment.name),),
                _STEPS[step % len(_STEPS)],
                _START + timedelta(hours=step, minutes=self.batches),
                raw_code="X",
                raw_text="What the carrier wrote about it",
            )
            for shipment in made
            for step in range(_EACH)
        ]
        self.env.cr.commit()
        self.env.invalidate_all()
        return [Statement(fact, _START, "bench,1") for fact in facts]

    def record(self, statements: list[Any]) -> float:
        """Facts per second, from values to committed shipments."""
        begin = time.perf_counter()
        self.env["logistics.shipment"]._record_facts(self.system, statements)
        self.env.cr.commit()
        return len(statements) / (time.perf_counter() - begin)

    def rows_of_last(self, count: int) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Columns and values of the newest ledger rows."""
        self.env.cr.execute(
            "SELECT * FROM logistics_milestone_event ORDER BY id DESC LIMIT %s", [count]
        )
        columns = [column.name for column in self.env.cr.description]
        return columns, self.env.cr.fetchall()


def process(env: Any, rounds: int) -> dict[str, float]:
    """Facts per second through the door, and rows per second of a bare insert of the same rows."""
    recording = Recording(env)
    env.cr.execute(
        "CREATE TABLE logistics_bench_ledger (LIKE logistics_milestone_event INCLUDING ALL)"
    )
    pairs = []
    for _round in range(rounds + 1):
        statements = recording.batch()
        ours = recording.record(statements)
        pairs.append((ours, _insert(env, *recording.rows_of_last(len(statements)))))
    return {
        "ours": statistics.median(ours for ours, _rows in pairs[1:]),
        "reference": statistics.median(rows for _ours, rows in pairs[1:]),
    }


def _insert(env: Any, columns: list[str], rows: list[tuple[Any, ...]]) -> float:
    begin = time.perf_counter()
    env.cr.execute_values(
        f"INSERT INTO logistics_bench_ledger ({', '.join(columns)}) VALUES %s",
        rows,
        page_size=len(rows),
    )
    env.cr.commit()
    return len(rows) / (time.perf_counter() - begin)


def growth(env: Any, stored: int) -> dict[str, float]:
    """Milliseconds per event with ``stored`` rows in the ledger, and with a hundredth of them."""
    few = _time_per_event(env, stored // 100)
    return {"ours": _time_per_event(env, stored), "reference": few}


def _time_per_event(env: Any, stored: int) -> float:
    recording = Recording(env)
    seed.ledger(env, stored, recording.system)
    seed.analyze(env)
    recording.record(recording.batch())
    rates = [recording.record(recording.batch()) for _round in range(_ROUNDS)]
    return 1000 / statistics.median(rates)


MEASUREMENTS: dict[str, Callable[[Any, int], dict[str, float]]] = {
    "process": process,
    "growth": growth,
    "release": releasing.release,
    "release_one_by_one": releasing.release_one_by_one,
    "screens": screens.measure,
}


if __name__ == "__main__":
    main()
