"""Where everything of this clone lives: one folder, ignored by git."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]

MODULES = (
    "logistics_milestone_sync",
    "logistics_carrier_connector",
    "logistics_billing_rules",
    "logistics_integration_audit",
)

DEMO_DATABASE = "logistics_demo"
TEST_DATABASE = "logistics_test"


@dataclass(frozen=True)
class Places:
    """The folders and files of one clone; `home` is `$LOGISTICS_HOME` or `.odoo` in the project."""

    home: Path
    project: Path = PROJECT

    @classmethod
    def of_this_clone(cls) -> Places:
        chosen = os.environ.get("LOGISTICS_HOME")
        return cls(Path(chosen).expanduser().resolve() if chosen else PROJECT / ".odoo")

    @property
    def key(self) -> str:
        """Eight characters that no other clone of this machine has."""
        return hashlib.sha256(str(self.home).encode()).hexdigest()[:8]

    @property
    def downloads(self) -> Path:
        return self.home / "downloads"

    @property
    def odoo_root(self) -> Path:
        """The unpacked Debian packages, laid out as they would be under `/`."""
        return self.home / "odoo"

    @property
    def venv(self) -> Path:
        return self.home / "venv"

    @property
    def unit_venv(self) -> Path:
        return self.home / "venv-unit"

    @property
    def data(self) -> Path:
        """Odoo's data folder: the filestore and the sessions."""
        return self.home / "data"

    @property
    def run(self) -> Path:
        return self.home / "run"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def log(self) -> Path:
        """What every command of the set-up printed."""
        return self.logs / "setup.log"

    @property
    def present_modules(self) -> list[str]:
        """The project's modules, bottom up."""
        return [name for name in MODULES if (self.project / name / "__manifest__.py").is_file()]

    def make(self) -> None:
        for folder in (self.home, self.downloads, self.data, self.run, self.logs):
            folder.mkdir(parents=True, exist_ok=True)


def venv_python(venv: Path) -> Path:
    return venv / "bin" / "python"
