"""Finds an Odoo 19 server, or gets one: `ODOO_HOME`, an installed one, Debian's package."""

from __future__ import annotations

import ast
import importlib.util
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from . import debian
from .messages import Trouble, say, step
from .paths import Places
from .repairs import repair

SERIES = "19.0"
_IN_ROOT = Path("usr/lib/python3/dist-packages")
_PACKAGE = "odoo-19"
_COMPANIONS = [
    # Odoo's package links to the files of these instead of carrying its own copies.
    "fonts-font-awesome",
    "fonts-glyphicons-halflings",
    "fonts-inconsolata",
    "fonts-montserrat",
    "fonts-ocr-b",
    "fonts-roboto-unhinted",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
]
# Folders that the package lays beside `odoo` although nothing reads them there; `addons` holds a
# second, incomplete copy of every addon and would shadow other packages of that name.
_NOT_NEEDED = [f"{_IN_ROOT}/{name}" for name in ("addons", "doc", "setup")]


@dataclass(frozen=True)
class Odoo:
    """A server to run: the folder to put on Python's path, its addon folders, its version."""

    packages: Path
    addons: tuple[Path, ...]
    version: str


def find_odoo(places: Places) -> Odoo:
    chosen = os.environ.get("ODOO_HOME")
    if chosen:
        return _from_home(Path(chosen).expanduser().resolve())
    installed = _installed()
    if installed:
        return installed
    if not places.odoo_root.is_dir():
        _fetch(places)
    return _described(
        places.odoo_root / _IN_ROOT, (places.odoo_root / "VERSION").read_text().strip()
    )


def _from_home(home: Path) -> Odoo:
    for folder in (home, home / "src", home / _IN_ROOT):
        if (folder / "odoo" / "release.py").is_file():
            series = _series(folder)
            if series != SERIES:
                raise Trouble(f"ODOO_HOME={home} holds Odoo {series}; this project needs {SERIES}.")
            return _described(folder, f"{series} {folder}")
    raise Trouble(
        f"ODOO_HOME={home} holds no Odoo: it must be a folder with odoo/release.py in it."
    )


def _installed() -> Odoo | None:
    spec = importlib.util.find_spec("odoo")
    for location in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(location).parent
        if _is_unpacked(folder) or not (folder / "odoo" / "release.py").is_file():
            continue
        if _series(folder) == SERIES:
            return _described(folder, f"{SERIES} {folder}")
    return None


def _is_unpacked(packages: Path) -> bool:
    """Whether this is the copy of a clone, seen because its own environment runs this program."""
    root = packages.parents[len(_IN_ROOT.parts) - 1]
    return packages == root / _IN_ROOT and (root / "VERSION").is_file()


def _series(folder: Path) -> str:
    """Major and minor version in `odoo/release.py`, read without running it."""
    tree = ast.parse((folder / "odoo" / "release.py").read_text())
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            if "version_info" in names:
                major, minor = (ast.unparse(part) for part in node.value.elts[:2])
                return f"{major}.{minor}"
    return "of an unknown version"


def _described(packages: Path, version: str) -> Odoo:
    candidates = (packages / "addons", packages / "odoo" / "addons")
    addons = tuple(path for path in candidates if any(path.glob("*/__manifest__.py")))
    return Odoo(packages, addons, version)


def _fetch(places: Places) -> None:
    """Unpack Debian's Odoo and the packages it links to; the folder appears when it is complete."""
    say(f"Odoo {SERIES} is not on this machine: getting Debian's package, unpacked, not installed.")
    files = debian.download(places, "sid", [_PACKAGE, *_COMPANIONS])
    partial = places.odoo_root.with_name("odoo.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    with step("Unpacking Odoo"):
        for file in files:
            debian.unpack(places, file, partial, _NOT_NEEDED)
        repair(partial / _IN_ROOT / "odoo" / "addons", partial / "usr/share")
        version = debian.version_of(files[0])
        (partial / "VERSION").write_text(f"{version}\n")
        partial.rename(places.odoo_root)
    shutil.rmtree(places.downloads, ignore_errors=True)
