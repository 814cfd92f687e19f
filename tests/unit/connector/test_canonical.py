import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core.canonical import (
    BODY_SCHEMA,
    MAX_EVENTS,
    read,
    to_facts,
)
from odoo.addons.logistics_carrier_connector.core.codecs import decode
from odoo.addons.logistics_carrier_connector.core.contract import check, check_schema
from odoo.addons.logistics_carrier_connector.core.errors import ContractViolation
from odoo.addons.logistics_milestone_sync.core.fact import (
    AttributeFact,
    ChargeFact,
    Evidence,
    Location,
    MilestoneFact,
    ReferenceFact,
)
from odoo.addons.logistics_milestone_sync.core.reference import Reference
from odoo.addons.logistics_milestone_sync.core.vocabulary import CATALOGUE

REFERENCES = [{"scheme": "sale_order", "value": "S00042"}]


def _event(**fields):
    event = {
        "event_id": "e-1",
        "milestone": "packed",
        "occurred_at": "2025-06-03T10:15:00+02:00",
        "references": REFERENCES,
    }
    return {name: value for name, value in (event | fields).items() if value is not None}


def test_an_event_is_one_milestone_in_utc_with_the_offset_kept():
    (fact,) = to_facts(_event(code="PK", text="Packed", location={"city": "Ulm", "country": "DE"}))
    assert isinstance(fact, MilestoneFact)
    assert fact.references == (Reference("sale_order", "S00042"),)
    assert (fact.milestone, fact.source_event_id, fact.classifier) == ("packed", "e-1", "actual")
    assert fact.occurred_at == datetime(2025, 6, 3, 8, 15, tzinfo=UTC)
    assert (fact.utc_offset, fact.timezone_assumed) == (120, False)
    assert (fact.raw_code, fact.raw_text, fact.location.label) == ("PK", "Packed", "Ulm, DE")


def test_an_event_may_assign_names():
    names = [{"scheme": "tracking", "value": "1Z"}, {"scheme": "pro", "value": "77"}]
    assigned, milestone = to_facts(_event(milestone="dispatched", assigns=names))
    assert isinstance(assigned, ReferenceFact)
    assert assigned.assigns == (Reference("tracking", "1Z"), Reference("pro", "77"))
    assert assigned.references == milestone.references
    (alone,) = to_facts({"references": REFERENCES, "assigns": names})
    assert isinstance(alone, ReferenceFact)


def test_a_proof_with_a_delivery_is_a_fact_of_its_own():
    proof = {"signer": "A. Jones", "sha256": "a" * 64}
    delivered, received = to_facts(_event(milestone="delivered", proof=proof, reason="damaged"))
    assert (delivered.milestone, received.milestone) == ("delivered", "pod_received")
    assert received.evidence == Evidence(signer="A. Jones", sha256="a" * 64)
    assert (received.source_event_id, received.reason) == ("e-1", "")
    assert len(to_facts(_event(milestone="pod_received", proof=proof))) == 1


def test_weights_and_charges_are_exact_as_numbers_and_as_texts():
    raw = json.dumps(
        _event(
            milestone="weight_validated",
            weight={"value": "12.50", "unit": "KGM"},
            charges=[
                {
                    "side": "buy",
                    "type": "freight",
                    "key": "f1",
                    "amount": "0.10",
                    "currency": "EUR",
                },
                {"side": "buy", "type": "fuel", "key": "f2", "amount": 0.1, "currency": "EUR"},
            ],
        )
    )
    milestone, freight, fuel = to_facts(decode("json", raw.encode()))
    assert milestone.weight.value == Decimal("12.50")
    assert isinstance(freight, ChargeFact)
    assert freight.amount == fuel.amount == Decimal("0.1")
    assert (freight.charge_key, fuel.charge_type, fuel.quantity) == ("f1", "fuel", 1)


