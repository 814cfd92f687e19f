"""The crosswalk for people and the profile that reads messages agree about X12."""

from pathlib import Path

import pytest

from odoo.addons.logistics_carrier_connector.core.profile import load
from odoo.addons.logistics_milestone_sync.core.crosswalk import OUT, X12, read

PROJECT = Path(__file__).resolve().parents[3]
PROFILE = load((PROJECT / "logistics_carrier_connector/profiles/x12_214.yaml").read_text())
ROWS = [
    row
    for row in read((PROJECT / "logistics_milestone_sync/crosswalks/standards.csv").read_text())
    if row.standard == X12 and row.direction != OUT
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.code} {row.qualifier}")
def test_the_profile_reads_a_code_as_the_crosswalk_says(row):
    key = f"appointment/{row.code}" if row.qualifier == "AT7-03" else row.code
    assert PROFILE.codes[key].milestone == row.milestone
