"""The blocks of profiles: words, functions, tables, charges, errors, what was asked."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core import mapping
from odoo.addons.logistics_carrier_connector.core.codecs import decode, json_codec
from odoo.addons.logistics_carrier_connector.core.error_answer import error_answer
from odoo.addons.logistics_carrier_connector.core.errors import (
    ConfigurationInvalid,
    PayloadRejected,
    WebPage,
)
from odoo.addons.logistics_carrier_connector.core.expression import Expression
from odoo.addons.logistics_carrier_connector.core.profile import load
from odoo.addons.logistics_carrier_connector.core.profile_tables import compose
from odoo.addons.logistics_carrier_connector.core.words import slug

from .builders import interchange

NOW = datetime(2025, 6, 30, 12, tzinfo=UTC)
BASE = """
profile: made_up
version: 1
name: Made up
format: json
description: for the tests
each: [{event: events}]
references: [{scheme: tracking, value: event.number || asked.number}]
code: {keys: [[event.code]], text: event.text}
time: [{at: event.at}]
codes: [{codes: [D], milestone: delivered}, {codes: [T], milestone: arrived_at_hub}]
"""


def _apply(more, events, text=BASE, **options):
    tree = events if isinstance(events, dict) else {"events": events}
    return mapping.apply(load(text + more), tree, NOW, **options)


def _event(code="D", **fields):
    return {"number": "N1", "code": code, "at": "2025-06-03T12:30:00Z", **fields}


@pytest.mark.parametrize(
    "text", ["Out for Delivery", "OUT_FOR_DELIVERY", "OutForDelivery", " out-for  delivery! "]
)
def test_words_are_the_same_however_they_are_written(text):
    assert slug(text) == "out_for_delivery"


@given(st.text(max_size=60))
def test_plain_words_stay_as_they_are(text):
    assert slug(slug(text)) == slug(text)


@pytest.mark.parametrize(
    ("source", "scope", "expected"),
    [
        ("deep(@, 'x')", {"a": [{"x": 1}, {"b": {"x": [2, 3]}}]}, [1, 2, 3]),
        ("deep(@, 'x')", {"x": {"x": 1}}, [{"x": 1}]),
        ("deep(@, 'x')", "text", []),
        ("has(@, 'x')", {"a": [{"b": {"x": []}}]}, True),
        ("has(@, 'x')", {"a": [{"b": "x"}]}, False),
        ("has(a, 'x')", {"x": 1}, False),
        ("slug(a)", {"a": {"_text": "In Transit", "_k": "1"}}, "in_transit"),
        ("slug(a)", {}, None),
        ("part(a, '/', `1`)", {"a": "x/ y"}, "y"),
        ("part(a, '/', `5`)", {"a": "x/y"}, None),
        ("split(a, ',')", {"a": "x,y"}, ["x", "y"]),
        ("between(a, 'by', ',')", {"a": "Signed by: J SMITH, at 3"}, "J SMITH"),
        ("between(a, 'by', ',')", {"a": "nothing"}, None),
        ("items(a)", {"a": {"k": 1}}, [{"name": "k", "value": 1}]),
        ("text(a)", {"a": {"_text": " 5 "}}, "5"),
        ("decimal(a, ',')", {"a": "1.234,5"}, "1234.5"),
        ("decimal(a, '.')", {"a": "1,234.5"}, "1234.5"),
        ("decimal(a, '.')", {"a": "2,5"}, None),
        ("decimal(a, ',')", {"a": "2.5"}, None),
        ("decimal(a, ';')", {"a": "2;5"}, None),
        ("scaled(a, `2`)", {"a": "-1274"}, "-12.74"),
        ("scaled(a, `2`)", {"a": "x"}, None),
    ],
)
def test_functions_of_expressions(source, scope, expected):
    assert Expression(source).find(scope) == expected


@given(st.decimals(-(10**9), 10**9, places=2))
def test_a_number_is_the_same_with_either_mark(number):
    german = f"{number:,.2f}".translate(str.maketrans(",.", ".,"))
    assert Decimal(Expression("decimal(@, ',')").find(german)) == number
    assert Decimal(Expression("decimal(@, '.')").find(f"{number:,.2f}")) == number


@pytest.mark.parametrize(
    ("tree", "words"),
    [
        ({"errors": [{"code": "1001", "message": "No such load"}]}, "No such load (1001)"),
        (
            {"Envelope": {"Body": {"Fault": {"faultcode": "7", "faultstring": "no login"}}}},
            "no login",
        ),
        ({"title": "Bad Request", "status": 400, "detail": "eleven numbers"}, "eleven numbers"),
        ({"statusCode": 404, "message": "nothing"}, "nothing"),
        (
            {"messages": {"message": {"code": "004", "description": "No history"}}},
            "No history (004)",
        ),
        ({"message": "Unauthorized"}, "Unauthorized"),
        ({"Message": "denied"}, "denied"),
        ({"Documents": [], "Messages": ["You have no access"]}, "You have no access"),
        ({"messages": ["Two parcels were found"]}, ""),
        ({"success": True, "errorCode": "S0000", "data": {"a": 1}}, ""),
        ({"success": False, "errorCode": "S0001"}, "S0001"),
        ({"error": "", "errors": [], "parcels": []}, ""),
        ({"errorCode": 0, "errorMsg": None, "data": {"a": 1}}, ""),
        ({"Notifications": {"Severity": "SUCCESS", "Code": "0", "Message": "fine"}}, ""),
        ({"code": 200, "message": "ok", "data": {}}, ""),
        ([], ""),
        ("text", ""),
    ],
)
def test_error_answers_in_their_usual_forms(tree, words):
    assert error_answer(tree) == words


def test_an_unknown_message_is_an_error_answer_or_a_problem_and_never_nothing():
    more = "recognize: events\n"
    assert _apply(more, {"fault": "broken"}).carrier_error == "broken"
    assert _apply(more, {"rates": ["7"]}).problems[0].reason == "this is no message of this profile"
    assert _apply(more + "ignore_when: rates\n", {"rates": [1]}).ignored == 1


def test_a_message_without_items_may_be_an_error_answer():
    assert _apply("", {"events": [], "error": "no such number"}).carrier_error == "no such number"
    assert _apply("", {"events": []}).ignored == 1


@pytest.mark.parametrize(
    "tree",
    [
        [],
        {},
        {"data": []},
        {"code": 200, "message": "OK", "data": {"list": []}},
        {"status": "success", "count": 0, "results": None, "requestId": "a1"},
        {"Response": ""},
    ],
)
def test_an_answer_that_found_nothing_states_nothing(tree):
    result = mapping.apply(load(BASE + "recognize: events"), tree, NOW)
    assert (result.facts, result.problems, result.carrier_error) == ([], [], None)
    assert result.ignored == 1


@pytest.mark.parametrize("tree", [{"number": "N1", "data": []}, {"code": 200, "message": "OK"}])
def test_an_answer_that_says_something_else_is_looked_at(tree):
    assert mapping.apply(load(BASE + "recognize: events"), tree, NOW).problems


def test_elements_without_any_content_are_no_events():
    events = [_event(), {}, None, "", {"number": None, "code": "", "at": None}]
    result = _apply("", events)
    assert len(result.facts) == 1
    assert result.problems == []


@pytest.mark.parametrize(("code", "ignored"), [("997", 1), ("999", 1), ("824", 0)])
def test_receipts_are_no_messages_of_anybody(code, ignored):
    kind = "recognize: \"interchanges[].groups[].transactions[?set == '214'][]\"\n"
    rules = load(BASE.replace("format: json", "format: x12") + kind)
    tree = decode("x12", interchange([["AK1*QM*7"]], code=code))
    result = mapping.apply(rules, tree, NOW)
    assert (result.ignored, len(result.problems)) == (ignored, 1 - ignored)


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (b"<html><head><title>502 Bad Gateway</title></head></html>", "502 Bad Gateway"),
        (b"\n<!DOCTYPE html><title>Sign in</title><p>Your  session\nended", "Sign in"),
        (b"<h1>Not Found</h1><p>The address is wrong.</p>", "The address is wrong."),
        (b"<html><script>var a = 'x'</script></html>", "without words"),
    ],
)
@pytest.mark.parametrize("form", ["json", "xml", "csv", "epcis"])
def test_a_web_page_is_named_and_quoted(page, words, form):
    with pytest.raises(WebPage, match="a web page came instead of") as caught:
        decode(form, page)
    assert words in str(caught.value)
    assert "var a" not in str(caught.value)


def test_xml_that_is_no_page_is_read():
    assert decode("xml", b"<h2o>wet</h2o>") == {"h2o": "wet"}
    assert decode("xml", b"<title>x</title>") == {"title": "x"}


@pytest.mark.parametrize(
    ("text", "milestone"),
    [
        ("Parcel delivered to reception, no signature", "delivered"),
        ("Has been delivered", "delivered"),
        ("To be re-delivered", None),
        ("Could not be delivered", None),
        ("Will be delivered tomorrow", None),
        ("Delivery attempted, not delivered", None),
    ],
)
def test_a_phrase_does_not_end_a_shipment_that_the_words_before_say_is_not_there(text, milestone):
    more = "phrases: [{phrases: [delivered], milestone: delivered}]\n"
    result = _apply(more, [_event(code="", text=text)])
    assert [fact.milestone for fact in result.facts] == ([milestone] if milestone else [])
    assert bool(result.unmapped) is (milestone is None)


def test_phrases_answer_where_no_code_does_and_are_inferred():
    more = """
