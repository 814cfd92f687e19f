"""The demo database: makes it, plays the story on it, serves it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from . import server
from .locks import alone
from .messages import Trouble, say, step
from .ready import Suite


def run(suite: Suite) -> int:
    """Play the story on a running server; then serve while a person is at the terminal.

    :return: the story's exit status
    """
    with alone(suite.places.run / "demo.lock", "another demo of this clone"):
        ready_database(suite)
        port = _start(suite)
        try:
            status = _play(suite, port)
            if status == 0 and sys.stdin.isatty():
                say("Serving until you press Ctrl-C; `make serve` starts it again later.")
                _wait(suite)
        finally:
            server.stop(suite.places)
        return status


def serve(suite: Suite) -> int:
    """Serve the demo database until the person stops it."""
    with alone(suite.places.run / "demo.lock", "another demo of this clone"):
        ready_database(suite)
        _start(suite)
        say("Press Ctrl-C to stop.")
        try:
            _wait(suite)
        finally:
            server.stop(suite.places)
        return 0


def ready_database(suite: Suite) -> None:
    """Have the demo database with all modules; one that was half made is made again."""
    name = suite.demo_database
    modules = suite.places.present_modules
    if suite.databases.exists(name) and suite.databases.has_modules(name, modules):
        return
    with step("Making the demo database"):
        suite.copy_template(name)
        suite.install(name, modules)


def _start(suite: Suite) -> int:
    if server.running_pid(suite.places):
        raise Trouble("The demo server of this clone runs already; `make stop` stops it.")
    conf, port = server.demo_config(suite)
    server.start(suite, conf, port)
    say(f"Odoo serves http://127.0.0.1:{port} (log: {suite.places.logs / 'odoo.log'})")
    return port


def _play(suite: Suite, port: int) -> int:
    story = suite.places.project / "tools" / "story" / "run.py"
    if not story.is_file():
        raise Trouble(f"{story} is missing from this clone: check it out again.")
    command: list[str | Path] = [suite.python, story, "--url", f"http://127.0.0.1:{port}"]
    return subprocess.run(
        [*command, "--database", suite.demo_database],
        cwd=suite.places.project,
        env={**os.environ, **suite.postgres.env},
        check=False,
    ).returncode


def _wait(suite: Suite) -> None:
    pid = server.running_pid(suite.places)
    try:
        if pid:
            os.waitpid(pid, 0)
    except (KeyboardInterrupt, ChildProcessError):
        say("\nStopping.")


def bench(suite: Suite, arguments: list[str]) -> int:
    """Run the measurements; they make and drop databases of their own."""
    program = suite.places.project / "bench" / "run.py"
    if not program.is_file():
        raise Trouble("There is nothing to measure yet: bench/run.py is missing.")
    return subprocess.run(
        [suite.python, program, *arguments],
        cwd=suite.places.project,
        env={**os.environ, **suite.postgres.env},
        check=False,
    ).returncode
