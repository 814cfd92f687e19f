"""The four modules install one by one, bottom up, upgrade, and leave nothing behind."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator

import pytest

from bootstrap.ready import Suite

MODULES = (
    "logistics_milestone_sync",
    "logistics_carrier_connector",
    "logistics_billing_rules",
    "logistics_integration_audit",
)
_TROUBLE = re.compile(r" (WARNING|ERROR|CRITICAL) \S+ (odoo|py\.warnings)\S*: .*")
# What the server itself says of any database here.
_KNOWN = re.compile(r"unknown option 'logistics_|http-interface|inotify|watchdog")


class Clerk:
    """Runs Odoo's own command line on one database and reads its log."""

    def __init__(self, suite: Suite, database: str) -> None:
        self.suite = suite
        self.database = database
        self.conf = suite.config("modules", db_name=database, http_port=0, workers=0)

    def run(self, *arguments: str) -> None:
        """Run Odoo; it has to succeed without a warning."""
        finished = subprocess.run(
            [self.suite.python, self.suite.places.venv / "bin" / "odoo", *arguments],
            env={**os.environ, **self.suite.postgres.env, "PYTHONWARNINGS": "ignore"},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        troubles = [
            match.group()
            for match in _TROUBLE.finditer(finished.stderr)
            if not _KNOWN.search(match.group())
        ]
        assert finished.returncode == 0, finished.stderr[-3000:]
        assert not troubles, "\n".join(troubles)

    def server(self, *arguments: str) -> None:
        """Install or upgrade."""
        self.run("-c", str(self.conf), *arguments, "--no-http", "--stop-after-init")

    def rows(self, statement: str) -> list[str]:
        return self.suite.databases.rows(self.database, statement)


@pytest.fixture(scope="module")
def clerk(suite: Suite) -> Iterator[Clerk]:
    name = suite.postgres.database("logistics_modules", suite.places)
    suite.copy_template(name)
    suite.databases.hurry(name)
    yield Clerk(suite, name)
    suite.databases.drop(name)


def test_each_module_installs_on_what_stands_below_it(clerk: Clerk) -> None:
    for module in MODULES:
        clerk.server("-i", module)
    installed = clerk.rows(
        "SELECT name FROM ir_module_module WHERE state = 'installed' AND name LIKE 'logistics%'"
    )
    assert set(installed) == set(MODULES)


def test_an_upgrade_changes_nothing_that_people_keep(clerk: Clerk) -> None:
    counts = (
        "SELECT (SELECT count(*) FROM logistics_milestone),"
        " (SELECT count(*) FROM logistics_system),"
        " (SELECT count(*) FROM logistics_connection),"
        " (SELECT count(*) FROM logistics_agreement)"
    )
    before = clerk.rows(counts)
    clerk.server("-u", MODULES[0])
    assert clerk.rows(counts) == before


def test_uninstalling_takes_its_tables_along_and_leaves_the_others(clerk: Clerk) -> None:
    for module in reversed(MODULES):
        clerk.run("module", "uninstall", "-c", str(clerk.conf), "-d", clerk.database, module)
    left = clerk.rows(
        "SELECT relname FROM pg_class WHERE relname LIKE 'logistics\\_%' AND relkind IN ('r', 'v')"
    )
    assert left == []
    crons = "SELECT cron_name FROM ir_cron WHERE cron_name ILIKE 'logistics%'"
    assert clerk.rows(crons) == []
