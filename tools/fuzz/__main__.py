"""``python -m fuzz OUTPUT [--seconds N] [--only FORMAT] [--seed N] [--number N]``."""

from __future__ import annotations

import argparse
import itertools
import secrets
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from corpus.bare import make_cores_importable

make_cores_importable()

from .campaign import run  # noqa: E402 - the cores are importable only now
from .samples import samples  # noqa: E402


def main(arguments: argparse.Namespace) -> int:
    """Exit status 1 if there is a finding."""
    known = samples()
    if arguments.only and arguments.only not in known:
        print(f"No format is called {arguments.only}; there are {', '.join(known)}.")
        return 2
    seed = secrets.randbelow(10**9) if arguments.seed is None else arguments.seed
    findings = 0
    for name in [arguments.only] if arguments.only else known:
        print(f"{name}: seed {seed}, {len(known[name])} samples", flush=True)
        numbers = iter([arguments.number]) if arguments.number else _until(arguments.seconds)
        report = run(name, known[name], seed, numbers, arguments.output)
        for finding in report.findings[:20]:
            print(f"FINDING {finding}")
        print(report, flush=True)
        findings += len(report.findings)
    return 1 if findings else 0


def _until(seconds: float) -> Iterator[int]:
    """1, 2, 3, … until the time is over."""
    end = time.monotonic() + seconds
    return itertools.takewhile(lambda _number: time.monotonic() < end, itertools.count(1))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make fuzz")
    parser.add_argument("output", type=Path, help="folder for the inputs that are findings")
    parser.add_argument("--seconds", type=float, default=30, help="of each format")
    parser.add_argument("--only", help="one format")
    parser.add_argument("--seed", type=int, help="as an earlier run printed it")
    parser.add_argument("--number", type=int, help="one input of a seed")
    return parser


if __name__ == "__main__":
    sys.exit(main(_parser().parse_args()))
