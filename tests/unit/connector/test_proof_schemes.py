"""The schemes by which senders sign, as they describe them in public, and what must not pass."""

import base64
import hashlib
import hmac
import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from odoo.addons.logistics_carrier_connector.core.errors import (
    CAUSES,
    MALFORMED,
    MISSING,
    NETWORK,
    PROXY,
    STALE,
    WRONG,
    ConfigurationInvalid,
    NotVerified,
)
from odoo.addons.logistics_carrier_connector.core.presented import Presented
from odoo.addons.logistics_carrier_connector.core.proof_keys import EXAMPLE
from odoo.addons.logistics_carrier_connector.core.verifier import KINDS, AllOf, build

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
BODY = '{"event": "delivered", "town": "Łódź"}'.encode()
SECRET = "correct horse battery"
URL = "https://odoo.example/logistics/v1/hooks/tok?x=1"


def digest(signed: bytes, key: bytes = SECRET.encode(), algorithm: str = "sha256") -> bytes:
    return hmac.new(key, signed, algorithm).digest()


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def request(headers: dict[str, str], body: bytes = BODY, **values: object) -> Presented:
    return Presented(headers, body, url=URL, **values)


def refused(verifier, asked: Presented, now: datetime = NOW) -> str:
    with pytest.raises(NotVerified) as caught:
        verifier.verify(asked, now)
    return caught.value.cause


# name, settings, secret, headers of a right request
ACCENTED = "clé secrète ﬁn"
WHSEC = "whsec_" + b64(b"0123456789abcdef0123456789abcdef")
RFC3339, HTTP_DATE = "2026-03-02T12:00:00Z", "Mon, 02 Mar 2026 12:00:00 GMT"
SCHEMES = {
    "GitHub: hex after sha256=": (
        {"header": "X-Hub-Signature-256", "prefix": "sha256="},
        SECRET,
        {"X-Hub-Signature-256": "sha256=" + digest(BODY).hex()},
    ),
    "GitHub's older header: SHA-1": (
        {"header": "X-Hub-Signature", "prefix": "sha1=", "algorithm": "sha1"},
        SECRET,
        {"X-Hub-Signature": "sha1=" + digest(BODY, algorithm="sha1").hex()},
    ),
    "Stripe: t and v1 in one header": (
        {"header": "Stripe-Signature", "signature_field": "v1", "timestamp_field": "t"},
        SECRET,
        {
            "Stripe-Signature": f"t={STAMP},v1={'0' * 64},v0=ab,"
            f"v1={digest(STAMP.encode() + b'.' + BODY).hex()}"
        },
    ),
    "Shopify and AfterShip: base64": (
        {"header": "X-Shopify-Hmac-SHA256", "encoding": "base64"},
        SECRET,
        {"X-Shopify-Hmac-SHA256": b64(digest(BODY))},
    ),
    "EasyPost: a key in Unicode's form NFKD": (
        {"header": "X-Hmac-Signature", "prefix": "hmac-sha256-hex=", "secret_form": "nfkd"},
        ACCENTED,
        {
            "X-Hmac-Signature": "hmac-sha256-hex="
            + digest(BODY, unicodedata.normalize("NFKD", ACCENTED).encode()).hex()
        },
    ),
    "EasyPost's second: date, method, path and body": (
        {
            "header": "X-Hmac-Signature-V2",
            "prefix": "hmac-sha256-hex=",
            "timestamp_header": "X-Timestamp",
            "timestamp_format": "http_date",
            "signed": "{timestamp}{method}{path}{body}",
        },
        SECRET,
        {
            "X-Timestamp": HTTP_DATE,
            "X-Hmac-Signature-V2": "hmac-sha256-hex="
            + digest(HTTP_DATE.encode() + b"POST/logistics/v1/hooks/tok" + BODY).hex(),
        },
    ),
    "Slack: v0:time:body": (
        {
            "header": "X-Slack-Signature",
            "prefix": "v0=",
            "timestamp_header": "X-Slack-Request-Timestamp",
            "signed": "v0:{timestamp}:{body}",
        },
        SECRET,
        {
            "X-Slack-Request-Timestamp": STAMP,
            "X-Slack-Signature": "v0=" + digest(f"v0:{STAMP}:".encode() + BODY).hex(),
        },
    ),
    "Square: the address before the body": (
        {"header": "x-square-hmacsha256-signature", "encoding": "base64", "signed": "{url}{body}"},
        SECRET,
        {"x-square-hmacsha256-signature": b64(digest(URL.encode() + BODY))},
    ),
    "the body before the address, base64url without padding": (
        {"header": "X-Sign", "encoding": "base64url", "signed": "{body}{url}"},
        SECRET,
        {
            "X-Sign": base64.urlsafe_b64encode(digest(BODY + URL.encode())).decode().rstrip("="),
        },
    ),
    "SHA-512, milliseconds, a key in hexadecimal": (
        {
            "header": "X-Sign",
            "algorithm": "sha512",
            "timestamp_header": "X-Time",
            "timestamp_format": "milliseconds",
            "secret_form": "hex",
        },
        "00ff10",
        {
            "X-Time": STAMP + "250",
            "X-Sign": digest(
                f"{STAMP}250.".encode() + BODY, bytes.fromhex("00ff10"), "sha512"
            ).hex(),
        },
    ),
    "SHA-384, RFC 3339, a key in base64": (
        {
            "header": "X-Sign",
            "algorithm": "sha384",
            "timestamp_header": "X-Time",
            "timestamp_format": "rfc3339",
            "secret_form": "base64",
        },
        b64(b"\x00\xff\x10"),
        {
            "X-Time": RFC3339,
            "X-Sign": digest(f"{RFC3339}.".encode() + BODY, b"\x00\xff\x10", "sha384").hex(),
        },
    ),
}


