"""Two workers release a thousand shipments at the same time, and one of them is killed."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from bootstrap.ready import Suite

from .program import Program

_SCRIPT = Path(__file__).with_name("releaser.py")
_COMPANIES = ("Race one", "Race two")
_EACH = 500  # orders of each company
_BATCH = 40  # releases per transaction: many races
_PATIENCE = 240.0
_ALL = len(_COMPANIES) * _EACH
OURS = f"company_id IN (SELECT id FROM res_company WHERE name IN {_COMPANIES})"
# How far it is: whoever is killed meanwhile makes drafts, or posts them.
_DRAFTED = f"SELECT count(*) FROM logistics_release WHERE {OURS} AND state = 'released'"
_POSTED = f"SELECT count(*) FROM account_move WHERE {OURS} AND state = 'posted'"


def rows(suite: Suite, database: str, query: str) -> list[list[str]]:
    return [line.split("\t") for line in suite.databases.rows(database, query)]


def one(suite: Suite, database: str, query: str) -> str:
    [[value]] = rows(suite, database, query)
    return value


def worker(suite: Suite, database: str) -> Program:
    return Program(suite, database, _SCRIPT)


@pytest.fixture(scope="module")
def database(suite: Suite, installed: str) -> Iterator[str]:
    """A database in which everything was delivered and released, in spite of the kills."""
    name = f"{installed}_release"
    suite.databases.copy(installed, name)
    suite.databases.hurry(name)
    workers = [worker(suite, name) for _number in range(4)]
    try:
        for each in workers:
            each.wait_until_ready()
        sell(workers)
        race(suite, name, workers)
        yield name
    finally:
        for each in workers:
            each.close()
        suite.databases.drop(name)


def sell(workers: list[Program]) -> None:
    """Each of the first ones sells for a company of its own."""
    sellers = workers[: len(_COMPANIES)]
    for each, company in zip(sellers, _COMPANIES, strict=True):
        each.send({"found": company})
        assert each.answer() == {"done": company}
        each.send({"sell": _EACH})
    assert [each.answer() for each in sellers] == [{"done": _EACH}] * len(_COMPANIES)


def race(suite: Suite, database: str, workers: list[Program]) -> None:
    """Two release at any time; one of them is killed while it drafts, another while it posts."""
    survivor, *victims, successor = workers
    survivor.send({"release": _BATCH})
    for victim, step in zip(victims, (_DRAFTED, _POSTED), strict=True):
        victim.send({"release": _BATCH})
        wait_until_in_the_middle(suite, database, victim, step)
        victim.kill()
        assert victim.process.returncode == -signal.SIGKILL
        assert int(one(suite, database, step)) < _ALL, "it was killed when all was done"
    successor.send({"release": _BATCH})
    assert [each.answer() for each in (survivor, successor)] == [{"done": _BATCH}] * 2
    successor.send({"release": _BATCH})  # what was given back when the other had looked already
    assert successor.answer() == {"done": _BATCH}


def wait_until_in_the_middle(suite: Suite, database: str, victim: Program, step: str) -> None:
    """Until a part is done and the victim is well inside a transaction."""
    working = (
        "SELECT count(*) FROM pg_stat_activity"
        f" WHERE application_name = 'odoo-{victim.process.pid}'"
        " AND xact_start < clock_timestamp() - interval '300 milliseconds'"
    )
    deadline = time.monotonic() + _PATIENCE
    while not (int(one(suite, database, step)) and int(one(suite, database, working))):
        assert victim.process.poll() is None, "it ended before it was killed"
        assert time.monotonic() < deadline, "nobody releases anything"
        time.sleep(0.05)


def test_every_shipment_has_one_invoice_and_it_is_posted(suite: Suite, database: str) -> None:
    found = rows(
        suite,
        database,
        f"""
        SELECT release.state, release.stale, release.to_post, count(DISTINCT move.id),
               min(move.state), count(DISTINCT release.id)
          FROM logistics_release release
          JOIN logistics_release_line line ON line.release_id = release.id AND line.live
          JOIN account_move_line item ON item.id = line.move_line_id
          JOIN account_move move ON move.id = item.move_id
         WHERE release.{OURS} GROUP BY release.state, release.stale, release.to_post, move.state
        """,
    )
    assert found == [["released", "False", "False", "1000", "posted", "1000"]]
    moves = f"SELECT count(*) FROM account_move WHERE {OURS} AND move_type = 'out_invoice'"
    assert one(suite, database, moves) == "1000", "no draft was left behind"


def test_all_goods_are_invoiced_as_often_as_they_were_delivered(
    suite: Suite, database: str
) -> None:
    found = rows(
        suite,
        database,
        f"""
        SELECT count(*), count(*) FILTER (WHERE qty_invoiced = qty_delivered AND qty_invoiced > 0),
               count(*) FILTER (WHERE (SELECT count(*) FROM sale_order_line_invoice_rel rel
                                        WHERE rel.order_line_id = line.id) = 1)
          FROM sale_order_line line WHERE {OURS}
        """,
    )
    assert found == [["2000", "2000", "2000"]]


def test_the_sum_of_the_invoices_is_that_of_the_orders_and_their_freight(
    suite: Suite, database: str
) -> None:
    goods = f"SELECT sum(price_subtotal) FROM sale_order_line WHERE {OURS}"
    freight = f"""
        SELECT sum(greatest(18.5, round(0.85 * kilograms, 2))) FROM (
            SELECT sum(line.product_uom_qty * product.weight)::numeric AS kilograms
              FROM sale_order_line line JOIN product_product product ON product.id = line.product_id
             WHERE line.{OURS} GROUP BY line.order_id) sold
        """
    invoiced = f"SELECT sum(amount_untaxed) FROM account_move WHERE {OURS} AND state = 'posted'"
    wanted = Decimal(one(suite, database, goods)) + Decimal(one(suite, database, freight))
    assert Decimal(one(suite, database, invoiced)) == wanted
    noted = f"SELECT sum(amount_invoiced) FROM logistics_release WHERE {OURS}"
    assert Decimal(one(suite, database, noted)) == wanted


def test_the_numbers_of_the_invoices_have_no_gap(suite: Suite, database: str) -> None:
    found = rows(
        suite,
        database,
        f"""
        SELECT count(*), count(DISTINCT name), max(sequence_number) - min(sequence_number) + 1
          FROM account_move WHERE {OURS} AND move_type = 'out_invoice' GROUP BY company_id
        """,
    )
    assert found == [["500", "500", "500"]] * 2


def test_the_release_is_in_the_ledger_once(suite: Suite, database: str) -> None:
    found = rows(
        suite,
        database,
        f"""
        SELECT milestone_code, count(*), count(DISTINCT shipment_id)
          FROM logistics_milestone_event
         WHERE {OURS} AND milestone_code IN ('charge_finalized', 'invoice_released')
         GROUP BY 1 ORDER BY 1
        """,
    )
    assert found == [[code, "1000", "1000"] for code in ("charge_finalized", "invoice_released")]
