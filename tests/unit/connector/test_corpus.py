"""Real messages, where somebody has a collection of them beside the project.

The collection is no part of the project: ``LOGISTICS_CORPUS`` names its folder, else
``../shared/corpus`` is looked for. Its ``INDEX.tsv`` says what state each message amounts to;
``make corpus`` prints the agreement.
"""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from corpus.agreement import Row, judge, rows, state
from corpus.delivered import candidates, profiles

from odoo.addons.logistics_carrier_connector.core import mapping

from .builders import PROFILES, profile

PROJECT = PROFILES.parents[1]
CORPUS = Path(os.environ.get("LOGISTICS_CORPUS") or PROJECT.parent / "shared" / "corpus")
ROWS = list(rows(CORPUS)) if (CORPUS / "INDEX.tsv").is_file() else []
NOW = datetime(2100, 1, 1, tzinfo=UTC)
needs_corpus = pytest.mark.skipif(not ROWS, reason="no collection of real messages")


@pytest.fixture(scope="module")
def known():
    return profiles()


@needs_corpus
def test_real_messages_amount_to_the_state_that_their_sources_state(known):
    outcomes = [judge(row, known, NOW) for row in ROWS]
    assert [outcome for outcome in outcomes if outcome.fate == "error"] == []
    stated = [outcome for outcome in outcomes if outcome.agrees is not None]
    wrong = [outcome for outcome in stated if not outcome.agrees]
    assert len(wrong) <= 0.03 * len(stated), [outcome.row.path.name for outcome in wrong]


def test_every_profile_can_be_chosen_by_the_name_of_its_carrier(known):
    assert [each.code for each in candidates("dpd", known)] == [
        *("dpd", "dpd_france", "dpd_group", "generic_tracking")
    ]
    assert [each.code for each in candidates("17track", known)] == ["track17", "generic_tracking"]
    assert len(candidates("nobody_knows", known)) > 50


def _file(folder, name, text):
    path = folder / name
    path.write_text(text)
    return path


def _gls(status):
    at = "2025-06-03T08:00:00Z"
    return json.dumps({"parcels": [{"unitno": "1", "status": status, "statusDateTime": at}]})


@pytest.mark.parametrize(
    ("text", "expected", "fate", "agrees"),
    [
        ('{"parcels": [{"unitno": "1", "status": "DELIVERED"}]}', "", "rejected", None),
        ('{"fault": {"faultstring": "no"}}', "error", "carrier_error", True),
        ("not json", "error", "rejected", True),
        ("not json", "delivered", "rejected", False),
        (_gls("NEW"), "delivered", "held", False),
        (_gls("DELIVERED"), "1=delivered", "facts", True),
    ],
)
def test_a_file_has_one_fate(tmp_path, known, text, expected, fate, agrees):
    outcome = judge(Row(_file(tmp_path, "a.json", text), "gls", expected), known, NOW)
    assert (outcome.fate, outcome.agrees) == (fate, agrees)


def test_what_ends_a_shipment_is_its_state_as_in_the_fold():
    def facts(*events):
        named = [{"status": status, "timestamp": at} for status, at in events]
        parcel = {"trackingNumber": "1", "events": named}
        return mapping.apply(profile("gls_group"), parcel, NOW).facts

    later, first = "2025-06-03T09:00:00Z", "2025-06-03T08:00:00Z"
    assert state(facts(("DELIVERED", first), ("IN_TRANSIT", later))) == "delivered"
    assert state(facts(("IN_TRANSIT", first), ("OUT_FOR_DELIVERY", later))) == "out_for_delivery"
    assert state([]) == "none"
