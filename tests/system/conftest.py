"""One set-up, one database with the four modules to copy from, servers as the tests need them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

from bootstrap.paths import Places
from bootstrap.ready import Suite, set_up

from .server import Server, served

Serve = Callable[[str], AbstractContextManager[Server]]


@pytest.fixture(scope="session")
def suite() -> Suite:
    """What the set-up of this clone left."""
    return set_up(Places.of_this_clone())


@pytest.fixture(scope="session")
def installed(suite: Suite) -> Iterator[str]:
    """Name of a database with the four modules and their demo data; nobody connects to it."""
    name = suite.postgres.database("logistics_system", suite.places)
    suite.copy_template(name)
    suite.databases.hurry(name)
    suite.install(name, suite.places.present_modules)
    yield name
    suite.databases.drop(name)


@pytest.fixture(scope="session")
def serve(suite: Suite, installed: str) -> Serve:
    """``with serve("kill") as server``: a fresh database and a server for it."""

    @contextmanager
    def serving(purpose: str) -> Iterator[Server]:
        database = f"{installed}_{purpose}"
        suite.databases.copy(installed, database)
        suite.databases.hurry(database)
        with served(suite, database) as server:
            yield server

    return serving


@pytest.fixture(scope="session")
def server(serve: Serve) -> Iterator[Server]:
    """The server that all tests share that do not end it."""
    with serve("shared") as running:
        yield running
