"""The demo database: makes it, plays the story on it, serves it."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from . import server
from .config import remembered_port
from .front_door import FrontDoor
from .locks import alone
from .messages import Trouble, say, step
from .ready import Suite

# The people of the demo data.
_LOGINS = {
    "ops": "customer service",
    "manage": "logistics manager",
    "prepare": "finance preparer",
    "approve": "finance approver",
    "integrate": "integration administrator",
    "audit": "auditor",
    "admin": "administrator",
}


def run(suite: Suite) -> int:
    """Play the story on a running server; then serve while a person is at the terminal.

    :return: the story's exit status
    """
    with alone(suite.places.run / "demo.lock", "another demo of this clone"):
        ready_database(suite)
        url, front = _start(suite)
        try:
            status = _play(suite, url)
            if status == 0:
                _tell_logins()
            if status == 0 and sys.stdin.isatty():
                say(f"Serving {front} until you press Ctrl-C; `make serve` starts it again later.")
                _wait(suite)
            elif status == 0:
                say("Not at a terminal, so the server stops here; `make serve` starts it again.")
        finally:
            server.stop(suite.places)
        return status


def serve(suite: Suite) -> int:
    """Serve the demo database until the person stops it."""
    with alone(suite.places.run / "demo.lock", "another demo of this clone"):
        ready_database(suite)
        _url, front = _start(suite)
        _tell_logins()
        say(f"Serving {front} until you press Ctrl-C.")
        try:
            _wait(suite)
        finally:
            server.stop(suite.places)
        return 0


def ready_database(suite: Suite) -> None:
    """Have the demo database with all modules; one that was half made is made again."""
    name = suite.demo_database
    modules = suite.places.present_modules
    code = _code_of(suite)
    mark = suite.places.run / f"{name}.code"
    if not suite.databases.exists(name) or not suite.databases.has_modules(name, modules):
        with step("Making the demo database"):
            suite.copy_template(name)
            suite.install(name, modules)
    elif not mark.is_file() or mark.read_text() != code:
        with step("Bringing the demo database up to date with the code"):
            suite.upgrade(name, modules)
    mark.write_text(code)


def _code_of(suite: Suite) -> str:
    """A fingerprint of everything that an upgrade would load."""
    digest = hashlib.sha256()
    for module in suite.places.present_modules:
        for file in sorted((suite.places.project / module).rglob("*")):
            parts = file.relative_to(suite.places.project).parts
            if file.is_file() and not {"tests", "__pycache__"} & set(parts):
                digest.update(str(parts).encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()


def _start(suite: Suite) -> tuple[str, str]:
    """Start the server; return its own address, and the one for a person's browser."""
    if server.running_pid(suite.places):
        raise Trouble("The demo server of this clone runs already; `make stop` stops it.")
    conf, address = server.demo_config(suite)
    server.start(suite, conf, address.url)
    front = remembered_port(suite.places, "front")
    FrontDoor(front, address.http, address.websocket).open()
    say(f"  Its log is {suite.places.logs / 'odoo.log'}")
    return address.url, f"http://127.0.0.1:{front}"


def _tell_logins() -> None:
    say("\nLog in with the name as the password:")
    for login, role in _LOGINS.items():
        say(f"  {login:10} {role}")
    say("")


def _play(suite: Suite, url: str) -> int:
    story = suite.places.project / "tools" / "story" / "run.py"
    if not story.is_file():
        raise Trouble(f"{story} is missing from this clone: check it out again.")
    command: list[str | Path] = [suite.python, story, "--url", url]
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


def bench(suite: Suite, arguments: list[str], folder: str = "") -> int:
    """Run the measurements, or those of a folder; they make and drop databases of their own."""
    program = suite.places.project / "bench" / folder / "run.py"
    if not program.is_file():
        raise Trouble(f"There is nothing to measure: {program} is missing.")
    return subprocess.run(
        [suite.python, program, *arguments],
        cwd=suite.places.project,
        env={**os.environ, **suite.postgres.env},
        check=False,
    ).returncode
