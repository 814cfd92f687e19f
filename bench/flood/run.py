"""Floods a server and kills its workers: nothing may be lost, nothing may be there twice.

``python bench/flood/run.py [COUNT] [--kills N]``; writes ``var/flood.json``. Three quiet senders
are heard alone first, then beside a fourth that floods and a fifth that is poisonous; their latency
is compared. Exit status 1 if something was lost or doubled.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(PROJECT), str(PROJECT / "tools")]

from bench.flood import plan  # noqa: E402
from bench.flood.senders import Killer, Senders  # noqa: E402
from bench.flood.verdict import Latency, Verdict  # noqa: E402
from bootstrap.messages import say, step  # noqa: E402
from bootstrap.paths import Places  # noqa: E402
from bootstrap.process import run  # noqa: E402
from bootstrap.ready import Suite, set_up  # noqa: E402
from tests.system.server import Server, served  # noqa: E402

_PER_MINUTE = 6_000  # what is agreed with each sender; the one that floods would send more
_KILLS = 10
_CALM = 200  # messages of each quiet sender, at least
_PATIENCE = 300.0  # seconds without any progress


@dataclass(frozen=True)
class Result:
    """What is printed and written.

    :param storm: latency of all that was sent in the storm
    :param between: the same, apart from the seconds in which killed workers are replaced
    :param complaints: everything that is lost, double or has another fate than it should
    """

    messages: int
    seconds: float
    worked_off: float
    kills: int
    answers: dict[str, int]
    calm: dict[str, Latency]
    storm: dict[str, Latency]
    between: dict[str, Latency]
    complaints: list[str]

    @property
    def ratio(self) -> float:
        """p95 of the quiet senders in the storm, divided by theirs in the calm; the worst one."""
        return self._worst(self.storm)

    @property
    def ratio_between(self) -> float:
        """The same, apart from the seconds in which killed workers are replaced."""
        return self._worst(self.between)

    def _worst(self, storm: dict[str, Latency]) -> float:
        heard = (name for name in plan.QUIET if name in storm)
        return max((storm[name].p95 / self.calm[name].p95 for name in heard), default=math.nan)


def storm(
    suite: Suite, server: Server, count: int, kills: int, calm: int, per_minute: int = _PER_MINUTE
) -> Result:
    """Stage, calm, storm and verdict, in the database of a running server."""
    stage(suite, server.database, count, per_minute)
    planned = plan.messages(count)
    quiet = plan.calm(max(calm, count // 250))
    pace = per_minute / 60 * len(planned[plan.QUIET[0]]) / len(planned[plan.FLOOD])
    verdict = Verdict(suite.databases, server.database)
    with step("The quiet senders alone"):
        Senders(server, pace).send(quiet)
        _wait(verdict)
    everything = [message for sent in (*planned.values(), *quiet.values()) for message in sent]
    senders = Senders(server, pace)
    killer = Killer(server, senders.told, sum(map(len, planned.values())), kills)
    begin = time.monotonic()
    with step(f"The storm: {count} messages"):
        killer.start()
        senders.send(planned)
        seconds = time.monotonic() - begin
        killer.ended.set()
        killer.join()
        _wait(verdict)
    answers = {str(status): number for status, number in sorted(senders.told.statuses.items())}
    return Result(
        messages=len(everything),
        seconds=seconds,
        worked_off=time.monotonic() - begin,
        kills=len(killer.killed),
        answers=answers,
        calm=verdict.latencies(calm=True),
        storm=verdict.latencies(calm=False),
        between=verdict.latencies(calm=False, apart_from=killer.killed),
        complaints=verdict.complaints(everything),
    )


def stage(suite: Suite, database: str, count: int, per_minute: int) -> None:
    """Five connections and the shipments, before the server hears of them."""
    conf = suite.config(f"flood-{database}", db_name=database)
    program = PROJECT / "bench" / "flood" / "stage.py"
    shipped = str(plan.shipments(count))
    command = [suite.python, program, conf, database, shipped, str(per_minute)]
    try:
        run(suite.places, command, "make the shipments", env=suite.postgres.env)
    finally:
        conf.unlink(missing_ok=True)


def _wait(verdict: Verdict) -> None:
    """Until every message was looked at; a trap that waits for its next chance is put aside."""
    left, moved = verdict.unfinished(), time.monotonic()
    while left:
        time.sleep(1)
        now = verdict.unfinished()
        moved = time.monotonic() if now != left else moved
        left = now
        assert time.monotonic() - moved < _PATIENCE, f"nothing moves, {left} messages are left"


@contextmanager
def serving(suite: Suite, purpose: str) -> Iterator[Server]:
    """A server with everything as delivered: two HTTP workers, two for scheduled actions."""
    name = suite.postgres.database(f"logistics_{purpose}", suite.places)
    with step("Making a database"):
        suite.copy_template(name)
        suite.install(name, suite.places.present_modules)
    with served(suite, name) as server:
        yield server


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=_KILLS)
    arguments = parser.parse_args()
    places = Places.of_this_clone()
    suite = set_up(places)
    with serving(suite, "flood") as server:
        result = storm(suite, server, arguments.count, arguments.kills, _CALM)
    _tell(result, places)
    return 1 if result.complaints else 0


def _tell(result: Result, places: Places) -> None:
    rate = result.messages / result.worked_off
    say(f"{result.messages} messages, {result.kills} kills, answers {result.answers}")
    say(f"sent in {result.seconds:.0f} s, worked off in {result.worked_off:.0f} s ({rate:.0f}/s)")
    say(f"{'sender':<10}{'':<9}{'messages':>9}{'median':>9}{'p95':>9}{'worst':>9}  ms")
    told = (("calm", result.calm), ("storm", result.storm), ("between", result.between))
    for when, latencies in told:
        for sender, each in latencies.items():
            say(
                f"{sender:<10}{when:<9}{each.messages:>9}{each.median:>9.0f}{each.p95:>9.0f}"
                f"{each.worst:>9.0f}"
            )
    say(
        f"p95 of the quiet senders in the storm: at most {result.ratio:.2f} times that in the calm,"
        f" and {result.ratio_between:.2f} times but for the seconds after each kill"
    )
    for complaint in result.complaints[:20]:
        say(f"WRONG: {complaint}")
    say(f"{len(result.complaints)} messages or events are lost, double or wrong")
    results = places.project / "var" / "flood.json"
    results.parent.mkdir(exist_ok=True)
    ratios = {"ratio": result.ratio, "ratio_between": result.ratio_between}
    results.write_text(json.dumps(asdict(result) | ratios, indent=2) + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
