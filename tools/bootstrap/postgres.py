"""The PostgreSQL server: the one the user names, or a private cluster of this clone."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from .diagnosis import explain
from .machine import install_packages, is_root, postgres_programs
from .messages import Trouble, say, step
from .paths import Places
from .process import output_of

_ROLE = "odoo"
_PORT = "5432"
_VARIABLES = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD")
# A socket's path has at most 107 bytes; PostgreSQL adds "/.s.PGSQL.5432.lock" for its own use.
_LONGEST_FOLDER = 85

# Nothing listens on the network: no port to collide with, nobody but the owner of the folder can
# connect. Crash safety stays on, so that the demo and the measurements are honest; test databases
# alone give up waiting for the disk (see `databases.py`).
_SETTINGS = """\
listen_addresses = ''
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 256MB
work_mem = 16MB
maintenance_work_mem = 128MB
wal_level = minimal
max_wal_senders = 0
max_wal_size = 1GB
checkpoint_timeout = 15min
random_page_cost = 1.1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
"""


@dataclass(frozen=True)
class Postgres:
    """A server that runs: the `PG…` variables that reach it, and whether this clone owns it."""

    env: dict[str, str]
    private: bool

    def database(self, name: str, places: Places) -> str:
        """The name a database has there; a shared server holds those of other clones too."""
        return name if self.private else f"{name}_{places.key}"


@dataclass(frozen=True)
class Cluster:
    """The private cluster: its folder, its socket's folder and the account that runs it."""

    base: Path
    socket: Path
    account: str | None

    @property
    def data(self) -> Path:
        return self.base / "data"


def ready_postgres(places: Places) -> Postgres:
    """Have a server to connect to; starts the private cluster when it does not run.

    :raises Trouble: when the named server is not described well, or none can be had
    """
    named, cluster = _named_server(), cluster_of(places)
    # A shell or a test run with our own variables means our own cluster.
    if named and named["PGHOST"] != str(cluster.socket):
        return Postgres(named, private=False)
    programs = postgres_programs()
    if programs is None:
        install_packages(places, ["postgresql"], "A private PostgreSQL cluster")
        programs = postgres_programs()
    if programs is None:
        raise Trouble("PostgreSQL was installed, and its program initdb is not to be found.")
    programs = _matching(cluster, programs)
    if not cluster.data.is_dir():
        _create(places, cluster, programs)
    if not is_running(cluster):
        _start(places, cluster, programs)
    env = {"PGHOST": str(cluster.socket), "PGPORT": _PORT, "PGUSER": _ROLE}
    return Postgres(env, private=True)


def _named_server() -> dict[str, str] | None:
    address = os.environ.get("DATABASE_URL")
    if not address:
        given = {name: os.environ[name] for name in _VARIABLES if name in os.environ}
        return given if "PGHOST" in given else None
    parts = urlsplit(address)
    if parts.scheme not in ("postgres", "postgresql") or not parts.hostname:
        raise Trouble(
            "DATABASE_URL is not an address of PostgreSQL: it should look like "
            "postgresql://user:password@host:5432/."
        )
    env = {"PGHOST": unquote(parts.hostname), "PGPORT": str(parts.port or _PORT)}
    if parts.username:
        env["PGUSER"] = unquote(parts.username)
    if parts.password:
        env["PGPASSWORD"] = unquote(parts.password)
    return env


def cluster_of(places: Places) -> Cluster:
    """Where the private cluster of this clone is, made or not.

    PostgreSQL refuses to run as root. For root it runs as the machine's `postgres` account, which
    may not be able to reach this clone (a home folder of mode 0700): the cluster then lies under
    /var/tmp, named after the clone.
    """
    account = _account() if is_root() else None
    base = places.home / "postgres"
    if account and not _reachable(places.home, account):
        base = Path("/var/tmp") / f"logistics-{places.key}"
    socket = base / "socket"
    if len(bytes(socket)) > _LONGEST_FOLDER:
        socket = Path(tempfile.gettempdir()) / f"logistics-{places.key}"
    return Cluster(base, socket, account)


def _account() -> str:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise Trouble("PostgreSQL does not run as root, and there is no account `postgres` to run it.")


def _reachable(folder: Path, account: str) -> bool:
    """Whether the account may pass through every folder down to this one."""
    user = pwd.getpwnam(account)
    for path in (folder, *folder.parents):
        if not path.exists():
            continue
        status = path.stat()
        if status.st_uid == user.pw_uid:
            allowed = stat.S_IXUSR
        elif status.st_gid == user.pw_gid:
            allowed = stat.S_IXGRP
        else:
            allowed = stat.S_IXOTH
        if not status.st_mode & allowed:
            return False
    return True