@pytest.mark.parametrize("name", SCHEMES)
def test_a_senders_scheme_is_settings_and_no_code(name):
    config, secret, headers = SCHEMES[name]
    verifier = build(
        "hmac", config, ["the next secret" if "form" not in str(config) else secret, secret]
    )
    verifier.verify(request(headers), NOW)


@pytest.mark.parametrize("name", SCHEMES)
def test_another_body_address_or_secret_is_refused(name):
    config, secret, headers = SCHEMES[name]
    verifier = build("hmac", config, [secret])
    assert refused(verifier, request(headers, BODY + b" ")) == WRONG
    assert refused(verifier, request({})) == MISSING
    if "url" in config.get("signed", "") or "path" in config.get("signed", ""):
        elsewhere = Presented(headers, BODY, url=URL.replace("tok", "other"))
        assert refused(verifier, elsewhere) == WRONG
    other = {"base64": b64(b"other"), "hex": "abcd"}.get(config.get("secret_form", ""), "other")
    assert refused(build("hmac", config, [other]), request(headers)) == WRONG


@pytest.mark.parametrize(
    "name", [name for name in SCHEMES if "timestamp" in str(sorted(SCHEMES[name][0]))]
)
def test_what_was_signed_some_time_ago_is_refused(name):
    config, secret, headers = SCHEMES[name]
    verifier = build("hmac", config, [secret])
    verifier.verify(request(headers), NOW + timedelta(seconds=299))
    for away in (timedelta(seconds=301), timedelta(seconds=-302), timedelta(days=9999)):
        assert refused(verifier, request(headers), NOW + away) == STALE


@pytest.mark.parametrize(
    ("style", "stamp"),
    [
        ("seconds", "1e9"),
        ("seconds", "٣"),
        ("milliseconds", "1" * 16),
        ("rfc3339", "yesterday"),
        ("rfc3339", ""),
        ("http_date", "32 Foo 2026"),
        ("http_date", "Mon, 99 Mar 99999 12:00:00 GMT"),
    ],
)
def test_what_is_no_timestamp_is_refused_and_breaks_nothing(style, stamp):
    config = {"header": "X-Sign", "timestamp_header": "X-Time", "timestamp_format": style}
    verifier = build("hmac", config, [SECRET])
    cause = refused(verifier, request({"X-Sign": "ab", "X-Time": stamp}))
    assert cause == (MALFORMED if stamp else MISSING)


