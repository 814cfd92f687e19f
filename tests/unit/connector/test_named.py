import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core.hello import HELLO, is_hello
from odoo.addons.logistics_carrier_connector.core.named import spellings, words
from odoo.addons.logistics_milestone_sync.core.reference import Reference


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b'{"tracking": "1Z-999", "town": "Springfield"}', ["1Z-999"]),
        (b"AT7*X1*NS***20260302*1200*CT~L11*4499990001*BM~", ["20260302", "4499990001"]),
        (b"WH/OUT/00042 and WH/OUT/00042", ["WH/OUT/00042"]),
        (b"\xff\xfe 12 nothing here", []),
        (b"1" * 41, ["1" * 40]),
        (b"", []),
    ],
)
def test_words_with_a_digit_may_be_names(raw, found):
    assert words(raw) == found


def test_a_huge_message_has_no_more_than_500_words():
    assert len(words(b" ".join(b"N%06d" % n for n in range(100_000)))) == 500


@given(st.from_regex(r"[A-Z0-9]{4,20}[0-9]", fullmatch=True), st.binary(max_size=50))
def test_a_number_is_found_whatever_is_broken_after_it(number, rest):
    raw = b'{"n": "' + number.encode() + b'" ' + rest
    assert number in words(raw)
    assert Reference("tracking", number).normalised in spellings(words(raw))


@pytest.mark.parametrize("name", HELLO)
def test_a_first_message_is_told_from_every_other(name):
    body = HELLO[name][1].encode()
    assert is_hello(name, body)
    assert not is_hello(name, body + b" ")
    assert not is_hello("morse", body)
