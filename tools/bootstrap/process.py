"""Runs other programs: their output goes to the log, their failure becomes one sentence."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from .diagnosis import explain
from .locks import held
from .messages import Trouble
from .paths import Places

_TAIL = 20_000


def run(
    places: Places,
    argv: Sequence[str | Path],
    doing: str,
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    retry: str = "Run the same command again; it continues where it stopped.",
) -> str:
    """Run a program to its end and return what it printed.

    :param doing: what it was for, as it follows "Could not" in a sentence
    :raises Trouble: with a reason found in the output when the exit status is not zero
    """
    command = [str(part) for part in argv]
    places.logs.mkdir(parents=True, exist_ok=True)
    with places.log.open("ab") as log:
        log.write(f"\n{time.strftime('%F %T')} $ {' '.join(command)}\n".encode())
        log.flush()
        start = log.tell()
        try:
            status = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=None if env is None else {**os.environ, **env},
                cwd=cwd,
                check=False,
                pass_fds=held(),
            ).returncode
        except FileNotFoundError as missing:
            raise Trouble(f"Could not {doing}: {command[0]} is not installed.") from missing
    output = _output_since(places.log, start)
    if status:
        raise Trouble(f"Could not {doing}: {explain(output, status)} {retry} ({places.log})")
    return output


def _output_since(log: Path, start: int) -> str:
    with log.open("rb") as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(start, file.tell() - _TAIL))
        return file.read().decode(errors="replace")


def output_of(argv: Sequence[str | Path], env: Mapping[str, str] | None = None) -> str:
    """What a short question to the machine answers; empty when the program fails or is missing."""
    try:
        answer = subprocess.run(
            [str(part) for part in argv],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            env=None if env is None else {**os.environ, **env},
        )
    except OSError:
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""
