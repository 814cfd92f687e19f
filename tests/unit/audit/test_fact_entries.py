"""What one recording of facts changed becomes entries that people can read."""

from dataclasses import replace

import pytest

from odoo.addons.logistics_integration_audit.core.entry_types import ENTRY_TYPES, tell
from odoo.addons.logistics_integration_audit.core.fact_entries import (
    Background,
    Subject,
    fact_entries,
)
from odoo.addons.logistics_milestone_sync.core.change import Change

BACKGROUND = Background(
    shipments={7: Subject("SHP/00007", 1), 8: Subject("SHP/00008", 2)},
    events={
        70: {
            "system": "Parcel Carrier",
            "milestone": "delivered",
            "classifier": "actual",
            "occurred_at": "2026-03-02 14:05 UTC",
            "signer": "A. Signer",
            "source": "logistics.message,12",
        }
    },
    exceptions={5: {"name": "SHP/00007: Damaged", "reason": "damaged", "state": "open"}},
    charges={
        3: {"name": "Fuel", "amount": "12.50", "currency": "USD", "side": "buy", "type": "fuel"}
    },
)


def entries_of(*changes):
    return fact_entries(changes, BACKGROUND)


def entry_of(*changes):
    (entry,) = entries_of(*changes)
    return entry


def test_a_recorded_milestone_says_who_stated_what_and_when_it_happened():
    entry = entry_of(Change("event", 7, event_id=70, detail="delivered"))
    assert entry.summary == (
        "Parcel Carrier stated delivered (actual) of SHP/00007 at 2026-03-02 14:05 UTC."
    )
    assert (entry.res_model, entry.res_id) == ("logistics.milestone.event", 70)
    assert (entry.shipment_id, entry.company_id) == (7, 1)


def test_codes_are_told_as_words_and_kept_as_codes():
    event = {**BACKGROUND.events[70], "milestone": "out_for_delivery"}
    background = replace(BACKGROUND, events={70: event})
    (entry,) = fact_entries([Change("event", 7, event_id=70)], background)
    assert "stated out for delivery (actual)" in entry.summary
    assert entry.after["milestone"] == "out_for_delivery"


def test_a_recorded_milestone_points_to_the_message_it_came_from():
    entry = entry_of(Change("event", 7, event_id=70))
    assert entry.source == "logistics.message,12"
    assert "source" not in entry.after
    assert entry.after["signer"] == "A. Signer"


def test_a_statement_that_does_not_count_says_so():
    advisory = entry_of(Change("advisory", 7, event_id=70, detail="Parcel Carrier does not own it"))
    assert advisory.summary.endswith("It moves nothing: Parcel Carrier does not own it.")
    conflict = entry_of(Change("conflict", 7, event_id=70))
    assert conflict.summary.endswith("The first statement stands.")


def test_a_change_of_status_keeps_before_and_after():
    entry = entry_of(Change("state", 7, detail="dispatched → delivered"))
    assert entry.summary == "SHP/00007: dispatched → delivered."
    assert (entry.before, entry.after) == ({"status": "dispatched"}, {"status": "delivered"})


def test_a_first_status_has_nothing_before_it():
    entry = entry_of(Change("state", 7, detail="– → created"))
    assert (entry.before, entry.after) == ({"status": ""}, {"status": "created"})


def test_repetitions_become_one_count_per_shipment():
    entries = entries_of(
        Change("duplicate", 7, event_id=70),
        Change("duplicate", 8, event_id=71),
        Change("duplicate", 7, event_id=70),
    )
    assert [(entry.kind, entry.shipment_id, entry.after) for entry in entries] == [
        ("duplicate", 7, {"count": 2}),
        ("duplicate", 8, {"count": 1}),
    ]
    assert entries[0].summary.endswith("came again and were counted, 2 in all.")


def test_entries_keep_the_order_of_the_changes():
    entries = entries_of(
        Change("event", 7, event_id=70),
        Change("duplicate", 7),
        Change("state", 7, detail="picked → delivered"),
    )
    assert [entry.kind for entry in entries] == ["event", "state", "duplicate"]


def test_an_exception_is_named():
    entry = entry_of(Change("exception_opened", 7, event_id=70, exception_id=5))
    assert entry.summary == "Exception opened: SHP/00007: Damaged."
    assert (entry.res_model, entry.res_id, entry.after["reason"]) == (
        "logistics.exception",
        5,
        "damaged",
    )


def test_a_charge_tells_its_amount_with_the_currency():
    entry = entry_of(Change("charge", 7, charge_id=3))
    assert entry.summary == "Fuel of SHP/00007: 12.50 USD (buy)."


def test_a_new_number_is_told():
    entry = entry_of(Change("reference", 7, detail="tracking 1Z999"))
    assert entry.summary == "SHP/00007 is also tracking 1Z999."
    assert (entry.res_model, entry.res_id, entry.res_name) == ("logistics.shipment", 7, "SHP/00007")


def test_a_record_that_is_gone_is_told_without_its_values():
    entry = entry_of(Change("event", 7, event_id=999, detail="delivered"))
    assert (entry.res_id, entry.res_name, entry.after) == (999, "delivered", {})


def test_an_unknown_kind_of_change_is_kept_and_told():
    entry = entry_of(Change("storage_started", 7, detail="bay 4"))
    assert (entry.kind, entry.summary) == ("storage_started", "SHP/00007: bay 4.")


def test_nothing_changed_is_nothing_to_tell():
    assert entries_of() == []


@pytest.mark.parametrize("code", sorted(ENTRY_TYPES))
def test_every_kind_can_be_told_even_if_nothing_is_known(code):
    assert "{" not in tell(code, {})


def test_braces_in_what_others_wrote_are_only_text():
    assert tell("state", {"shipment": "SHP/{0.__class__}", "detail": "{x}"}) == (
        "SHP/{0.__class__}: {x}."
    )
