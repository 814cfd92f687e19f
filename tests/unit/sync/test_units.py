"""Units: every word means one unit, units of one dimension convert exactly, others never."""

from collections import Counter
from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_milestone_sync.core import units
from odoo.addons.logistics_milestone_sync.core.units import BY_CODE, UNITS, convert, find
from odoo.addons.logistics_milestone_sync.core.weight import UNITS as WEIGHT_UNITS

codes = st.sampled_from(sorted(BY_CODE))
amounts = st.decimals(-100_000, 100_000, places=3, allow_nan=False)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("LBR", "LBR"),
        ("lbs", "LBR"),
        ("Lbs.", "LBR"),
        ("kgs", "KGM"),
        (" kg ", "KGM"),
        ("cu. ft.", "FTQ"),
        ("cbm", "MTQ"),
        ("m³", "MTQ"),
        ("cm³", "MLT"),
        ("mi", "SMI"),
        ("pallets", "XPX"),
        ("PF", "XPX"),
        ("CT", "XCT"),
        ("PCE", "H87"),
        ("hrs", "HUR"),
        ("Days", "DAY"),
        ("short ton", "STN"),
    ],
)
def test_what_carriers_write_is_understood(written, code):
    assert find(written).code == code


@pytest.mark.parametrize("written", ["", "ton", "tons", "gallon", "l", "t", "parsec", "x" * 200])
def test_what_may_mean_two_things_is_not_guessed(written):
    assert find(written) is None


def test_no_word_means_two_units_and_every_word_is_found():
    words = [word for unit in UNITS for word in (unit.code, *unit.spellings)]
    assert [word for word, times in Counter(words).items() if times > 1] == []
    assert all(units.normalise(word) == word for word in words)
    assert {unit.dimension for unit in UNITS} == set(units.DIMENSIONS)


def test_every_dimension_but_packages_has_a_base_unit():
    for dimension in set(units.DIMENSIONS) - {units.PACKAGE}:
        assert [u for u in UNITS if u.dimension == dimension and u.factor == 1], dimension


@pytest.mark.parametrize(
    ("value", "source", "target", "result"),
    [
        ("1", "STN", "LBR", "2000"),
        ("1", "LTN", "LBR", "2240"),
        ("1", "CWA", "LBR", "100"),
        ("1", "LBR", "ONZ", "16"),
        ("1", "TNE", "KGM", "1000"),
        ("1", "SMI", "YRD", "1760"),
        ("1", "YRD", "INH", "36"),
        ("1", "FTQ", "INQ", "1728"),
        ("1", "GLL", "INQ", "231"),
        ("1", "MTQ", "LTR", "1000"),
        ("1", "FTK", "MTK", "0.09290304"),
        ("2", "DZN", "EA", "24"),
        ("1", "WEE", "HUR", "168"),
        ("7", "XPX", "XPX", "7"),
    ],
)
def test_conversions_are_exact(value, source, target, result):
    assert convert(Decimal(value), source, target) == Decimal(result)


@given(amounts, codes, codes)
def test_there_and_back_gives_the_same_or_nothing_at_all(value, source, target):
    if BY_CODE[source].dimension != BY_CODE[target].dimension:
        with pytest.raises(ValueError, match="does not convert"):
            convert(value, source, target)
    elif BY_CODE[source].dimension != units.PACKAGE:
        back = convert(convert(value, source, target), target, source)
        assert abs(back - value) <= abs(value) * Decimal("1e-24")


def test_a_pallet_is_no_number_of_cartons():
    for one, other in combinations([u.code for u in UNITS if u.dimension == units.PACKAGE], 2):
        with pytest.raises(ValueError, match="does not convert"):
            convert(Decimal(1), one, other)


def test_an_unknown_code_does_not_convert():
    with pytest.raises(ValueError, match="unknown unit: 'ZZZ'"):
        convert(Decimal(1), "KGM", "ZZZ")


def test_weights_know_every_unit_of_mass():
    assert set(WEIGHT_UNITS) == {unit.code for unit in UNITS if unit.dimension == units.MASS}
    assert {"KGM", "LBR", "GRM", "TNE", "ONZ"} <= set(WEIGHT_UNITS)
