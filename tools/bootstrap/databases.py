"""Creates, copies and drops databases, each with its filestore."""

from __future__ import annotations

import os
import re
import shutil
import uuid
from pathlib import Path

from .messages import Trouble
from .paths import Places, venv_python
from .postgres import Postgres
from .process import output_of, run

# Runs in the virtual environment, so that a server elsewhere needs no PostgreSQL programs here.
_PROGRAM = """
import sys, psycopg2
connection = psycopg2.connect(dbname=sys.argv[1])
connection.autocommit = True
cursor = connection.cursor()
for statement in sys.argv[2:]:
    cursor.execute(statement)
    if cursor.description:
        for row in cursor.fetchall():
            print(*row, sep="\\t")
"""

# Odoo makes this in the databases that it creates itself; without it, it leaves out the indexes
# for searching inside texts. A server without the extension works, and searches slowly.
_TRIGRAMS = """
DO $$ BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
EXCEPTION WHEN undefined_file OR insufficient_privilege OR feature_not_supported THEN NULL;
END $$
"""


class Databases:
    """The databases of one clone on one server."""

    def __init__(self, places: Places, postgres: Postgres) -> None:
        self.places = places
        self.env = postgres.env

    def execute(self, database: str, *statements: str, doing: str) -> None:
        """Run statements, each in its own transaction."""
        run(self.places, self._command(database, *statements), doing, env=self.env)

    def rows(self, database: str, statement: str) -> list[str]:
        """What a statement answers, one line per row; nothing when it fails."""
        return output_of(self._command(database, statement), env=self.env).splitlines()

    def _command(self, *arguments: str) -> list[str | Path]:
        return [venv_python(self.places.venv), "-c", _PROGRAM, *arguments]

    def check(self) -> None:
        """:raises Trouble: when the server is out of reach or its role may make no databases."""
        self.execute("postgres", "SELECT 1", doing="connect to PostgreSQL")
        allowed = self.rows(
            "postgres",
            "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user",
        )
        if allowed != ["True"]:
            raise Trouble(
                "The PostgreSQL user may not create databases: give it the right with "
                "`ALTER ROLE name CREATEDB`, and run the same command again."
            )

    def names(self) -> list[str]:
        return self.rows("postgres", "SELECT datname FROM pg_database ORDER BY 1")

    def exists(self, name: str) -> bool:
        return name in self.names()

    def filestore(self, name: str) -> Path:
        return self.places.data / "filestore" / name

    def drop(self, name: str) -> None:
        _check_name(name)
        statement = f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'
        self.execute("postgres", statement, doing=f"drop the database {name}")
        shutil.rmtree(self.filestore(name), ignore_errors=True)

    def create(self, name: str) -> None:
        """An empty database, as Odoo makes it."""
        _check_name(name)
        statement = f"CREATE DATABASE \"{name}\" ENCODING 'UTF8' TEMPLATE template0"
        self.execute("postgres", statement, doing=f"make the database {name}")

    def rename(self, name: str, new: str) -> None:
        """Rename a database after its filestore, so that under the new name both are there."""
        if self.filestore(name).is_dir():
            shutil.rmtree(self.filestore(new), ignore_errors=True)
            self.filestore(name).rename(self.filestore(new))
        statement = f'ALTER DATABASE "{name}" RENAME TO "{new}"'
        self.execute("postgres", statement, doing=f"rename the database {name}")

    def copy(self, source: str, name: str) -> None:
        """A copy with a filestore and an identity of its own.

        The files are hard links: Odoo names a file after its content and never changes one.
        """
        _check_name(name)
        self.drop(name)
        partial = f"{name}_copy"
        self.drop(partial)
        if self.filestore(source).is_dir():
            shutil.copytree(self.filestore(source), self.filestore(name), copy_function=os.link)
        self.execute(
            "postgres",
            f'CREATE DATABASE "{partial}" TEMPLATE "{source}"',
            doing=f"make the database {name}",
        )
        identity = "UPDATE ir_config_parameter SET value = '{}' WHERE key = '{}'"
        self.execute(
            partial,
            identity.format(uuid.uuid4(), "database.uuid"),
            identity.format(uuid.uuid4(), "database.secret"),
            _TRIGRAMS,
            doing=f"give the database {name} its identity",
        )
        self.execute(
            "postgres", f'ALTER DATABASE "{partial}" RENAME TO "{name}"', doing=f"name {name}"
        )

    def hurry(self, name: str) -> None:
        """Let a database that can be made again answer before the disk has its changes."""
        statement = f'ALTER DATABASE "{name}" SET synchronous_commit = off'
        self.execute("postgres", statement, doing=f"set up the database {name}")

    def has_modules(self, name: str, modules: list[str]) -> bool:
        statement = "SELECT name FROM ir_module_module WHERE state = 'installed'"
        return set(modules) <= set(self.rows(name, statement))


def _check_name(name: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,50}", name):
        raise Trouble(f"{name!r} is no database name: use small letters, digits and underscores.")
