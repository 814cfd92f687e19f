"""A short run of ``make fuzz``, always with the same damage; and whether it would see anything."""

import itertools
from random import Random

import pytest
from fuzz import campaign
from fuzz.damage import damage
from fuzz.samples import samples

from odoo.addons.logistics_carrier_connector.core import codecs
from odoo.addons.logistics_carrier_connector.core.codecs import FORMATS

SEED = 20250603
KNOWN = samples()
# Workbooks and tables with thousands of rows take their time.
INPUTS = {"xlsx": 60, "csv": 150}


def _numbers(count):
    return iter(range(1, count + 1))


def test_every_format_has_samples():
    assert set(KNOWN) == set(FORMATS)


@pytest.mark.parametrize("name", FORMATS)
def test_a_sample_without_damage_states_facts(name):
    assert {campaign.outcome(each, each.raw) for each in KNOWN[name]} == {"facts"}


@pytest.mark.parametrize("name", FORMATS)
def test_damaged_messages_have_a_fate(name, tmp_path):
    report = campaign.run(name, KNOWN[name], SEED, _numbers(INPUTS.get(name, 300)), tmp_path)
    assert report.findings == []
    # Damage that every codec refuses at once would test nothing behind it.
    assert report.outcomes["facts"] > report.outcomes.total() / 20


@pytest.mark.parametrize("name", FORMATS)
def test_a_seed_gives_the_same_damage_again(name):
    first, second = (
        [campaign.damaged(name, KNOWN[name], 7, number)[1] for number in range(5)] for _ in range(2)
    )
    if name != "xlsx":  # a zip archive keeps the time at which it was written
        assert first == second
    assert first != [campaign.damaged(name, KNOWN[name], 8, number)[1] for number in range(5)]


def test_damage_changes_most_messages_and_keeps_them_small():
    raw = KNOWN["csv"][0].raw
    found = [damage("csv", raw, Random(number)) for number in range(100)]
    assert sum(each != raw for each in found) > 80
    assert max(map(len, found)) < 1_000_000


class _Broken(Exception):
    pass


def _raise(_raw):
    raise _Broken("on purpose")


def test_a_reader_that_breaks_is_a_finding_and_its_input_is_kept(monkeypatch, tmp_path):
    monkeypatch.setitem(codecs._CODECS, "json", _raise)
    report = campaign.run("json", KNOWN["json"], 1, _numbers(30), tmp_path)
    assert report.findings
    assert "_Broken: on purpose" in report.findings[0]
    name = report.findings[0].split(" ")[0]
    number = int(name.removesuffix(".bin").rpartition("-")[2])
    assert (tmp_path / name).read_bytes() == campaign.damaged("json", KNOWN["json"], 1, number)[1]


@pytest.mark.parametrize(
    ("limit", "value", "says"),
    [("MAX_CPU_SECONDS", -1.0, "of processor time"), ("MAX_GROWTH", -1, "MB")],
)
def test_a_reader_beyond_its_limits_is_a_finding(limit, value, says, monkeypatch, tmp_path):
    monkeypatch.setattr(campaign, limit, value)
    report = campaign.run("json", KNOWN["json"], 1, itertools.islice(_numbers(9), 1), tmp_path)
    assert says in report.findings[0]
