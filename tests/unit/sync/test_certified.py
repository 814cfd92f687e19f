"""Certified weights: one weighing of the whole, or the sum of its parts, never counted twice."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_milestone_sync.core.certified import certified_weight, difference
from odoo.addons.logistics_milestone_sync.core.fold import LedgerEvent, fold
from odoo.addons.logistics_milestone_sync.core.weight import Weight

from .strategies import START

PACKAGES = {1: (11, 12), 2: ()}


def weighed(kilograms, hours=0, consignment=None, package=None, milestone="weight_validated"):
    return LedgerEvent(
        f"{milestone}/{hours}/{consignment}/{package}/{kilograms}",
        milestone,
        START + timedelta(hours=hours),
        consignment_id=consignment,
        package_id=package,
        weight=Weight(Decimal(kilograms), "KGM") if kilograms else None,
    )


def weight(*events, consignments=(1, 2)):
    return certified_weight(fold(events, consignments, packages=PACKAGES))


class TestSums:
    def test_nothing_was_weighed(self):
        assert weight() is None

    def test_one_weighing_of_the_whole_is_counted_once(self):
        assert weight(weighed(30)) == 30

    def test_consignments_are_added_up(self):
        assert weight(weighed(10, 1, 1), weighed(7, 2, 2)) == 17

    def test_packages_are_added_up_to_their_consignment(self):
        parts = (weighed(4, 1, 1, 11), weighed(5, 2, 1, 12))
        assert weight(*parts, consignments=(1,)) == 9
        assert weight(*parts, weighed(7, 3, 2)) == 16

    def test_until_every_part_was_weighed_there_is_no_weight(self):
        assert weight(weighed(4, 1, 1, 11), weighed(7, 3, 2)) is None

    @pytest.mark.parametrize(("hours", "expected"), [(0, 10), (1.5, 10), (9, 9)])
    def test_a_weighing_of_the_whole_beats_the_parts_unless_all_were_weighed(self, hours, expected):
        parts = (weighed(4, 1, 1, 11), weighed(5, 2, 1, 12))
        assert weight(*parts, weighed(10, hours, 1), consignments=(1,)) == expected

    def test_a_cancelled_package_weighs_nothing(self):
        gone = weighed(None, 0, 1, 11, milestone="cancelled")
        parts = (weighed(4, 1, 1, 11), weighed(5, 2, 1, 12))
        assert weight(gone, *parts, consignments=(1,)) == 5

    def test_pounds_are_kilograms(self):
        pound = LedgerEvent("k", "weight_validated", START, weight=Weight(Decimal(10), "LBR"))
        assert weight(pound) == Decimal("4.5359237")

    @given(st.permutations([weighed(4, 1, 1, 11), weighed(5, 2, 1, 12), weighed(7, 1, 2)]))
    def test_the_order_does_not_matter(self, events):
        assert weight(*events) == 16


@pytest.mark.parametrize(
    ("declared", "certified", "expected"),
    [
        ("10", "12", ("2", "0.2")),
        ("10", "9", ("-1", "-0.1")),
        ("10", "10", ("0", "0")),
        ("0", "5", ("5", None)),
    ],
)
def test_the_difference_is_in_kilograms_and_a_share_of_what_was_declared(
    declared, certified, expected
):
    more, share = difference(Decimal(declared), Decimal(certified))
    assert more == Decimal(expected[0])
    assert share == (Decimal(expected[1]) if expected[1] is not None else None)
