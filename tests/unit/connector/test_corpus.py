"""Real messages, where somebody has a collection of them beside the project.

The collection is no part of the project: ``LOGISTICS_CORPUS`` names its folder, else
``../shared/corpus`` is looked for. Its ``INDEX.tsv`` says what state each message amounts to.
"""

import csv
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from odoo.addons.logistics_carrier_connector.core.errors import IntegrationError
from odoo.addons.logistics_carrier_connector.core.mapping import MappingResult
from odoo.addons.logistics_milestone_sync.core.fact import MilestoneFact

from .builders import PROFILES, read

PROJECT = PROFILES.parents[1]
CORPUS = Path(os.environ.get("LOGISTICS_CORPUS") or PROJECT.parent / "shared" / "corpus")
PROFILE_OF = {"ups/upstrackalert_": "ups_track_alert", "x12_214/": "x12_214"}
STATES = {
    "planned": "created",
    "tendered": "created",
    "accepted": "created",
    "handed_over": "created",
    "arrived_at_hub": "in_transit",
    "departed_hub": "in_transit",
    "customs_cleared": "in_transit",
    "customs_hold": "exception",
    "exception_raised": "exception",
    "lost": "exception",
    "eta_changed": "eta",
}
NOT_A_STATE = ("pod_received", "weight_validated")


def _rows() -> list:
    index = CORPUS / "INDEX.tsv"
    if not index.is_file():
        return []
    with index.open(encoding="utf-8", newline="") as file:
        rows = [
            pytest.param(CORPUS / row["file"], name, row["expected_state"] or "", id=row["file"])
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            for start, name in PROFILE_OF.items()
            if row["file"].startswith(start) and (CORPUS / row["file"]).is_file()
        ]
    return rows


def _state(result: MappingResult) -> str:
    """What the newest statement amounts to, in the words of the index."""
    if result.carrier_error is not None:
        return "error"
    facts = [each for each in result.facts if isinstance(each, MilestoneFact)]
    stated = [each for each in facts if each.milestone not in NOT_A_STATE]
    actual = [each for each in stated if each.classifier == "actual"] or stated
    if not actual:
        return "ignore" if result.ignored else "none"
    newest = max(actual, key=lambda fact: fact.occurred_at)
    return STATES.get(newest.milestone, newest.milestone)


ROWS = _rows()


@pytest.mark.skipif(not ROWS, reason=f"no collection of real messages at {CORPUS.name}/INDEX.tsv")
@pytest.mark.parametrize(("path", "name", "expected"), ROWS or [(None, "", "")])
def test_a_real_message_amounts_to_the_state_that_its_source_states(path, name, expected):
    try:
        result = read(name, path.read_bytes(), datetime.now(UTC))
    except IntegrationError as error:
        assert not expected, error.public_message
        return
    assert not result.problems
    assert not result.unmapped
    assert not expected or _state(result) in expected.split("|")
