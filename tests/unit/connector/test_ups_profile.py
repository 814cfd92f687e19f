"""UPS Track Alert: what each kind of event means."""

import base64
import json
from datetime import UTC, datetime

import pytest

from odoo.addons.logistics_milestone_sync.core.reference import Reference

from .builders import profile, read, ups_event

NAME = "ups_track_alert"


def _read(*args, **fields):
    return read(NAME, json.dumps(ups_event(*args, **fields)).encode())


@pytest.mark.parametrize(
    ("kind", "code", "number", "milestone", "reason", "party"),
    [
        ("M", "MP", "003", "accepted", "", ""),
        ("M", "unheard of", "", "accepted", "", ""),
        ("M", "VP", "", "cancelled", "", ""),
        ("MV", "VP", "007", "cancelled", "", ""),
        ("P", "PU", "038", "dispatched", "", ""),
        ("I", "OR", "005", "dispatched", "", ""),
        ("I", "AR", "005", "arrived_at_hub", "", ""),
        ("I", "DP", "005", "departed_hub", "", ""),
        ("I", "??", "005", "departed_hub", "", ""),
        ("I", "??", "084", "customs_cleared", "", ""),
        ("I", "OT", "021", "out_for_delivery", "", ""),
        ("I", "??", "021", "out_for_delivery", "", ""),
        ("O", "??", "", "out_for_delivery", "", ""),
        ("D", "FS", "011", "delivered", "", ""),
        ("D", "??", "", "delivered", "", ""),
        ("D", "2Q", "161", "available_for_pickup", "", ""),
        ("D", "B0", "034", "returned", "", ""),
        ("D", "KU", "", "exception_raised", "missing", "carrier"),
        ("D", "53", "", "delivery_attempted", "other", ""),
        ("RS", "RS", "034", "returned", "", ""),
        ("X", "48", "022", "delivery_attempted", "absent", "consignee"),
        ("X", "51", "062", "delivery_attempted", "payment", "consignee"),
        ("X", "KT", "064", "delivery_attempted", "refused", "consignee"),
        ("X", "45", "059", "exception_raised", "damaged", "carrier"),
        ("X", "AJ", "", "exception_raised", "missing", "carrier"),
        ("X", "A7", "050", "exception_raised", "address", "shipper"),
        ("X", "2A", "052", "exception_raised", "weather", "weather"),
        ("X", "18", "046", "exception_raised", "delayed", "carrier"),
        ("X", "B4", "126", "customs_hold", "customs", "customs"),
        ("X", "29", "124", "customs_hold", "documents", "consignee"),
        ("X", "UA", "034", "returned", "", ""),
        ("X", "1F", "149", "lost", "", ""),
        ("X", "??", "052", "exception_raised", "weather", "weather"),
        ("X", "??", "", "exception_raised", "other", ""),
    ],
)
def test_what_an_event_means(kind, code, number, milestone, reason, party):
    result = _read(kind, code, number)
    (fact,) = result.facts
    assert (fact.milestone, fact.reason, fact.responsible_party) == (milestone, reason, party)
    assert fact.raw_code == f"{kind}/{code}"


def test_an_unknown_code_in_transit_is_held_because_in_transit_is_no_milestone():
    assert _read("I", "Q?", "999").unmapped == {"I/Q?": 1}
    assert _read("I", "Q?").unmapped == {"I/Q?": 1}


def test_an_unknown_type_is_held():
    assert _read("W", "AR").unmapped == {"W/AR": 1}


def test_an_on_the_way_without_details_is_inferred():
    assert _read("I", "??", "005").facts[0].inferred
    assert not _read("I", "DP", "005").facts[0].inferred


def test_time_is_utc_with_the_offset_of_the_place():
    (fact,) = _read("D", "FS").facts
    assert fact.occurred_at == datetime(2025, 6, 3, 20, 30, tzinfo=UTC)
    assert (fact.utc_offset, fact.timezone_assumed) == (-360, False)


