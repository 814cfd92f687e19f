"""Debian packages that the machine must have, installed only as root and only after saying so."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from .messages import Trouble, say, step
from .paths import Places
from .process import run

_BROWSERS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")


def is_root() -> bool:
    return os.geteuid() == 0


def browser() -> str | None:
    """The browser that Odoo's tours run in, by the names Odoo itself looks for."""
    return next((path for path in map(shutil.which, _BROWSERS) if path), None)


def install_packages(places: Places, packages: list[str], purpose: str) -> None:
    """Install Debian packages system-wide.

    :raises Trouble: when this user may not, or the machine has no apt
    """
    names = " ".join(packages)
    if not shutil.which("apt-get"):
        raise Trouble(f"{purpose} needs {names}; install it with this system's package manager.")
    if not is_root():
        raise Trouble(
            f"{purpose} needs {names}, which only an administrator can install: ask for "
            f"`apt-get install {names}`, then run the same command again."
        )
    say(f"{purpose} needs the Debian package {names}: installing it system-wide now.")
    apt = ["apt-get", "-o", "DPkg::Lock::Timeout=300", "-y", "-q"]
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    with step(f"Installing {names}"):
        run(places, [*apt, "update"], "read the list of Debian packages", env=quiet)
        run(
            places,
            [*apt, "--no-install-recommends", "install", *packages],
            f"install {names}",
            env=quiet,
        )


def require_browser(places: Places) -> None:
    """Have a browser for the tours; an ordinary user without one is told that tours will skip."""
    if browser():
        return
    if is_root() and shutil.which("apt-get"):
        install_packages(places, ["chromium"], "Testing the screens")
    else:
        say("No Chromium on this machine: the tests that drive a browser will be skipped.")


def postgres_programs() -> Path | None:
    """The folder of the newest PostgreSQL server programs, or None when there is no server."""
    found = []
    for folder in Path("/usr/lib/postgresql").glob("*/bin"):
        if (folder / "initdb").is_file() and folder.parent.name.isdigit():
            found.append((int(folder.parent.name), folder))
    if found:
        return max(found)[1]
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None
