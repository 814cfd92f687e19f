"""The lines that people copy are run in a shell, against a running server, for every proof."""

from __future__ import annotations

import json
import subprocess
import time
from typing import Any

import pytest
from story.rpc import OdooRefused, OdooSession

from .server import Server

_NAMES = iter(range(10_000))
PROOFS: dict[str, dict[str, Any]] = {
    "signature": {"verifier_kind": "hmac"},
    "signature like GitHub's": {
        "verifier_header": "X-Hub-Signature-256",
        "verifier_prefix": "sha256=",
    },
    "signature like Stripe's": {
        "verifier_header": "Stripe-Signature",
        "verifier_signature_field": "v1",
        "verifier_timestamp_field": "t",
    },
    "signature like Shopify's": {
        "verifier_header": "X-Shopify-Hmac-SHA256",
        "verifier_encoding": "base64",
    },
    "signature like EasyPost's": {
        "verifier_header": "X-Hmac-Signature",
        "verifier_prefix": "hmac-sha256-hex=",
        "verifier_secret_form": "nfkd",
    },
    "signature of method, path, date and body": {
        "verifier_timestamp_header": "X-Timestamp",
        "verifier_timestamp_format": "http_date",
        "verifier_signed": "{timestamp}{method}{path}{body}",
    },
    "signature of body and address": {
        "verifier_signed": "{body}{url}",
        "verifier_encoding": "base64url",
        "verifier_algorithm": "sha512",
    },
    "signature with a key in hexadecimal": {
        "verifier_secret_form": "hex",
        "verifier_algorithm": "sha384",
    },
    "signature with a key in base64, SHA-1": {
        "verifier_secret_form": "base64",
        "verifier_algorithm": "sha1",
    },
    "Standard Webhooks": {"verifier_kind": "standard"},
    "bearer": {"verifier_kind": "bearer"},
    "key behind a word": {
        "verifier_kind": "api_key",
        "verifier_header": "Authorization",
        "verifier_prefix": "Token ",
    },
    "basic": {"verifier_kind": "basic", "verifier_username": "carrier"},
    "token in the address": {"verifier_kind": "query"},
    "allow-list": {"verifier_kind": "network", "verifier_networks": "127.0.0.0/8\n::1"},
}


@pytest.fixture(scope="module")
def admin(server: Server) -> OdooSession:
    """Who connects carriers."""
    session = OdooSession(server.url, server.database, "admin", "admin")
    session.call("ir.config_parameter", "set_param", "web.base.url", server.url)
    return OdooSession(server.url, server.database, "integrate", "integrate")


def connect(admin: OdooSession, profile: str = "generic_json", **values: Any) -> int:
    """A connection for tests with these values; its id."""
    number = next(_NAMES)
    [mapping] = admin.search_read("logistics.mapping", [("code", "=", profile)], ["id"])
    system = admin.call(
        "logistics.system",
        "create",
        {"name": f"Trial {number}", "code": f"trial_{number}", "kind": "carrier"},
    )
    return int(
        admin.call(
            "logistics.connection",
            "create",
            {
                "name": f"Trial {number}",
                "system_id": system,
                "mapping_id": mapping["id"],
                "environment": "test",
                **values,
            },
        )
    )


def secret_of(admin: OdooSession, connection: int, **values: Any) -> dict[str, str]:
    """The secret made for a connection, and the line with it."""
    made: dict[str, str] = admin.call(
        "logistics.connection", "action_set_secret", [connection], **values
    )
    return made


def run(lines: str) -> tuple[int, dict[str, Any]]:
    """Run the lines in a shell; status and body of the answer."""
    ended = subprocess.run(
        ["sh", "-euc", lines], capture_output=True, text=True, timeout=120, check=True
    )
    head, _blank, body = ended.stdout.replace("\r", "").rpartition("\n\n")
    return int(head.split()[1]), json.loads(body)


