"""Zones of a tariff: which places cost the same."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_billing_rules.core.condition import read
from odoo.addons.logistics_billing_rules.core.measure import Basis
from odoo.addons.logistics_billing_rules.core.money import Money
from odoo.addons.logistics_billing_rules.core.vocabulary import VOCABULARY, unknown
from odoo.addons.logistics_billing_rules.core.zone import Zone, read_ranges, zone_of, zoned

GERMANY, AUSTRIA, BRITAIN = 57, 12, 231
ZONES = (
    Zone("South", frozenset({GERMANY}), read_ranges("80-82, 94")),
    Zone("London", frozenset({BRITAIN}), read_ranges("SW1, EC")),
    Zone("Germany", frozenset({GERMANY})),
    Zone("Elsewhere", frozenset(), read_ranges("0-9")),
)


@pytest.mark.parametrize(
    ("country", "zip_code", "name"),
    [
        (GERMANY, "80331", "South"),
        (GERMANY, "82999", "South"),
        (GERMANY, "83000", "Germany"),
        (GERMANY, "94032", "South"),
        (GERMANY, "8", "Germany"),  # shorter than what is asked for
        (GERMANY, "", "Germany"),
        (BRITAIN, "sw1a 1aa", "London"),
        (BRITAIN, "EC1A-1BB", "London"),
        (BRITAIN, "NW1 6XE", None),
        (AUSTRIA, "1010", "Elsewhere"),
        (None, "80331", "Elsewhere"),
        (None, "", None),
    ],
)
def test_the_first_zone_that_fits_a_place_counts(
    country: int | None, zip_code: str, name: str | None
) -> None:
    assert zone_of(ZONES, country, zip_code) == name


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("80-8", "is no range"),
        ("82-80", "is no range"),
        ("80-82-84", "is no postal code"),
        ("8*", "is no postal code"),
    ],
)
def test_what_is_no_range_of_postal_codes_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        read_ranges(text)


def test_lines_and_semicolons_separate_too_and_nothing_is_nothing() -> None:
    assert read_ranges("80\n 81 ; 82–84,") == (("80", "80"), ("81", "81"), ("82", "84"))
    assert read_ranges("  ") == ()


@given(st.integers(0, 99999), st.integers(0, 99999), st.integers(0, 99999))
def test_a_range_of_whole_numbers_covers_what_lies_between_its_ends(
    one: int, other: int, place: int
) -> None:
    low, high = sorted((one, other))
    zone = Zone("Z", frozenset(), read_ranges(f"{low:05}-{high:05}"))

    assert zone.covers(None, f"{place:05}") == (low <= place <= high)


def test_a_shipment_has_the_zones_of_both_its_ends() -> None:
    stated = {"country_id": GERMANY, "zip": "80331", "origin_country_id": AUSTRIA}
    basis = Basis(Money(Decimal(0), "EUR"), date(2026, 3, 2), stated=stated)
    found = zoned(basis, ZONES)

    assert (found.stated["zone"], found.stated["origin_zone"]) == ("South", None)
    assert unknown(read("[('zone', '=', 'North')]", VOCABULARY), found) == ""
    asked = read("[('origin_zone', '=', 'South')]", VOCABULARY)
    assert unknown(asked, found) == "a zone for the place of dispatch"