@pytest.mark.parametrize(
    "value",
    ["", "t=1", "v1=", "t=,v1=ab", f"t={STAMP},v1=zz", f"v1={'0' * 64}", "=,=,;", "t" * 9000],
)
def test_a_broken_list_of_signatures_is_refused(value):
    config, secret, _headers = SCHEMES["Stripe: t and v1 in one header"]
    assert refused(build("hmac", config, [secret]), request({"Stripe-Signature": value})) in (
        MISSING,
        MALFORMED,
    )


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({"signed": "{timestamp}"}, "cover the {body}"),
        ({"signed": "{timestamp}.{body}"}, "exactly where"),
        ({"signed": "{body}", "timestamp_header": "X-Time"}, "exactly where"),
        ({"signed": "{body}{secret}"}, "covers {body}"),
        ({"timestamp_field": "t"}, "signature's name"),
        ({"timestamp_format": "fortnights"}, "one of seconds"),
        ({"secret_form": "rot13"}, "one of text"),
        ({"secret_form": "hex"}, "the secret is not hex"),
        ({"secret_form": "base64"}, "the secret is not base64"),
    ],
)
def test_a_scheme_that_proves_nothing_cannot_be_set(config, reason):
    with pytest.raises(ConfigurationInvalid, match=reason):
        build("hmac", {"header": "X-Sign", **config}, ["ünreadable"])


# === Standard Webhooks === #


def _standard(at: datetime = NOW, body: bytes = BODY) -> dict[str, str]:
    """As the reference implementation signs."""
    signature = Webhook(WHSEC).sign("msg_1", at, body.decode())
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }


def test_what_the_reference_library_signs_is_verified():
    build("standard", {}, [WHSEC]).verify(request(_standard()), NOW)
    build("standard", {}, [WHSEC.removeprefix("whsec_")]).verify(request(_standard()), NOW)
    older = {name.replace("webhook", "svix"): value for name, value in _standard().items()}
    build("standard", {"header_prefix": "svix"}, [WHSEC]).verify(request(older), NOW)


def test_one_right_signature_among_several_is_enough():
    headers = _standard()
    headers["webhook-signature"] = f"v1,{b64(b'x' * 32)} v1a,AAAA {headers['webhook-signature']}"
    build("standard", {}, [WHSEC]).verify(request(headers), NOW)


@given(
    name=st.sampled_from(["id", "timestamp", "signature", "body"]),
    change=st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1).filter(
        str.strip
    ),
)
def test_whatever_the_reference_refuses_is_refused(name, change):
    now = datetime.now(UTC)
    headers, body = _standard(now), BODY
    if name == "body":
        body += change.encode()
    else:
        headers[f"webhook-{name}"] += change
    try:
        Webhook(WHSEC).verify(body.decode(), headers)
    except (WebhookVerificationError, ValueError):
        with pytest.raises(NotVerified):
            build("standard", {}, [WHSEC]).verify(request(headers, body), now)


def test_a_standard_secret_is_base64():
    with pytest.raises(ConfigurationInvalid, match="not base64"):
        build("standard", {}, ["whsec_päßword"])


# === The others === #


def test_a_key_behind_a_word():
    verifier = build("api_key", {"header": "Authorization", "prefix": "ApiKey "}, [SECRET])
    verifier.verify(request({"authorization": f"ApiKey {SECRET}"}), NOW)
    assert refused(verifier, request({"authorization": SECRET})) == MALFORMED
    assert refused(verifier, request({"authorization": "ApiKey no"})) == WRONG


def test_a_token_in_the_address():
    verifier = build("query", {}, [SECRET, "older"])
    verifier.verify(request({}, query={"token": "older"}), NOW)
    assert refused(verifier, request({}, query={"token": "oldest"})) == WRONG
    for query in ({}, {"token": ""}, {"Token": SECRET}):
        assert refused(verifier, request({}, query=query)) == MISSING


@pytest.mark.parametrize(
    ("client", "right"),
    [
        ("192.0.2.9", True),
        ("::ffff:192.0.2.9", True),
        ("198.51.100.7", True),
        ("2001:db8::1", True),
        ("192.0.3.9", False),
        ("2001:db9::1", False),
        ("", False),
        ("192.0.2.9, 1.1.1.1", False),
        ("localhost", False),
    ],
)
def test_an_allow_list_of_both_kinds_of_addresses(client, right):
    verifier = build("network", {"networks": "192.0.2.0/24, 198.51.100.7\n2001:db8::/32"}, [])
    if right:
        verifier.verify(request({}, client=client), NOW)
    else:
        assert refused(verifier, request({}, client=client)) == NETWORK


