"""Private clusters do not meet, and databases are copied whole."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from bootstrap import postgres
from bootstrap.config import free_port, is_free, remembered_port, secret
from bootstrap.databases import Databases
from bootstrap.messages import Trouble
from bootstrap.paths import Places
from bootstrap.postgres import Postgres, cluster_of, is_running, ready_postgres


@pytest.fixture(autouse=True)
def no_named_server(monkeypatch) -> None:
    for name in ("DATABASE_URL", "PGHOST", "PGPORT", "PGUSER", "PGPASSWORD"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def two_clones(short_folder):
    clones = [Places(short_folder / name) for name in ("one", "two")]
    yield clones
    for places in clones:
        postgres.stop(places)
        postgres.remove(places)


def databases_of(places: Places, server: Postgres, ready_home: Path) -> Databases:
    """The databases of a clone that borrows this clone's environment."""
    places.venv.symlink_to(ready_home / "venv")
    return Databases(places, server)


def test_clusters_of_two_clones_run_side_by_side(two_clones, ready_home) -> None:
    held = []
    for places in two_clones:
        places.make()
        held.append(databases_of(places, ready_postgres(places), ready_home))
    one, two = held

    one.create("only_here")

    assert "only_here" in one.names()
    assert "only_here" not in two.names()
    assert postgres.stop(two_clones[0])
    assert [is_running(cluster_of(places)) for places in two_clones] == [False, True]
    assert "template1" in two.names()


def test_a_stopped_cluster_starts_again_with_what_it_had(two_clones, ready_home) -> None:
    places = two_clones[0]
    places.make()
    databases = databases_of(places, ready_postgres(places), ready_home)
    databases.create("kept")
    postgres.stop(places)

    ready_postgres(places)

    assert databases.exists("kept")


def test_a_copy_has_its_own_identity_and_files(two_clones, ready_home) -> None:
    places = two_clones[0]
    places.make()
    databases = databases_of(places, ready_postgres(places), ready_home)
    databases.create("original")
    databases.execute(
        "original",
        "CREATE TABLE ir_config_parameter (key text, value text)",
        "INSERT INTO ir_config_parameter VALUES ('database.uuid', 'same'), ('other', 'kept')",
        doing="fill the original",
    )
    (databases.filestore("original") / "ab").mkdir(parents=True)
    (databases.filestore("original") / "ab" / "abcd").write_text("content")

    databases.copy("original", "copy")

    values = databases.rows("copy", "SELECT value FROM ir_config_parameter ORDER BY key DESC")
    assert values[0] == "kept"
    assert values[1] not in ("same", "")
    (databases.filestore("copy") / "ab" / "abcd").unlink()
    assert (databases.filestore("original") / "ab" / "abcd").read_text() == "content"
    databases.drop("copy")
    assert not databases.filestore("copy").exists()
    assert databases.names().count("original") == 1


@pytest.mark.parametrize("name", ["", "Capital", "a-b", 'x"; DROP DATABASE y', "a" * 60])
def test_a_name_that_could_be_something_else_is_refused(places, name) -> None:
    with pytest.raises(Trouble, match="no database name"):
        Databases(places, Postgres({}, private=True)).create(name)


def test_a_deep_folder_gets_a_socket_with_a_short_path(tmp_path) -> None:
    deep = Places(tmp_path / ("a" * 60) / ("b" * 60))

    assert len(bytes(cluster_of(deep).socket)) < 80
    assert cluster_of(deep).socket != cluster_of(Places(tmp_path / ("c" * 120))).socket


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to run PostgreSQL as somebody else")
def test_a_home_that_the_account_cannot_reach_has_its_cluster_elsewhere(tmp_path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o700)

    cluster = cluster_of(Places(locked / "home"))

    assert cluster.base.parent == Path("/var/tmp")


def test_a_folder_that_somebody_else_made_first_is_not_used(tmp_path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    taken = tmp_path / "taken"
    taken.symlink_to(elsewhere)

    with pytest.raises(Trouble, match="belongs to somebody else"):
        postgres._own_folder(taken, None)


def test_a_named_server_holds_the_clone_in_the_database_name(places, monkeypatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:p%40ss@db.example:6432/ignored")

    server = ready_postgres(places)

    assert server.env == {
        "PGHOST": "db.example",
        "PGPORT": "6432",
        "PGUSER": "me",
        "PGPASSWORD": "p@ss",
    }
    assert server.database("logistics_demo", places) == f"logistics_demo_{places.key}"


def test_a_port_is_remembered_until_somebody_takes_it(places) -> None:
    first = remembered_port(places, "http")
    assert remembered_port(places, "http") == first
    with socket.socket() as taker:
        taker.bind(("127.0.0.1", first))
        taker.listen()
        assert not is_free(first)
        assert remembered_port(places, "http") not in (first, 0)
    assert free_port() != free_port()


def test_a_secret_is_made_once_and_only_its_owner_reads_it(places) -> None:
    first = secret(places, "key")

    assert len(first) >= 32
    assert secret(places, "key") == first
    assert secret(places, "other") != first
    assert (places.home / "secrets" / "key").stat().st_mode & 0o077 == 0