def test_charges_and_fields_are_as_old_as_their_event():
    charge = {"side": "buy", "type": "freight", "key": "f1", "amount": 1, "currency": "EUR"}
    event = _event(charges=[charge], fields={"package_count": 3})
    happened = datetime(2025, 6, 3, 8, 15, tzinfo=UTC)
    assert [fact.stated_at for fact in to_facts(event)] == [None, happened, happened]
    recorded = to_facts(event | {"stated_at": "2025-06-04T00:00:00Z"})
    assert {fact.stated_at for fact in recorded} == {datetime(2025, 6, 4, tzinfo=UTC)}
    alone = {"references": REFERENCES, "charges": [charge]}
    assert [fact.stated_at for fact in to_facts(alone)] == [None]


@pytest.mark.parametrize("count", [Decimal("12.0"), Decimal("1.2E+1"), 12])
def test_a_count_is_a_count_however_it_is_written(count):
    [fact] = [
        fact
        for fact in to_facts(_event(fields={"package_count": count}))
        if isinstance(fact, AttributeFact)
    ]
    assert fact.value == "12"


def test_an_event_may_state_fields_of_the_shipment():
    raw = json.dumps(
        {
            "references": REFERENCES,
            "fields": {
                "promised_at": "2025-06-09T17:00:00+02:00",
                "declared_weight": {"value": "12.50", "unit": "LBR"},
                "package_count": 3,
                "service_level": "Next Day",
                "transport_mode": "ltl",
                "incoterm": None,
            },
        }
    )
    facts = to_facts(decode("json", raw.encode()))
    assert {type(fact) for fact in facts} == {AttributeFact}
    assert {fact.field: fact.value for fact in facts} == {
        "promised_at": "2025-06-09T15:00:00+00:00",
        "declared_weight": "5.669904625",
        "package_count": "3",
        "service_level": "Next Day",
        "transport_mode": "ltl",
        "incoterm": "",
    }


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({}, "fields"),
        ({"colour": "red"}, "fields"),
        ({"transport_mode": "teleport"}, "fields.transport_mode"),
        ({"package_count": -1}, "fields.package_count"),
        ({"declared_weight": 12}, "fields.declared_weight"),
        ({"promised_at": "Monday"}, "fields.promised_at"),
    ],
)
def test_a_field_that_is_none_of_ours_is_named(fields, place):
    with pytest.raises(ContractViolation) as caught:
        to_facts({"references": REFERENCES, "fields": fields})
    assert place in str(caught.value)


