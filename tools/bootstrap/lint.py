"""Checks the code: style, types of the core, Odoo's own rules."""

from __future__ import annotations

import subprocess

from .messages import say
from .ready import Suite


def run(suite: Suite) -> int:
    """Run every check, also after one has failed; return how many failed."""
    modules = suite.places.present_modules
    cores = [f"{name}/core" for name in modules if (suite.places.project / name / "core").is_dir()]
    bin_folder = suite.places.venv / "bin"
    checks = [
        [bin_folder / "ruff", "check", "."],
        [bin_folder / "ruff", "format", "--check", "."],
        [bin_folder / "mypy", *cores],
        [bin_folder / "pylint", *modules],
    ]
    failed = 0
    for check in checks:
        say(f"$ {' '.join([check[0].name, *map(str, check[1:])])}")
        failed += bool(
            subprocess.run(check, cwd=suite.places.project, check=False).returncode
        )
    return failed
