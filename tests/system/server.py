"""An Odoo with workers that a test may start, kill and start again."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bootstrap.config import free_port
from bootstrap.ready import Suite

_READY_WITHIN = 120
_PATIENCE = 5


@contextmanager
def served(suite: Suite, database: str) -> Iterator[Server]:
    """A server for a database that is there; both are gone afterwards."""
    server = Server(suite, database)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        suite.databases.drop(database)


class Server:
    """A prefork server of one database, in a process group of its own."""

    def __init__(self, suite: Suite, database: str) -> None:
        self.database = database
        self._suite = suite
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self.log = suite.places.logs / f"{database}.log"
        self._conf = suite.config(
            database,
            db_name=database,
            http_port=self._port,
            gevent_port=free_port(),
            workers=2,
            max_cron_threads=2,
            limit_time_cpu=120,
            limit_time_real=240,
            logfile=self.log,
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait for the first answer."""
        places = self._suite.places
        self._process = subprocess.Popen(
            [self._suite.python, places.venv / "bin" / "odoo", "-c", self._conf],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=places.home,
            env={**os.environ, **self._suite.postgres.env},
            start_new_session=True,
        )
        deadline = time.monotonic() + _READY_WITHIN
        while not self._answers():
            assert self._process.poll() is None, f"Odoo stopped while it started, see {self.log}"
            assert time.monotonic() < deadline, f"Odoo does not answer, see {self.log}"
            time.sleep(0.1)
        # Cron processes sleep up to 70 s before their first look; no test waits for that.
        wake = f"SELECT pg_notify('cron_trigger', '{self.database}')"
        self._suite.databases.execute("postgres", wake, doing="wake the cron processes")

    def kill(self) -> None:
        """SIGKILL to every process at once: master, HTTP, cron and gevent workers."""
        assert self._process
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def workers(self) -> list[int]:
        """The processes for requests and scheduled actions; the master replaces those that end."""
        assert self._process
        master = self._process.pid
        children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        return [int(child) for child in children if not _is_gevent(child)]

    def stop(self) -> None:
        """End it in good order, and what does not end with it."""
        if not self._process:
            return
        self._process.terminate()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            pass
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._process.wait()
        Path(self._conf).unlink(missing_ok=True)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/web/health", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


def peak_of(pid: int) -> int:
    """The most bytes of memory that a process has had at a time."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def _is_gevent(pid: str) -> bool:
    """Whether it is the process for long polling, which has nothing to do with messages."""
    try:
        return b"gevent" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return True  # it ended meanwhile
