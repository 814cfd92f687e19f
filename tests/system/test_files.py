"""A process that picks up files is killed in front of every one of its steps."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from bootstrap.config import free_port
from bootstrap.ready import Suite

_PROGRAM = Path(__file__).with_name("visitor.py")
_FEWEST_STEPS = 20
_TRIES = 20


class Visitor:
    """The process that visits, and the folder that it visits."""

    def __init__(self, suite: Suite, database: str, root: Path) -> None:
        self.suite, self.database, self.root = suite, database, root
        self.conf = suite.config(f"visitor-{database}-{free_port()}", db_name=database)
        self.process = subprocess.Popen(
            [suite.python, _PROGRAM, self.conf, database, root],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=suite.places.home,
            env={**os.environ, **suite.postgres.env},
        )
        assert self.process.stdout and self.process.stdout.readline() == "ready\n"

    def visit(self, kill_before: int = 0) -> str:
        """Have a child visit; whether it was ``killed`` or is ``done``."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(f"{kill_before}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def incoming(self) -> list[str]:
        """Names of the files that were not put away."""
        return sorted(path.name for path in self.root.iterdir() if path.is_file())

    def count(self, statement: str) -> int:
        """The number that a statement gives."""
        return int(self.suite.databases.rows(self.database, statement)[0])

    def close(self) -> None:
        """End it by the end of its input."""
        assert self.process.stdin and self.process.stdout
        for stream in (self.process.stdin, self.process.stdout):
            stream.close()
        self.process.wait()
        self.conf.unlink(missing_ok=True)


@pytest.fixture
def visitor(suite: Suite, installed: str, tmp_path: Path) -> Iterator[Visitor]:
    """A visitor in a database of its own."""
    database = f"{installed}_files"
    suite.databases.copy(installed, database)
    suite.databases.hurry(database)
    root = tmp_path.resolve()
    made = Visitor(suite, database, root)
    try:
        yield made
    finally:
        made.close()
        suite.databases.drop(database)


def _message(number: int) -> bytes:
    tracker = {"tracking_code": f"KILLED{number}", "tracking_details": []}
    return json.dumps({"trackers": [tracker]}).encode()


def test_no_file_is_lost_or_taken_twice_wherever_the_worker_dies(visitor: Visitor) -> None:
    """SIGKILL: no handler runs, no rollback is sent."""
    put = {}
    for step in itertools.count(1):
        put[step] = _message(step)
        (visitor.root / "status.json").write_bytes(put[step])
        ended = visitor.visit(kill_before=step)
        # The database may need a moment to notice that its client died.
        for _attempt in range(_TRIES):
            if not visitor.incoming():
                break
            visitor.visit()
        assert visitor.incoming() == [], f"killed in front of step {step}, never put away"
        if ended == "done":
            break
    assert step > _FEWEST_STEPS, "a visit has more steps than that"
    archive = [path.read_bytes() for path in (visitor.root / "archive").iterdir()]
    assert Counter(archive) == Counter(put.values()), "every file is in the archive once"
    assert not (visitor.root / "error").exists()
    stored = "SELECT count(*) FROM logistics_message WHERE origin = 'file'"
    assert visitor.count(stored) == len(put), "every file is in the inbox"
    assert visitor.count(f"{stored} AND state = 'conflict'") == 0
    distinct = "SELECT count(DISTINCT sha256) FROM logistics_message WHERE origin = 'file'"
    assert visitor.count(distinct) == len(put), "and in it once"
    visitor.visit()
    assert visitor.count("SELECT count(*) FROM logistics_folder_file") == len(put)
    open_files = "SELECT count(*) FROM logistics_folder_file WHERE state <> 'done'"
    assert visitor.count(open_files) == 0
