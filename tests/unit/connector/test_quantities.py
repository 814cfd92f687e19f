from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core.contract import check
from odoo.addons.logistics_carrier_connector.core.quantity_schema import (
    DECIMAL,
    DECLARED_WEIGHT,
    DISTANCE,
    POSITIVE,
    positive,
)
from odoo.addons.logistics_milestone_sync.core.shipment_field import value_of
from odoo.addons.logistics_milestone_sync.core.weight import UNITS

_decimals = st.decimals(
    min_value=Decimal("-1e12"), max_value=Decimal("1e12"), places=9, allow_nan=False
)


@given(_decimals)
def test_a_number_and_its_text_are_judged_alike(value):
    for schema in (DECIMAL, POSITIVE, positive(Decimal(62137))):
        as_number = not check(schema, value)
        as_text = not check(schema, f"{value:f}")
        assert as_number == as_text, (schema, value)


@given(_decimals, st.sampled_from([10, 99, 62137, 10**7, 45_359]))
def test_positive_is_above_zero_and_below_its_limit(value, most):
    fits = not check(positive(Decimal(most)), value)
    leading = int(str(most)[0]) * 10 ** (len(str(most)) - 1)
    assert fits == (Decimal("1e-9") <= value < leading)


@pytest.mark.parametrize("text", ["", "-1", "+1", "1e3", ".5", "1.", "1,5", " 1", "0", "0.0", "٣"])
def test_what_is_no_decimal_above_zero_is_refused_as_text(text):
    assert check(POSITIVE, text)


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        (0, True),
        (Decimal("0.0"), True),
        (Decimal("5e-324"), False),
        (Decimal("-5e-324"), False),
        (Decimal("1e-9"), True),
        (10**15, True),
        (10**15 + 1, False),
        ("000123.40", True),
        (True, False),
        (None, False),
    ],
)
def test_amounts_are_of_a_size_that_money_has(value, fits):
    assert (not check(DECIMAL, value)) == fits


@given(
    st.one_of(
        st.decimals(min_value=Decimal("1e-9"), max_value=Decimal("2e10"), places=9),
        st.integers(1, 2 * 10**10),
    ),
    st.sampled_from(UNITS),
)
def test_a_declared_weight_that_fits_is_a_weight_that_a_shipment_can_have(value, unit):
    if not check(DECLARED_WEIGHT, {"value": value, "unit": unit}):
        assert value_of("declared_weight", f"{value:f} {unit}") is not None


@given(
    st.decimals(min_value=Decimal("1e-9"), max_value=Decimal("200000"), places=3),
    st.sampled_from(["KMT", "SMI"]),
)
def test_a_distance_that_fits_is_one_that_a_shipment_can_travel(value, unit):
    if not check(DISTANCE, {"value": value, "unit": unit}):
        assert value_of("distance", f"{value:f} {unit}") is not None


def test_every_unit_of_weight_can_be_declared_up_to_a_large_ship():
    for unit in UNITS:
        assert not check(DECLARED_WEIGHT, {"value": 1000, "unit": unit}), unit
    assert not check(DECLARED_WEIGHT, None)


def test_a_refused_quantity_is_told_in_words():
    [problem] = check(DISTANCE, {"value": 10**6, "unit": "KMT"})
    assert problem.reason.startswith("must be: less than 100,000 kilometers")
