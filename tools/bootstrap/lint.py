"""Checks the code: style, types of the core, Odoo's own rules."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from .messages import say
from .paths import Places

# In this order: everything off, Odoo's rules on, and off again what does not suit the project.
_ODOO_RULES = [
    "--disable=all",
    "--enable=odoolint",
    # A big model is several files, one per role.
    "--disable=consider-merging-classes-inherited",
    # Asks for the author that modules of one association have.
    "--disable=manifest-required-author",
    # A hook that returns nothing has nothing to return.
    "--disable=missing-return",
    # `readme/*.md` are the documents of a module.
    "--disable=missing-readme",
]


def run(places: Places) -> int:
    """Run every check, also after one has failed.

    :return: how many failed
    """
    cores = _typed_packages(places)
    checks: list[tuple[str, list[str], dict[str, str]]] = [
        ("ruff", ["check", "."], {}),
        ("ruff", ["format", "--check", "."], {}),
        ("mypy", [part for name in cores for part in ("-p", name)], _types_path(places)),
        ("mypy", ["tools/suite.py"], {"MYPYPATH": str(places.project / "tools")}),
        ("pylint", [*_ODOO_RULES, *places.present_modules], {}),
        ("oca-checks-odoo-module", ["--disable=xml-header-wrong", *places.present_modules], {}),
    ]
    failed = 0
    for program, arguments, env in checks:
        say(f"$ {program} {' '.join(arguments)}")
        command: list[str | Path] = [places.venv / "bin" / program, *arguments]
        failed += bool(
            subprocess.run(
                command, cwd=places.project, env={**os.environ, **env}, check=False
            ).returncode
        )
    say(f"{failed} of {len(checks)} checks failed." if failed else "Everything is in order.")
    return failed


def _typed_packages(places: Places) -> list[str]:
    """The cores, by the names under which the modules import them."""
    root = _types_root(places)
    shutil.rmtree(root, ignore_errors=True)
    names = []
    for module in places.present_modules:
        core = places.project / module / "core"
        if core.is_dir():
            folder = root / "odoo" / "addons" / module
            folder.mkdir(parents=True)
            (folder / "core").symlink_to(core)
            names.append(f"odoo.addons.{module}.core")
    return names


def _types_root(places: Places) -> Path:
    """A tree with nothing but the cores, so that mypy reads no line of Odoo."""
    return places.run / "types"


def _types_path(places: Places) -> dict[str, str]:
    return {"MYPYPATH": str(_types_root(places))}
