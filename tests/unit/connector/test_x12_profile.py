"""X12 214: statuses, reasons, appointments, references, weights and proofs."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from odoo.addons.logistics_milestone_sync.core.fact_key import fact_key
from odoo.addons.logistics_milestone_sync.core.reference import Reference
from odoo.addons.logistics_milestone_sync.core.weight import Weight

from .builders import interchange, read, status

NAME = "x12_214"


def _read(at7: str, *more: str, **options):
    return read(NAME, status(at7, *more, **options))


@pytest.mark.parametrize(
    ("code", "why", "milestone", "reason", "party"),
    [
        ("XB", "NS", "accepted", "", ""),
        ("AM", "NS", "handed_over", "", ""),
        ("CP", "", "handed_over", "", ""),
        ("AF", "NS", "dispatched", "", ""),
        ("X4", "NS", "arrived_at_hub", "", ""),
        ("P1", "NS", "departed_hub", "", ""),
        ("X6", "NS", "departed_hub", "", ""),
        ("K1", "NS", "customs_hold", "customs", "customs"),
        ("PR", "AS", "customs_hold", "documents", "shipper"),
        ("AV", "NS", "available_for_pickup", "", ""),
        ("AJ", "NS", "out_for_delivery", "", ""),
        ("X1", "NS", "out_for_delivery", "", ""),
        ("AH", "AQ", "delivery_attempted", "absent", "consignee"),
        ("AH", "AG", "delivery_attempted", "other", "consignee"),
        ("AP", "A2", "delivery_attempted", "address", "shipper"),
        ("A7", "NS", "delivery_attempted", "refused", "consignee"),
        ("A7", "C8", "delivery_attempted", "payment", "consignee"),
        ("D1", "NS", "delivered", "", ""),
        ("A3", "NS", "returned", "", ""),
        ("A9", "NS", "exception_raised", "damaged", "carrier"),
        ("SD", "AO", "exception_raised", "weather", "weather"),
        ("SD", "AI", "exception_raised", "delayed", "carrier"),
        ("SD", "NS", "exception_raised", "delayed", ""),
        ("SD", "BG", "exception_raised", "other", "other"),
        ("PA", "S1", "exception_raised", "missing", "carrier"),
        ("CA", "BT", "cancelled", "other", "consignee"),
    ],
)
def test_what_a_status_means(code, why, milestone, reason, party):
    (fact,) = _read(f"AT7*{code}*{why}***20250603*1100*UT").facts
    assert (fact.milestone, fact.reason, fact.responsible_party) == (milestone, reason, party)
    assert fact.raw_code == f"{code} {why}".strip()
    assert fact.classifier == "actual"


@pytest.mark.parametrize("code", ["X6", "X1", "CB"])
def test_what_a_status_only_suggests_is_inferred(code):
    assert _read(f"AT7*{code}*NS***20250603*1100*UT").facts[0].inferred


@pytest.mark.parametrize("code", ["X3", "CD", "B6"])
def test_a_movement_of_the_truck_moves_no_goods(code):
    result = _read(f"AT7*{code}*NS***20250603*1100*UT")
    assert (result.ignored, result.facts) == (1, [])


@pytest.mark.parametrize(("code", "milestone"), [("AA", "dispatched"), ("AB", "delivered")])
def test_an_appointment_is_a_plan_and_no_milestone(code, milestone):
    (fact,) = _read(f"AT7***{code}*NA*20250605*09301500*ET").facts
    assert (fact.milestone, fact.classifier) == (milestone, "planned")
    assert fact.occurred_at == datetime(2025, 6, 5, 13, 30, 15, tzinfo=UTC)


def test_an_estimated_delivery_is_an_estimate_stated_when_the_message_was_written():
    (fact,) = _read("AT7*AG*NS***20250605*1200*UT", place="MS1*BOISE*ID").facts
    assert (fact.milestone, fact.classifier) == ("eta_changed", "estimated")
    assert fact.occurred_at == datetime(2025, 6, 5, 12, tzinfo=UTC)
    # GS says 12:00 without a zone: the clock of the profile, America/Chicago, not that of Boise.
    assert fact.stated_at == datetime(2025, 6, 3, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at7", "code"),
    [
        ("AT7*Q9*NS***20250603*1100*UT", "Q9"),
        ("AT7***QQ*NA*20250603*1100*UT", "appointment/QQ"),
        ("AT7*D1*Q9***20250603*1100*UT", "reason Q9"),
    ],
)
def test_an_unknown_code_is_held(at7, code):
    assert _read(at7).unmapped == {code: 1}


def test_a_status_with_an_unknown_weight_unit_is_held():
    assert _read("AT7*D1*NS***20250603*1100*UT", "AT8*G*Q*12").unmapped == {"unit Q": 1}


@pytest.mark.parametrize(
    ("at7", "reason"),
    [
        ("AT7*D1*NS***20250631*1100*UT", "day is out of range"),
        ("AT7*D1*NS***20250603*2561*UT", "no such time of day"),
        ("AT7*D1*NS***20250603*1100*QQ", "unknown time code"),
        ("AT7*D1*NS", "no date"),
        ("AT7", "no status code"),
        ("AT7*D1*NS***20260603*1100*UT", "in the future"),
    ],
)
def test_a_status_that_cannot_be_read_is_a_problem(at7, reason):
    (problem,) = _read(at7).problems
    assert problem.path == "interchange[0].group[0].shipment[0].stop[0].status[0]"
    assert reason in problem.reason


def test_local_time_is_that_of_the_place():
    (fact,) = _read("AT7*D1*NS***20250603*1100*LT", place="MS1*BOISE*ID").facts
    assert fact.occurred_at == datetime(2025, 6, 3, 17, tzinfo=UTC)
    assert (fact.timezone_assumed, fact.location.label) == (True, "BOISE, ID")
    (fact,) = _read("AT7*D1*NS***20250603*1100", place="MS2*RIVR*7").facts
    assert (fact.occurred_at.hour, fact.location) == (16, None)


def test_three_letters_of_a_country_are_read():
    (fact,) = _read("AT7*D1*NS***20250603*1100*LT", place="MS1*LAVAL*QC*CAN").facts
    assert (fact.location.country, fact.occurred_at.hour) == ("CA", 15)


def test_numbers_of_carrier_and_shipper_find_the_shipment():
    (fact,) = _read(
        "AT7*D1*NS***20250603*1100*UT",
        "L11*SID7*SI",
        "L11*BOL7*BM",
        "L11*CNO7*CN",
        "L11*TRK7*2I",
        "L11*SEAL*SN",
        "L11**PO",
        "MAN*GM*001234567890123456",
    ).facts
    assert set(fact.references) == {
        Reference("sscc", "001234567890123456"),
        Reference("tracking", "TRK7"),
        Reference("pro", "P100"),
        Reference("pro", "CNO7"),
        Reference("bol", "B200"),
        Reference("bol", "BOL7"),
        Reference("delivery", "B200"),
        Reference("delivery", "SID7"),
        Reference("purchase_order", "PO-9"),
    }


def test_numbers_of_another_stop_are_not_this_stops():
    raw = interchange(
        [
            ["B10*P1", "LX*1", "AT7*X4*NS***20250601*0900*UT", "L11*A*2I"]
            + ["LX*2", "AT7*D1*NS***20250602*0900*UT", "L11*B*2I"]
        ]
    )
    first, second = read(NAME, raw).facts
    assert {ref.value for ref in first.references} == {"P1", "A"}
    assert {ref.value for ref in second.references} == {"P1", "B"}


@pytest.mark.parametrize(
    ("at8", "weight"),
    [
        ("AT8*G*L*2085*5", Weight(Decimal(2085), "LBR")),
        ("AT8*G*K*12.5", Weight(Decimal("12.5"), "KGM")),
        ("AT8*G*K*0", None),
        ("AT8*N*K*12", None),
        ("AT8*G**12", None),
    ],
)
def test_the_gross_weight_comes_with_the_status(at8, weight):
    assert _read("AT7*AF*NS***20250603*1100*UT", at8).facts[0].weight == weight


@pytest.mark.parametrize(
    "segment",
    [
        "K1*SIGNED BY J SMITH",
        "K1*SIGNED BY*J SMITH",
        "K1*Signed by: J SMITH",
        "K1*RECEIVED BY*J SMITH",
        "K1*POD*J SMITH",
        "K1*POD SIGNED BY J SMITH",
        "L11*J SMITH*ZZ*SIGNED BY",
        "L11*J SMITH*ZZ*Pod",
    ],
)
def test_the_signer_of_a_delivery_is_its_proof(segment):
    delivered, proof = _read("AT7*D1*NS***20250603*1100*UT", "K1*DOCK 4", segment).facts
    assert (proof.milestone, proof.evidence.signer) == ("pod_received", "J SMITH")
    assert proof.occurred_at == delivered.occurred_at


@pytest.mark.parametrize(
    "segment", ["K1*PODIUM DELIVERED", "K1*NOT SIGNED BY ANYONE", "L11*7*ZZ*X"]
)
def test_other_remarks_are_no_proof(segment):
    assert len(_read("AT7*D1*NS***20250603*1100*UT", segment).facts) == 1


def test_a_signature_at_another_status_is_no_proof():
    assert len(_read("AT7*X4*NS***20250603*1100*UT", "K1*SIGNED BY J SMITH").facts) == 1


@pytest.mark.parametrize(("why", "reason"), [("AK", "damaged"), ("S1", "missing")])
def test_a_delivery_with_a_remark_is_also_an_exception(why, reason):
    facts = _read(f"AT7*D1*{why}***20250603*1100*UT").facts
    assert [fact.milestone for fact in facts] == ["delivered", "exception_raised"]
    assert facts[1].reason == reason


def test_a_late_delivery_is_just_a_delivery():
    assert len(_read("AT7*D1*AI***20250603*1100*UT").facts) == 1


def test_statuses_without_lx_are_read():
    raw = interchange([["B10*P1", "AT7*D1*NS***20250603*1100*UT", "MS1*TROY*NY", "K1*POD*AL"]])
    delivered, proof = read(NAME, raw).facts
    assert (delivered.location.city, proof.evidence.signer) == ("TROY", "AL")


def test_other_transaction_sets_state_nothing():
    result = read(NAME, interchange([["AK1*QM*7", "AK9*A*1*1*1"]], code="997"))
    assert (result.ignored, result.facts, result.problems) == (1, [], [])


def test_one_bad_status_spares_the_others():
    raw = interchange(
        [
            ["B10*P1", "LX*1", "AT7*AF*NS***20250601*0900*UT"],
            ["B10*P2", "LX*1", "AT7*AF*NS***TODAY*0900*UT"],
            ["B10*P3", "LX*1", "AT7*Q9*NS***20250601*0900*UT"],
            ["B10", "LX*1", "AT7*AF*NS***20250601*0900*UT"],
            ["B10*P5", "LX*1", "AT7*D1*NS***20250601*0900*UT"],
        ]
    )
    result = read(NAME, raw)
    assert [fact.milestone for fact in result.facts] == ["dispatched", "delivered"]
    assert [problem.path.split(".")[2] for problem in result.problems] == [
        "shipment[1]",
        "shipment[3]",
    ]
    assert result.unmapped == {"Q9": 1}


def test_the_same_status_in_a_new_envelope_is_the_same_fact():
    sets = [["B10*P1", "LX*1", "AT7*D1*NS***20250603*1100*UT", "MS1*TROY*NY"]]
    (first,) = read(NAME, interchange(sets, control="000000001")).facts
    (second,) = read(NAME, interchange([sets[0]], control="000000999")).facts
    assert first.source_event_id is None
    assert fact_key(first, 1, "s1") == fact_key(second, 1, "s1")
