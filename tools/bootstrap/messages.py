"""What a person reads: one line per step, one sentence when something is wrong."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Trouble(Exception):
    """Something a person has to put right; the text says what happened and what to do."""


def say(text: str) -> None:
    print(text, flush=True)


def warn(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.1f} min"


@contextmanager
def step(title: str, progress: Callable[[], str] | None = None) -> Iterator[None]:
    """Announce a step that takes time, and say how long it took.

    On a terminal, `progress` (how far it is, in a few words) is shown while the step runs.
    """
    started = time.monotonic()
    live = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    print(f"  {title} ...", end="" if live else "\n", flush=True)
    done = threading.Event()
    ticker = threading.Thread(target=_tick, args=(title, progress, started, done), daemon=True)
    if live:
        ticker.start()
    try:
        yield
    except BaseException:
        _finish(ticker, done)
        if live:
            print(flush=True)
        raise
    _finish(ticker, done)
    took = minutes(time.monotonic() - started)
    print(f"\r\033[K  {title}: {took}" if live else f"    {took}", flush=True)


def _finish(ticker: threading.Thread, done: threading.Event) -> None:
    done.set()
    if ticker.is_alive():
        ticker.join()


def _tick(
    title: str, progress: Callable[[], str] | None, started: float, done: threading.Event
) -> None:
    while not done.wait(1):
        detail = progress() if progress else minutes(time.monotonic() - started)
        print(f"\r\033[K  {title} ... {detail}", end="", flush=True)
