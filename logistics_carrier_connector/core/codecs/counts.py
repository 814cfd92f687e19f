"""What trailers of EDI envelopes promise, and how much of a file is taken in at most."""

from __future__ import annotations

from typing import Final

from ..errors import PayloadRejected

MAX_SEGMENTS: Final = 200_000
# Each value costs far more memory than it has characters, so that bytes alone are no limit.
MAX_VALUES: Final = 1_000_000
MAX_SEGMENT_LENGTH: Final = 65_536


def same_count(promised: str, found: int) -> bool:
    """Whether a trailer promises what was found."""
    return promised.isascii() and promised.isdigit() and int(promised[:18]) == found


class Budget:
    """How much of one file was taken in, over all its interchanges."""

    def __init__(self, segments: int = MAX_SEGMENTS, values: int = MAX_VALUES) -> None:
        self._most_segments, self._most_values = segments, values
        self._segments = self._values = 0

    def take(self, segment: str, marks: str) -> None:
        """Take in one more segment.

        :param marks: the separators that make values of it
        :raises PayloadRejected: if it is too long, or the file has too much
        """
        if len(segment) > MAX_SEGMENT_LENGTH:
            raise PayloadRejected(f"a segment has more than {MAX_SEGMENT_LENGTH} characters")
        self._segments += 1
        if self._segments > self._most_segments:
            raise PayloadRejected(f"the message has more than {self._most_segments} segments")
        self._values += 1 + sum(segment.count(mark) for mark in marks)
        if self._values > self._most_values:
            raise PayloadRejected(f"the message has more than {self._most_values} elements")
