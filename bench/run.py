"""Measures the suite against a reference in the same run, and prints ratios.

``python bench/run.py [--only NAME] [--shipments N]``; writes ``var/bench.json``. The row for
audit_lines does not exist yet.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT), str(PROJECT / "tools")]

from bench import ledger  # noqa: E402
from bench.load import Load, Target  # noqa: E402
from bench.row import Row  # noqa: E402
from bootstrap.messages import say  # noqa: E402
from bootstrap.paths import Places  # noqa: E402
from bootstrap.ready import Suite, set_up  # noqa: E402
from tests.system.server import Server, served  # noqa: E402

_ROUNDS = 5
_REQUESTS = 400  # per round and side


def accept(load: Load) -> Row:
    """Durable accept of one webhook, against a controller that only inserts the same bytes."""
    ours, reference = _alternate(
        lambda: load.rate(Target.HOOK, _REQUESTS), lambda: load.rate(Target.REFERENCE, _REQUESTS)
    )
    ratio = ours / reference
    return Row("accept", ratio, ">= 0.9", ratio >= 0.9, ours, reference, "requests/s", _REQUESTS)


def duplicate(load: Load) -> Row:
    """A webhook that is known already, against a fresh one: time per request."""
    ours, reference = _alternate(
        lambda: 1000 / load.rate(Target.REPEATED, _REQUESTS),
        lambda: 1000 / load.rate(Target.HOOK, _REQUESTS),
    )
    ratio = ours / reference
    return Row("duplicate", ratio, "<= 1.0", ratio <= 1.0, ours, reference, "ms", _REQUESTS)


OVER_HTTP: dict[str, Callable[[Load], Row]] = {"accept": accept, "duplicate": duplicate}
INSIDE: dict[str, Callable[[Suite, int], Iterator[Row]]] = {
    "fold": ledger.fold,
    "process": ledger.process,
    "growth": ledger.growth,
    "release": ledger.release,
    "release_one_by_one": ledger.release_one_by_one,
    "screens": ledger.screens,
}


def _alternate(ours: Callable[[], float], reference: Callable[[], float]) -> tuple[float, float]:
    """Medians over rounds in turn, so that a busy machine is busy for both; one round warms up."""
    pairs = [(ours(), reference()) for _round in range(_ROUNDS + 1)][1:]
    return statistics.median(p[0] for p in pairs), statistics.median(p[1] for p in pairs)


@contextmanager
def serving(suite: Suite) -> Iterator[Server]:
    """A server with two workers and no lane worker, which would compete for the machine."""
    name = suite.postgres.database("logistics_bench", suite.places)
    suite.copy_template(name)
    suite.install(name, [*suite.places.present_modules, "logistics_bench"])
    suite.databases.execute(
        name,
        "CREATE TABLE logistics_bench_body (id serial PRIMARY KEY, body bytea)",
        "UPDATE logistics_connection SET rate_per_minute = 1000000",
        "UPDATE ir_cron SET active = false",
        doing="prepare the measurement",
    )
    with served(suite, name) as server:
        yield server


def _with_reference(suite: Suite) -> Suite:
    """The same set-up, with the reference's addon in reach."""
    addons = [*suite.odoo.addons, PROJECT / "bench" / "addons"]
    return replace(suite, odoo=replace(suite.odoo, addons=addons))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=sorted([*OVER_HTTP, *INSIDE]))
    parser.add_argument(
        "--shipments",
        type=int,
        default=100_000,
        help="how many the tables hold for growth (ten events each) and screens",
    )
    arguments = parser.parse_args()
    places = Places.of_this_clone()
    suite = set_up(places)
    wanted = [name for name in [*OVER_HTTP, *INSIDE] if arguments.only in (None, name)]
    rows = []
    if over_http := [OVER_HTTP[name] for name in wanted if name in OVER_HTTP]:
        with serving(_with_reference(suite)) as server:
            load = Load(server.url)
            rows += [measure(load) for measure in over_http]
    for name in wanted:
        if name in INSIDE:
            rows += INSIDE[name](suite, arguments.shipments)
    _tell(rows, places)
    return 0


def _tell(rows: list[Row], places: Places) -> None:
    say(f"{'row':<12}{'ratio':>8}{'target':>9}{'ours':>11}{'reference':>11}  unit")
    for row in rows:
        say(
            f"{row.name:<12}{row.ratio:>8.2f}{row.target:>9}{row.ours:>11.2f}"
            f"{row.reference:>11.2f}  {row.unit}{'' if row.ok else '   target missed'}"
        )
    results = places.project / "var" / "bench.json"
    results.parent.mkdir(exist_ok=True)
    results.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
