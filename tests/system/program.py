"""A process with Odoo in it that is told what to do, line by line, and may be killed."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from bootstrap.config import free_port
from bootstrap.ready import Suite


class Program:
    """One process with one registry, which carries out one command at a time.

    :param script: run as ``python script CONF DATABASE``; it says ``ready``, then answers each
        line of JSON with one line
    """

    def __init__(self, suite: Suite, database: str, script: Path) -> None:
        name = f"{script.stem}-{database}-{free_port()}"
        self.conf = suite.config(name, db_name=database)
        self.process = subprocess.Popen(
            [suite.python, script, self.conf, database],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=suite.places.home,
            env={**os.environ, **suite.postgres.env},
        )

    def wait_until_ready(self) -> None:
        """Wait until it has loaded Odoo."""
        assert self.process.stdout and self.process.stdout.readline() == "ready\n"

    def send(self, command: dict[str, Any]) -> None:
        """Have it carry out a command; does not wait."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """What it says about the oldest command without an answer."""
        assert self.process.stdout
        return dict(json.loads(self.process.stdout.readline()))

    def kill(self) -> None:
        """SIGKILL: no handler runs, no rollback is sent."""
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        """End it by the end of its input."""
        assert self.process.stdin and self.process.stdout
        for stream in (self.process.stdin, self.process.stdout):
            stream.close()
        self.process.wait()
        self.conf.unlink(missing_ok=True)
