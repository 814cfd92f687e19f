"""A fact finds its shipment by strict precedence, or it is parked; nothing is guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_milestone_sync.core.reference import (
    Match,
    NoMatch,
    Reference,
    Target,
    by_precedence,
    resolve,
)
from odoo.addons.logistics_milestone_sync.core.vocabulary import SCHEMES


def known(**names):
    """``known(tracking_1Z=[Target(1)])`` as a lookup."""
    table = {tuple(name.rsplit("_", 1)): targets for name, targets in names.items()}
    return lambda reference: table.get(reference.key, ())


@pytest.mark.parametrize(
    ("scheme", "written", "same_as"),
    [
        ("tracking", " 1z 999 aa1 ", "1Z999AA1"),
        ("pro", "123-456.7", "1234567"),
        ("delivery", "wh/out/00042", "WH/OUT/00042"),
        ("purchase_order", "po-17  b", "PO-17 B"),
    ],
)
def test_spellings_of_one_name_are_the_same_name(scheme, written, same_as):
    assert Reference(scheme, written).normalised == same_as


@pytest.mark.parametrize("value", ["", "   ", "x" * 81, "a\x00b"])
def test_an_unusable_value_is_refused(value):
    with pytest.raises(ValueError, match="unusable"):
        Reference("tracking", value)


def test_an_unknown_scheme_is_refused():
    with pytest.raises(ValueError, match="unknown reference scheme"):
        Reference("shoe_size", "42")


def test_the_most_precise_name_decides_even_if_others_point_elsewhere():
    lookup = known(tracking_1Z=[Target(1)], delivery_OUT1=[Target(2)])
    match = resolve([Reference("delivery", "OUT1"), Reference("tracking", "1Z")], lookup)
    assert isinstance(match, Match)
    assert match.target.shipment_id == 1


def test_several_shipments_under_one_name_are_never_guessed():
    result = resolve([Reference("pro", "77")], known(pro_77=[Target(1), Target(2)]))
    assert isinstance(result, NoMatch)
    assert result.ambiguous


def test_a_name_that_the_speaker_gave_wins_over_the_same_name_of_another():
    lookup = known(pro_77=[Target(1, issuer=5), Target(2, issuer=6)])
    match = resolve([Reference("pro", "77")], lookup, issuer=6)
    assert isinstance(match, Match)
    assert match.target.shipment_id == 2


def test_a_name_over_several_consignments_means_the_shipment():
    match = resolve(
        [Reference("sale_order", "S1")], known(sale_order_S1=[Target(1, 10), Target(1, 11)])
    )
    assert isinstance(match, Match)
    assert match.target == Target(1, None)


def test_an_unknown_name_says_what_was_tried():
    result = resolve([Reference("tracking", "1z9")], known())
    assert isinstance(result, NoMatch)
    assert result.explanation == "no shipment is called tracking 1Z9"


@given(st.lists(st.sampled_from(SCHEMES), min_size=1).flatmap(st.permutations))
def test_the_order_in_the_message_does_not_matter(schemes):
    references = [Reference(scheme, "42") for scheme in schemes]
    assert by_precedence(references) == by_precedence(references[::-1])
