"""What trailers of EDI envelopes promise."""

from __future__ import annotations


def same_count(promised: str, found: int) -> bool:
    """Whether a trailer promises what was found."""
    return promised.isascii() and promised.isdigit() and int(promised[:18]) == found