phrases:
  - {phrases: [Not delivered], milestone: delivery_attempted}
  - {phrases: [delivered], milestone: delivered}
"""
    facts = _apply(
        more,
        [
            _event("?", text="Parcel delivered at 3"),
            _event("?", text="NOT DELIVERED"),
            _event("D", text="not delivered"),
            _event(None, text="was delivered"),
        ],
    ).facts
    assert [(fact.milestone, fact.inferred) for fact in facts] == [
        ("delivered", True),
        ("delivery_attempted", True),
        ("delivered", False),
        ("delivered", True),
    ]
    assert _apply(more, [_event("?", text="undelivered")]).unmapped == {"?": 1}


def test_the_number_that_was_asked_for_names_the_shipment():
    event = _event(number=None)
    (fact,) = _apply("", [event], asked={"number": "ASKED"}).facts
    assert fact.references[0].value == "ASKED"
    assert _apply("", [event]).problems[0].reason == "no reference to a shipment"


def test_a_message_without_a_time_is_dated_by_its_arrival_and_flagged():
    text = BASE.replace("time: [{at: event.at}]", "time: [{at: event.at}, {received: true}]")
    (fact,) = _apply("", [_event(at=None)], text=text).facts
    assert (fact.occurred_at, fact.timezone_assumed) == (NOW, True)
    (fact,) = _apply("", [_event()], text=text).facts
    assert (fact.occurred_at.day, fact.timezone_assumed) == (3, False)


@pytest.mark.parametrize(
    ("name", "hour"), [("Europe/Berlin", 10), ("CEST", 10), ("EDT", 16), ("UTC+2", 10), ("", 12)]
)
def test_a_zone_that_the_message_names(name, hour):
    text = BASE.replace("{at: event.at}", "{at: event.at, zone_name: event.zone}") + "zone: UTC\n"
    (fact,) = _apply("", [_event(at="2025-06-03 12:00", zone=name)], text=text).facts
    assert fact.occurred_at.hour == hour


def test_an_unknown_zone_is_a_problem():
    text = BASE.replace("{at: event.at}", "{at: event.at, zone_name: event.zone}")
    for name in ("CST", "Mars/Base", "../etc"):
        assert _apply("", [_event(at="2025-06-03 12:00", zone=name)], text=text).problems


def test_an_event_withdraws_another():
    (fact,) = _apply("retracts: event.undo\nevent_id: event.id\n", [_event(id="2", undo="1")]).facts
    assert (fact.retracts, fact.source_event_id) == ("1", "2")


def test_evidence_alone_makes_a_proof_of_the_delivery():
    more = "evidence: {signer: event.who}\n"
    facts = _apply(more, [_event(who="A"), _event(who=""), _event("T", who="A")]).facts
    assert [fact.milestone for fact in facts] == [
        "delivered",
        "pod_received",
        "delivered",
        "arrived_at_hub",
    ]


def test_the_present_estimate_is_stated_once_with_the_newest_event():
    more = "eta: [{at: event.eta}]\n"
    events = [
        _event("T", at=f"2025-06-0{day}T08:00:00Z", eta="2025-06-09T10:00:00Z") for day in (1, 3, 2)
    ]
    facts = [fact for fact in _apply(more, events).facts if fact.milestone == "eta_changed"]
    assert [fact.stated_at.day for fact in facts] == [3]
    assert not [f for f in _apply(more, [_event(eta="x")]).facts if f.milestone == "eta_changed"]


@given(st.permutations(range(6)))
def test_the_order_of_the_events_does_not_change_the_estimate(order):
    events = [
        _event(
            "T", at=f"2025-06-0{day + 1}T08:00:00Z", number=f"N{day % 2}", eta="2025-06-09T10:00Z"
        )
        for day in order
    ]
    facts = _apply("eta: [{at: event.eta}]\n", events).facts
    found = {
        (fact.references[0].value, fact.stated_at.day)
        for fact in facts
        if fact.milestone == "eta_changed"
    }
    assert found == {("N0", 5), ("N1", 6)}


CHARGES = """
profile: bills
version: 1
name: Bills
format: json
description: for the tests
each: [{bill: bills}]
references: [{scheme: pro, value: bill.pro}]
charges:
  - list: bill.lines
    kind: charge.kind
    types: {freight: [F], fuel: [FUE]}
    amount: charge.amount
    currency: bill.currency
    key: "join('/', [bill.id, to_string(number)])"