def test_an_event_may_be_withdrawn():
    (fact,) = to_facts(_event(milestone="retracted", event_id="e-2", retracts="e-1"))
    assert (fact.milestone, fact.retracts) == ("retracted", "e-1")


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"references": None}, "references"),
        ({"references": []}, "references"),
        ({"references": [{"scheme": "nickname", "value": "x"}]}, "references[0].scheme"),
        ({"references": [{"scheme": "pro", "value": " "}]}, "references[0].value"),
        ({"references": [{"scheme": "pro", "value": "x" * 81}]}, "references[0].value"),
        ({"occurred_at": None}, "occurred_at"),
        ({"occurred_at": "2025-06-03T10:15:00"}, "occurred_at"),
        ({"occurred_at": "3 June"}, "occurred_at"),
        ({"occurred_at": "0001-01-01T00:00:00Z"}, "occurred_at"),
        ({"occurred_at": "9999-12-31T23:59:59-14:00"}, "occurred_at"),
        ({"occurred_at": "2025-06-30T23:59:60Z"}, "occurred_at"),
        ({"milestone": "teleported"}, "milestone"),
        ({"milestone": 7}, "milestone"),
        ({"milestone": None}, ""),
        ({"classifier": "probable"}, "classifier"),
        ({"reason": "bad luck"}, "reason"),
        ({"responsible_party": "me"}, "responsible_party"),
        ({"weight": {"value": 0, "unit": "KGM"}}, "weight.value"),
        ({"weight": {"value": "0.00", "unit": "KGM"}}, "weight.value"),
        ({"weight": {"value": 1, "unit": "stone"}}, "weight.unit"),
        ({"proof": {}}, "proof"),
        ({"proof": {"document_url": "http://x"}}, "proof.document_url"),
        ({"location": {"country": "Germany"}}, "location.country"),
        ({"location": {"gln": "401234500000"}}, "location.gln"),
        ({"location": {"unlocode": "Hamburg"}}, "location.unlocode"),
        ({"charges": [{"side": "buy"}]}, "charges[0]"),
        ({"charges": [{"amount": "1e5"}]}, "charges[0]"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_an_event_that_breaks_the_schema_says_where(fields, place):
    with pytest.raises(ContractViolation) as caught:
        to_facts(_event(**fields))
    assert any(place in str(problem) for problem in caught.value.problems)


@pytest.mark.parametrize("item", [None, 7, "text", [], {}])
def test_what_is_no_event_is_refused(item):
    with pytest.raises(ContractViolation):
        to_facts(item)


def test_a_milestone_of_the_companys_own_is_allowed_when_it_is_named():
    (fact,) = to_facts(_event(milestone="weighed_twice"), {*CATALOGUE, "weighed_twice"})
    assert fact.milestone == "weighed_twice"


def test_a_body_is_one_event_or_a_list_of_them():
    assert [item.path for item in read(_event()).items] == ["events[0]"]
    assert len(read({"events": [_event(), _event()]}).facts) == 2


def test_one_bad_event_spares_the_others():
    result = read({"events": [_event(), {"milestone": "packed"}, "x", _event(event_id="e-9")]})
    assert [bool(item.facts) for item in result.items] == [True, False, False, True]
    assert [problem.path for problem in result.problems] == ["events[1]", "events[2]"]
    assert result.facts[1].source_event_id == "e-9"


@pytest.mark.parametrize(
    "body",
    [
        [],
        [_event()],
        "x",
        None,
        {"events": []},
        {"events": {}},
        {"events": [_event()], "more": 1},
        {"events": [_event()] * (MAX_EVENTS + 1)},
    ],
)
def test_a_body_without_a_proper_list_is_refused_as_a_whole(body):
    with pytest.raises(ContractViolation):
        read(body)


def test_the_published_schema_of_the_body_agrees_with_what_is_read():
    check_schema(BODY_SCHEMA)
    assert check(BODY_SCHEMA, _event()) == []
    assert check(BODY_SCHEMA, {"events": [_event()]}) == []
    assert check(BODY_SCHEMA, {"events": []})
    assert check(BODY_SCHEMA, _event(surprise=1))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=2)
    | st.dictionaries(st.text(max_size=6), inner, max_size=2),
    max_leaves=6,
)
_FIELDS = st.sampled_from(
    ["event_id", "milestone", "occurred_at", "references", "assigns", "weight", "proof", "charges"]
    + ["stated_at", "location", "retracts", "classifier"]
)


@given(st.dictionaries(_FIELDS, _JSON, max_size=4))
def test_any_event_is_read_or_refused_with_reasons(changes):
    try:
        assert to_facts(_event() | changes)
    except ContractViolation as error:
        assert error.problems


@given(st.datetimes(datetime(1990, 1, 2), datetime(2100, 12, 30)), st.integers(-23 * 60, 23 * 60))
def test_any_moment_with_any_offset_is_kept(at, minutes):
    sign = "-" if minutes < 0 else "+"
    text = f"{at.isoformat()}{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
    (fact,) = to_facts(_event(occurred_at=text))
    assert fact.occurred_at == datetime.fromisoformat(text)
    assert fact.utc_offset == minutes


def test_the_codes_of_a_place_are_taken_as_they_are():
    codes = {"code": "HAM-4", "unlocode": "DEHAM", "gln": "4012345000009"}
    (fact,) = to_facts(_event(location=codes))
    assert fact.location == Location(**codes)
