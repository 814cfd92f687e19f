"""The set-up's own code, and set-ups of their own in a temporary folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
TOOLS = PROJECT / "tools"
sys.path.insert(0, str(TOOLS))

from bootstrap import postgres  # noqa: E402
from bootstrap.paths import Places  # noqa: E402

#: What a person's own environment may say, and these tests must not inherit.
_PERSONAL = (
    "DATABASE_URL",
    "LOGISTICS_DEBIAN_MIRROR",
    "ODOO_HOME",
    "ODOO_RC",
    "PGHOST",
    "PGPASSWORD",
    "PGPORT",
    "PGUSER",
)


@pytest.fixture
def places(tmp_path: Path) -> Iterator[Places]:
    """An empty home of a clone."""
    places = Places(tmp_path / "home")
    places.make()
    yield places
    postgres.stop(places)
    postgres.remove(places)


@pytest.fixture
def environment(places: Places) -> dict[str, str]:
    """The machine's environment, pointed at the empty home."""
    kept = {name: value for name, value in os.environ.items() if name not in _PERSONAL}
    return {**kept, "LOGISTICS_HOME": str(places.home), "PYTHONPATH": str(TOOLS)}


@pytest.fixture
def odoo_home(tmp_path: Path) -> Path:
    """A folder that has what the set-up looks for in an Odoo."""
    home = tmp_path / "somewhere"
    manifest = home / "addons" / "base" / "__manifest__.py"
    manifest.parent.mkdir(parents=True)
    manifest.write_text("{'name': 'Base'}")
    (home / "odoo").mkdir()
    (home / "odoo" / "release.py").write_text("version_info = (19, 0, 0, 'final', 0, '')\n")
    return home


@pytest.fixture
def ready_home() -> Path:
    """The home of this clone, set up: these tests run from its own environment."""
    home = Path(sys.prefix).parent
    if not (home / "venv" / "complete").is_file():
        pytest.skip("needs the environment that `make test` runs in")
    return home


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder that every account may pass through, with a path short enough for a socket."""
    folder = Path(f"/var/tmp/logistics-test-{os.getpid()}")
    folder.mkdir(mode=0o755)
    yield folder
    shutil.rmtree(folder)


def suite(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one command of the project to its end."""
    return subprocess.run(
        [sys.executable, str(TOOLS / "suite.py"), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def is_one_sentence(text: str) -> bool:
    """Whether a person is told once, in words, and sees no traceback."""
    paragraphs = [line for line in text.splitlines() if line.strip()]
    return len(paragraphs) == 1 and "Traceback" not in text
