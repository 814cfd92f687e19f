"""Fields that systems state: what they can say, in one spelling, and whose word decides."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_milestone_sync.core.shipment_field import (
    FIELDS,
    INCOTERMS,
    TRANSPORT_MODES,
    FieldStatement,
    canonical,
    value_of,
    winners,
)
from odoo.addons.logistics_milestone_sync.core.vocabulary import SYSTEM_KINDS
from odoo.addons.logistics_milestone_sync.core.weight import UNITS

START = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "text", "spelled", "value"),
    [
        (
            "promised_at",
            "2026-03-02T10:00:00+02:00",
            "2026-03-02T08:00:00+00:00",
            datetime(2026, 3, 2, 8, tzinfo=UTC),
        ),
        ("promised_at", "2026-03-02t08:00:00z", "2026-03-02T08:00:00+00:00", None),
        ("declared_weight", "12.50", "12.5", Decimal("12.5")),
        ("declared_weight", "10 lbr", "4.5359237", Decimal("4.5359237")),
        ("declared_weight", "1200 KGM", "1200", Decimal(1200)),
        ("package_count", " 3 ", "3", 3),
        ("pallet_count", "2", "2", 2),
        ("pallet_in_count", "4", "4", 4),
        ("pick_count", "42", "42", 42),
        ("pack_count", "7", "7", 7),
        ("distance", "412.50", "412.5", Decimal("412.5")),
        ("distance", "412 km", "412", Decimal(412)),
        ("distance", "10 SMI", "16.09344", Decimal("16.09344")),
        ("service_level", " Next Day ", "Next Day", "Next Day"),
        ("transport_mode", "LTL", "ltl", "ltl"),
        ("incoterm", "dap", "DAP", "DAP"),
    ],
)
def test_a_value_has_one_spelling_and_one_type(name, text, spelled, value):
    assert canonical(name, text) == spelled
    assert value is None or value_of(name, spelled) == value


@pytest.mark.parametrize("name", FIELDS)
def test_no_text_says_that_there_is_no_value(name):
    assert canonical(name, "  ") == ""
    assert value_of(name, "") is None


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("colour", "red", "there is no field 'colour'"),
        ("promised_at", "2026-03-02T10:00:00", "time zone"),
        ("promised_at", "Monday", "time zone"),
        ("distance", "10 kg", "'kg' is not a unit of length"),
        ("distance", "10 parsec", "'parsec' is not a unit of length"),
        ("distance", "far", "is not a distance: write a number"),
        ("distance", "-1", "that a shipment can travel"),
        ("distance", "100001", "that a shipment can travel"),
        ("pick_count", "4.5", "is not a number of picks"),
        ("promised_at", "0001-01-01T00:00:00+14:00", "time zone"),
        ("declared_weight", "heavy", "not a weight"),
        ("declared_weight", "3 HUR", "'HUR' is not a unit of weight"),
        ("declared_weight", "-3", "not a weight that a shipment can have"),
        ("declared_weight", "NaN", "must be a number"),
        ("package_count", "1.5", "not a number of packages"),
        ("package_count", "-1", "not a number of packages"),
        ("package_count", "100001", "not a number of packages"),
        ("service_level", "x" * 65, "longer than 64"),
        ("transport_mode", "teleport", "is not one of parcel"),
        ("incoterm", "XYZ", "is not one of EXW"),
    ],
)
def test_what_is_no_value_is_refused_with_a_sentence(name, text, complaint):
    with pytest.raises(ValueError, match=complaint):
        canonical(name, text)


def test_every_field_has_owners_that_exist():
    for field in FIELDS.values():
        assert field.owners
        assert set(field.owners) <= set(SYSTEM_KINDS)


texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=64)
values = {
    "promised_at": st.datetimes(
        datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)
    ).map(datetime.isoformat),
    "declared_weight": st.builds(
        "{} {}".format, st.decimals(0, 5000, places=3), st.sampled_from(UNITS)
    ),
    "package_count": st.integers(0, 100_000).map(str),
    "pallet_count": st.integers(0, 100_000).map(str),
    "pallet_in_count": st.integers(0, 100_000).map(str),
    "pick_count": st.integers(0, 100_000).map(str),
    "pack_count": st.integers(0, 100_000).map(str),
    "distance": st.builds(
        "{} {}".format, st.decimals(0, 50_000, places=3), st.sampled_from(["KMT", "SMI", "km"])
    ),
    "service_level": texts,
    "transport_mode": st.sampled_from(TRANSPORT_MODES),
    "incoterm": st.sampled_from(INCOTERMS),
}


@pytest.mark.parametrize("name", FIELDS)
@given(data=st.data())
def test_spelling_a_value_again_changes_nothing(name, data):
    spelled = canonical(name, data.draw(values[name]))
    assert canonical(name, spelled) == spelled


def _said(key, priority=10, hour=0, field="declared_weight", value="1"):
    return FieldStatement(key, field, value, priority, START + timedelta(hours=hour))


def test_the_best_owner_decides_also_when_another_speaks_later():
    assert winners([_said("wms", 10, 1), _said("odoo", 30, 5)])["declared_weight"].key == "wms"


def test_the_newest_word_of_one_owner_decides():
    assert winners([_said("b", hour=5), _said("a", hour=9)])["declared_weight"].key == "a"


def test_fields_do_not_disturb_each_other():
    decided = winners([_said("a"), _said("b", field="incoterm", value="DAP")])
    assert {name: said.key for name, said in decided.items()} == {
        "declared_weight": "a",
        "incoterm": "b",
    }


statements = st.lists(
    st.builds(
        _said,
        st.text("abcdef", min_size=3, max_size=3),
        st.integers(1, 3),
        st.integers(0, 3),
        st.sampled_from(list(FIELDS)),
    ),
    unique_by=lambda statement: statement.key,
)


@given(statements, st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_matters(many, random):
    noisy = random.sample(many + many, 2 * len(many))
    assert winners(noisy) == winners(many)


@given(statements)
def test_nobody_with_a_worse_priority_ever_decides(many):
    for field, winner in winners(many).items():
        rivals = [said for said in many if said.field == field]
        assert winner.priority == min(said.priority for said in rivals)
