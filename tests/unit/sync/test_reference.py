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
        ("sscc", "(00) 1 0614141 123456789 7", "106141411234567897"),
        ("sscc", "00106141411234567897", "106141411234567897"),
        ("sscc", "]C100106141411234567897", "106141411234567897"),
        ("sscc", "001234567890123452", "001234567890123452"),
        ("sscc", "12300106141411234567897", "12300106141411234567897"),
        ("container", "MSCU 123456-7", "MSCU1234567"),
        ("container", "mscu 123456(7)", "MSCU1234567"),
        ("container", "MSCU 123456/7", "MSCU1234567"),
        ("tracking", "RR 473 124 829 GB", "RR473124829GB"),
        ("tracking", "1Z\u00a0999\u2011AA1\u200b", "1Z999AA1"),
        ("tracking", "\uff11\uff3a999AA1", "1Z999AA1"),
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


def test_an_unknown_number_that_fails_its_check_digit_is_told_so():
    result = resolve([Reference("sscc", "106141411234567890"), Reference("bol", "7")], known())
    assert isinstance(result, NoMatch)
    assert result.explanation == (
        "no shipment is called sscc 106141411234567890, bol 7; "
        "sscc 106141411234567890 is mistyped: its check digit should be 7 and is 0"
    )


def test_a_mistyped_number_that_is_known_exactly_so_is_found():
    lookup = known(sscc_106141411234567890=[Target(4)])
    match = resolve([Reference("sscc", "106141411234567890")], lookup)
    assert isinstance(match, Match)
    assert match.target.shipment_id == 4


def test_two_issuers_with_one_number_are_ambiguous_for_a_third():
    lookup = known(pro_77=[Target(1, issuer=5), Target(2, issuer=6)])
    result = resolve([Reference("pro", "77")], lookup, issuer=7)
    assert isinstance(result, NoMatch)
    assert result.ambiguous


def test_an_ambiguous_name_is_not_rescued_by_a_less_precise_one():
    lookup = known(pro_77=[Target(1), Target(2)], delivery_OUT1=[Target(1)])
    result = resolve([Reference("pro", "77"), Reference("delivery", "OUT1")], lookup)
    assert isinstance(result, NoMatch)
    assert result.explanation == "2 shipments are called pro 77"


def test_one_number_for_two_consignments_of_one_shipment_means_the_shipment():
    lookup = known(tracking_A1=[Target(1, 10, 5), Target(1, 11, 5)])
    match = resolve([Reference("tracking", "A1")], lookup, issuer=5)
    assert isinstance(match, Match)
    assert match.target == Target(1, None, 5)


names = st.builds(
    Reference, st.sampled_from(SCHEMES), st.sampled_from(["42", " 4-2", "77", "106141411234567890"])
)
targets = st.builds(
    Target, st.integers(1, 3), st.none() | st.integers(10, 12), st.none() | st.integers(5, 6)
)


@given(
    st.lists(names, min_size=1, max_size=5).flatmap(
        lambda some: st.tuples(st.just(some), st.permutations(some))
    ),
    st.dictionaries(names.map(lambda name: name.key), st.lists(targets, max_size=3), max_size=6),
    st.none() | st.integers(5, 7),
)
def test_the_order_of_the_references_never_changes_the_answer(orders, table, issuer):
    def answer(references):
        result = resolve(references, lambda ref: table.get(ref.key, ()), issuer)
        return (
            (result.target, result.by.key)
            if isinstance(result, Match)
            else (
                result.ambiguous,
                result.explanation,
            )
        )

    first, second = orders
    assert answer(first) == answer(second)
    keys = [[ref.key for ref in by_precedence(order)] for order in orders]
    assert keys[0] == keys[1]


@given(st.sampled_from(SCHEMES), st.text(min_size=1, max_size=25).filter(str.strip))
def test_a_normalised_name_is_its_own_normal_form(scheme, text):
    if "\x00" in text:
        return
    once = Reference(scheme, text).normalised
    assert Reference(scheme, once).normalised == once
