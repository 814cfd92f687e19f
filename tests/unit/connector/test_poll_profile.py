from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core import poll_profile, profile
from odoo.addons.logistics_carrier_connector.core.contract import check
from odoo.addons.logistics_carrier_connector.core.errors import ConfigurationInvalid
from odoo.addons.logistics_carrier_connector.core.outbound import OutboundPolicy, hosts_of
from odoo.addons.logistics_carrier_connector.core.poll_auth import Credentials
from odoo.addons.logistics_carrier_connector.core.poll_profile import POLL_SCHEMA, build_poll

URL = "https://api.carrier.example/track/{number}"
FOLDER = Path(poll_profile.__file__).parents[1] / "profiles"
TOLD = sorted(path.stem for path in FOLDER.glob("*.yaml") if "\npoll:" in path.read_text("utf-8"))


def test_what_a_profile_does_not_say_has_a_modest_value():
    said = build_poll({"url": URL})
    assert said is not None
    assert (said.endpoint.batch, said.every, said.quota) == (1, 120, (0, 60))
    assert (said.scheme, said.proof, said.paging.kind) == ("tracking", {"kind": "none"}, "none")
    assert build_poll(None) is None


def test_what_a_profile_says_is_taken_over():
    said = build_poll(
        {
            "url": "https://api.carrier.example/track",
            "method": "POST",
            "headers": {"X-Locale": "en_US"},
            "body": '[{"n": "{number}"}]',
            "batch": "30",
            "scheme": "pro",
            "account": "ups",
            "proof": {"kind": "header", "name": "X-Key"},
            "paging": {"kind": "page", "more": "items", "parameter": "p", "first": "0"},
            "every": "30",
            "quota": "250/1440",
            "keep_days": "7",
            "subscription_days": "14",
        }
    )
    assert said is not None
    assert (said.endpoint.method, said.endpoint.batch, said.scheme) == ("POST", 30, "pro")
    assert (said.quota, said.every, said.keep_days) == ((250, 1440), 30, 7)
    assert (said.paging.first, said.subscription_days, said.account) == (0, 14, "ups")


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"url": ""},
        {"url": URL, "secret": "never in a file"},
        {"url": URL, "batch": "many"},
        {"url": URL, "scheme": "passport"},
        {"url": URL, "quota": "250"},
        {"url": URL, "method": "PUT"},
        {"url": URL, "proof": {"name": "X-Key"}},
        {"url": URL, "proof": {"kind": "header", "secret": "k"}},
        {"url": URL, "paging": {"kind": "scroll"}},
        {"url": URL, "headers": {"X": ""}},
    ],
)
def test_a_block_of_another_shape_is_refused_with_its_place(wrong):
    assert check(POLL_SCHEMA, wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": URL, "every": "0"},
        {"url": URL, "quota": "250/0"},
        {"url": URL, "batch": "2"},
        {"url": "https://{number}.example/"},
        {"url": URL, "paging": {"kind": "cursor"}},
        {"url": URL, "body": "{"},
    ],
)
def test_a_block_that_cannot_be_meant_is_refused(wrong):
    assert not check(POLL_SCHEMA, wrong)
    with pytest.raises(ConfigurationInvalid):
        build_poll(wrong)


def test_a_whole_profile_is_refused_for_its_block():
    text = """
profile: asked
version: 1
name: Asked
format: json
poll: {url: "https://api.carrier.example/{secret}/{number}"}
each: [{event: events}]
references: [{scheme: tracking, value: event.n}]
code: {keys: [[event.code]]}
time: [{at: event.at}]
codes: [{codes: [OK], milestone: delivered}]
"""
    with pytest.raises(ConfigurationInvalid, match="placeholders"):
        profile.load(text)
    assert profile.load(text.replace("{secret}", "x")).poll is not None


@pytest.mark.parametrize("code", TOLD)
def test_a_delivered_profile_asks_a_public_host_over_tls(code):
    block = yaml.load((FOLDER / f"{code}.yaml").read_text("utf-8"), Loader=yaml.BaseLoader)["poll"]
    assert not check(POLL_SCHEMA, block)
    said = build_poll(block)
    assert said is not None
    urls = [said.endpoint.url, *filter(None, [said.proof.get("token_url")])]
    policy = OutboundPolicy(hosts_of(urls))
    numbers = [f"1Z{n}" for n in range(said.endpoint.batch)]
    request = said.endpoint.request(numbers, said.account or "account")
    for url in (request.url, *urls[1:]):
        policy.judge(url)
    proof = {name: value for name, value in said.proof.items() if name != "kind"}
    credentials = Credentials(said.proof["kind"], "key", username="me", **proof)
    if credentials.kind == "oauth2":
        assert credentials.token_request().body
    else:
        assert credentials.prove(request) != request
    sent = request.url + (request.body or b"").decode()
    assert all(number in sent for number in numbers)


def test_some_profiles_say_how_their_carrier_is_asked():
    assert len(TOLD) >= 8
    assert {"ups_track", "fedex_track", "dhl_unified", "usps_track"} <= set(TOLD)


@given(
    st.dictionaries(
        st.sampled_from(["url", "method", "batch", "every", "quota", "body", "paging", "proof"]),
        st.one_of(st.text(max_size=20), st.sampled_from([URL, "GET", "5", "9/9", "{}"])),
    )
)
def test_any_block_is_built_or_refused_and_nothing_else(block):
    if check(POLL_SCHEMA, block):
        return
    try:
        assert build_poll(block) is not None
    except ConfigurationInvalid as error:
        assert error.public_message
