"""One set-up at a time in one clone."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .messages import say

_held: set[int] = set()


@contextmanager
def alone(file: Path, waiting_for: str) -> Iterator[None]:
    """Hold a lock while the block runs; when another process holds it, say so once and wait.

    The kernel frees the lock when its last holder ends, however it ends: there is nothing to clean
    up after a crash.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"Waiting for {waiting_for} to finish ...")
            fcntl.flock(handle, fcntl.LOCK_EX)
        _held.add(handle)
        yield
    finally:
        _held.discard(handle)
        os.close(handle)


def held() -> tuple[int, ...]:
    """The locks held now, for programs started meanwhile to hold as well.

    When this process is killed, a program it started goes on writing for a while; the next set-up
    must wait for that one too.
    """
    return tuple(_held)