"""


def _bill(*lines, currency="EUR"):
    bill = {"pro": "P1", "id": "I1", "currency": currency, "lines": list(lines)}
    return mapping.apply(load(CHARGES), {"bills": [bill]}, NOW)


def test_charges_have_a_type_an_amount_and_a_key_of_their_own():
    facts = _bill(
        {"kind": "F", "amount": "12.50"}, {"kind": "FUE", "amount": Decimal("-1.2")}
    ).facts
    assert [(f.charge_type, f.amount, f.currency, f.charge_key, f.side) for f in facts] == [
        ("freight", Decimal("12.50"), "EUR", "I1/1", "buy"),
        ("fuel", Decimal("-1.2"), "EUR", "I1/2", "buy"),
    ]


def test_a_charge_that_nobody_knows_is_held():
    assert _bill({"kind": "X", "amount": "1"}).unmapped == {"charge X": 1}


@pytest.mark.parametrize(
    ("line", "currency", "reason"),
    [
        ({"kind": "F", "amount": "1,5"}, "EUR", "the amount of a charge is not a number"),
        ({"kind": "F", "amount": "NaN"}, "EUR", "the amount of a charge is not a number"),
        ({"kind": "F", "amount": "1"}, "€", "the currency of a charge is not a code of ISO 4217"),
    ],
)
def test_money_that_can_be_misread_is_a_problem(line, currency, reason):
    assert _bill(line, currency=currency).problems[0].reason == reason


def test_a_line_without_an_amount_is_no_charge():
    assert _bill({"kind": "F"}).ignored == 1


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("time: [{at: event.at}]", "", "needs a time"),
        ("codes: [{", "sources: [{", "needs codes|must be|not of type"),
        ("{at: event.at}", "{at: event.at, formats: [x]}", "no format of a date"),
        ("{at: event.at}", "{at: event.at, received: true}", "either at or date"),
        ("each: [{event: events}]", "each: [{asked: events}]", "cannot name a level"),
        ("code: {keys: [[event.code]], text: event.text}", "", "code and time, or charges"),
        ("format: json", "format: pdf", "no format is called"),
    ],
)
def test_a_profile_that_makes_no_sense_is_refused(old, new, reason):
    assert old in BASE
    with pytest.raises(ConfigurationInvalid, match=reason):
        load(BASE.replace(old, new))


def test_shared_tables_are_put_into_the_text_and_the_profile_goes_before_them():
    tables = {
        "one": "- {codes: [D], milestone: lost}\n- {codes: [A], milestone: accepted}\n",
        "two": "- {codes: [A], milestone: lost}\n",
    }
    text = compose(BASE.replace("format: json", "format: json\ntables: [one, two]"), tables)
    rules = load(text)
    assert (rules.codes["D"].milestone, rules.codes["A"].milestone) == ("delivered", "accepted")
    assert compose(text, tables) == text
    with pytest.raises(ConfigurationInvalid, match="no code table is called 'three'"):
        compose(BASE + "tables: [three]\n", tables)


def test_json_with_more_values_than_memory_should_hold_is_refused(monkeypatch):
    monkeypatch.setattr(json_codec, "MAX_VALUES", 10)
    with pytest.raises(PayloadRejected, match="more than 10 values"):
        decode("json", b"[" + b"1," * 12 + b"1]")


@pytest.mark.parametrize("name", ["json", "xml", "csv", "xlsx", "x12", "edifact", "epcis"])
def test_fifty_megabytes_are_refused_before_they_are_read(name):
    with pytest.raises(PayloadRejected, match="at most"):
        decode(name, b" " * 50_000_000)
