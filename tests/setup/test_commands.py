"""The commands that the README shows exist, and say what they do."""

from __future__ import annotations

import re
import subprocess

from .conftest import PROJECT, suite

TARGETS = {
    "bench",
    "clean",
    "corpus",
    "demo",
    "flood",
    "fuzz",
    "fuzz-doors",
    "help",
    "lint",
    "rebuild",
    "rotate",
    "serve",
    "setup",
    "stop",
    "test",
    "test-unit",
}


def make(*arguments: str) -> str:
    return subprocess.run(
        ["make", "-C", PROJECT, "--no-print-directory", *arguments],
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_make_alone_lists_every_target_with_its_purpose() -> None:
    listed = dict(re.findall(r"^  make (\S+)\s+(\S.*)$", make(), flags=re.MULTILINE))

    assert set(listed) == TARGETS
    assert make() == make("help")


def test_every_target_is_one_call_of_the_suite(environment) -> None:
    known = suite(environment, "--help").stdout
    for target in TARGETS - {"help"}:
        (call,) = make("-n", target).splitlines()
        command = re.fullmatch(r"python3 tools/suite\.py ([a-z-]+)(?: -- *)?", call)
        assert command, call
        assert f"\n  {command[1]} " in known


def test_one_measurement_is_asked_for_by_name() -> None:
    assert make("-n", "bench", "ONLY=accept").strip().endswith("bench -- --only accept")


def test_the_size_of_a_flood_is_asked_for() -> None:
    assert make("-n", "flood", "COUNT=50", "KILLS=2").strip().endswith("flood -- 50 --kills 2")


def test_an_unknown_command_lists_the_known_ones(environment) -> None:
    ended = suite(environment, "dance")

    assert ended.returncode == 2
    assert "choose from" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_nothing_runs_and_stop_says_so(environment, places) -> None:
    ended = suite(environment, "stop")

    assert (ended.returncode, ended.stdout) == (0, "Nothing was running.\n")


def test_clean_removes_the_home_and_nothing_else(environment, places) -> None:
    neighbour = places.home.parent / "neighbour"
    neighbour.touch()

    assert suite(environment, "clean").returncode == 0

    assert not places.home.exists()
    assert neighbour.exists()
