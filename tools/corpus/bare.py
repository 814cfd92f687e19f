"""Lets `from odoo.addons.logistics_….core.x import y` work without Odoo.

Bare packages stand in for `odoo`, `odoo.addons` and every module, with a `__path__` that points at
the real folders: Python then finds the `core` packages and runs no module's own `__init__`.
"""

from __future__ import annotations

import sys
import types
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def make_cores_importable() -> None:
    """Do it once; a second call changes nothing."""
    _bare_package("odoo", PROJECT)
    _bare_package("odoo.addons", PROJECT)
    for manifest in sorted(PROJECT.glob("logistics_*/__manifest__.py")):
        _bare_package(f"odoo.addons.{manifest.parent.name}", manifest.parent)


def _bare_package(name: str, folder: Path) -> None:
    if name in sys.modules:
        return
    package = types.ModuleType(name)
    package.__path__ = [str(folder)]
    sys.modules[name] = package
    parent, _, child = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], child, package)
