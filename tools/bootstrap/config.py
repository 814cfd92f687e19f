"""Odoo's configuration files of this clone."""

from __future__ import annotations

import os
import secrets
import socket
from pathlib import Path

from .odoo_source import Odoo
from .paths import Places
from .postgres import Postgres

_CONNECTION = {
    "db_host": "PGHOST",
    "db_port": "PGPORT",
    "db_user": "PGUSER",
    "db_password": "PGPASSWORD",
}


def secret(places: Places, name: str) -> str:
    """A random secret of this clone: made once, readable by its owner only."""
    file = places.home / "secrets" / name
    if not file.is_file():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_privately(file, secrets.token_urlsafe(32))
    return file.read_text()


def write_privately(file: Path, content: str) -> None:
    """Write a file that only its owner may read; complete or not at all."""
    partial = file.with_name(f".{file.name}.{os.getpid()}")
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as stream:
        stream.write(content)
    partial.replace(file)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def remembered_port(places: Places, name: str) -> int:
    """The port this clone used before while it is still free, else a new one, remembered."""
    file = places.run / f"{name}.port"
    if file.is_file() and is_free(int(file.read_text())):
        return int(file.read_text())
    port = free_port()
    file.write_text(str(port))
    return port


def write_config(
    places: Places, odoo: Odoo, postgres: Postgres, name: str, options: dict[str, object]
) -> Path:
    """Write `run/<name>.conf` and return it; `options` come on top of what every use shares."""
    env = postgres.env
    addons = [*odoo.addons, places.project]
    shared: dict[str, object] = {
        "addons_path": ",".join(str(path) for path in addons),
        "data_dir": places.data,
        **{key: env[name] for key, name in _CONNECTION.items() if name in env},
        "admin_passwd": secret(places, "admin_passwd"),
        "list_db": False,
        "http_interface": "127.0.0.1",
        "server_wide_modules": "base,rpc,web",
        "workers": 0,
        "max_cron_threads": 0,
        "limit_time_cpu": 600,
        "limit_time_real": 1200,
        # Encrypts the connections' credentials in the database.
        "logistics_secret_key": secret(places, "logistics_secret_key"),
    }
    lines = [f"{key} = {value}" for key, value in {**shared, **options}.items()]
    file = places.run / f"{name}.conf"
    write_privately(file, "\n".join(["[options]", *lines, ""]))
    return file
