"""Finds the reason of a failure in what a program printed, and says it in a person's words."""

from __future__ import annotations

import errno
import os
import re
import shutil
import signal
from pathlib import Path

#: Measured: 1.2 GB of Odoo, 0.4 GB of packages, 0.2 GB of databases, and their logs.
NEEDED_MEGABYTES = 3_000

DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

_REASONS = (
    (
        r"No space left on device|Disk quota exceeded|File too large|not enough free space"
        r"|received signal 25",
        "the disk is full. Free some space, or set LOGISTICS_HOME to a folder on another disk.",
    ),
    (
        r"Temporary failure (?:in name resolution|resolving)|Could not resolve|Name or service not"
        r"|getaddrinfo failed|Network is unreachable|No route to host|Connection refused"
        r"|Connection timed out|Could not connect|ConnectTimeout|NewConnectionError"
        r"|Unable to connect|Cannot connect to proxy|ProxyError|No matching distribution found"
        r"|Could not find a version",
        "the network or a package source cannot be reached. Check the connection and any proxy or "
        "package-source settings.",
    ),
    (
        r"Hash Sum mismatch|hashes? (?:do|did) not match|unexpected end of file|corrupt",
        "a download arrived damaged.",
    ),
    (
        r"Permission denied|not permitted",
        "a file or folder may not be written by this user.",
    ),
    (
        r"Cannot allocate memory|MemoryError",
        "the machine ran out of memory.",
    ),
)


def explain(output: str, status: int) -> str:
    """One sentence for a failed program; its own last error line when the cause is unknown."""
    for pattern, sentence in _REASONS:
        if re.search(pattern, output):
            return sentence
    if status in (-signal.SIGXFSZ, 128 + signal.SIGXFSZ):
        return _REASONS[0][1]
    if status < 0:
        return f"it was stopped by {signal.Signals(-status).name}."
    return f'it said "{_last_error(output)}".'


def _last_error(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"(?i)(e:|error|fatal|\w+error:|critical)", line)]
    return (errors or lines or ["nothing"])[-1][:300]


def disk_full(folder: Path) -> str:
    return (
        f"The disk that holds {folder} is full ({_free_megabytes(folder):,} MB free; a set-up "
        f"needs about {NEEDED_MEGABYTES:,} MB). Free some space, or set LOGISTICS_HOME to a folder "
        "on another disk, and run the same command again: it continues where it stopped."
    )


def _free_megabytes(folder: Path) -> int:
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free // 1_000_000


def system_error(error: OSError, folder: Path) -> str:
    """One sentence for an error of the operating system that no step expected."""
    if error.errno in DISK_FULL:
        return disk_full(folder)
    reason = os.strerror(error.errno) if error.errno else str(error)
    where = f" ({error.filename})" if error.filename else ""
    return f"{reason}{where}. Check that this user may write to {folder}, and run again."
