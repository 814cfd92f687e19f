"""What every profile reads in a sample of its format.

The module delivers a message for each, written by us after the public format, and everything that
it states as JSON: its golden sample. ``samples/<profile>.facts`` says the same again for the eyes,
one line per fact: the milestone, when (``?``: a rule of ours chose the zone or the hour), the names
of the shipment, and what else is said.
"""

import json
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from odoo.addons.logistics_carrier_connector.core import mapping
from odoo.addons.logistics_carrier_connector.core.codecs import decode
from odoo.addons.logistics_milestone_sync.core.fact import ChargeFact, to_json

from .builders import PROFILES, profile

LINES = Path(__file__).parent / "samples"
SAMPLES = PROFILES.parent / "samples"
NOW = datetime(2025, 6, 30, 12, tzinfo=UTC)
NAMES = sorted(path.stem for path in PROFILES.glob("*.yaml"))
# The same profile for another kind of file; its test makes the file.
WITHOUT = ("generic_xlsx",)


def _line(fact):
    names = " ".join(f"{name.scheme}:{name.value}" for name in fact.references)
    if isinstance(fact, ChargeFact):
        return (
            f"charge {fact.charge_type} {fact.amount} {fact.currency} key:{fact.charge_key} {names}"
        )
    details = (
        fact.reason and f"reason:{fact.reason}",
        fact.responsible_party and f"party:{fact.responsible_party}",
        fact.inferred and "inferred",
        fact.classifier != "actual" and fact.classifier,
        fact.evidence and f"signer:{fact.evidence.signer or '-'}",
        fact.weight and f"weight:{fact.weight.value}{fact.weight.unit}",
        fact.retracts and f"retracts:{fact.retracts}",
        fact.location and f"at:{fact.location.label}",
    )
    assumed = "?" if fact.timezone_assumed else ""
    said = " ".join(detail for detail in details if detail)
    return f"{fact.milestone} {fact.occurred_at:%Y-%m-%dT%H:%MZ}{assumed} {names} {said}".strip()


def _sample(name):
    """The bytes, what was asked for, and the lines that are expected."""
    (path,) = (path for path in SAMPLES.glob(f"{name}.*") if ".expected" not in path.name)
    lines = (LINES / f"{name}.facts").read_text("utf-8").splitlines()
    asked = lines.pop(0).removeprefix("asked ") if lines[0].startswith("asked ") else ""
    return path.read_bytes(), {"number": asked} if asked else None, lines


def _read(name, raw, asked=None):
    rules = profile(name)
    return mapping.apply(rules, decode(rules.format, raw), NOW, asked)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in WITHOUT])
def test_a_profile_reads_its_sample(name):
    raw, asked, expected = _sample(name)
    result = _read(name, raw, asked)
    assert (result.problems, result.unmapped, result.carrier_error) == ([], {}, None)
    assert [_line(fact) for fact in result.facts] == expected


@pytest.mark.parametrize("name", [name for name in NAMES if name not in WITHOUT])
def test_the_golden_sample_says_everything_that_is_read(name):
    raw, asked, _lines = _sample(name)
    delivered = json.loads((SAMPLES / f"{name}.expected.json").read_text("utf-8"))
    assert delivered["asked"] == (asked or {}).get("number", "")
    assert delivered["facts"] == [to_json(fact) for fact in _read(name, raw, asked).facts]


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("generic")])
def test_no_other_profile_of_the_same_carrier_takes_the_sample(name):
    raw, _asked, _expected = _sample(name)
    rules = profile(name)
    family = [each for each in NAMES if each.split("_")[0] == name.split("_")[0] and each != name]
    for other in map(profile, family):
        if other.format == rules.format and other.recognize:
            assert not mapping.recognizes(other, decode(rules.format, raw)), other.code


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_says_which_messages_are_its(name):
    rules = profile(name)
    assert rules.recognize or name in ("x12_214",)


def test_a_workbook_is_read_like_the_csv_file(tmp_path):
    raw, _asked, expected = _sample("generic_csv")
    book = openpyxl.Workbook()
    for line in raw.decode().splitlines():
        book.active.append(line.split(";"))
    book.save(tmp_path / "events.xlsx")
    result = _read("generic_xlsx", (tmp_path / "events.xlsx").read_bytes())
    assert [_line(fact) for fact in result.facts] == expected


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_is_short_beside_its_code_table(name):
    text = (PROFILES / f"{name}.yaml").read_text("utf-8")
    before = text.split("\ncodes:")[0]
    assert len(before.splitlines()) <= 125


def test_no_code_that_means_something_else_says_delivered():
    for name in NAMES:
        for code, row in profile(name).codes.items():
            if row.milestone == "delivered":
                assert not any(
                    word in code.lower() for word in ("not_ok", "undeliv", "fail", "attempt")
                )


def test_a_code_without_a_row_is_held_and_a_message_of_somebody_else_is_a_problem():
    assert _read(
        "gls", b'{"parcels": [{"unitno": "1", "status": "NEW_WORD", "events": []}]}'
    ).unmapped
    result = _read("gls", b'{"something": "else"}')
    assert [problem.reason for problem in result.problems] == ["this is no message of this profile"]


def test_the_names_of_a_freight_invoice_are_read_once_for_all_of_its_charges() -> None:
    """There may be thousands of both; reading the names for each charge took half a minute."""
    raw, asked, _lines = _sample("x12_210")
    charges = [fact for fact in _read("x12_210", raw, asked).facts if isinstance(fact, ChargeFact)]

    assert len(charges) > 1
    assert len({id(charge.references) for charge in charges}) == 1
