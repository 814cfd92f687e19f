"""The compose file and what it refers to, as far as they can be checked without an engine."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from .conftest import PROJECT

COMPOSE = PROJECT / "docker-compose.yml"
DOCKER = PROJECT / "docker"
MODULES = {path.parent.name for path in PROJECT.glob("logistics_*/__manifest__.py")}


@pytest.fixture(scope="module")
def compose() -> dict:
    return yaml.safe_load(COMPOSE.read_text())


@pytest.fixture
def server(tmp_path) -> dict[str, str]:
    """The environment of a container whose server only prints how it was called."""
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    for name in ("db_password", "admin_password", "logistics_secret_key"):
        (secrets / name).write_text(f"the {name}\n")
    return {
        "PATH": "/usr/bin:/bin",
        "SECRETS": str(secrets),
        "CONFIG": str(tmp_path / "odoo.conf"),
        "ADDONS_PATH": "/addons",
        "DATA_DIR": "/data",
        "DB_HOST": "db",
        "DB_USER": "odoo",
        "DB_NAME": "logistics",
        "PYTHON": "/bin/echo",
        "ODOO": "odoo",
    }


def entrypoint(environment: dict[str, str], *role: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [DOCKER / "entrypoint.sh", *role],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_service_stays_up_and_is_watched(compose) -> None:
    assert set(compose["services"]) == {"db", "init", "web", "lanes", "nginx"}
    for name, service in compose["services"].items():
        assert service["restart"]
        assert service["healthcheck"], name


def test_web_and_lanes_scale_apart_and_start_after_the_database_is_made(compose) -> None:
    for name in ("web", "lanes"):
        service = compose["services"][name]
        assert service["depends_on"] == {"init": {"condition": "service_completed_successfully"}}
        assert "container_name" not in service
        assert "ports" not in service
        assert f"LOGISTICS_{name.removesuffix('s').upper()}_REPLICAS" in str(service["deploy"])


def test_only_nginx_is_reachable_from_outside(compose) -> None:
    open_to_all = {name for name, service in compose["services"].items() if "ports" in service}

    assert open_to_all == {"nginx"}


def test_files_that_are_mounted_or_built_exist(compose) -> None:
    for service in compose["services"].values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("./") and "certificates" not in source:
                assert (PROJECT / source).exists(), source
            elif not source.startswith("./"):
                assert source in compose["volumes"]
        if "build" in service:
            assert (PROJECT / service["build"]["dockerfile"]).is_file()


def test_secrets_that_are_used_are_declared_and_come_from_the_environment(compose) -> None:
    used = {name for service in compose["services"].values() for name in service.get("secrets", [])}

    assert used == set(compose["secrets"])
    for secret in compose["secrets"].values():
        assert f"${{{secret['environment']}:?" in COMPOSE.read_text()


def test_no_password_has_a_default() -> None:
    for name, default in re.findall(r"\$\{(\w+)(:?[-?][^}]*)?\}", COMPOSE.read_text()):
        if "PASSWORD" in name or "KEY" in name:
            assert default.startswith(":?"), name
    for line in (PROJECT / ".env.example").read_text().splitlines():
        if "PASSWORD" in line or "KEY" in line:
            assert line.startswith("#") or line.endswith("="), line


def test_every_variable_is_explained_in_the_example() -> None:
    example = (PROJECT / ".env.example").read_text()
    variables = set(re.findall(r"\$\{(\w+)", COMPOSE.read_text()))

    assert {name for name in variables if f"{name}=" not in example} == set()


def test_the_image_holds_every_module_and_the_pinned_packages() -> None:
    dockerfile = (DOCKER / "Dockerfile").read_text()
    copied = [line.split()[1:-1] for line in dockerfile.splitlines() if line.startswith("COPY ")]
    sources = {source for line in copied for source in line}

    assert dockerfile.startswith("#") and "FROM odoo:19.0" in dockerfile
    assert MODULES <= sources
    assert "-r /tmp/requirements.txt" in dockerfile
    assert {source for source in sources if not (PROJECT / source).exists()} == set()
    ignored = (PROJECT / ".dockerignore").read_text()
    for source in sources - MODULES:
        assert f"!{source}" in ignored


def test_the_first_start_installs_the_four_modules() -> None:
    tree = ast.parse((DOCKER / "first_start.py").read_text())
    (modules,) = (
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and node.targets[0].id == "MODULES"
    )

    assert set(modules) >= MODULES


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("web", {"workers": "4", "max_cron_threads": "0"}),
        ("lanes", {"workers": "0", "max_cron_threads": "2"}),
        ("init", {"workers": "0", "max_cron_threads": "0"}),
    ],
)
def test_a_role_gets_its_own_configuration(server, role, expected) -> None:
    ended = entrypoint(server, role)

    assert ended.returncode == 0, ended.stderr
    config = Path(server["CONFIG"])
    lines = dict(line.split(" = ", 1) for line in config.read_text().splitlines()[1:])
    assert expected.items() <= lines.items()
    assert lines["db_password"] == "the db_password"
    assert lines["logistics_secret_key"] == "the logistics_secret_key"
    assert lines["list_db"] == "False"
    assert "dbfilter" not in lines
    assert config.stat().st_mode & 0o077 == 0
    called = ended.stdout.split()
    assert called[0].endswith("first_start.py") if role == "init" else called[0] == "odoo"
    assert "password" not in ended.stdout


def test_a_missing_secret_stops_the_start_with_a_sentence(server) -> None:
    (Path(server["SECRETS"]) / "logistics_secret_key").write_text("")

    ended = entrypoint(server, "web")

    assert ended.returncode == 1
    assert ended.stderr.startswith("The secret logistics_secret_key is missing or empty")


def test_another_command_runs_as_it_is(server) -> None:
    assert entrypoint(server, "echo", "hello").stdout == "hello\n"


def test_nginx_ends_tls_and_limits_the_rate_of_partners() -> None:
    conf = (DOCKER / "nginx.conf.template").read_text()

    assert conf.count("{") == conf.count("}")
    assert "listen 443 ssl" in conf and "return 301 https://" in conf
    assert re.search(r"location /logistics/v1/ \{[^}]*limit_req zone=partners", conf)
    assert re.search(r"location /websocket \{[^}]*proxy_pass \$websocket", conf)
    assert set(re.findall(r"\$\{(\w+)\}", conf)) == {"SERVER_NAME"}