@pytest.mark.parametrize("name", PROOFS)
def test_the_copied_line_is_accepted(admin: OdooSession, name: str) -> None:
    connection = connect(admin, **PROOFS[name])
    proofs = admin.call("logistics.connection", "read_setup", [connection])
    if proofs["proofs"][0]["needs_secret"]:
        lines = secret_of(admin, connection)["curl"]
    else:
        lines = proofs["curl"]
    admin.call("logistics.connection", "action_activate", [connection])
    status, answer = run(lines)
    assert (status, answer.get("status")) == (202, "accepted"), answer


@pytest.mark.parametrize("profile", ["canonical", "aftership", "x12_214", "dcsa_tnt", "ups_xml"])
def test_the_line_of_every_format_is_taken(admin: OdooSession, profile: str) -> None:
    connection = connect(admin, profile)
    lines = secret_of(admin, connection)["curl"]
    admin.call("logistics.connection", "action_activate", [connection])
    assert run(lines)[0] == 202


def test_the_page_sees_the_message_and_says_why_another_was_turned_away(
    admin: OdooSession,
) -> None:
    connection = connect(admin)
    lines = secret_of(admin, connection)["curl"]
    admin.call("logistics.connection", "action_activate", [connection])
    since = admin.call("logistics.connection", "read_setup", [connection])["now"]

    status, answer = run(lines.replace("X-Signature: ", "X-Sign: "))
    assert status == 401 and "X-Signature" not in json.dumps(answer)
    told = admin.call("logistics.connection", "read_arrivals", [connection], since)
    assert not told["message"]
    assert "X-Signature is missing" in told["refusals"][0]["detail"]

    assert run(lines)[0] == 202
    for _try in range(240):
        told = admin.call("logistics.connection", "read_arrivals", [connection], since)
        if told["message"] and not told["message"]["waiting"]:
            break
        time.sleep(0.5)
    assert told["message"]["state"] in ("tested", "ignored", "dead")
    assert told["message"]["why"] or told["message"]["items"]


def test_two_proofs_go_into_one_line_and_both_have_to_be_right(admin: OdooSession) -> None:
    connection = connect(admin, verifier_kind="bearer", secret="a first secret of ours")
    proof = admin.call(
        "logistics.connection.proof",
        "create",
        {"connection_id": connection, "verifier_kind": "api_key", "verifier_header": "X-Key"},
    )
    made = secret_of(admin, connection, proof_id=proof)
    admin.call("logistics.connection", "action_activate", [connection])
    assert run(made["curl"])[0] == 401
    known = made["curl"].replace("put the secret here", "a first secret of ours")
    assert run(known)[0] == 202


def test_an_old_secret_ends_when_it_was_said_to(admin: OdooSession) -> None:
    connection = connect(admin, verifier_kind="bearer")
    first = secret_of(admin, connection)
    admin.call("logistics.connection", "action_activate", [connection])
    second = secret_of(admin, connection)
    assert run(first["curl"])[0] == 202, "both are valid for a while"
    assert run(second["curl"])[0] == 200 or run(second["curl"])[0] == 202
    third = secret_of(admin, connection, keep_hours=0)
    assert run(second["curl"])[0] == 401
    assert run(third["curl"])[0] in (200, 202)


def test_a_token_in_the_address_is_in_no_log(admin: OdooSession, server: Server) -> None:
    connection = connect(admin, verifier_kind="query")
    made = secret_of(admin, connection)
    admin.call("logistics.connection", "action_activate", [connection])
    assert run(made["curl"])[0] == 202
    log = server.log.read_text()
    assert "/logistics/v1/hooks/" in log
    assert made["secret"] not in log


def test_going_live_needs_somebody_else(admin: OdooSession, server: Server) -> None:
    connection = connect(admin, environment="production", secret="a secret of production")
    admin.call("logistics.connection", "action_activate", [connection])
    about = [("kind", "=", "connection_live"), ("res_id", "=", connection)]
    [asked] = admin.search_read("logistics.approval", about, ["id"])
    with pytest.raises(OdooRefused):
        admin.call("logistics.approval", "action_approve", [asked["id"]])
    manager = OdooSession(server.url, server.database, "manage", "manage")
    manager.call("logistics.approval", "action_approve", [asked["id"]])
    [row] = manager.search_read("logistics.connection", [("id", "=", connection)], ["state"])
    assert row["state"] == "active"
