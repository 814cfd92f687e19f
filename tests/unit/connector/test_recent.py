"""What a process remembers of the keys that it saw."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core.recent import Recent


@given(st.lists(st.integers(0, 9)), st.integers(1, 6))
def test_a_key_is_known_while_it_is_among_the_last_different_ones(
    keys: list[int], most: int
) -> None:
    recent = Recent(most)
    order: list[int] = []
    for key in keys:
        assert recent.saw(key) is (key in order[-most:])
        order = [each for each in order if each != key] + [key]


def test_it_never_remembers_more_than_agreed() -> None:
    recent = Recent(3)
    assert not any(recent.saw(number) for number in range(1000))
    assert [recent.saw(number) for number in (997, 998, 999, 996)] == [True, True, True, False]
