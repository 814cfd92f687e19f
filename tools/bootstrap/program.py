"""Runs a few lines of Python inside Odoo's own shell, on a database of the suite."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from .config import free_port
from .messages import Trouble
from .ready import Suite


def require_suite(suite: Suite, database: str, module: str) -> None:
    """:raises Trouble: if there is no such database with this module in it"""
    if not suite.databases.has_modules(database, [module]):
        raise Trouble(
            f"There is no database {database} with the suite in it; `make demo` makes the demo's."
        )


def run_inside(suite: Suite, database: str, purpose: str, program: str) -> int:
    """Run a program where ``env`` is the superuser's environment.

    :param purpose: names the configuration file of the run
    :return: the exit status of the program
    """
    conf = suite.config(
        f"{purpose}-{database}-{os.getpid()}", db_name=database, http_port=free_port()
    )
    command: list[str | Path] = [suite.python, suite.places.venv / "bin" / "odoo", "shell"]
    try:
        return subprocess.run(
            [*command, "-c", conf, "--no-http", "--log-level=error"],
            input=program.encode(),
            cwd=suite.places.project,
            env={**os.environ, **suite.postgres.env},
            check=False,
        ).returncode
    finally:
        conf.unlink(missing_ok=True)
