"""Runs the tests: the pure ones without Odoo, the others on a fresh copy of the template."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from .config import free_port
from .locks import alone, held
from .machine import require_browser
from .messages import say, step
from .paths import Places
from .ready import Suite
from .virtualenv import ready_unit_venv

_PURE = ("tests/unit", "tests/architecture")
_WITH_SERVER = ("tests/system", "tests/setup")
_NO_TESTS = 5


def run_pure(places: Places, arguments: list[str]) -> int:
    """The tests that need neither Odoo nor PostgreSQL."""
    python = ready_unit_venv(places)
    paths = [path for path in _PURE if (places.project / path).is_dir()]
    return _pytest(places, python, ["-p", "no:odoo", *paths, *arguments], {})


def run_all(suite: Suite, arguments: list[str]) -> int:
    """Every test; pytest's own closing line comes last.

    :return: pytest's exit status, of the first part that failed
    """
    require_browser(suite.places)
    with alone(suite.places.run / "tests.lock", "another test run of this clone"):
        say("Tests of the core, without Odoo")
        first = run_pure(suite.places, arguments)
        database = suite.test_database
        modules = suite.places.present_modules
        with step(f"Installing {', '.join(modules)} in a fresh database"):
            suite.copy_template(database)
            suite.databases.hurry(database)
            suite.install(database, modules)
        say("Tests in Odoo, of the running system and of the set-up")
        paths = [f"{module}/tests" for module in modules] + list(_WITH_SERVER)
        second = run_in_odoo(suite, database, [*paths, *arguments])
        suite.databases.drop(database)
        if first:
            say("The tests of the core failed: see above.")
        return first or second


def run_in_odoo(suite: Suite, database: str, arguments: list[str]) -> int:
    """pytest inside an Odoo that has `database` open, with an HTTP server on a port of its own."""
    conf = suite.config(
        f"pytest-{database}-{os.getpid()}",
        db_name=database,
        http_port=free_port(),
        gevent_port=free_port(),
    )
    paths = [path for path in arguments if not _is_absent(suite.places, path)]
    try:
        return _pytest(
            suite.places,
            suite.python,
            ["--odoo-http", f"--odoo-config={conf}", *paths],
            {**suite.postgres.env, "LOGISTICS_TEST_DATABASE": database},
        )
    finally:
        conf.unlink(missing_ok=True)


def _is_absent(places: Places, argument: str) -> bool:
    return "/" in argument and "::" not in argument and not (places.project / argument).exists()


def _pytest(places: Places, python: Path, arguments: list[str], env: dict[str, str]) -> int:
    status = subprocess.run(
        [python, "-m", "pytest", *arguments],
        cwd=places.project,
        env={**os.environ, "LOGISTICS_HOME": str(places.home), **env},
        check=False,
        pass_fds=held(),
    ).returncode
    return 0 if status == _NO_TESTS else status
