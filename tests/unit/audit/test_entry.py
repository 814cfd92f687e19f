"""Entries as values, and the kinds of entries as data."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_integration_audit.core.entry import (
    Entry,
    differences,
    from_text,
    storable,
    to_text,
)
from odoo.addons.logistics_integration_audit.core.entry_types import (
    AREAS,
    ENTRY_TYPES,
    ERASED,
    entry_type,
    without_personal,
)
from odoo.addons.logistics_milestone_sync.core import change

VALUES = st.dictionaries(
    st.text(min_size=1, max_size=8),
    st.one_of(st.text(min_size=1, max_size=8), st.integers(), st.booleans()),
)


@given(VALUES)
def test_values_come_back_from_their_text(values):
    assert from_text(to_text(values)) == values


@given(VALUES)
def test_the_order_of_values_does_not_show_in_the_text(values):
    backwards = dict(reversed(list(values.items())))
    assert to_text(values) == to_text(backwards)


def test_values_that_say_nothing_are_left_out():
    assert to_text({"eta": None, "note": "", "names": []}) is None
    assert to_text({"count": 0, "open": False}) == '{"count": 0, "open": false}'
    assert from_text(None) == {}


@given(st.text())
def test_whatever_arrives_can_be_stored_and_read_back_unchanged(text):
    stored = storable(text)
    assert "\x00" not in stored
    assert stored.encode("utf-8").decode() == stored
    assert storable(stored) == stored


def test_half_of_a_surrogate_pair_is_replaced():
    assert storable(json.loads('"a\\ud800b"')) == "a?b"


def test_only_what_differs_is_a_difference():
    before = {"state": "draft", "name": "A", "gone": 1}
    after = {"state": "active", "name": "A", "new": 2}
    assert differences(before, after) == [
        ("gone", 1, None),
        ("new", None, 2),
        ("state", "draft", "active"),
    ]


def test_an_entry_needs_no_more_than_a_kind_and_a_sentence():
    entry = Entry("state", "SHP/1 moved to delivered.")
    assert (entry.company_id, entry.before, entry.after, entry.source) == (None, {}, {}, "")


# === Kinds === #


def test_every_change_of_a_shipment_has_a_kind_of_its_own():
    kinds = {
        value for name, value in vars(change).items() if name.isupper() and isinstance(value, str)
    }
    assert kinds <= set(ENTRY_TYPES)


def test_labels_are_unique_and_every_area_is_known():
    labels = [kind.label for kind in ENTRY_TYPES.values()]
    assert len(set(labels)) == len(labels)
    assert {kind.area for kind in ENTRY_TYPES.values()} <= set(AREAS)


def test_a_kind_is_filed_under_its_own_code():
    assert all(code == kind.code for code, kind in ENTRY_TYPES.items())


def test_an_unknown_kind_is_shown_by_its_own_name():
    assert entry_type("storage_started").label == "Storage started"


@pytest.mark.parametrize("code", ["event", "advisory", "rejected", "conflict", "retraction"])
def test_what_a_carrier_wrote_about_people_can_be_erased(code):
    values = {"milestone": "delivered", "signer": "J. Doe", "text": "Left with neighbour"}
    erased = without_personal(code, values)
    assert erased == {"milestone": "delivered", "signer": ERASED, "text": ERASED}


def test_a_status_names_nobody_and_stays_whole():
    assert without_personal("state", {"status": "delivered"}) == {"status": "delivered"}
