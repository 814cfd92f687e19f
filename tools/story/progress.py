"""A progress bar for people, a few lines for logs."""

from __future__ import annotations

import sys
import threading
import time
from types import TracebackType
from typing import Self, TextIO

_WIDTH = 28


class Progress:
    """Counts steps of a known total; safe to call from several threads.

    >>> with Progress("Sending", 3, stream=open(os.devnull, "w")) as bar:  # doctest: +SKIP
    ...     bar.step()
    """

    def __init__(self, label: str, total: int, stream: TextIO | None = None) -> None:
        self.label, self.total, self.done = label, total, 0
        self._stream = stream or sys.stdout
        self._lock = threading.Lock()
        self._started = time.monotonic()
        self._quarter = 0

    def __enter__(self) -> Self:
        self._draw()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._stream.isatty():
            self._stream.write("\n")
        elif kind is None:
            seconds = time.monotonic() - self._started
            self._stream.write(f"{self.label}: {self.done} of {self.total} in {seconds:.1f} s\n")
        self._stream.flush()

    def step(self, count: int = 1) -> None:
        """One more is done."""
        with self._lock:
            self.done += count
            self._draw()

    def reach(self, done: int, total: int | None = None) -> None:
        """So many are done; for work that is watched from outside."""
        with self._lock:
            self.total = max(total or self.total, done)
            self.done = done
            self._draw()

    def _draw(self) -> None:
        share = self.done / self.total if self.total else 1.0
        if self._stream.isatty():
            bar = ("#" * round(share * _WIDTH)).ljust(_WIDTH, ".")
            self._stream.write(f"\r{self.label:<28} [{bar}] {self.done}/{self.total} ")
            self._stream.flush()
        elif int(share * 4) > self._quarter and share < 1:
            self._quarter = int(share * 4)
            self._stream.write(f"{self.label}: {self.done} of {self.total}\n")
            self._stream.flush()
