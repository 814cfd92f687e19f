"""What a person reads when something is missing, wrong or in the way: one sentence, never more."""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bootstrap.diagnosis import explain, system_error
from bootstrap.locks import alone

from .conftest import TOOLS, is_one_sentence, suite


def fails_with(environment: dict[str, str], *command: str) -> str:
    ended = suite(environment, *(command or ("setup",)))
    assert ended.returncode == 1
    assert is_one_sentence(ended.stderr), ended.stderr
    return ended.stderr


def test_an_odoo_home_without_odoo_is_named(environment, tmp_path) -> None:
    environment["ODOO_HOME"] = str(tmp_path)

    assert "holds no Odoo: it must be a folder with odoo/release.py" in fails_with(environment)


def test_an_odoo_of_another_version_is_refused(environment, odoo_home) -> None:
    (odoo_home / "odoo" / "release.py").write_text("version_info = (18, 0, 0)\n")
    environment["ODOO_HOME"] = str(odoo_home)

    assert "holds Odoo 18.0; this project needs 19.0" in fails_with(environment)


def test_an_unreachable_package_index_is_one_sentence(environment, odoo_home) -> None:
    environment["ODOO_HOME"] = str(odoo_home)
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL"):
        environment.pop(name, None)
    environment.update(
        PIP_CONFIG_FILE=os.devnull, PIP_INDEX_URL="http://127.0.0.1:9/simple", PIP_RETRIES="0"
    )

    sentence = fails_with(environment)

    assert "Could not install the Python packages: the network" in sentence
    assert "Run the same command again" in sentence


def test_a_home_that_cannot_be_made_is_named(environment) -> None:
    environment["LOGISTICS_HOME"] = "/dev/null/home"

    assert "/dev/null/home" in fails_with(environment)


@pytest.mark.parametrize(
    "address", ["mysql://somewhere/db", "localhost:5432", "postgresql:///only-a-name"]
)
def test_an_address_that_is_not_of_postgresql_is_refused(environment, ready_home, address) -> None:
    environment.update(LOGISTICS_HOME=str(ready_home), DATABASE_URL=address)

    assert "DATABASE_URL is not an address of PostgreSQL" in fails_with(environment)


@pytest.mark.parametrize(
    "named",
    [
        {"DATABASE_URL": "postgresql://nobody:secret@127.0.0.1:9/postgres"},
        {"PGHOST": "127.0.0.1", "PGPORT": "9"},
        {"PGHOST": "/nonexistent"},
    ],
)
def test_a_server_that_does_not_answer_is_one_sentence(environment, ready_home, named) -> None:
    environment.update(named, LOGISTICS_HOME=str(ready_home))

    sentence = fails_with(environment)

    assert "Could not connect to PostgreSQL" in sentence
    assert "secret" not in sentence


def test_a_second_set_up_says_once_that_it_waits(environment, places) -> None:
    environment["ODOO_HOME"] = "/nonexistent"
    with alone(places.run / "setup.lock", "nothing"):
        second = subprocess.Popen(
            [sys.executable, TOOLS / "suite.py", "setup"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        first_line = second.stdout.readline()
        assert second.poll() is None
    rest, error = second.communicate(timeout=60)

    assert first_line == "Waiting for another set-up of this clone to finish ...\n"
    assert rest == ""
    assert "holds no Odoo" in error


def test_a_program_that_outlives_a_killed_set_up_keeps_the_lock(environment, places) -> None:
    program = (
        "from bootstrap.paths import Places; from bootstrap.locks import alone; "
        "from bootstrap.process import run; places = Places.of_this_clone()\n"
        "with alone(places.run / 'lock', 'it'):\n"
        "    run(places, ['sh', '-c', 'mkfifo fifo; echo x > ready; read line < fifo'], 'wait', "
        "cwd=places.run)"
    )
    first = subprocess.Popen([sys.executable, "-c", program], env=environment)
    wait_for(places.run / "ready")
    first.kill()
    first.wait()

    assert is_held(places.run / "lock")
    (places.run / "fifo").write_text("go\n")
    with alone(places.run / "lock", "the program that is left"):
        pass


def wait_for(file: Path) -> None:
    deadline = time.monotonic() + 30
    while not file.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_held(file: Path) -> bool:
    with file.open() as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("tar: write error: No space left on device", "the disk is full"),
        ("ERROR: [Errno 122] Disk quota exceeded", "the disk is full"),
        ("E: Sub-process store received signal 25.", "the disk is full"),
        ("W: Temporary failure resolving 'mirror'", "cannot be reached"),
        ("E: Failed to fetch x  Hash Sum mismatch", "arrived damaged"),
        ("mkdir: Permission denied", "may not be written by this user"),
        ("working\nE: Something nobody foresaw\n", 'it said "E: Something nobody foresaw"'),
        ("first\nlast words\n", 'it said "last words"'),
        ("", 'it said "nothing"'),
    ],
)
def test_the_reason_is_found_in_what_a_program_said(output, reason) -> None:
    assert reason in explain(output, 1)


def test_a_program_that_was_killed_is_said_to_be_killed() -> None:
    assert explain("", -9) == "it was stopped by SIGKILL."


def test_a_full_disk_says_how_much_room_there_is(tmp_path) -> None:
    sentence = system_error(OSError(errno.ENOSPC, "no space"), tmp_path / "not" / "made" / "yet")

    assert "MB free" in sentence
    assert "LOGISTICS_HOME" in sentence
