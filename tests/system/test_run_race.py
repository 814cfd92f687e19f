"""Two workers collect shipments for shared invoices and make them, and some are killed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from bootstrap.ready import Suite

from .program import Program

_SCRIPT = Path(__file__).with_name("releaser.py")
_COMPANY = "Race monthly"
_ORDERS = 100
_CUSTOMERS = 10  # of the company: as many invoices
_BATCH = 7  # releases per transaction: many races for the same runs
_PATIENCE = 120.0
OURS = f"company_id = (SELECT id FROM res_company WHERE name = '{_COMPANY}')"
_COLLECTED = f"SELECT count(*) FROM logistics_release WHERE {OURS} AND run_id IS NOT NULL"
_CLOSED = f"SELECT count(*) FROM logistics_invoice_run WHERE {OURS} AND state <> 'collecting'"


class Race:
    """The database of the race and the processes that take part."""

    def __init__(self, suite: Suite, database: str, workers: list[Program]) -> None:
        self.suite = suite
        self.database = database
        self.workers = workers

    def rows(self, query: str) -> list[list[str]]:
        """Rows of the database as text."""
        return [line.split("\t") for line in self.suite.databases.rows(self.database, query)]

    def one(self, query: str) -> int:
        """The only value."""
        [[value]] = self.rows(query)
        return int(value)

    def sell(self) -> None:
        """Everything is delivered; nothing was looked at."""
        seller = self.workers[0]
        for command, answer in (({"collect": _COMPANY}, _COMPANY), ({"sell": _ORDERS}, _ORDERS)):
            seller.send(command)
            assert seller.answer() == {"done": answer}

    def run(self, victim: Program, step: str) -> None:
        """Two work at the same time; one of them is killed as soon as ``step`` counts something."""
        survivor, *_others, successor = self.workers
        survivor.send({"release": _BATCH})
        victim.send({"release": _BATCH})
        deadline = time.monotonic() + _PATIENCE
        while not self.one(step):
            assert time.monotonic() < deadline, "nobody does anything"
            time.sleep(0.05)
        victim.kill()
        for worker in (successor, survivor, successor):  # the last looks at what was given back
            if worker is successor:
                worker.send({"release": _BATCH})
            assert worker.answer() == {"done": _BATCH}

    def end_the_month(self) -> None:
        """The time for which the runs collect is over."""
        self.rows(
            "UPDATE logistics_invoice_run SET closes_at = closes_at - interval '2 months'"
            f" WHERE {OURS} RETURNING id"
        )


@pytest.fixture(scope="module")
def race(suite: Suite, installed: str) -> Iterator[Race]:
    """Everything is collected, in spite of a kill."""
    name = f"{installed}_runs"
    suite.databases.copy(installed, name)
    suite.databases.hurry(name)
    workers = [Program(suite, name, _SCRIPT) for _number in range(4)]
    try:
        for each in workers:
            each.wait_until_ready()
        race = Race(suite, name, workers)
        race.sell()
        race.run(workers[1], _COLLECTED)
        yield race
    finally:
        for each in workers:
            each.close()
        suite.databases.drop(name)


def test_both_collect_in_one_run_per_customer(race: Race) -> None:
    found = race.rows(
        f"""
        SELECT run.state, count(DISTINCT run.id), count(DISTINCT run.partner_id), count(release.id)
          FROM logistics_invoice_run run JOIN logistics_release release ON release.run_id = run.id
         WHERE run.{OURS} GROUP BY run.state
        """
    )
    assert found == [["collecting", str(_CUSTOMERS), str(_CUSTOMERS), str(_ORDERS)]]
    assert race.one(f"SELECT count(*) FROM account_move WHERE {OURS}") == 0


def test_both_make_one_posted_invoice_of_each_run_and_all_of_it_once(race: Race) -> None:
    race.end_the_month()
    race.run(race.workers[2], _CLOSED)
    moves = race.rows(
        f"""
        SELECT state, move_type, count(*), count(DISTINCT logistics_run_id)
          FROM account_move WHERE {OURS} GROUP BY state, move_type
        """
    )
    assert moves == [["posted", "out_invoice", str(_CUSTOMERS), str(_CUSTOMERS)]]
    releases = f"SELECT state, stale, count(*) FROM logistics_release WHERE {OURS} GROUP BY 1, 2"
    assert race.rows(releases) == [["released", "False", str(_ORDERS)]]
    runs = f"SELECT state, count(*) FROM logistics_invoice_run WHERE {OURS} GROUP BY state"
    assert race.rows(runs) == [["invoiced", str(_CUSTOMERS)]]


def test_the_sums_are_those_of_what_was_delivered(race: Race) -> None:
    [[goods, freight, invoiced, noted]] = race.rows(
        f"""
        SELECT (SELECT sum(price_subtotal) FROM sale_order_line WHERE {OURS}),
               (SELECT sum(amount) FROM logistics_charge WHERE {OURS} AND side = 'sell' AND active),
               (SELECT sum(amount_untaxed) FROM account_move WHERE {OURS} AND state = 'posted'),
               (SELECT sum(amount_invoiced) FROM logistics_release WHERE {OURS})
        """
    )
    assert Decimal(goods) + Decimal(freight) == Decimal(invoiced) == Decimal(noted)
    lines = race.rows(
        f"""
        SELECT count(*), count(DISTINCT (release_id, sale_line_id, charge_id))
          FROM logistics_release_line WHERE {OURS} AND live
        """
    )
    assert lines == [[str(3 * _ORDERS)] * 2], "pumps, valves and freight, each once"
