"""Names, numbers and addresses of people are found in every format, and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core.codecs import decode
from odoo.addons.logistics_carrier_connector.core.personal_data import (
    MASK,
    hidden,
    masked_tree,
    personal_values,
)

X12 = (
    b"ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260302*0800*U*00401"
    b"*000000001*0*P*>~GS*QM*S*RECEIVER*20260302*0800*1*X*004010~ST*214*0001~B10*1*2*SCAC~"
    b"N1*SH*BIG SHIPPER~N1*CN*MARIA HUBER*93*1~N3*MAIN ST 1~"
    b"PER*IC*J SMITH*TE*5550100*EM*j@s.example~"
    b"SE*7*0001~GE*1*1~IEA*1*000000001~"
)
EDIFACT = (
    b"UNB+UNOA:2+S+R+260302:0800+1'UNH+1+IFTSTA:D:00B:UN'BGM+77+1+9'NAD+CZ+++SHIPPER'"
    b"NAD+CN+++MARIA HUBER+MAIN ST'CTA+IC+:J SMITH'COM+5550100:TE'CNT+11:1'UNT+8+1'UNZ+1+1'"
)


@pytest.mark.parametrize(
    ("tree", "found"),
    [
        ({"recipient": {"name": "Ann Lee", "city": "Ulm", "countryName": "Austria"}}, {"Ann Lee"}),
        ({"recipientName": "Ann Lee", "recipientCountry": "AT"}, {"Ann Lee"}),
        ({"signedBy": "A. Lee", "signed_at": "2026-03-02"}, {"A. Lee"}),
        ({"shipTo": {"contact": {"firstName": "Ann", "lastName": "Lee"}}}, {"Ann", "Lee"}),
        ({"address": {"name": "Warehouse 4"}, "service": {"name": "Express"}}, set()),
        ({"phoneNumber": 6601234567, "mobile": ["1234", "5678"]}, {"6601234567", "1234", "5678"}),
        ({"Email": "a@b.example", "faxNo": "0 55"}, {"a@b.example", "0 55"}),
        ({"apiKey": "k-1", "access_token": "t-1", "tokens": "3"}, {"k-1", "t-1"}),
        ({"telegram": "no", "hotel": "no", "faxed": "no"}, set()),
        ({"receiver": "Ann Lee"}, {"Ann Lee"}),
        ({"receiver": None, "consignee": "", "contact": True, "signer": "X"}, set()),
        ([{"events": [{"location": {"name": "Hub"}, "receivedBy": "Lee, Ann"}]}], {"Lee, Ann"}),
        ("just text", set()),
    ],
)
def test_people_are_found_by_the_names_of_fields(tree: Any, found: set[str]) -> None:
    assert personal_values(tree) == found


@pytest.mark.parametrize(
    ("format_name", "raw", "found"),
    [
        ("x12", X12, {"MARIA HUBER", "J SMITH", "5550100", "j@s.example"}),
        ("edifact", EDIFACT, {"MARIA HUBER", "J SMITH", "5550100"}),
        (
            "xml",
            b"<a><ShipTo><Name>Maria</Name><PhoneNumber>555</PhoneNumber></ShipTo>"
            b"<Service><Name>Express</Name></Service></a>",
            {"Maria", "555"},
        ),
        (
            "csv",
            b"tracking;recipient name;phone\n1;Maria;555\n2;Ann;556\n",
            {"Maria", "Ann", "555", "556"},
        ),
        ("json", '{"consignee": {"fullName": "José"}}'.encode(), {"José"}),
    ],
)
def test_people_are_found_in_every_format(format_name: str, raw: bytes, found: set[str]) -> None:
    assert personal_values(decode(format_name, raw)) == found
    shown = hidden(raw.decode(), found)
    assert not any(value in shown for value in found)


def test_the_mailbox_of_an_interchange_is_no_person() -> None:
    assert "RECEIVER" in hidden(X12.decode(), personal_values(decode("x12", X12)))


@pytest.mark.parametrize(
    "text",
    ['{"to": "Jos\\u00e9 \\"Pepe\\""}', '{"to": "José \\"Pepe\\""}'],
)
def test_values_are_hidden_as_json_writes_them(text: str) -> None:
    assert hidden(text, {'José "Pepe"'}) == f'{{"to": "{MASK}"}}'


def test_values_are_hidden_as_xml_writes_them() -> None:
    assert hidden("<To>Lee &amp; Lee</To>", {"Lee & Lee"}) == f"<To>{MASK}</To>"


def test_short_values_are_hidden_as_words_only() -> None:
    assert hidden("Li from Lima", {"Li"}) == f"{MASK} from Lima"


def test_a_tree_is_hidden_where_it_says_it_and_where_it_repeats_it() -> None:
    tree = {"signedBy": "Ann Lee", "note": "left with Ann Lee", "n": 5, "list": [True, None]}
    shown = masked_tree(tree, personal_values(tree), lambda text: text)
    assert shown == {
        "signedBy": MASK,
        "note": f"left with {MASK}",
        "n": 5,
        "list": [True, None],
    }


_leaves = st.none() | st.booleans() | st.integers() | st.text(max_size=12)
_trees = st.recursive(
    _leaves,
    lambda inside: st.lists(inside, max_size=4)
    | st.dictionaries(
        st.sampled_from(["recipient", "name", "phone", "events", "code", "N1", "PER"]), inside
    ),
    max_leaves=20,
)


@given(_trees)
def test_any_tree_keeps_its_form_and_loses_its_people(tree: Any) -> None:
    values = personal_values(tree)
    shown = masked_tree(tree, values, lambda text: text)
    assert type(shown) is type(tree) or shown == MASK
    left = {value for value in personal_values(shown) if MASK not in value}
    assert not left & values
