"""Two billing lanes over the same releases and invoice runs, one of them killed again and again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bootstrap.config import free_port
from bootstrap.ready import Suite

_PROGRAM = Path(__file__).with_name("biller.py")
_SHIPMENTS = 200  # half of them on an invoice of their own, half on one for the week
_EACH = 2 * 20 + 5
_BATCH = 10
_KILLS = 4


class Biller:
    """One process that works as the billing lane does."""

    def __init__(self, suite: Suite, database: str) -> None:
        self.conf = suite.config(f"biller-{database}-{free_port()}", db_name=database)
        self.process = subprocess.Popen(
            [suite.python, _PROGRAM, self.conf, database],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=suite.places.home,
            env={**os.environ, **suite.postgres.env},
        )

    def ready(self) -> Biller:
        """Wait until it has loaded Odoo."""
        assert self.process.stdout and self.process.stdout.readline() == "ready\n"
        return self

    def tell(self, **command: Any) -> None:
        """Have it do this; does not wait."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """What became of the oldest command without an answer."""
        assert self.process.stdout
        return dict(json.loads(self.process.stdout.readline()))

    def close(self) -> None:
        """End it by the end of its input."""
        assert self.process.stdin and self.process.stdout
        for stream in (self.process.stdin, self.process.stdout):
            stream.close()
        self.process.wait()
        self.conf.unlink(missing_ok=True)


class Race:
    """Two lanes of one database, and what they leave in it."""

    def __init__(self, suite: Suite, database: str, one: Biller, other: Biller) -> None:
        self.suite = suite
        self.database = database
        self.lanes = (one, other)
        one.ready().tell(make=_SHIPMENTS)
        self.company = one.answer()["company"]
        other.ready()

    def rows(self, query: str) -> list[str]:
        """Rows of the database; ``%`` is the company of the race."""
        found: list[str] = self.suite.databases.rows(
            self.database, query.replace("%", str(self.company))
        )
        return found

    def run(self) -> None:
        """Both lanes at once, to the end."""
        for lane in self.lanes:
            lane.tell(lane=_BATCH)
        for lane in self.lanes:
            assert lane.answer() == {"lane": "done"}

    def run_with_kills(self) -> None:
        """One lane to its end; the other is killed and begins again, each time a little later."""
        one, other = self.lanes
        one.tell(lane=_BATCH)
        for turn in range(1, _KILLS + 1):
            other.tell(lane=_BATCH, fork=True)
            child = other.answer()["pid"]
            time.sleep(0.4 * turn)
            os.kill(child, signal.SIGKILL)
        assert one.answer() == {"lane": "done"}

    def end_of_the_week(self) -> None:
        """The time of the runs that collect is over."""
        self.rows(
            "UPDATE logistics_invoice_run SET closes_at = now() AT TIME ZONE 'UTC'"
            " WHERE company_id = % RETURNING id"
        )


@pytest.fixture(scope="module")
def race(suite: Suite, installed: str) -> Iterator[Race]:
    """The shipments of both customers after two lanes went over them twice, with kills."""
    name = f"{installed}_billing"
    suite.databases.copy(installed, name)
    suite.databases.hurry(name)
    one, other = Biller(suite, name), Biller(suite, name)
    try:
        race = Race(suite, name, one, other)
        race.run_with_kills()
        race.run()
        yield race
    finally:
        one.close()
        other.close()
        suite.databases.drop(name)


_INVOICES = """
    SELECT move.state, count(*), sum(move.amount_untaxed)::int
      FROM account_move move JOIN res_partner customer ON customer.id = move.partner_id
     WHERE move.company_id = % AND move.move_type = 'out_invoice' AND customer.name = '{}'
     GROUP BY move.state
"""


def test_each_shipment_is_invoiced_once_whoever_works_and_dies(race: Race) -> None:
    half = _SHIPMENTS // 2
    assert race.rows(_INVOICES.format("Each")) == [f"posted\t{half}\t{half * _EACH}"]
    states = (
        "SELECT state, count(*) FROM logistics_release WHERE company_id = % GROUP BY 1 ORDER BY 1"
    )
    assert race.rows(states) == [f"ready\t{half}", f"released\t{half}"]


def test_what_shares_an_invoice_is_collected_in_one_run_by_both(race: Race) -> None:
    runs = "SELECT state, count(*) FROM logistics_invoice_run WHERE company_id = % GROUP BY 1"
    assert race.rows(runs) == ["collecting\t1"]
    collected = "SELECT count(run_id) FROM logistics_release WHERE company_id = %"
    assert race.rows(collected) == [str(_SHIPMENTS // 2)]
    assert race.rows(_INVOICES.format("Weekly")) == []


def test_two_that_close_the_same_run_make_one_invoice_also_if_one_is_killed(race: Race) -> None:
    race.end_of_the_week()
    race.run_with_kills()
    race.run()
    half = _SHIPMENTS // 2
    assert race.rows(_INVOICES.format("Weekly")) == [f"posted\t1\t{half * _EACH}"]
    states = "SELECT state, count(*) FROM logistics_release WHERE company_id = % GROUP BY 1"
    assert race.rows(states) == [f"released\t{_SHIPMENTS}"]
    noted = """
        SELECT count(*), count(DISTINCT (line.release_id, line.kind)), count(line.move_line_id)
          FROM logistics_release_line line WHERE line.company_id = % AND line.live
    """
    lines = 2 * _SHIPMENTS  # goods and freight
    assert race.rows(noted) == [f"{lines}\t{lines}\t{lines}"]
    assert race.rows("SELECT count(*) FROM logistics_invoice_run WHERE company_id = %") == ["1"]
