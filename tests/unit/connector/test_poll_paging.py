import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core.errors import ConfigurationInvalid
from odoo.addons.logistics_carrier_connector.core.expression import EvaluationFailed
from odoo.addons.logistics_carrier_connector.core.poll_paging import MAX_PAGES, Paging
from odoo.addons.logistics_carrier_connector.core.poll_request import Request

ASKED = Request("GET", "https://a.example/t?ids=A", {"X": "1"})


def following(paging, tree=None, headers=None, pages=1, request=ASKED):
    return paging.following(request, headers or {}, tree, pages)


def test_one_answer_has_no_next_page():
    assert following(Paging.of(), {"next": "https://a.example/2"}) is None


def test_the_next_address_may_be_relative_and_keeps_what_is_sent():
    paging = Paging.of("next_url", "links.next")
    found = following(paging, {"links": {"next": "/t?page=2"}})
    assert found == Request("GET", "https://a.example/t?page=2", {"X": "1"})
    assert following(paging, {"links": {"next": None}}) is None
    assert following(paging, {}) is None


@pytest.mark.parametrize(
    ("header", "url"),
    [
        ('<https://a.example/2>; rel="next"', "https://a.example/2"),
        ("</2>; rel=next", "https://a.example/2"),
        ('<https://a.example/1>; rel="prev", </3>; title="x"; rel="next"', "https://a.example/3"),
        ('</4>;rel="last next"', "https://a.example/4"),
        ('</5>; rel="last"', None),
        ("nonsense", None),
        ("", None),
    ],
)
def test_the_header_link_names_the_next_page(header, url):
    found = following(Paging.of("link"), headers={"Link": header})
    assert (found.url if found else None) == url


def test_a_page_number_counts_on_while_there_is_more():
    paging = Paging.of("page", "parcels", "page", 0)
    assert following(paging, {"parcels": [1]}, pages=2).url == "https://a.example/t?ids=A&page=2"
    assert following(paging, {"parcels": []}) is None


def test_a_cursor_is_handed_back():
    paging = Paging.of("cursor", "meta.cursor", "cursor")
    assert following(paging, {"meta": {"cursor": "x/="}}).url.endswith("&cursor=x%2F%3D")
    assert following(paging, {"meta": {"cursor": ""}}) is None


def test_a_page_that_leads_to_itself_is_the_last_one():
    paging = Paging.of("next_url", "next")
    assert following(paging, {"next": ASKED.url}) is None


def test_there_is_an_end_to_pages():
    paging = Paging.of("page", "more", "page")
    assert following(paging, {"more": True}, pages=MAX_PAGES - 1)
    assert following(paging, {"more": True}, pages=MAX_PAGES) is None


@pytest.mark.parametrize(
    "values",
    [("scroll",), ("next_url",), ("page", "more"), ("cursor", "x", "a b"), ("next_url", "a[")],
)
def test_paging_that_cannot_be_meant_is_refused(values):
    with pytest.raises(ConfigurationInvalid):
        Paging.of(*values)


def test_an_answer_that_the_expression_does_not_fit_says_so():
    with pytest.raises(EvaluationFailed):
        following(Paging.of("next_url", "next"), {"next": {"href": "x"}})
    with pytest.raises(EvaluationFailed):
        following(Paging.of("next_url", "next"), {"next": "https://[::1"})


@given(st.text(max_size=200))
def test_any_header_link_gives_an_address_or_none(header):
    try:
        found = following(Paging.of("link"), headers={"Link": header})
    except EvaluationFailed:
        return
    assert found is None or found.url != ASKED.url
