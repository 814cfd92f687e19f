import json
from datetime import date
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core.errors import ConfigurationInvalid
from odoo.addons.logistics_carrier_connector.core.poll_request import Endpoint, Request

HOST = "https://api.carrier.example"
FEDEX = """{"includeDetailedScans": true, "trackingInfo":
 [{"shipDateBegin": "{since}", "trackingNumberInfo": {"trackingNumber": "{number}"}}]}"""


def test_a_number_in_the_path_and_an_account_in_the_query():
    endpoint = Endpoint.of(f"{HOST}/tracks/{{account}}/{{number}}?since={{since}}")
    request = endpoint.request(["1Z 99/9"], "dhl&x", date(2026, 3, 2))
    assert request == Request("GET", f"{HOST}/tracks/dhl%26x/1Z%2099%2F9?since=2026-03-02")


def test_several_numbers_are_separated_by_commas():
    endpoint = Endpoint.of(f"{HOST}/t?ids={{numbers}}", batch=3)
    assert endpoint.request(["A", "B,C"]).url == f"{HOST}/t?ids=A,B%2CC"


def test_a_list_of_a_body_is_repeated_for_each_number():
    endpoint = Endpoint.of(f"{HOST}/track", "POST", {"X-locale": "en_US"}, FEDEX, 30)
    request = endpoint.request(["1", "2"], since=date(2026, 3, 2))
    assert request.headers == {"Content-Type": "application/json", "X-locale": "en_US"}
    info = json.loads(request.body)["trackingInfo"]
    assert [each["trackingNumberInfo"]["trackingNumber"] for each in info] == ["1", "2"]
    assert {each["shipDateBegin"] for each in info} == {"2026-03-02"}


def test_a_whole_body_may_be_the_list_that_is_repeated():
    endpoint = Endpoint.of(f"{HOST}/t", "POST", {}, '[{"number": "{number}"}]', 40)
    assert json.loads(endpoint.request(["1", "2"]).body) == [{"number": "1"}, {"number": "2"}]


def test_a_header_is_filled_in_and_may_set_the_type_of_the_content():
    headers = {"X-Number": "{number}", "Content-Type": "application/vnd.x+json"}
    endpoint = Endpoint.of(f"{HOST}/t", "POST", headers, "{}")
    assert endpoint.request(["7"]).headers == {
        "X-Number": "7",
        "Content-Type": "application/vnd.x+json",
    }


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"url": "https://{number}.evil.example/"}, "host"),
        ({"url": "https://a.example:{number}/"}, "host"),
        ({"url": "{number}"}, "host"),
        ({"url": "/t/{number}"}, "host"),
        ({"url": f"{HOST}/#{{number}}"}, "#"),
        ({"url": f"{HOST}/t"}, "no {number}"),
        ({"url": f"{HOST}/{{secret}}/{{number}}"}, "placeholders"),
        ({"url": f"{HOST}/{{number.__class__}}"}, "placeholders"),
        ({"url": f"{HOST}/{{0}}{{number}}"}, "placeholders"),
        ({"url": f"{HOST}/{{number}}{{"}, "placeholders"),
        ({"url": f"{HOST}/{{number}}", "method": "DELETE"}, "GET or POST"),
        ({"url": f"{HOST}/{{number}}", "batch": 0}, "1 to 100"),
        ({"url": f"{HOST}/{{number}}", "batch": 101}, "1 to 100"),
        ({"url": f"{HOST}/{{number}}", "batch": 2}, "{numbers}"),
        ({"url": f"{HOST}/{{number}}", "headers": {"Host": "evil.example"}}, "no header"),
        ({"url": f"{HOST}/{{number}}", "headers": {"Content-Length": "1"}}, "no header"),
        ({"url": f"{HOST}/{{number}}", "headers": {"A b": "1"}}, "no header"),
        ({"url": f"{HOST}/{{number}}", "headers": {"A": "1\r\nB: 2"}}, "characters"),
        ({"url": f"{HOST}/{{number}}", "headers": {"A": "{key}"}}, "placeholders"),
        ({"url": f"{HOST}/t", "method": "POST", "body": "{number}"}, "not JSON"),
        ({"url": f"{HOST}/t", "method": "POST", "body": '{"a": "{b}"}'}, "placeholders"),
        ({"url": f"{HOST}/t", "method": "POST", "body": '{"a": "{number}"}', "batch": 2}, "list"),
        ({"url": f"{HOST}/t", "method": "POST", "body": "[" * 100000}, "not JSON"),
    ],
)
def test_a_template_that_cannot_be_meant_is_refused_with_the_reason(values, words):
    with pytest.raises(ConfigurationInvalid, match=words.replace("{", r"\{")):
        Endpoint.of(**values)


def test_a_number_cannot_add_a_header():
    endpoint = Endpoint.of(f"{HOST}/t", headers={"X-Number": "{number}"})
    for number in ("1\r\nX-Admin: 1", "1\n", "1\x00", "ü"):
        with pytest.raises(ConfigurationInvalid):
            endpoint.request([number])


@given(st.text(min_size=1, max_size=40, alphabet=st.characters(exclude_categories=["Cs"])))
def test_whatever_a_number_is_it_stays_one_segment_and_one_parameter(number):
    endpoint = Endpoint.of(f"{HOST}/t/{{number}}/x?n={{number}}&z=1")
    parts = urlsplit(endpoint.request([number]).url)
    assert (parts.scheme, parts.netloc) == ("https", "api.carrier.example")
    assert [unquote(segment) for segment in parts.path.split("/")] == ["", "t", number, "x"]
    assert parse_qs(parts.query, keep_blank_values=True) == {"n": [number], "z": ["1"]}


@given(st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=5))
def test_whatever_numbers_are_they_stay_texts_of_the_body(numbers):
    endpoint = Endpoint.of(f"{HOST}/t", "POST", {}, FEDEX, 100)
    info = json.loads(endpoint.request(numbers).body)["trackingInfo"]
    assert [each["trackingNumberInfo"]["trackingNumber"] for each in info] == numbers


def test_a_parameter_is_replaced_and_never_doubled():
    request = Request("GET", f"{HOST}/t?ids=A,B&page=1")
    assert request.with_parameter("page", "2&x").url == f"{HOST}/t?ids=A,B&page=2%26x"
