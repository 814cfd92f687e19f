from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core.code_table import CodeRow
from odoo.addons.logistics_carrier_connector.core.mapping import apply
from odoo.addons.logistics_carrier_connector.core.overrides import (
    CLIENT,
    CONNECTION,
    Override,
    effective,
    overridden,
)
from odoo.addons.logistics_carrier_connector.core.profile import load

from .builders import NOW
from .test_code_rows import TEXT

OVERRIDES = st.lists(
    st.builds(
        Override,
        st.sampled_from([CLIENT, CONNECTION]),
        st.sampled_from("ABC"),
        st.builds(CodeRow, st.sampled_from(["delivered", "returned", "picked"])),
    ),
    max_size=6,
    unique_by=lambda each: (each.scope, each.code),
)


def _read(*overrides, code="D"):
    event = {"number": "1Z", "status": code, "at": "2025-03-02T08:00:00Z"}
    return apply(overridden(load(TEXT), overrides), {"events": [event]}, NOW)


@given(OVERRIDES)
def test_the_connections_own_exception_goes_before_that_of_its_client(overrides):
    rows = effective(overrides)
    for each in overrides:
        own = [o for o in overrides if (o.scope, o.code) == (CONNECTION, each.code)]
        assert rows[each.code] == (own[0] if own else each).row


@given(OVERRIDES, st.randoms())
def test_the_order_in_which_exceptions_are_read_does_not_matter(overrides, random):
    shuffled = list(overrides)
    random.shuffle(shuffled)
    assert effective(shuffled) == effective(overrides)


def test_an_exception_goes_before_the_table_and_says_whose_it_is():
    result = _read(Override(CONNECTION, "D", CodeRow("returned", override="Account 2")))
    assert result.facts[0].milestone == "returned"
    assert result.items[0].override == "Account 2"


def test_without_an_exception_the_table_counts_and_nobody_is_named():
    result = _read(Override(CONNECTION, "E", CodeRow("returned", override="Account 2")))
    assert result.facts[0].milestone == "delivered"
    assert result.items[0].override == ""


def test_an_exception_explains_a_code_that_the_table_does_not_know():
    assert _read(code="NEW").unmapped == {"NEW": 1}
    result = _read(Override(CLIENT, "NEW", CodeRow("picked", override="Client")), code="NEW")
    assert (result.unmapped, result.facts[0].milestone) == ({}, "picked")


def test_an_exception_may_say_that_there_is_nothing_to_record():
    result = _read(Override(CLIENT, "D", CodeRow(ignore=True, override="Client")))
    assert (result.facts, result.ignored, result.items[0].override) == ([], 1, "Client")
