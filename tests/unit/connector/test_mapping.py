"""Mapping with a small made-up profile: what every profile gets for free."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core import mapping
from odoo.addons.logistics_carrier_connector.core.profile import load
from odoo.addons.logistics_milestone_sync.core.fact import MilestoneFact
from odoo.addons.logistics_milestone_sync.core.fact_key import fact_key
from odoo.addons.logistics_milestone_sync.core.reference import Reference
from odoo.addons.logistics_milestone_sync.core.weight import Weight

from .builders import NOW

PROFILE = """
profile: made_up
version: 1
name: Made up
format: json
carrier_error: {when: fault, text: fault.message}
message_id: id
each:
  - parcel: parcels
  - event: events
references:
  - {scheme: tracking, value: parcel.number}
  - {scheme: bol, value: event.bols}
  - {list: event.refs, qualifier: kind, value: text, schemes: {po: purchase_order}}
code:
  keys: [[event.type, event.code], [event.type]]
  reason: event.why
  text: event.words
event_id: event.id
time: [{at: event.at}]
stated_at: [{at: event.told}]
estimate: [{at: event.eta}]
location: {city: event.city, country: event.country}
weight: {value: event.kg, unit: event.unit}
units: {kg: KGM}
evidence: {signer: event.signer}
also:
  - {milestone: pod_received, after: [delivered], evidence: true}
  - milestone: eta_changed
    classifier: estimated
    unless: [delivered, eta_changed]
    when: event.eta
    time: [{at: event.eta}]
codes:
  - {codes: [D], milestone: delivered}
  - {codes: [D/LOCKER], milestone: available_for_pickup, inferred: true}
  - {codes: [X], milestone: exception_raised, reason: other}
  - {codes: [E], milestone: eta_changed, classifier: estimated}
  - {codes: [PING], ignore: true}
reasons:
  - {codes: [OK]}
  - {codes: [RAIN], reason: weather, party: weather}