def test_without_utc_the_local_time_is_placed_by_offset_or_by_place():
    bare = {"gmtActivityDate": None, "gmtActivityTime": None}
    (fact,) = _read("D", "FS", **bare, gmtOffset="-06.00").facts
    assert (fact.occurred_at.hour, fact.utc_offset, fact.timezone_assumed) == (20, -360, False)
    (fact,) = _read("D", "FS", **bare).facts
    assert (fact.occurred_at.hour, fact.utc_offset, fact.timezone_assumed) == (20, None, True)


def test_the_parcel_is_found_by_its_tracking_number_and_placed():
    (fact,) = _read("D", "FS").facts
    assert fact.references == (Reference("tracking", "1ZTEST000000000001"),)
    assert fact.location.label == "Denver, CO, US"


def test_who_took_the_parcel_is_the_proof_of_delivery():
    delivered, proof = _read("D", "FS", "011", receivedBy="A. Jones").facts
    assert (delivered.milestone, proof.milestone) == ("delivered", "pod_received")
    assert (proof.evidence.signer, proof.occurred_at) == ("A. Jones", delivered.occurred_at)


def test_a_delivery_without_a_name_has_no_proof():
    assert [fact.milestone for fact in _read("D", "FS", receivedBy="").facts] == ["delivered"]


def test_a_photograph_is_a_proof_known_by_its_digest():
    photo = base64.b64encode(b"not really a picture").decode()
    (proof,) = _read("U", "PX", "155", deliveryPhoto=photo).facts
    assert (proof.milestone, proof.evidence.document_name) == ("pod_received", "delivery photo")
    assert len(proof.evidence.sha256) == 64


def test_the_scheduled_day_is_an_estimate_stated_with_the_event():
    event, estimate = _read("I", "AR", scheduledDeliveryDate="20250605").facts
    assert (estimate.milestone, estimate.classifier) == ("eta_changed", "estimated")
    assert estimate.occurred_at == datetime(2025, 6, 6, 5, 59, 59, tzinfo=UTC)
    assert estimate.stated_at == event.occurred_at
    assert estimate.timezone_assumed


@pytest.mark.parametrize("kind", ["D", "RS", "MV"])
def test_after_the_end_there_is_no_estimate(kind):
    assert len(_read(kind, "", scheduledDeliveryDate="20250605").facts) == 1


def test_an_update_is_nothing_but_the_new_estimate():
    (estimate,) = _read(
        "U", "UP", "154", scheduledDeliveryDate="20250606", deliveryEndTime="170000"
    ).facts
    assert (estimate.milestone, estimate.classifier) == ("eta_changed", "estimated")
    assert estimate.occurred_at == datetime(2025, 6, 6, 23, 0, tzinfo=UTC)
    assert estimate.stated_at == datetime(2025, 6, 3, 20, 30, tzinfo=UTC)


def test_an_update_without_a_day_is_a_problem():
    assert _read("U", "UP").problems[0].reason == "no date for what is estimated"


def test_damage_at_the_delivery_is_an_exception_beside_it():
    facts = _read("X", "64", "059").facts
    assert [fact.milestone for fact in facts] == ["delivered", "exception_raised"]
    assert facts[1].reason == "damaged"


def test_a_request_moves_nothing():
    result = _read("X", "ZA", "054")
    assert (result.ignored, result.facts) == (1, [])


def test_a_refused_subscription_is_an_error_answer():
    raw = b'{"response": {"errors": [{"code": "VSS1", "message": "no"}, {"code": 2}]}}'
    result = read(NAME, raw)
    assert (result.carrier_error, result.items) == ("VSS1 no; 2", ())


def test_several_events_in_a_list_are_several_items():
    raw = json.dumps(
        [ups_event("I", "AR"), {"trackingNumber": "1Z"}, ups_event("D", "FS")]
    ).encode()
    result = read(NAME, raw)
    assert [fact.milestone for fact in result.facts] == ["arrived_at_hub", "delivered"]
    assert [problem.path for problem in result.problems] == ["event[1]"]


def test_no_code_of_a_delivery_that_did_not_happen_says_delivered():
    rules = profile(NAME)
    delivered = {code for code, row in rules.codes.items() if row.milestone == "delivered"}
    assert {"D", "status/011", "status/026"} <= delivered
    assert not delivered & {"D/53", "D/50", "D/2Q", "D/B0", "D/KU", "status/143", "status/144"}