@pytest.mark.parametrize("networks", ["", "  ", "0.0.0.0/0", "::/0", "10.0.0.1/8", "everybody"])
def test_an_allow_list_of_nobody_everybody_or_nonsense_is_refused(networks):
    with pytest.raises(ConfigurationInvalid):
        build("network", {"networks": networks}, [])


def test_a_client_certificate_counts_only_from_a_proxy_of_our_own():
    config = {
        "header": "X-SSL-Subject",
        "values": "CN=carrier,O=Carrier Inc\nCN=next,O=Carrier Inc",
    }
    verifier = build("certificate", config, [])
    for subject in (
        "CN=carrier,O=Carrier Inc",
        "/O=Carrier Inc/CN=carrier",
        "O=Carrier Inc, CN=next",
    ):
        headers = {"X-SSL-Subject": subject}
        verifier.verify(request(headers, via_proxy=True), NOW)
        assert refused(verifier, request(headers)) == PROXY
    for other in ("CN=carrier", "CN=carrier,O=Carrier Inc,OU=x", "CN=CARRIER,O=Carrier Inc", "-"):
        assert refused(verifier, request({"X-SSL-Subject": other}, via_proxy=True)) == WRONG
    assert refused(verifier, request({}, via_proxy=True)) == MISSING


def test_a_fingerprint_may_have_colons_and_a_proxy_may_say_whether_it_verified():
    fingerprint = hashlib.sha256(b"certificate").hexdigest()
    config = {"header": "X-Print", "values": fingerprint.upper(), "verified_header": "X-Verify"}
    verifier = build("certificate", config, [])
    colons = ":".join(fingerprint[i : i + 2] for i in range(0, 64, 2))
    verifier.verify(request({"X-Print": colons, "X-Verify": "SUCCESS"}, via_proxy=True), NOW)
    failed = request({"X-Print": colons, "X-Verify": "FAILED:expired"}, via_proxy=True)
    assert refused(verifier, failed) == WRONG


@pytest.mark.parametrize("config", [{}, {"header": "X"}, {"header": "X", "values": " \n"}])
def test_no_certificate_verifier_exists_without_a_certificate(config):
    with pytest.raises(ConfigurationInvalid):
        build("certificate", config, [])


def test_all_proofs_have_to_be_right():
    both = AllOf(
        [build("bearer", {}, [SECRET]), build("network", {"networks": "192.0.2.0/24"}, [])]
    )
    right = {"Authorization": f"Bearer {SECRET}"}
    both.verify(request(right, client="192.0.2.1"), NOW)
    assert refused(both, request(right, client="192.0.9.1")) == NETWORK
    assert refused(both, request({"Authorization": "Bearer no"}, client="192.0.2.1")) == WRONG
    assert refused(both, request({})) == MISSING
    with pytest.raises(ConfigurationInvalid):
        AllOf([])


_SETTINGS = {
    "hmac": {"header": "X-A", "signature_field": "v1", "timestamp_field": "t"},
    "api_key": {"header": "X-A"},
    "network": {"networks": "203.0.113.0/24"},
    "certificate": {"header": "X-A", "values": "CN=a"},
    "public_key": {"header": "X-A", "keys": EXAMPLE},
}
_TEXTS = st.text(max_size=60)


@given(kind=st.sampled_from(KINDS), value=_TEXTS, query=_TEXTS, client=_TEXTS, body=st.binary())
def test_no_request_makes_a_verifier_fail_otherwise(kind, value, query, client, body):
    secret = b64(hashlib.sha256(b"unguessable").digest())
    verifier = build(kind, _SETTINGS.get(kind, {}), [secret])
    names = ("X-A", "Authorization", "webhook-id", "webhook-timestamp", "webhook-signature")
    asked = Presented(
        dict.fromkeys(names, value), body, {"token": query}, client=client, via_proxy=True
    )
    with pytest.raises(NotVerified) as caught:
        verifier.verify(asked, NOW)
    assert caught.value.cause in CAUSES
    assert secret not in caught.value.public_message
