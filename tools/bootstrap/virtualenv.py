"""The project's virtual environments, with every package pinned."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import sys
from pathlib import Path

from .machine import install_packages
from .messages import Trouble, step
from .odoo_source import Odoo
from .paths import Places, venv_python
from .process import output_of, run

_RUNTIME = "requirements.txt"
_DEVELOPMENT = "requirements-dev.txt"
_UNIT_TESTS = (
    "pytest",
    "hypothesis",
    "jsonschema-rs",
    "jmespath",
    "PyYAML",
    "cryptography",
    "python-dateutil",
    "openpyxl",
    "lxml",
    "pydifact",
    "pyx12",
)
_LAUNCHER = """#!{python}
# What `pip install odoo` would put here. `python -m odoo` is no substitute: the server starts its
# gevent process again from its own first argument, which must be a script.
import odoo.cli

if __name__ == "__main__":
    odoo.cli.main()
"""


def ready_venv(places: Places, odoo: Odoo) -> Path:
    """Make the environment of the server and of the tests; return its Python."""
    python = _interpreter()
    files = [places.project / name for name in (_RUNTIME, _DEVELOPMENT)]
    key = _key(python, [file.read_text() for file in files] + [str(odoo.packages)])
    if not _is_current(places.venv, key):
        with step("Installing the Python packages"):
            _create(places, places.venv, python)
            _pip(places, places.venv, ["-r", files[0], "-r", files[1]])
            _put_on_path(places.venv, odoo)
            _stamp(places.venv).write_text(key)
    return venv_python(places.venv)


def ready_unit_venv(places: Places) -> Path:
    """An environment with no Odoo for the pure tests; the full one when it is already there."""
    if _stamp(places.venv).is_file():
        return venv_python(places.venv)
    python = _interpreter()
    files = [places.project / name for name in (_RUNTIME, _DEVELOPMENT)]
    key = _key(python, [file.read_text() for file in files] + list(_UNIT_TESTS))
    if not _is_current(places.unit_venv, key):
        with step("Installing the Python packages of the pure tests"):
            _create(places, places.unit_venv, python)
            pins = [part for file in files for part in ("-c", file)]
            _pip(places, places.unit_venv, [*pins, *_UNIT_TESTS])
            _stamp(places.unit_venv).write_text(key)
    return venv_python(places.unit_venv)


def _interpreter() -> str:
    """A Python that Odoo 19 and the modules run on: this one, or another on the path."""
    if (3, 11) <= sys.version_info[:2] <= (3, 13):
        return sys.executable
    for minor in (11, 12, 13):
        other = shutil.which(f"python3.{minor}")
        if other:
            return other
    raise Trouble(
        f"This needs Python 3.11, 3.12 or 3.13, and this is {sys.version.split()[0]}. Install one "
        "of those and run the same command again."
    )


def _key(python: str, parts: list[str]) -> str:
    version = output_of([python, "-c", "import sys; print(sys.version)"])
    return hashlib.sha256("\0".join([python, version, *parts]).encode()).hexdigest()


def _stamp(venv: Path) -> Path:
    return venv / "complete"


def _is_current(venv: Path, key: str) -> bool:
    return _stamp(venv).is_file() and _stamp(venv).read_text() == key


def _create(places: Places, venv: Path, python: str) -> None:
    """Make the environment, or keep a half-filled one: pip goes on where it stopped."""
    _stamp(venv).unlink(missing_ok=True)
    if output_of([venv_python(venv), "-m", "pip", "--version"]) and _same_python(venv, python):
        return
    if not importlib.util.find_spec("ensurepip"):
        install_packages(places, ["python3-venv"], "A virtual environment")
    run(places, [python, "-m", "venv", "--clear", venv], "make a virtual environment")


def _same_python(venv: Path, python: str) -> bool:
    question = "import sys; print(sys.version)"
    return output_of([venv_python(venv), "-c", question]) == output_of([python, "-c", question])


def _pip(places: Places, venv: Path, arguments: list[str | Path]) -> None:
    """Install with the user's own pip configuration: index, proxy and certificates are theirs."""
    command: list[str | Path] = [venv_python(venv), "-m", "pip", "install", "--prefer-binary"]
    quiet = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    run(places, [*command, *arguments], "install the Python packages", env=quiet)


def _put_on_path(venv: Path, odoo: Odoo) -> None:
    """Let the environment import the server, after its own packages, and give it a launcher."""
    (site,) = (venv / "lib").glob("python3.*/site-packages")
    (site / "odoo-server.pth").write_text(f"{odoo.packages}\n")
    launcher = venv / "bin" / "odoo"
    launcher.write_text(_LAUNCHER.format(python=venv_python(venv)))
    os.chmod(launcher, 0o755)