"""
RULES = load(PROFILE)


def _apply(*events, number="1Z1", **message) -> mapping.MappingResult:
    tree = {"parcels": [{"number": number, "events": list(events)}], **message}
    return mapping.apply(RULES, tree, NOW)


def _event(kind="D", **fields):
    return {"type": kind, "at": "2025-06-03T12:00:00Z"} | fields


def _one(event) -> MilestoneFact:
    result = _apply(event)
    assert (result.problems, result.unmapped) == ([], {})
    return result.facts[0]


def test_an_event_becomes_a_fact_with_all_its_fields():
    fact = _one(
        _event(
            id="e1",
            code="FRONT",
            words="Left at front",
            told="2025-06-03T14:05:00+02:00",
            city="Ulm",
            country="de",
            kg=Decimal("2.50"),
            unit="kg",
            bols=["B1", "B2", None],
            refs=[{"kind": "po", "text": "PO 1"}, {"kind": "cat", "text": "Tom"}, "odd"],
        )
    )
    assert fact.references == (
        Reference("tracking", "1Z1"),
        Reference("bol", "B1"),
        Reference("bol", "B2"),
        Reference("purchase_order", "PO 1"),
    )
    assert (fact.milestone, fact.classifier, fact.inferred) == ("delivered", "actual", False)
    assert fact.occurred_at == datetime(2025, 6, 3, 12, tzinfo=UTC)
    assert fact.stated_at == datetime(2025, 6, 3, 12, 5, tzinfo=UTC)
    assert (fact.source_event_id, fact.raw_code, fact.raw_text) == (
        "e1",
        "D/FRONT",
        "Left at front",
    )
    assert fact.location.label == "Ulm, DE"
    assert fact.weight == Weight(Decimal("2.50"), "KGM")


def test_the_more_precise_row_of_a_code_wins():
    fact = _one(_event(code="LOCKER"))
    assert (fact.milestone, fact.inferred) == ("available_for_pickup", True)


def test_an_unknown_code_is_counted_and_never_guessed():
    result = _apply(_event("Q"), _event("Q", code="7"), _event("Q", code="7"), _event("D"))
    assert result.unmapped == {"Q": 1, "Q/7": 2}
    assert [fact.milestone for fact in result.facts] == ["delivered"]


def test_an_unknown_reason_is_unmapped_as_well():
    result = _apply(_event("X", why="METEOR"))
    assert (result.unmapped, result.facts) == ({"reason METEOR": 1}, [])


def test_an_unknown_unit_of_weight_is_unmapped_as_well():
    assert _apply(_event(kg=3, unit="stone")).unmapped == {"unit stone": 1}


def test_a_reason_refines_the_row_and_an_empty_one_leaves_it():
    fact = _one(_event("X", why="RAIN"))
    assert (fact.reason, fact.responsible_party, fact.raw_code) == ("weather", "weather", "X RAIN")
    assert _one(_event("X", why="OK")).reason == "other"
    assert _one(_event("D", why="OK")).reason == ""


def test_a_known_code_that_states_nothing_is_counted_as_ignored():
    result = _apply(_event("PING"), _event("D"))
    assert (result.ignored, len(result.facts)) == (1, 1)


def test_a_message_without_items_is_ignored_once():
    for tree in ({}, {"parcels": []}, {"parcels": [{"number": "1Z1", "events": []}]}):
        result = mapping.apply(RULES, tree, NOW)
        assert (result.ignored, result.facts, result.problems) == (1, [], [])


def test_an_error_of_the_carrier_is_no_event():
    result = mapping.apply(RULES, {"fault": {"message": "slow down"}, "parcels": []}, NOW)
    assert (result.carrier_error, result.items, result.ignored) == ("slow down", (), 0)
    assert (
        mapping.apply(RULES, {"fault": True}, NOW).carrier_error == "the carrier reports an error"
    )


def test_the_message_names_itself_if_the_profile_says_how():
    assert _apply(_event(), id="m-1").message_id == "m-1"
    assert _apply(_event()).message_id is None


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ({"at": "2025-06-03T12:00:00Z"}, "no status code"),
        ({"type": "D"}, "no date"),
        (_event(at="noon"), "ISO 8601"),
        (_event(at="2025-06-03T12:00:00"), "neither the message nor the profile"),
        (_event(at="2025-07-30T12:00:00Z"), "in the future"),
        (_event(kg="heavy", unit="kg"), "not a number"),
        (_event(kg=-1, unit="kg"), "out of range"),
        (_event(kg="Infinity", unit="kg"), "out of range"),
        (_event(bols=["x" * 81]), "unusable bol reference"),
        (_event(words={"en": "left"}), "found an object"),
        (_event("E"), "no date for what is estimated"),
        ("text", "no status code"),
        (7, "no status code"),
    ],
)
def test_a_bad_event_is_a_problem_with_its_place_and_spares_the_others(event, reason):
    result = _apply(_event(id="a"), event, _event(id="b"))
    (problem,) = result.problems
    assert problem.path == "parcel[0].event[1]"
    assert reason in problem.reason
    assert [fact.source_event_id for fact in result.facts] == ["a", "b"]
    assert [bool(item.facts) for item in result.items] == [True, False, True]


def test_an_event_about_no_shipment_at_all_is_a_problem():
    (problem,) = _apply(_event(), number=" ").problems
    assert problem.reason == "no reference to a shipment"


def test_an_expression_that_does_not_fit_the_whole_message_is_a_problem_of_it():
    rules = load(PROFILE.replace("message_id: id", "message_id: join('', id)"))
    (problem,) = mapping.apply(rules, {"id": 7}, NOW).problems
    assert problem.path == ""


def test_a_weight_of_zero_was_not_taken():
    assert _one(_event(kg=0, unit="kg")).weight is None


def test_a_proof_is_a_fact_of_its_own_and_only_where_there_is_evidence():
    result = _apply(_event(id="e", signer="J. Smith"))
    delivered, proof = result.facts
    assert (delivered.milestone, delivered.evidence) == ("delivered", None)
    assert (proof.milestone, proof.evidence.signer) == ("pod_received", "J. Smith")
    assert (proof.occurred_at, proof.source_event_id) == (delivered.occurred_at, "e")
    assert len(_apply(_event(signer="")).facts) == 1
    assert len(_apply(_event("X", signer="J. Smith")).facts) == 1


ETA = "2025-06-05T17:00:00Z"


def test_an_estimate_beside_an_event_is_stated_when_the_event_occurred():
    event, estimate = _apply(_event("X", eta=ETA)).facts
    assert (estimate.milestone, estimate.classifier) == ("eta_changed", "estimated")
    assert estimate.occurred_at == datetime(2025, 6, 5, 17, tzinfo=UTC)
    assert estimate.stated_at == event.occurred_at
    assert (estimate.reason, event.reason) == ("", "other")


def test_an_event_that_is_an_estimate_takes_the_estimated_moment():
    (estimate,) = _apply(_event("E", eta=ETA)).facts
    assert estimate.occurred_at == datetime(2025, 6, 5, 17, tzinfo=UTC)
    assert estimate.stated_at == datetime(2025, 6, 3, 12, tzinfo=UTC)


def test_an_estimate_may_return_to_an_earlier_value():
    first, repeated, later = (
        _apply(_event("E", eta=ETA, at=at)).facts[0]
        for at in ("2025-06-03T12:00:00Z", "2025-06-03T12:00:00Z", "2025-06-04T12:00:00Z")
    )
    keys = [fact_key(fact, 1, "s1") for fact in (first, repeated, later)]
    assert keys[0] == keys[1] != keys[2]


def test_the_future_of_an_actual_event_is_measured_from_when_we_heard():
    tree = {"parcels": [{"number": "1", "events": [_event(at="2025-06-03T12:00:00Z")]}]}
    early = datetime(2025, 6, 1, 11, tzinfo=UTC)
    assert mapping.apply(RULES, tree, early).problems
    assert mapping.apply(RULES, tree, early + timedelta(hours=2)).facts


def test_a_message_with_absurdly_many_items_is_refused_as_a_whole(monkeypatch):
    monkeypatch.setattr(mapping, "MAX_ITEMS", 3)
    result = _apply(*[_event()] * 4)
    assert [str(problem) for problem in result.problems] == ["the message has more than 3 items"]
    assert result.facts == []


_SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just("2025-06-03")
_NAMES = st.sampled_from(
    [
        "type",
        "code",
        "why",
        "at",
        "eta",
        "told",
        "kg",
        "unit",
        "bols",
        "refs",
        "signer",
        "city",
        "id",
    ]
)
_EVENTS = st.dictionaries(
    _NAMES,
    _SCALARS | st.lists(_SCALARS, max_size=2) | st.dictionaries(_NAMES, _SCALARS),
    max_size=9,
)


@given(st.lists(_EVENTS | _SCALARS, max_size=4), _SCALARS)
def test_every_item_ends_in_exactly_one_fate(events, number):
    result = mapping.apply(RULES, {"parcels": [{"number": number, "events": events}]}, NOW)
    for item in result.items:
        fates = [bool(item.facts), bool(item.unmapped), item.ignored, item.problem is not None]
        assert fates.count(True) == 1


@given(st.lists(_EVENTS, min_size=1, max_size=4))
def test_a_replay_states_the_same(events):
    assert _apply(*events) == _apply(*events)


_TREES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["parcels", "events", "number", "id", "fault"]), inner),
    max_leaves=8,
)


@given(_TREES)
def test_any_tree_is_mapped_without_an_exception(tree):
    result = mapping.apply(RULES, tree, NOW)
    assert result.items or result.ignored or result.problems or result.carrier_error
