"""The shell lines are run in a shell; what they would send is verified by the verifiers."""

import os
import subprocess
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from odoo.addons.logistics_carrier_connector.core.curl import PLACEHOLDER, ProofWords, command
from odoo.addons.logistics_carrier_connector.core.presented import Presented
from odoo.addons.logistics_carrier_connector.core.verifier import AllOf, build

URL = "https://odoo.example/logistics/v1/hooks/tok"
BODY = '{"note": "it\'s $5 `or` \\\\ \\"so\\"", "town": "Łódź"}'
SECRET = 'it\'s a $ecret `of` "ours" \\ %s'
TEXT_KEY = "6b6579206f66206f757273"  # hexadecimal, and base64, and a text
# A stand-in for curl that prints its arguments, NUL-separated.
FAKE = "#!/bin/sh\nprintf '%s\\0' \"$@\"\n"

KINDS = [
    ("hmac", {"header": "X-Sign"}, SECRET),
    ("hmac", {"header": "X-Sign", "prefix": "sha1=", "algorithm": "sha1"}, SECRET),
    ("hmac", {"header": "X-Sign", "algorithm": "sha384", "encoding": "base64"}, SECRET),
    ("hmac", {"header": "X-Sign", "algorithm": "sha512", "encoding": "base64url"}, SECRET),
    ("hmac", {"header": "X-Sign", "timestamp_header": "X-Time"}, SECRET),
    ("hmac", {"header": "X-Sign", "signature_field": "v1", "timestamp_field": "t"}, SECRET),
    ("hmac", {"header": "X-Sign", "signed": "{body}{url}", "secret_form": "nfkd"}, SECRET),
    ("hmac", {"header": "X-Sign", "signed": "$x `y` {method}{path} {body}"}, SECRET),
    ("hmac", {"header": "X-Sign", "secret_form": "hex"}, TEXT_KEY),
    ("hmac", {"header": "X-Sign", "secret_form": "base64"}, "AP8Qa2V5"),
    *(
        ("hmac", {"header": "X-S", "timestamp_header": "X-T", "timestamp_format": style}, SECRET)
        for style in ("seconds", "milliseconds", "rfc3339", "http_date")
    ),
    ("standard", {}, "whsec_AP8Qa2V5AP8Qa2V5"),
    ("standard", {"header_prefix": "svix"}, "AP8Qa2V5AP8Qa2V5"),
    ("bearer", {}, "t0ken"),
    ("api_key", {"header": "X-Key", "prefix": "Token "}, SECRET),
    ("basic", {"username": "carrier $1"}, SECRET),
    ("query", {"parameter": "token"}, "a secret & more"),
]


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    """Run lines in ``sh``; gives the request that ``curl`` would have sent."""
    folder = tmp_path_factory.mktemp("bin")
    fake = folder / "curl"
    fake.write_text(FAKE)
    fake.chmod(0o755)

    def run(lines: str) -> Presented:
        done = subprocess.run(
            ["sh", "-euc", lines],
            env={**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"},
            capture_output=True,
            check=True,
        )
        assert not done.stderr, done.stderr
        words = done.stdout.decode().split("\0")
        headers = [words[i + 1] for i, word in enumerate(words) if word == "-H"]
        [url] = [word for word in words if word.startswith("https://")]
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        body = words[words.index("--data-binary") + 1].encode()
        pairs = (header.split(": ", 1) for header in headers)
        return Presented(dict(pairs), body, query, url=url)

    return run


@pytest.mark.parametrize(("kind", "config", "secret"), KINDS)
def test_the_line_sends_exactly_the_body_with_a_right_proof(shell, kind, config, secret):
    lines = command([ProofWords(kind, config, secret)], URL, BODY, "application/json")
    sent = shell(lines)
    assert sent.body == BODY.encode()
    assert sent.headers["Content-Type"] == "application/json"
    build(kind, config, [secret]).verify(sent, datetime.now(UTC))


def test_several_proofs_go_into_one_line(shell):
    proofs = [
        ("hmac", {"header": "X-One"}, SECRET),
        ("basic", {"username": "me"}, "second"),
        ("query", {}, "third"),
    ]
    sent = shell(command([ProofWords(*proof) for proof in proofs], URL, BODY, "text/plain"))
    verifiers = [build(kind, config, [secret]) for kind, config, secret in proofs]
    AllOf(verifiers).verify(sent, datetime.now(UTC))


def test_a_secret_that_is_not_known_has_its_place():
    lines = command([ProofWords("bearer", {})], URL, "{}", "application/json")
    assert f"SECRET='{PLACEHOLDER}'" in lines


def test_what_no_line_can_prove_is_said():
    words = [ProofWords("network", {"networks": "192.0.2.1"}), ProofWords("certificate", {})]
    lines = command(words, URL, "{}", "application/json")
    assert "allow-list" in lines and "--cert" in lines


def test_further_headers_are_sent(shell):
    further = {"Idempotency-Key": "test-$(date +%s)"}
    sent = shell(command([ProofWords("bearer", {}, "x")], URL, "{}", "text/plain", further))
    assert sent.headers["Idempotency-Key"].removeprefix("test-").isdigit()
