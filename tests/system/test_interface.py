"""The HTTP interface is what its own document says: made-up requests, and every answer checked.

Schemathesis (https://schemathesis.io) reads the OpenAPI document of a running server, makes up
requests that fit it and requests that do not, and compares status, type, headers and content of
each answer with the document.
"""

from __future__ import annotations

import json
import os
import re
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

[dictionaries.answers]
values = {answers}

[[operations]]
include-operation-id = "getShipment"
parameters = {{ "path.number" = {{ dictionary = "shipments", probability = 0.5 }} }}

[[operations]]
include-operation-id = ["getAcknowledgement", "takeAcknowledgement"]
parameters = {{ "path.id" = {{ dictionary = "answers", probability = 0.5 }} }}

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
    return _connect(integrator, "aftership", verifier_kind="api_key", verifier_header="X-Signature")


@pytest.fixture(scope="module")
def partner(integrator: OdooSession) -> str:
    """Token of a connection whose EDI interchanges are answered; some answers wait."""
    return _connect(integrator, "x12_214", verifier_kind="bearer", ack_kind="997")


@pytest.fixture(scope="module")
def answers(server: Server, partner: str) -> list[str]:
    """Ids of acknowledgements that wait for the partner."""
    headers = {
        "X-Logistics-Connection": partner,
        "Authorization": f"Bearer {_SECRET}",
        "Content-Type": "application/edi-x12",
    }
    for control in range(1, 4):
        url = f"{server.url}/logistics/v1/hooks/{partner}"
        request = urllib.request.Request(url, _interchange(control), headers)
        with urllib.request.urlopen(request) as answer:
            assert answer.status == 202
    listing = urllib.request.Request(f"{server.url}/logistics/v1/acknowledgements", None, headers)
    for _try in range(240):
        with urllib.request.urlopen(listing) as answer:
            waiting = [str(each["id"]) for each in json.load(answer)["acknowledgements"]]
        if len(waiting) == 3:
            return waiting
        time.sleep(0.5)
    raise AssertionError(f"{len(waiting)} of 3 interchanges are answered")


@pytest.fixture(scope="module")
def checked(
    server: Server,
    integrator: OdooSession,
    webhook: str,
    partner: str,
    answers: list[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> list[subprocess.CompletedProcess[str]]:
    """One run over what is for everybody, one over what is for EDI partners; what they said."""
    shipments = integrator.search_read("logistics.shipment", [], ["name"], limit=20)
    known: dict[str, object] = {
        "seed": _SEED,
        "examples": _EXAMPLES,
        "shipments": json.dumps([row["name"] for row in shipments]),
        "answers": json.dumps(answers),
        "hook_token": webhook,
        "hook_secret": _SECRET,
    }
    runs = (
        (["--exclude-path-regex", "/acknowledgements"], _WMS.token, _WMS.secret),
        (["--include-path-regex", "/acknowledgements"], partner, _SECRET),
    )
    said = []
    for selection, token, secret in runs:
        folder = tmp_path_factory.mktemp("interface")
        settings = folder / "schemathesis.toml"
        settings.write_text(_SETTINGS.format(token=token, secret=secret, **known))
        program = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(settings)]
        said.append(
            subprocess.run(
                [*program, "run", f"{server.url}{_DOCUMENT}", "--no-color", *selection],
                capture_output=True,
                text=True,
                cwd=folder,
                env={**os.environ, "PYTHONPATH": str(_HERE)},
                timeout=900,
                check=False,
            )
        )
    return said


def _connect(integrator: OdooSession, profile: str, **values: object) -> str:
    """Token of a new test connection of a carrier of its own."""
    [mapping] = integrator.search_read("logistics.mapping", [("code", "=", profile)], ["id"])
    name = f"Made up, {profile}"
    system = integrator.call(
        "logistics.system",
        "create",
        {"name": name, "code": f"made_up_{profile}", "kind": "carrier"},
    )
    connection = integrator.call(
        "logistics.connection",
        "create",
        {
            "name": name,
            "system_id": system,
            "mapping_id": mapping["id"],
            "environment": "test",
            "secret": _SECRET,
            **values,
        },
    )
    integrator.call("logistics.connection", "action_activate", [connection])
    [row] = integrator.search_read("logistics.connection", [("id", "=", connection)], ["token"])
    return str(row["token"])


def _interchange(control: int) -> bytes:
    """An X12 214 about a shipment that nobody knows."""
    return (
        "ISA*00*          *00*          *02*RIVR           *ZZ*SHIPPER        *260302*1015*U*00401"
        f"*{control:09d}*0*P*>~GS*QM*RIVR*SHIPPER*20260302*1015*{control}*X*004010~"
        "ST*214*0001~B10*PRO1*NOBODY*RIVR~LX*1~AT7*X3*NS***20260302*0915*ET~"
        f"SE*5*0001~GE*1*{control}~IEA*1*{control:09d}~"
    ).encode()


def test_no_answer_differs_from_the_document(
    checked: list[subprocess.CompletedProcess[str]],
) -> None:
    for run in checked:
        assert run.returncode == 0, run.stdout[-20_000:] + run.stderr[-2_000:]


def test_every_operation_was_tried(
    server: Server, checked: list[subprocess.CompletedProcess[str]]
) -> None:
    with urllib.request.urlopen(f"{server.url}{_DOCUMENT}") as answer:
        paths = json.load(answer)["paths"].values()
    tried = [re.search(r"Tested: (\d+)", run.stdout) for run in checked]
    assert sum(int(each[1]) for each in tried if each) == sum(map(len, paths))


def test_what_was_made_up_breaks_nothing_behind_the_door(
    server: Server, integrator: OdooSession, checked: list[subprocess.CompletedProcess[str]]
) -> None:
    waiting = [("state", "=", "received")]
    for _try in range(240):
        if not integrator.count("logistics.message", waiting):
            break
        time.sleep(0.5)
    poison = [("error_class", "=", "poison")]
    assert integrator.search_read("logistics.message", poison, ["error_message"]) == []
    assert errors_in_log(server, 0) == []
