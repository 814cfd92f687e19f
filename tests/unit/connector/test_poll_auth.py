import base64
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core.errors import ConfigurationInvalid
from odoo.addons.logistics_carrier_connector.core.poll_auth import Credentials, Token, read_token
from odoo.addons.logistics_carrier_connector.core.poll_request import Request

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ASKED = Request("GET", "https://a.example/t?n=1", {"Accept": "application/json"})
TOKEN_URL = "https://a.example/oauth/token"


def oauth(style="basic", **values):
    return Credentials(
        "oauth2", "s&cret", username="me", token_url=TOKEN_URL, token_style=style, **values
    )


def test_a_key_goes_into_its_header_behind_its_prefix():
    assert Credentials("header", "k", "DHL-API-Key").prove(ASKED).headers["DHL-API-Key"] == "k"
    for prefix, sent in (("Bearer", "Bearer k"), ("key=", "key=k"), ("Bearer ", "Bearer k")):
        proved = Credentials("header", "k", "Authorization", prefix).prove(ASKED)
        assert proved.headers == {"Accept": "application/json", "Authorization": sent}


def test_a_key_goes_into_its_parameter_encoded():
    assert (
        Credentials("query", "a&b", "key").prove(ASKED).url == "https://a.example/t?n=1&key=a%26b"
    )


def test_basic_joins_user_and_password():
    proved = Credentials("basic", "päss", username="me").prove(ASKED)
    sent = base64.b64decode(proved.headers["Authorization"].removeprefix("Basic ")).decode()
    assert sent == "me:päss"
    alone = Credentials("basic", "key").prove(ASKED).headers["Authorization"]
    assert base64.b64decode(alone.removeprefix("Basic ")) == b"key:"


def test_a_token_bears_the_request():
    proved = oauth().prove(ASKED, Token("t", NOW))
    assert proved.headers["Authorization"] == "Bearer t"
    with pytest.raises(ConfigurationInvalid):
        oauth().prove(ASKED)


def test_a_token_is_asked_for_in_three_ways():
    by_basic, by_form, by_json = (
        oauth(style).token_request() for style in ("basic", "form", "json")
    )
    assert parse_qs(by_basic.body.decode()) == {"grant_type": ["client_credentials"]}
    assert base64.b64decode(by_basic.headers["Authorization"][6:]) == b"me:s&cret"
    assert parse_qs(by_form.body.decode()) == {
        "grant_type": ["client_credentials"],
        "client_id": ["me"],
        "client_secret": ["s&cret"],
    }
    assert json.loads(by_json.body)["client_secret"] == "s&cret"
    assert by_json.headers["Content-Type"] == "application/json"
    assert "scope" not in json.loads(by_json.body)
    assert json.loads(oauth("json", scope="read").token_request().body)["scope"] == "read"


def test_without_a_secret_nothing_is_asked():
    for kind in ("header", "query", "basic"):
        with pytest.raises(ConfigurationInvalid):
            Credentials(kind, name="X", username="me").prove(ASKED)
    with pytest.raises(ConfigurationInvalid):
        Credentials("oauth2", username="me", token_url=TOKEN_URL).token_request()
    assert Credentials().prove(ASKED) == ASKED


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "magic"},
        {"kind": "header"},
        {"kind": "query"},
        {"kind": "oauth2", "username": "me"},
        {"kind": "oauth2", "token_url": TOKEN_URL},
        {"kind": "basic", "secret": "a\r\nX: 1"},
        {"kind": "basic", "token_style": "xml"},
    ],
)
def test_a_proof_that_cannot_be_meant_is_refused(values):
    with pytest.raises(ConfigurationInvalid):
        Credentials(**values)


def test_no_secret_is_shown_where_objects_are_printed():
    assert "s&cret" not in repr(oauth())
    assert "t0ken" not in repr(Token("t0ken", NOW))


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        (3600, 3600),
        ("14399", 14399),
        (3599.9, 3599),
        (None, 300),
        (True, 300),
        ("soon", 300),
        (-5, 300),
        (10**12, 999_999_999 and 30 * 86400),
    ],
)
def test_a_token_is_good_for_as_long_as_its_giver_says(said, seconds):
    token = read_token(json.dumps({"access_token": "t", "expires_in": said}).encode(), NOW)
    assert token == Token("t", NOW + timedelta(seconds=seconds))


def test_a_token_is_replaced_a_minute_before_its_end():
    token = Token("t", NOW + timedelta(seconds=61))
    assert token.is_good(NOW)
    assert not token.is_good(NOW + timedelta(seconds=1))


@given(
    st.one_of(
        st.binary(max_size=60),
        st.recursive(st.none() | st.text(), st.lists).map(
            lambda tree: json.dumps({"access_token": tree}).encode()
        ),
    )
)
def test_any_answer_is_a_token_or_refused_without_quoting_it(body):
    try:
        token = read_token(body, NOW)
    except ConfigurationInvalid as error:
        assert error.public_message == "the carrier gave no token"
    else:
        assert token.value.isascii() and token.value.isprintable()
