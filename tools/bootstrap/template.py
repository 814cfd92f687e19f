"""The template: a database with Odoo's own modules and demo data, made once and copied."""

from __future__ import annotations

import hashlib
from pathlib import Path

from .config import free_port, write_config
from .databases import Databases
from .messages import say, step
from .odoo_source import Odoo
from .paths import Places
from .postgres import Postgres
from .process import run

# What the four modules stand on. The chart of accounts makes taxes and journals exist.
BASE_MODULES = ("account", "l10n_us", "portal", "sale_stock", "stock_delivery")

_PREFIX = "logistics_template"


def ready_template(places: Places, odoo: Odoo, postgres: Postgres, databases: Databases) -> str:
    """The name of the template database; makes it when this combination has none yet."""
    prefix = postgres.database(_PREFIX, places)
    name = f"{prefix}_{_key(places, odoo)}"
    present = databases.names()
    if name in present:
        return name
    for old in present:
        if old.startswith(f"{prefix}_"):
            databases.drop(old)
    say("The first set-up installs Odoo's own modules into a template; later ones copy it.")
    with step(f"Installing {', '.join(BASE_MODULES)} with demo data"):
        building = f"{prefix}_building"
        databases.create(building)
        databases.hurry(building)
        install(places, odoo, postgres, building, list(BASE_MODULES))
        databases.rename(building, name)
    return name


def _key(places: Places, odoo: Odoo) -> str:
    lines = (places.project / "requirements.txt").read_text().splitlines()
    pins = sorted(line for line in lines if "==" in line)
    text = "\0".join([odoo.version, *pins, *BASE_MODULES])
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def install(
    places: Places,
    odoo: Odoo,
    postgres: Postgres,
    database: str,
    modules: list[str],
    option: str = "-i",
) -> None:
    """Install modules with demo data, or upgrade them (`-u`), by Odoo's own command."""
    options: dict[str, object] = {"db_name": database, "http_port": free_port()}
    conf = write_config(places, odoo, postgres, f"install-{database}", options)
    command: list[str | Path] = [places.venv / "bin" / "python", places.venv / "bin" / "odoo"]
    arguments = ["-c", str(conf), option, ",".join(modules), "--with-demo", "--stop-after-init"]
    run(places, [*command, *arguments, "--no-http"], f"install {', '.join(modules)}")
    conf.unlink()
