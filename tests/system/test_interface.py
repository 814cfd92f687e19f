"""The HTTP interface is what its own document says: made-up requests, and every answer checked.

Schemathesis (https://schemathesis.io) reads the OpenAPI document of a running server, makes up
requests that fit it and requests that do not, and compares status, type, headers and content of
each answer with the document.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from story.connections import CONNECTIONS
from story.rpc import OdooSession

from bench.doors.sending import errors_in_log

from .server import Server

_DOCUMENT = "/logistics/v1/openapi.json"
_HERE = Path(__file__).parent
_SEED = 20260302
_EXAMPLES = 40  # made up per operation, beside those that follow from the schemas
_SECRET = "only the property tests know this"
_WMS = CONNECTIONS["wms"]
# All checks are on, with two reservations. NUL is in no text that a database stores: the interface
# says so in words, because saying it in the pattern of every text would hide the other patterns,
# and test_doors.py sends it. And which content types a webhook takes depends on its connection, so
# that a type that the document lists may be refused.
_SETTINGS = """
seed = {seed}
continue-on-failure = true
request-timeout = 60
hooks = "schemathesis_hooks"

[generation]
allow-x00 = false
max-examples = {examples}
database = "none"

[checks]
enabled = true

[auth.openapi]
connection = {{ api_key = "{token}" }}
bearer = {{ bearer = "{secret}" }}
signature = {{ api_key = "{hook_secret}" }}

[warnings]
fail-on = ["missing_auth", "missing_test_data", "missing_deserializer"]

[dictionaries.shipments]
values = {shipments}

[[operations]]
include-operation-id = "getShipment"
parameters = {{ "path.number" = {{ dictionary = "shipments", probability = 0.5 }} }}

[[operations]]
include-operation-id = "receiveWebhook"
parameters = {{ "path.token" = "{hook_token}" }}
checks.positive_data_acceptance.expected-statuses = ["2xx", 415]
"""


@pytest.fixture(scope="module")
def integrator(server: Server) -> OdooSession:
    """Who connects carriers."""
    return OdooSession(server.url, server.database, "integrate", "integrate")


@pytest.fixture(scope="module")
def webhook(integrator: OdooSession) -> str:
    """Token of a connection that takes webhooks with a key in the header of signatures."""
    [mapping] = integrator.search_read("logistics.mapping", [("code", "=", "aftership")], ["id"])
    system = integrator.call(
        "logistics.system", "create", {"name": "Made up", "code": "made_up", "kind": "carrier"}
    )
    connection = integrator.call(
        "logistics.connection",
        "create",
        {
            "name": "Made up",
            "system_id": system,
            "mapping_id": mapping["id"],
            "environment": "test",
            "verifier_kind": "api_key",
            "verifier_header": "X-Signature",
            "secret": _SECRET,
        },
    )
    integrator.call("logistics.connection", "action_activate", [connection])
    [row] = integrator.search_read("logistics.connection", [("id", "=", connection)], ["token"])
    return str(row["token"])


@pytest.fixture(scope="module")
def checked(
    server: Server, integrator: OdooSession, webhook: str, tmp_path_factory: pytest.TempPathFactory
) -> subprocess.CompletedProcess[str]:
    """One run over all operations; what it said."""
    folder = tmp_path_factory.mktemp("interface")
    shipments = integrator.search_read("logistics.shipment", [], ["name"], limit=20)
    settings = folder / "schemathesis.toml"
    settings.write_text(
        _SETTINGS.format(
            seed=_SEED,
            examples=_EXAMPLES,
            token=_WMS.token,
            secret=_WMS.secret,
            shipments=json.dumps([row["name"] for row in shipments]),
            hook_token=webhook,
            hook_secret=_SECRET,
        )
    )
    program = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(settings)]
    return subprocess.run(
        [*program, "run", f"{server.url}{_DOCUMENT}", "--no-color"],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(_HERE)},
        timeout=900,
        check=False,
    )


def test_no_answer_differs_from_the_document(checked: subprocess.CompletedProcess[str]) -> None:
    assert checked.returncode == 0, checked.stdout[-20_000:] + checked.stderr[-2_000:]


def test_every_operation_was_tried(
    server: Server, checked: subprocess.CompletedProcess[str]
) -> None:
    with urllib.request.urlopen(f"{server.url}{_DOCUMENT}") as answer:
        paths = json.load(answer)["paths"].values()
    assert f"Tested: {sum(len(methods) for methods in paths)}" in checked.stdout


def test_what_was_made_up_breaks_nothing_behind_the_door(
    server: Server, integrator: OdooSession, checked: subprocess.CompletedProcess[str]
) -> None:
    waiting = [("state", "=", "received")]
    for _try in range(240):
        if not integrator.count("logistics.message", waiting):
            break
        time.sleep(0.5)
    poison = [("error_class", "=", "poison")]
    assert integrator.search_read("logistics.message", poison, ["error_message"]) == []
    assert errors_in_log(server, 0) == []
