"""Runs the tests: the pure ones without Odoo, the others on fresh copies of the template.

The tests inside Odoo keep one processor busy, those of the running system mostly wait for servers:
they run side by side.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TextIO

from .config import free_port
from .locks import alone, held
from .machine import require_browser
from .messages import say
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
        with ThreadPoolExecutor(max_workers=1) as aside:
            inside = aside.submit(_inside_odoo, suite, arguments)
            say("Tests of the running system and of the set-up; beside them, those inside Odoo")
            second = _system(suite, arguments)
            third, report = inside.result()
        say("Tests inside Odoo")
        say(report)
        if first or second:
            say("Tests of the core, of the system or of the set-up failed: see above.")
        return first or second or third


def _inside_odoo(suite: Suite, arguments: list[str]) -> tuple[int, str]:
    """The tests of the modules, in a database of their own.

    :return: pytest's exit status, and what it said
    """
    database = suite.test_database
    modules = suite.places.present_modules
    suite.copy_template(database)
    suite.databases.hurry(database)
    suite.install(database, modules)
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
        paths = [f"{module}/tests" for module in modules]
        status = run_in_odoo(suite, database, [*paths, *arguments], said)
        suite.databases.drop(database)
        said.seek(0)
        return status, said.read().rstrip()


def _system(suite: Suite, arguments: list[str]) -> int:
    paths = [path for path in _WITH_SERVER if (suite.places.project / path).is_dir()]
    arguments = ["-p", "no:odoo", "-p", "no:cacheprovider", *paths, *arguments]
    return _pytest(suite.places, suite.python, arguments, suite.postgres.env)


def run_in_odoo(
    suite: Suite, database: str, arguments: list[str], said: TextIO | None = None
) -> int:
    """pytest inside an Odoo that has `database` open, with an HTTP server on a port of its own.

    :param said: takes what pytest says, instead of the terminal
    """
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
            suite.postgres.env,
            said,
        )
    finally:
        conf.unlink(missing_ok=True)


def _is_absent(places: Places, argument: str) -> bool:
    return "/" in argument and "::" not in argument and not (places.project / argument).exists()


def _pytest(
    places: Places,
    python: Path,
    arguments: list[str],
    env: dict[str, str],
    said: TextIO | None = None,
) -> int:
    status = subprocess.run(
        [python, "-m", "pytest", *arguments],
        cwd=places.project,
        env={**os.environ, "LOGISTICS_HOME": str(places.home), **env},
        check=False,
        pass_fds=held(),
        stdout=said,
        stderr=said and subprocess.STDOUT,
    ).returncode
    return 0 if status == _NO_TESTS else status
