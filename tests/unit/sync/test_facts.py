"""Facts as values: what they refuse, how they are keyed, how they travel through the database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_milestone_sync.core.clock import naive, utc
from odoo.addons.logistics_milestone_sync.core.document import DOCUMENT_KINDS
from odoo.addons.logistics_milestone_sync.core.fact import (
    AttributeFact,
    ChargeFact,
    DocumentFact,
    Evidence,
    Location,
    MilestoneFact,
    ReferenceFact,
    RouteFact,
    fact_from_json,
    to_json,
)
from odoo.addons.logistics_milestone_sync.core.fact_key import content_hash, fact_key
from odoo.addons.logistics_milestone_sync.core.reference import Reference
from odoo.addons.logistics_milestone_sync.core.route_fact import (
    MODES,
    STOP_KINDS,
    LegPlan,
    StopPlan,
)
from odoo.addons.logistics_milestone_sync.core.vocabulary import (
    CLASSIFIERS,
    PARTIES,
    REASONS,
    SCHEMES,
)
from odoo.addons.logistics_milestone_sync.core.weight import Weight

NOW = datetime(2026, 3, 2, 8, 30, 15, tzinfo=UTC)
TRACKING = Reference("tracking", "1Z999")

texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20)
times = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
references = st.builds(
    Reference,
    st.sampled_from(SCHEMES),
    texts.filter(lambda text: text.strip()),
)
amounts = st.decimals(-10000, 10000, places=2, allow_nan=False)
milestone_facts = st.builds(
    MilestoneFact,
    st.lists(references, max_size=3).map(tuple),
    st.sampled_from(["delivered", "picked"]),
    times,
    classifier=st.sampled_from(CLASSIFIERS),
    utc_offset=st.none() | st.integers(-840, 840),
    inferred=st.booleans(),
    stated_at=st.none() | times,
    raw_text=texts,
    reason=st.sampled_from(["", *REASONS]),
    responsible_party=st.sampled_from(["", *PARTIES]),
    location=st.none() | st.builds(Location, city=texts),
    evidence=st.none() | st.builds(Evidence, signer=texts),
    weight=st.none() | st.builds(Weight, amounts, st.just("KGM")),
    retracts=st.none() | st.just("e1"),
    closes=st.none() | st.just("0f" * 32),
)
charge_facts = st.builds(
    ChargeFact,
    st.lists(references, max_size=3).map(tuple),
    st.sampled_from(["buy", "sell"]),
    st.just("freight"),
    st.just("k1"),
    amounts,
    st.just("USD"),
    stated_at=st.none() | times,
)
attribute_facts = st.builds(
    AttributeFact,
    st.lists(references, max_size=3).map(tuple),
    st.just("service_level"),
    texts,
    st.none() | times,
) | st.builds(
    AttributeFact,
    st.lists(references, max_size=3).map(tuple),
    st.just("declared_weight"),
    st.decimals(0, 10000, places=3).map(lambda value: f"{value} LBR"),
)
reference_facts = st.builds(
    ReferenceFact, st.lists(references).map(tuple), st.lists(references).map(tuple)
)

document_facts = st.builds(
    DocumentFact,
    st.lists(references, max_size=3).map(tuple),
    st.sampled_from(DOCUMENT_KINDS),
    number=texts,
    issued_at=st.none() | times,
    file_name=texts,
    content=st.binary(min_size=1, max_size=40),
    sha256=st.sampled_from(["", "ab" * 32]),
    url=st.sampled_from(["", "https://carrier.example/pod/1"]),
    data=st.sampled_from(["", '{"lines": [{"amount": "12.50"}]}']),
)
stops = st.builds(
    StopPlan,
    st.sampled_from(STOP_KINDS),
    name=texts,
    city=texts,
    planned_arrival=st.none() | times,
    planned_departure=st.none() | times,
)
route_facts = st.builds(
    RouteFact,
    st.lists(references, max_size=3).map(tuple),
    st.lists(stops, min_size=2, max_size=4).map(tuple),
    legs=st.lists(
        st.builds(LegPlan, st.just(0), st.just(1), st.sampled_from(MODES), carrier=texts),
        max_size=2,
    ).map(tuple),
    stated_at=st.none() | times,
)


@given(
    milestone_facts
    | charge_facts
    | reference_facts
    | attribute_facts
    | document_facts
    | route_facts
)
def test_a_parked_fact_comes_back_unchanged(fact):
    assert fact_from_json(to_json(fact)) == fact


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"occurred_at": datetime(2026, 1, 1)}, "time zone"),
        ({"stated_at": datetime(2026, 1, 1)}, "time zone"),
        ({"classifier": "maybe"}, "classifier"),
        ({"reason": "gremlins"}, "reason"),
        ({"responsible_party": "gremlins"}, "responsible party"),
        ({"milestone": ""}, "milestone"),
    ],
)
def test_a_word_outside_the_vocabulary_is_refused(wrong, complaint):
    values = {"references": (TRACKING,), "milestone": "delivered", "occurred_at": NOW} | wrong
    with pytest.raises(ValueError, match=complaint):
        MilestoneFact(**values)


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"field": "colour"}, "there is no field 'colour'"),
        ({"value": "heavy"}, "not a weight"),
        ({"stated_at": datetime(2026, 1, 1)}, "time zone"),
    ],
)
def test_a_field_outside_the_vocabulary_is_refused(wrong, complaint):
    values = {"references": (TRACKING,), "field": "declared_weight", "value": "3 KGM"} | wrong
    with pytest.raises(ValueError, match=complaint):
        AttributeFact(**values)


@pytest.mark.parametrize("amount", [Decimal("NaN"), Decimal("Infinity")])
def test_a_charge_is_a_number(amount):
    with pytest.raises(ValueError, match="must be a number"):
        ChargeFact((TRACKING,), "buy", "freight", "k1", amount, "USD")


def test_an_unknown_kind_of_fact_is_refused():
    with pytest.raises(ValueError, match="unknown kind"):
        fact_from_json({"kind": "rumour"})


class TestFactKey:
    fact = MilestoneFact((TRACKING,), "delivered", NOW, raw_code="011", raw_text="Delivered")

    def key(self, **changed):
        return fact_key(replace(self.fact, **changed), system_id=3, consignment="s1/c1")

    @pytest.mark.parametrize(
        "changed",
        [
            {"raw_text": "DELIVERED, thank you"},
            {"stated_at": NOW},
            {"occurred_at": NOW.astimezone(timezone(timedelta(hours=-5)))},
            {"occurred_at": NOW + timedelta(milliseconds=400)},
            {"references": (TRACKING, Reference("bol", "7"))},
        ],
    )
    def test_the_same_statement_in_other_words_has_the_same_key(self, changed):
        assert self.key(**changed) == self.key()

    @pytest.mark.parametrize(
        "changed",
        [
            {"milestone": "returned"},
            {"classifier": "estimated"},
            {"occurred_at": NOW + timedelta(seconds=1)},
            {"raw_code": "012"},
            {"location": Location(city="Bremen")},
            {"source_event_id": "e7"},
            {"retracts": "e7"},
        ],
    )
    def test_another_statement_has_another_key(self, changed):
        assert self.key(**changed) != self.key()

    def test_the_same_event_id_with_other_content_is_seen_as_a_conflict(self):
        first = replace(self.fact, source_event_id="e7")
        other = replace(first, occurred_at=NOW + timedelta(hours=1))
        assert fact_key(first, 3, "s1") == fact_key(other, 3, "s1")
        assert content_hash(first) != content_hash(other)

    def test_two_systems_never_share_a_key(self):
        assert fact_key(self.fact, 3, "s1") != fact_key(self.fact, 4, "s1")


@pytest.mark.parametrize(
    ("value", "unit", "kilograms"),
    [("10", "KGM", "10"), ("10", "LBR", "4.5359237"), ("1500", "GRM", "1.5"), ("2", "TNE", "2000")],
)
def test_weights_convert_exactly(value, unit, kilograms):
    assert Weight(Decimal(value), unit).kilograms == Decimal(kilograms)


def test_a_unit_that_is_no_mass_is_refused():
    with pytest.raises(ValueError, match="unknown unit of weight"):
        Weight(Decimal(1), "HUR")


@given(times)
def test_the_database_keeps_the_moment(moment):
    assert utc(naive(moment)) == moment


def test_no_time_is_no_time():
    assert utc(None) is None
    assert naive(None) is None
