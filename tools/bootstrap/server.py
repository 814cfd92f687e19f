"""Starts, watches and stops an Odoo server with workers."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from .config import remembered_port
from .messages import Trouble, step
from .paths import Places
from .ready import Suite

_READY_WITHIN = 180
_PATIENCE = 30


@dataclass(frozen=True)
class Address:
    """The ports of a server with workers."""

    http: int
    websocket: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http}"


def demo_config(suite: Suite) -> tuple[Path, Address]:
    """The demo server's configuration file and ports.

    `db_name` is set and `dbfilter` is not: a filter makes every request without a session ask the
    server for its list of databases first, ten times slower.
    """
    address = Address(
        remembered_port(suite.places, "http"), remembered_port(suite.places, "websocket")
    )
    conf = suite.config(
        "demo",
        db_name=suite.demo_database,
        http_port=address.http,
        gevent_port=address.websocket,
        workers=2,
        max_cron_threads=2,
        limit_time_cpu=120,
        limit_time_real=240,
    )
    return conf, address


def start(suite: Suite, conf: Path, url: str) -> subprocess.Popen[bytes]:
    """Start the server and wait until it answers.

    :raises Trouble: when it ends, or does not answer in time; its log is named
    """
    log = suite.places.logs / "odoo.log"
    with step("Starting Odoo"), log.open("ab") as output:
        server = subprocess.Popen(
            [suite.python, suite.places.venv / "bin" / "odoo", "-c", conf],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=suite.places.home,
            env={**os.environ, **suite.postgres.env},
            start_new_session=True,
        )
        _pid_file(suite.places).write_text(str(server.pid))
        deadline = time.monotonic() + _READY_WITHIN
        while not _answers(url):
            if server.poll() is not None:
                raise Trouble(f"Odoo stopped while it started; {log} says why.")
            if time.monotonic() > deadline:
                stop(suite.places)
                raise Trouble(f"Odoo did not answer within {_READY_WITHIN} s; {log} says why.")
            time.sleep(0.3)
    return server


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/web/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _pid_file(places: Places) -> Path:
    return places.run / "odoo.pid"


def running_pid(places: Places) -> int | None:
    """The demo server's process, or None; a number left over from before is not believed."""
    try:
        pid = int(_pid_file(places).read_text())
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError):
        return None
    return pid if bytes(places.run / "demo.conf") in command else None


def stop(places: Places) -> bool:
    """Stop the demo server with all its workers; False when it did not run."""
    pid = running_pid(places)
    if pid is None:
        return False
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + _PATIENCE
    while _alive(pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    try:
        # Its session is its own: this reaches workers that outlived it, and nothing else.
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    _pid_file(places).unlink(missing_ok=True)
    return True


def _alive(pid: int) -> bool:
    """Whether a process runs; one that ended and waits for its parent does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"