def _matching(cluster: Cluster, programs: Path) -> Path:
    """The programs of the version that made the cluster."""
    file = cluster.data / "PG_VERSION"
    if not file.is_file():
        return programs
    version = file.read_text().strip()
    same = Path("/usr/lib/postgresql") / version / "bin"
    if (same / "postgres").is_file():
        return same
    if f" {version}." in output_of([programs / "postgres", "--version"]):
        return programs
    raise Trouble(
        f"The databases in {cluster.base} were made by PostgreSQL {version}, which is no longer "
        "installed. Install it again, or run `make clean` to start over (demo data is lost)."
    )


def _create(places: Places, cluster: Cluster, programs: Path) -> None:
    with step("Making a private PostgreSQL cluster"):
        _own_folder(cluster.base, cluster.account)
        partial = cluster.base / "data.partial"
        shutil.rmtree(partial, ignore_errors=True)
        locale = "C.UTF-8" if "C.utf8" in output_of(["locale", "-a"]).split() else "C"
        initdb: list[str | Path] = [programs / "initdb", "-D", partial, "-U", _ROLE, "-E", "UTF8"]
        initdb += [f"--locale={locale}", "--auth=trust", "--no-instructions"]
        _as_owner(places, cluster, initdb, "make a PostgreSQL cluster")
        with (partial / "postgresql.conf").open("a") as conf:
            conf.write("\ninclude = 'logistics.conf'\n")
        (partial / "logistics.conf").write_text(_SETTINGS.format(socket=cluster.socket))
        _give(partial / "logistics.conf", cluster.account)
        partial.rename(cluster.data)


def _own_folder(folder: Path, account: str | None) -> None:
    """A folder that only the account of the server may use."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    owner = pwd.getpwnam(account).pw_uid if account else os.geteuid()
    found = folder.lstat()
    # In a folder that everybody may write to, somebody else may have taken the name before us.
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (owner, os.geteuid()):
        raise Trouble(f"{folder} belongs to somebody else. Remove it, or set LOGISTICS_HOME.")
    _give(folder, account)


def _give(path: Path, account: str | None) -> None:
    if account:
        user = pwd.getpwnam(account)
        os.chown(path, user.pw_uid, user.pw_gid)


def _as_owner(places: Places, cluster: Cluster, argv: list[str | Path], doing: str) -> None:
    """Run a program of PostgreSQL as the account that owns the cluster."""
    user = pwd.getpwnam(cluster.account) if cluster.account else None
    with places.log.open("ab") as log:
        start = log.tell()
        status = subprocess.run(
            [str(part) for part in argv],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd="/",
            check=False,
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
        ).returncode
    if status:
        output = places.log.read_bytes()[start:].decode(errors="replace")
        raise Trouble(f"Could not {doing}: {explain(output, status)} ({places.log})")


def _start(places: Places, cluster: Cluster, programs: Path) -> None:
    say("  Starting PostgreSQL")
    _own_folder(cluster.socket, cluster.account)
    log = cluster.base / "server.log"
    _as_owner(
        places,
        cluster,
        [programs / "pg_ctl", "start", "-w", "-t", "120", "-s", "-D", cluster.data, "-l", log],
        f"start PostgreSQL (its own log is {log})",
    )


def is_running(cluster: Cluster) -> bool:
    """Whether the process that the cluster's pid file names is alive and is its server."""
    try:
        pid = int((cluster.data / "postmaster.pid").read_text().splitlines()[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError, IndexError):
        return False
    return bytes(cluster.data) in command


def stop(places: Places) -> bool:
    """Stop the private cluster; False when it did not run."""
    cluster = cluster_of(places)
    programs = postgres_programs()
    if programs is None or not is_running(cluster):
        return False
    _as_owner(
        places,
        cluster,
        [_matching(cluster, programs) / "pg_ctl", "stop", "-s", "-m", "fast", "-D", cluster.data],
        "stop PostgreSQL",
    )
    return True


def remove(places: Places) -> None:
    """Remove the cluster's folders, wherever they are; it must have been stopped."""
    cluster = cluster_of(places)
    shutil.rmtree(cluster.base, ignore_errors=True)
    shutil.rmtree(cluster.socket, ignore_errors=True)
