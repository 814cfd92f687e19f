"""The rows about facts, ledgers, invoices and screens: each in a process of its own, no HTTP."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.row import Row
from bootstrap.messages import Trouble, step
from bootstrap.ready import Suite

_HERE = Path(__file__).parent
_FOLDED = 1_000_000
_FEW = 10_000
_FOLD_ROUNDS = 3
_BATCHES = 7
_SHARE_OF_INSERT = 1 / 6
_FACTS_PER_SECOND = 1_000
_MOST_GROWTH = 1.2
_RELEASED = 1_000
_MOST_OF_NATIVE = 1.15
_OF_ONE_BY_ONE = 1 / 3


def fold(suite: Suite, size: int) -> Iterator[Row]:
    """A million events folded by shipment, against ten thousand: time per event, and memory."""
    rounds = [(_folded(suite, _FOLDED), _folded(suite, _FEW)) for _round in range(_FOLD_ROUNDS)]
    for name, value, unit in (("fold", "time", "us/event"), ("fold_memory", "memory", "MB")):
        ours = statistics.median(many[value] for many, _few in rounds)
        reference = statistics.median(few[value] for _many, few in rounds)
        yield _at_most(name, ours, reference, _MOST_GROWTH, unit, _FOLDED)


def _folded(suite: Suite, events: int) -> dict[str, float]:
    return _answer(suite, [_HERE / "folding.py", str(events)])


def process(suite: Suite, size: int) -> Iterator[Row]:
    """Facts from values to updated shipments, one worker, against inserting the same rows only."""
    with _database(suite) as name:
        found = _inside(suite, name, "process", _BATCHES)
    ratio = found["ours"] / found["reference"]
    ok = ratio >= _SHARE_OF_INSERT and found["ours"] >= _FACTS_PER_SECOND
    yield Row(
        "process",
        ratio,
        ">= 0.17",
        ok,
        found["ours"],
        found["reference"],
        "facts/s",
        1000 * _BATCHES,
    )


def growth(suite: Suite, size: int) -> Iterator[Row]:
    """The same per event at a million stored events, against ten thousand."""
    stored = 10 * size
    with _database(suite) as name:
        found = _inside(suite, name, "growth", stored)
    yield _at_most("growth", found["ours"], found["reference"], _MOST_GROWTH, "ms/event", stored)


def release(suite: Suite, size: int) -> Iterator[Row]:
    """Delivered shipments to posted invoices, against creating and posting the same lines."""
    with _database(suite) as name:
        found = _inside(suite, name, "release", _RELEASED)
    yield _at_most(
        "release", found["ours"], found["reference"], _MOST_OF_NATIVE, "ms/order", _RELEASED
    )


def release_one_by_one(suite: Suite, size: int) -> Iterator[Row]:
    """The same, against a clerk who creates and posts the invoice of one order at a time."""
    with _database(suite) as name:
        found = _inside(suite, name, "release_one_by_one", _RELEASED)
    yield _at_most(
        "one_by_one", found["ours"], found["reference"], _OF_ONE_BY_ONE, "ms/order", _RELEASED
    )


def screens(suite: Suite, size: int) -> Iterator[Row]:
    """The list of shipments with its panel, against Odoo's list of transfers at the same count."""
    with _database(suite) as name:
        found = _inside(suite, name, "screens", size)
    yield _at_most("screens", found["ours"], found["reference"], 1.0, "ms", size)


def _at_most(name: str, ours: float, reference: float, most: float, unit: str, count: int) -> Row:
    ratio = ours / reference
    return Row(name, ratio, f"<= {most:.3g}", ratio <= most, ours, reference, unit, count)


@contextmanager
def _database(suite: Suite) -> Iterator[str]:
    """A fresh database with the whole suite and nothing that works in the background."""
    name = suite.postgres.database("logistics_bench_inside", suite.places)
    with step("Making the database to measure in"):
        suite.copy_template(name)
        suite.install(name, suite.places.present_modules)
    try:
        yield name
    finally:
        suite.databases.drop(name)


def _inside(suite: Suite, database: str, measurement: str, size: int) -> dict[str, float]:
    conf = suite.config(f"bench-{database}", db_name=database)
    program = [_HERE / "inside.py", conf, database, measurement, str(size)]
    try:
        with step(f"Measuring {measurement}"):
            return _answer(suite, program)
    finally:
        conf.unlink(missing_ok=True)


def _answer(suite: Suite, program: list[str | Path]) -> dict[str, float]:
    """The last line that a program prints, as JSON; its log goes to the clone's log."""
    command: list[str | Path] = [suite.python, *program]
    with suite.places.log.open("ab") as log:
        told = subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=suite.places.project,
            env={**os.environ, **suite.postgres.env},
            check=False,
        )
    if told.returncode:
        raise Trouble(f"A measurement failed: see the end of {suite.places.log}.")
    return dict(json.loads(told.stdout.splitlines()[-1]))
