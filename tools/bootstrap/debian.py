"""Downloads Debian packages without installing them, from the mirror the machine already uses."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from .machine import is_root
from .messages import Trouble, step
from .paths import Places
from .process import output_of, run

_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_WITHOUT_MIRROR = (
    "Odoo 19 is taken from Debian's package, and this machine has no Debian package source. Set "
    "ODOO_HOME to a folder with Odoo 19 (a checkout of its source) and run the same command again."
)


def download(places: Places, suite: str, packages: list[str]) -> list[Path]:
    """Bring packages of one suite into the downloads folder and return their files.

    apt keeps a half-finished file apart under a `partial` folder, goes on from there the next
    time, and checks every file against the signed index before it gives it its name.
    """
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise Trouble(_WITHOUT_MIRROR)
    options = _private_apt(places, suite)
    with step(f"Reading the package list of Debian {suite}"):
        run(places, ["apt-get", *options, "update"], f"read the package list of Debian {suite}")
    folder = places.downloads / "packages"
    folder.mkdir(exist_ok=True)
    with step("Downloading Odoo 19 and its fonts", lambda: _megabytes(places.downloads)):
        run(
            places,
            ["apt-get", *options, "download", *packages],
            "download Odoo 19",
            cwd=folder,
        )
    return [_only_file(folder, name) for name in packages]


def _private_apt(places: Places, suite: str) -> list[str]:
    """Options that give apt its own lists, cache and source, apart from the machine's."""
    base = places.downloads / "apt"
    for folder in ("lists/partial", "cache/archives/partial"):
        (base / folder).mkdir(parents=True, exist_ok=True)
    (base / "status").touch()
    sources = base / f"{suite}.list"
    sources.write_text(f"deb {_source()} {suite} main\n")
    settings = {
        "Dir::State": base,
        "Dir::State::Lists": base / "lists",
        "Dir::State::Status": base / "status",
        "Dir::Cache": base / "cache",
        "Dir::Etc::SourceList": sources,
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::Etc::Preferences": "/dev/null",
        "Dir::Etc::PreferencesParts": "/dev/null",
        "Debug::NoLocking": "1",
        "Acquire::Languages": "none",
        "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled": "false",
        "Acquire::Retries": "2",
        "APT::Update::Error-Mode": "any",
    }
    if is_root():
        # The account that apt downloads as cannot reach a private cache folder.
        settings["APT::Sandbox::User"] = "root"
    return ["-q"] + [part for key, value in settings.items() for part in ("-o", f"{key}={value}")]


def _source() -> str:
    """The mirror with its options, as in a line of apt's sources.

    `LOGISTICS_DEBIAN_MIRROR` names another mirror; it may bring options of its own in brackets.
    """
    mirror = os.environ.get("LOGISTICS_DEBIAN_MIRROR") or _mirror()
    if mirror.startswith("[") or not _KEYRING.is_file():
        return mirror
    return f"[signed-by={_KEYRING}] {mirror}"


def _mirror() -> str:
    """The address of the Debian mirror in the machine's own sources.

    The index of an `apt-get update` names it; on a machine that never ran one, the addresses that
    an update would ask are read instead.
    """
    columns = "$(ORIGIN)|$(LABEL)|$(REPO_URI)"
    for line in output_of(["apt-get", "indextargets", "--format", columns]).splitlines():
        origin, label, address = line.split("|", 2)
        if (origin, label) == ("Debian", "Debian"):
            return address
    asked = output_of(["apt-get", "--print-uris", "update"])
    for address in re.findall(r"'(\S+?/debian/)dists/", asked):
        return str(address)
    raise Trouble(_WITHOUT_MIRROR)


def _only_file(folder: Path, package: str) -> Path:
    """The newest downloaded file of a package; older ones are of an interrupted earlier run."""
    files = sorted(folder.glob(f"{package}_*.deb"), key=lambda file: file.stat().st_mtime)
    if not files:
        raise Trouble(f"The package {package} did not arrive. Run the same command again.")
    return files[-1]


def _megabytes(folder: Path) -> str:
    total = sum(file.stat().st_size for file in folder.rglob("*.deb") if file.is_file())
    return f"{total / 1e6:.0f} MB"


def unpack(places: Places, package: Path, root: Path, without: list[str]) -> None:
    """Lay out a package's files under `root`, leaving out the given paths."""
    script = 'set -eo pipefail; dpkg-deb --fsys-tarfile "$1" | tar -x --no-same-owner "${@:2}"'
    excludes = [f"--exclude=./{path}" for path in without]
    run(
        places,
        ["bash", "-c", script, "unpack", package, "-C", root, *excludes],
        f"unpack {package.name}",
    )


def version_of(package: Path) -> str:
    return output_of(["dpkg-deb", "-f", package, "Version"])
