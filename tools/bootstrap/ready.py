"""The whole set-up, step by step; each step does nothing when its result is there."""

from __future__ import annotations

import shutil
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from .config import write_config
from .databases import Databases
from .diagnosis import NEEDED_MEGABYTES, disk_full
from .locks import alone
from .messages import Trouble
from .odoo_source import Odoo, find_odoo
from .paths import DEMO_DATABASE, TEST_DATABASE, Places, venv_python
from .postgres import Postgres, cluster_of, is_running, ready_postgres
from .template import install, ready_template
from .virtualenv import ready_venv


@dataclass(frozen=True)
class Suite:
    """What a set-up leaves: a server to run, a database server, and a template to copy."""

    places: Places
    odoo: Odoo
    postgres: Postgres
    databases: Databases
    template: str
    started_postgres: bool

    @property
    def python(self) -> Path:
        return venv_python(self.places.venv)

    @property
    def demo_database(self) -> str:
        return self.postgres.database(DEMO_DATABASE, self.places)

    @property
    def test_database(self) -> str:
        return self.postgres.database(TEST_DATABASE, self.places)

    def config(self, name: str, **options: object) -> Path:
        return write_config(self.places, self.odoo, self.postgres, name, options)

    def copy_template(self, name: str) -> None:
        self.databases.copy(self.template, name)

    def install(self, database: str, modules: list[str]) -> None:
        install(self.places, self.odoo, self.postgres, database, modules)

    def upgrade(self, database: str, modules: list[str]) -> None:
        install(self.places, self.odoo, self.postgres, database, modules, option="-u")


def set_up(places: Places) -> Suite:
    """Have everything that running and testing needs.

    :raises Trouble: with one sentence for the person who runs it
    """
    _prepare(places)
    with _alone(places):
        odoo = find_odoo(places)
        ready_venv(places, odoo)
        running = is_running(cluster_of(places))
        postgres = ready_postgres(places)
        databases = Databases(places, postgres)
        databases.check()
        template = ready_template(places, odoo, postgres, databases)
        return Suite(places, odoo, postgres, databases, template, not running)


def ready_python(places: Places) -> Path:
    """Have the virtual environment only; return its Python."""
    _prepare(places)
    with _alone(places):
        return ready_venv(places, find_odoo(places))


def _alone(places: Places) -> AbstractContextManager[None]:
    return alone(places.run / "setup.lock", "another set-up of this clone")


def _prepare(places: Places) -> None:
    """Make the folders, and see that a first set-up has room before it starts."""
    try:
        places.make()
    except PermissionError as refused:
        raise Trouble(
            f"This user may not write to {places.home}. Set LOGISTICS_HOME to a folder that it may."
        ) from refused
    if (
        not places.odoo_root.is_dir()
        and shutil.disk_usage(places.home).free < NEEDED_MEGABYTES * 1e6
    ):
        raise Trouble(disk_full(places.home))
